// SPDX-License-Identifier: Apache-2.0
// there are at most four resources of one's own
//
// `selection_options::custom` holds up to `max_custom_resources`; amounts of resources have room
// for so many.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <cstdint>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
#ifdef BROKEN
    const espalier::selection groups(layers, {.custom = std::vector<espalier::custom_resource>(
                                                  5, espalier::custom_resource::parameters())});
#else
    const espalier::selection groups(layers, {.custom = {espalier::custom_resource::parameters()}});
#endif
}
