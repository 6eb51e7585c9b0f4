// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/integer.hpp>
#include <espalier/model/precision.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

// What one signed multiplication costs, by the widths of both operands. A product wider than a DSP
// block is tiled: the first tile of an operand takes the block's full signed width, every further
// one is unsigned and so one bit narrower, and the tiles are added along the DSP cascade, which
// costs no logic. Agrees with what Yosys 0.23 maps for square products of 5 to 32 bits on 7-series
// and UltraScale+ (docs/model.md).

namespace espalier {

/// Which DSP blocks a device has.
enum class dsp_family : std::uint8_t {
    dsp48e1,                  ///< 7-series: 25×18
    dsp48e2,                  ///< UltraScale and UltraScale+: 27×18
    dsp58,                    ///< Versal: 27×24
    intel_variable_precision, ///< Arria 10, Stratix 10: two 18×19 or one 27×27, 36×36 in two
    agilex,                   ///< as above, and four 9×9
    mult18x18d,               ///< Lattice ECP5: 18×18, beside look-up tables of 4 inputs
};

[[nodiscard]] constexpr std::string_view to_string(dsp_family family)
{
    switch (family) {
    case dsp_family::dsp48e1:
        return "DSP48E1";
    case dsp_family::dsp48e2:
        return "DSP48E2";
    case dsp_family::dsp58:
        return "DSP58";
    case dsp_family::intel_variable_precision:
        return "Intel variable precision";
    case dsp_family::agilex:
        return "Agilex";
    case dsp_family::mult18x18d:
        return "MULT18X18D";
    }
    return "unknown";
}

/// DSP blocks of a multiplication: `blocks` for every `sharing` multiplications.
struct product_cost {
    std::int64_t blocks = 0; ///< 0: the product is built from LUTs
    std::int64_t sharing = 1;
    std::int64_t soft = 0; ///< of these, how many are in LUTs beside the blocks

    /// Blocks of so many multiplications.
    [[nodiscard]] constexpr std::int64_t dsp_for(std::int64_t multiplications) const
    {
        return ceil_div(multiplications, sharing) * blocks;
    }
    /// How many of so many multiplications are built from LUTs.
    [[nodiscard]] constexpr std::int64_t soft_of(std::int64_t multiplications) const
    {
        return blocks == 0 ? multiplications : multiplications / sharing * soft;
    }
    /// The same of the multiplications that share their blocks.
    [[nodiscard]] constexpr std::int64_t soft_in_unit() const { return soft_of(sharing); }
    friend constexpr bool operator==(const product_cost&, const product_cost&) = default;
};

namespace detail {

/// Tiles of one operand: the first takes `native` bits, each further one `native` - 1.
constexpr std::int64_t tiles(int width, int native)
{
    return width <= native ? 1 : 1 + ceil_div(width - native, native - 1);
}

/// The smaller of the two ways round.
constexpr std::int64_t tiling(int a, int b, int native_a, int native_b)
{
    return std::min(
        tiles(a, native_a) * tiles(b, native_b), tiles(a, native_b) * tiles(b, native_a));
}

/// Tiles of an operand of blocks that take 18 bits with or without a sign. Yosys builds what a last
/// tile of a single bit would multiply from look-up tables.
constexpr std::int64_t tiles_of_18(int width)
{
    return std::max<std::int64_t>(1, ceil_div(width - 1, 18));
}

} // namespace detail

/// DSP blocks of one a-bit × b-bit signed product on a family, LUT thresholds aside.
[[nodiscard]] constexpr product_cost product_on(dsp_family family, int a, int b)
{
    const auto [narrow, wide] = std::minmax(a, b);
    switch (family) {
    case dsp_family::dsp48e1:
        return {detail::tiling(a, b, 25, 18), 1};
    case dsp_family::dsp48e2:
        return {detail::tiling(a, b, 27, 18), 1};
    case dsp_family::dsp58:
        return {detail::tiling(a, b, 27, 24), 1};
    case dsp_family::agilex:
        if (wide <= 9)
            return {1, 4};
        [[fallthrough]];
    case dsp_family::intel_variable_precision:
        if (narrow <= 18 && wide <= 19)
            return {1, 2};
        if (wide > 27 && wide <= 36)
            return {2, 1};
        return {detail::tiling(a, b, 27, 27), 1};
    case dsp_family::mult18x18d:
        return {detail::tiles_of_18(a) * detail::tiles_of_18(b), 1};
    }
    return {};
}

/// The same for operands with or without a sign. A block multiplies signed numbers, so an unsigned
/// operand counts one bit more; Intel's blocks also take two unsigned ones as they are.
[[nodiscard]] constexpr product_cost product_on(
    dsp_family family, const precision& a, const precision& b)
{
    const bool unsigned_natively =
        (family == dsp_family::intel_variable_precision || family == dsp_family::agilex) &&
        !a.is_signed && !b.is_signed;
    const auto signed_width = [unsigned_natively](const precision& p) {
        return p.width + (p.is_signed || unsigned_natively ? 0 : 1);
    };
    return product_on(family, signed_width(a), signed_width(b));
}

/// Inputs of a look-up table of a family: two of ECP5 are as good as half of one of the others, or
/// less.
[[nodiscard]] constexpr int lut_inputs_of(dsp_family family)
{
    return family == dsp_family::mult18x18d ? 4 : 6;
}

/// LUTs of one a-bit × b-bit product without a DSP block. Up to 10 bits the wider operand decides,
/// w·(w + 2)/2: within 8 % of the reports of 6,600 products of at least 4 bits. Wider ones, which
/// HLS puts into DSP blocks, take 1.2 for each bit of the partial products: for 18×18 that is 389
/// of the 365 to 411 that were published (hls4ml issue 99), and unproven elsewhere (docs/model.md).
[[nodiscard]] constexpr std::int64_t lut_product(int a, int b)
{
    const std::int64_t wide = std::max(a, b);
    return wide <= 10 ? wide * (wide + 2) / 2
                      : std::max<std::int64_t>(ceil_div(wide * std::min(a, b) * 6, 5), 60);
}

} // namespace espalier
