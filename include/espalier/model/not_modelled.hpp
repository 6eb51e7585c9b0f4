// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace espalier {

/// What a design takes beside what is counted. Reports print it, so that nobody takes "it fits" for
/// more than it says; docs/model.md has the same list.
inline constexpr std::array<std::string_view, 8> not_modelled{
    "the interface of the design: AXI ports, DMA, reshaping of what comes in and goes out",
    "merging, concatenating, upsampling, embedding, attention and layer normalisation",
    "a second FIFO where two layers read one stream, and FIFOs that are not hls4ml's default depth",
    "rounding and saturation of results, which take LUTs of their own",
    "what synthesis knows of constants: scales of a batch normalisation with few digits need no "
    "DSP",
    "a table that fewer readers share because HLS spreads them over cycles",
    "the clock: whether it is met, and registers and copies that timing closure adds",
    "placement over several dies",
};

} // namespace espalier
