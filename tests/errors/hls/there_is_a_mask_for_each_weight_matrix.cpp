// SPDX-License-Identifier: Apache-2.0
// there is a mask for each weight matrix
//
// In the order of `matrices_of` over the layers; a separable, recurrent or bidirectional layer has
// several.
#include <espalier/hls/explain.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <span>
#include <vector>

void program()
{
    const espalier::layer_spec layer = espalier::gru{.inputs = 4, .units = 2};
#ifdef BROKEN
    const std::vector<std::vector<std::uint8_t>> masks{std::vector<std::uint8_t>(24)};
#else
    const std::vector<std::vector<std::uint8_t>> masks{
        std::vector<std::uint8_t>(24), std::vector<std::uint8_t>(12)};
#endif
    (void)espalier::explain(std::span(&layer, 1), masks, espalier::layout::keras);
}
