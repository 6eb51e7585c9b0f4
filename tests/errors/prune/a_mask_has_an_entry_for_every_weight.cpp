// SPDX-License-Identifier: Apache-2.0
// a mask has an entry for every weight
//
// A mask is as long as the matrix that it belongs to, whatever the groups.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <cstdint>
#include <span>
#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    const espalier::selection groups(layers, {.structure = espalier::structure::neurons});
    const std::vector<std::uint8_t> keep{1, 0};
#ifdef BROKEN
    std::vector<float> mask(2);
#else
    std::vector<float> mask(8);
#endif
    groups.write_mask(keep, 0, espalier::layout::keras, std::span<float>(mask));
}
