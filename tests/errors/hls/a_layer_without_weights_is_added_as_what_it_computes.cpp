// SPDX-License-Identifier: Apache-2.0
// a layer without weights is added as what it computes
//
// The layers of the model say what hardware costs; `integer_relu`, `integer_pooling` and
// `integer_scale` say what it computes.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <vector>

void program()
{
    espalier::integer_network network({.channels = 2}, espalier::precision{8, 8});
#ifdef BROKEN
    const espalier::layer_spec relu = espalier::activation{.inputs = 2, .data = {8, 8}};
    network.add(relu, std::vector<espalier::integer_kernel>{});
#else
    network.add(espalier::integer_relu{.result = espalier::precision{8, 8}});
#endif
}
