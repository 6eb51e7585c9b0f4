// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/resources.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace espalier {

/// Why pruned weights leave hardware where it was.
enum class unfreed : std::uint8_t {
    no_kernel,         ///< hls4ml has no kernel for the layer
    built_as_resource, ///< hls4ml builds the strategy resource instead of resource_unrolled
    zeros_multiplied,  ///< the strategy resource multiplies by every zero
    reloadable,        ///< the weights are read through a port; synthesis does not know them
    beside_kept,       ///< their multiplier serves kept weights, too
    no_dsp,            ///< the product is built from LUTs
    few_digits,        ///< a product with this constant is made of adders
    shared_dsp,        ///< the DSP block holds a kept multiplier, too
    shared_column,     ///< in place: the memory column holds weights of kept multipliers, too
    rom_in_luts,       ///< the memory is too small for block RAM
};

/// One reason, for one matrix.
struct finding {
    unfreed why{};
    std::string matrix;       ///< as name_of; a layer without a name is called after its position
    std::int64_t weights = 0; ///< pruned ones that are concerned, of one copy
    std::int64_t multipliers = 0; ///< pruned ones that are concerned, of all copies
    resources stays{};            ///< DSP blocks and block RAM that pruning them might have freed
    std::string sentence;

    friend bool operator==(const finding&, const finding&) = default;
};

/// The sentences, one a line.
[[nodiscard]] inline std::string sentences(std::span<const finding> findings)
{
    std::string all;
    for (const finding& f : findings)
        all += f.sentence + ".\n";
    return all;
}

} // namespace espalier
