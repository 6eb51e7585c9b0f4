// SPDX-License-Identifier: Apache-2.0
// there is a weight for every entry of a mask
//
// Weights from before pruning are given for all of a matrix or not at all.
#include <espalier/hls/explain.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <span>
#include <vector>

void program()
{
    const espalier::layer_spec layer = espalier::dense{.inputs = 4, .outputs = 2};
    const std::vector<std::uint8_t> mask(8);
#ifdef BROKEN
    const std::vector<float> weights(7);
#else
    const std::vector<float> weights(8);
#endif
    const espalier::pruned_matrix matrix{mask, espalier::layout::keras, weights};
    (void)espalier::explain(std::span(&layer, 1), std::span(&matrix, 1));
}
