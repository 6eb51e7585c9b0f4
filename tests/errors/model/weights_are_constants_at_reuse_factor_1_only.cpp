// SPDX-License-Identifier: Apache-2.0
// weights are constants at reuse factor 1 only
//
// A multiplier that is used twice meets two weights, so it cannot be specialised for one.
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

#include <vector>

void program()
{
    const espalier::dense layer{.inputs = 4, .outputs = 2, .reuse_factor = 2};
#ifdef BROKEN
    const std::vector<float> weights(8);
    (void)espalier::cost(espalier::matrices_of(layer)[0], weights, {});
#else
    (void)espalier::cost(espalier::matrices_of(layer)[0]);
#endif
}
