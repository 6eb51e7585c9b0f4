// SPDX-License-Identifier: Apache-2.0
#include "counted_memory.hpp"

#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

// How much memory choosing takes, counted at `new`. A group takes 12 bytes in the problem (its
// value and its class); a shared unit takes 12 (its kind and where its users begin) and 4 for each
// user.

using namespace espalier;

namespace {

constexpr resources any_budget{.dsp = 1'000'000'000, .bram18 = 1'000'000'000, .lut = 1'000'000'000};

/// Bytes for each group beyond what matrices and classes take: a few of each, 512 bytes or less.
struct bytes {
    double held = 0;       ///< of the selection with the posed problem, values included
    double peak = 0;       ///< the most at a time while it is built and posed
    bool is_exact = false; ///< what is held is what the problem says, and no more
};

bytes bytes_of(std::span<const layer_spec> layers, const selection_options& options)
{
    const std::size_t before = counted_memory::held();
    counted_memory::forget_peak();
    selection s(layers, options);
    std::vector<double> values(s.items());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<double>(i * 7919 % 1009);
    const shared_units& shared = s.pose(std::move(values), any_budget).shared;
    const std::size_t held = counted_memory::held() - before;
    const std::size_t peak = counted_memory::peak() - before;
    const std::size_t said = 12 * s.items() + 12 * shared.size() + 4 * shared.users.size();
    const std::size_t rest = 1024 * (s.matrices() + 7);
    const auto a_group = [&](std::size_t of) {
        return static_cast<double>(of - std::min(of, rest)) / static_cast<double>(s.items());
    };
    return {.held = a_group(held),
        .peak = a_group(peak),
        .is_exact = held >= said && held <= said + rest};
}

} // namespace

TEST_CASE("a group takes at most 48 bytes, held or at the peak, at every weight width")
{
    for (const structure& how :
        {structure::multipliers, structure::weights, structure::packed_multipliers})
        for (int width = 1; width <= 64; ++width) {
            CAPTURE(width);
            CAPTURE(to_string(how.kind));
            const layer_spec layer = dense{.inputs = 256,
                .outputs = how.kind == structure_kind::weight ? 64 : 256,
                .reuse_factor = 4,
                .weight = {width, 1}};
            const bytes of = bytes_of(std::span(&layer, 1), {.structure = how});
            CHECK(of.is_exact);
            CHECK(of.held <= 48);
            CHECK(of.peak <= 48);
        }
}

TEST_CASE("a multiplier of 16 bits with linked columns takes 23 bytes, and no more in building")
{
    const std::vector<layer_spec> layers(
        4, dense{.inputs = 256, .outputs = 256, .reuse_factor = 4, .weight = {16, 6}});
    const bytes of = bytes_of(layers, {});
    CHECK(of.held < 23);
    CHECK(of.peak < 23);
}

TEST_CASE("a structure of many weights takes what its units and their users take")
{
    const layer_spec layer =
        dense{.inputs = 256, .outputs = 256, .reuse_factor = 4, .weight = {16, 6}};
    for (const structure& how : {structure::consecutive, structure::neurons,
             structure{structure_kind::block, memory_layout::in_place, 2, 2},
             structure{structure_kind::block, memory_layout::in_place, 7, 5}}) {
        CAPTURE(to_string(how.kind));
        CHECK(bytes_of(std::span(&layer, 1), {.structure = how}).is_exact);
    }
    const layer_spec pooled = dense{.inputs = 256,
        .outputs = 64,
        .strategy = strategy::latency,
        .reuse_factor = 4,
        .weight = {16, 6}};
    const bytes of = bytes_of(std::span(&pooled, 1), {});
    CHECK(of.is_exact);
    CHECK(of.held < 20);
    CHECK(of.peak < 24);
}
