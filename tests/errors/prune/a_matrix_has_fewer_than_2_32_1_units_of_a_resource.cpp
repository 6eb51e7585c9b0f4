// SPDX-License-Identifier: Apache-2.0
// a matrix has fewer than 2^32 - 1 units of a resource
//
// Multipliers and memory columns are counted with 32 bits, one matrix at a time. At a higher reuse
// factor there are fewer.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
#ifdef BROKEN
        espalier::dense{.inputs = 65'536, .outputs = 65'536, .reuse_factor = 1}};
#else
        espalier::dense{.inputs = 65'536, .outputs = 65'536, .reuse_factor = 4'194'304}};
#endif
    const espalier::selection groups(layers, {.structure = espalier::structure::neurons});
}
