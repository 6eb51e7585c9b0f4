// SPDX-License-Identifier: Apache-2.0
// under the latency strategy with a reuse factor above 1 multipliers are shared freely, so only
// single weights can be pruned
//
// Which weights would free a multiplier together is decided by HLS. With reuse factor 1 every
// weight has its own, and any structure can be pruned.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{
        .inputs = 4, .outputs = 2, .strategy = espalier::strategy::latency, .reuse_factor = 2}};
#ifdef BROKEN
    const espalier::selection groups(layers, {.structure = espalier::structure::neurons});
#else
    const espalier::selection groups(layers, {.structure = espalier::structure::weights});
#endif
}
