// SPDX-License-Identifier: Apache-2.0
// a problem has fewer than 2^32 - 1 groups
//
// Groups are counted with 32 bits, over all layers. Larger groups are fewer.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.inputs = 65'536, .outputs = 65'536, .reuse_factor = 4'194'304}};
#ifdef BROKEN
    const espalier::selection groups(layers, {.structure = espalier::structure::weights});
#else
    const espalier::selection groups(layers, {.structure = espalier::structure::multipliers});
#endif
}
