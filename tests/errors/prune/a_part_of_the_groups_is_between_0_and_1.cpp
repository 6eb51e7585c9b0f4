// SPDX-License-Identifier: Apache-2.0
// a part of the groups is between 0 and 1
//
// `keep_share` is a part, not a percentage; 1 keeps all groups of the layer.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.name = "fc1", .inputs = 4, .outputs = 2}};
#ifdef BROKEN
    const espalier::selection groups(layers, {.rules = {{.layer = "fc1", .keep_share = 25.0}}});
#else
    const espalier::selection groups(layers, {.rules = {{.layer = "fc1", .keep_share = 0.25}}});
#endif
}
