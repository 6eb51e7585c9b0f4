// SPDX-License-Identifier: Apache-2.0
#include "hardware_loops.hpp"
#include "random_layers.hpp"

#include <espalier/model/grouping.hpp>
#include <espalier/model/mapping.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

using namespace espalier;
using hardware_loops::integer;
using hardware_loops::meeting;

namespace {

/// The paper's C at common widths, by hand: 36/W, or ⌈72/W⌉ where W does not divide 36.
const std::vector<std::pair<int, integer>> consecutive_by_width{{1, 36}, {2, 18}, {3, 12}, {4, 9},
    {5, 15}, {6, 6}, {7, 11}, {8, 9}, {9, 4}, {10, 8}, {11, 7}, {12, 3}, {13, 6}, {14, 6}, {15, 5},
    {16, 5}, {17, 5}, {18, 2}, {20, 4}, {24, 3}, {27, 3}, {32, 3}, {35, 3}, {36, 1}, {37, 2},
    {48, 2}, {64, 2}};

/// The number of every weight's group, found by what the loops of the hardware do with it.
std::vector<integer> groups_by_simulation(
    const weight_matrix& m, const structure& how, integer consecutive)
{
    std::vector<integer> multiplier(static_cast<std::size_t>(m.weights()));
    std::vector<integer> output(multiplier.size()), input(multiplier.size());
    hardware_loops::run(m, [&](const meeting& at) {
        const auto w = static_cast<std::size_t>(at.weight);
        multiplier[w] = at.multiplier;
        output[w] = at.accumulator;
        input[w] = at.input;
    });
    std::vector<integer> group(multiplier.size());
    switch (how.kind) {
    case structure_kind::constant:
    case structure_kind::weight:
        for (std::size_t w = 0; w < group.size(); ++w)
            group[w] = static_cast<integer>(w);
        break;
    case structure_kind::n_of_m: // before weights are assigned
    case structure_kind::free_row:
    case structure_kind::multiplier:
        group = multiplier;
        break;
    case structure_kind::consecutive: {
        // Multipliers are dealt out by C: count them off.
        std::vector<integer> number;
        for (integer g = 0, in_group = 0, at = 0; g < m.multipliers(); ++g) {
            if (in_group++ == consecutive) {
                in_group = 1;
                ++at;
            }
            number.push_back(at);
        }
        for (std::size_t w = 0; w < group.size(); ++w)
            group[w] = number[static_cast<std::size_t>(multiplier[w])];
        break;
    }
    case structure_kind::neuron:
        group = output;
        break;
    case structure_kind::block: {
        // Tiles are laid over the matrix row of tiles by row of tiles.
        integer next = 0;
        for (integer top = 0; top < m.n_out(); top += how.block_outputs)
            for (integer left = 0; left < m.n_in(); left += how.block_inputs, ++next)
                for (std::size_t w = 0; w < group.size(); ++w)
                    if (output[w] >= top && output[w] < top + how.block_outputs &&
                        input[w] >= left && input[w] < left + how.block_inputs)
                        group[w] = next;
        break;
    }
    }
    return group;
}

/// How many of the library's answers about a grouping differ from the simulation.
int disagreements(const grouping& groups, const std::vector<integer>& group)
{
    int differ = 0;
    const integer count = *std::max_element(group.begin(), group.end()) + 1;
    differ += groups.groups() != count ? 1 : 0;
    std::vector<std::vector<integer>> members(static_cast<std::size_t>(count));
    for (std::size_t w = 0; w < group.size(); ++w) {
        differ += groups.group_of(static_cast<integer>(w)) != group[w] ? 1 : 0;
        members[static_cast<std::size_t>(group[w])].push_back(static_cast<integer>(w));
    }
    for (integer g = 0; g < count; ++g) {
        const auto& expected = members[static_cast<std::size_t>(g)];
        const auto range = groups.members(g);
        differ += std::vector<integer>(range.begin(), range.end()) != expected ? 1 : 0;
        differ += groups.size(g) != static_cast<integer>(expected.size()) ? 1 : 0;
        for (integer k = 0; k < groups.size(g); ++k)
            differ += groups.member(g, k) != expected[static_cast<std::size_t>(k)] ? 1 : 0;
        if (groups.is_contiguous()) {
            const index_range r = groups.range(g);
            differ += std::vector<integer>(r.begin(), r.end()) != expected ? 1 : 0;
        }
    }
    return differ;
}

} // namespace

TEST_CASE("the weights of every group are those that the hardware treats together")
{
    std::mt19937_64 random(41);
    int differ = 0, partial = 0, compared = 0;
    for (const layer_kind kind : random_layers::kinds)
        for (int i = 0; i < 120; ++i) {
            layer_spec s = random_layers::layer_of(random, kind, 32);
            random_layers::draw_reuse_factors(random, s);
            const auto [width, c] = random_layers::one_of(random, consecutive_by_width);
            s.weight = {width, 1};
            for (const weight_matrix& m : matrices_of(s)) {
                const structure block{.kind = structure_kind::block,
                    .block_outputs = random_layers::between(random, 1, 9),
                    .block_inputs = random_layers::between(random, 1, 9)};
                for (const structure& how :
                    {structure::weights, structure::multipliers, structure::packed_multipliers,
                        structure::consecutive, structure::neurons, block}) {
                    if (how.kind == structure_kind::block && m.is_depthwise())
                        continue;
                    const grouping groups(m, how);
                    differ += disagreements(
                        groups, groups_by_simulation(m, how, m.reuse_factor == 1 ? 1 : c));
                    partial += groups.size(groups.groups() - 1) < groups.size(0) ? 1 : 0;
                    ++compared;
                }
            }
        }
    CHECK(compared > 5'000);
    CHECK(partial > 500); // otherwise the last group was hardly tested
    CHECK(differ == 0);
}

TEST_CASE("C consecutive multipliers cover a whole memory column wherever they start")
{
    for (const auto& by_width : consecutive_by_width) {
        const auto [width, c] = by_width;
        CAPTURE(by_width.first);
        const weight_matrix m = matrices_of(
            dense{.inputs = 4, .outputs = 200, .reuse_factor = 4, .weight = {width, 1}})[0];
        CHECK(consecutive_multipliers(m) == c);
        const grouping groups(m, structure::consecutive);
        for (integer g = 0; g + 1 < groups.groups(); ++g) {
            // Bits of the group in each column of 36, counted one by one.
            std::vector<int> bits(1 + static_cast<std::size_t>(200 * width) / 36, 0);
            integer bit = 0;
            for (integer multiplier = 0; multiplier < m.multipliers(); ++multiplier)
                for (int b = 0; b < width; ++b, ++bit)
                    if (groups.group_of(multiplier * 4) == g)
                        ++bits[static_cast<std::size_t>(bit / 36)];
            CHECK(*std::max_element(bits.begin(), bits.end()) == 36);
        }
    }
}

TEST_CASE("the multipliers of a 16-bit layer come in groups of five, the last one smaller")
{
    constexpr grouping groups(matrices_of(dense{.inputs = 16, .outputs = 64, .reuse_factor = 4})[0],
        structure::consecutive);
    static_assert(groups.groups() == 52); // 256 multipliers
    static_assert(groups.size(0) == 20);
    static_assert(groups.size(51) == 4); // one multiplier
    static_assert(groups.group_of(1023) == 51);
    CHECK(groups.range(51) == index_range{1020, 1024});
}

TEST_CASE("a group that cannot be formed is refused with a sentence")
{
    const weight_matrix pooled = matrices_of(
        dense{.inputs = 4, .outputs = 4, .strategy = strategy::latency, .reuse_factor = 2})[0];
    CHECK_THROWS_WITH_AS(grouping(pooled, structure::multipliers),
        "the latency strategy has no fixed weight to multiplier map at a reuse factor above 1, so "
        "its weights cannot be grouped by multiplier (reuse_factor = 2)",
        std::invalid_argument);
    CHECK_NOTHROW(grouping(pooled, structure::weights));
    CHECK_NOTHROW(grouping(pooled, structure::neurons));

    const weight_matrix dense_matrix = matrices_of(dense{.inputs = 4, .outputs = 4})[0];
    CHECK_THROWS_WITH_AS(
        grouping(dense_matrix, {.kind = structure_kind::block, .block_outputs = 0}),
        "a block has at least one output and one input (block_outputs = 0, block_inputs = 1)",
        std::invalid_argument);
    const weight_matrix depthwise = matrices_of(depthwise_conv2d{
        .height = 4, .width = 4, .channels = 3, .kernel_height = 2, .kernel_width = 2})[0];
    CHECK_THROWS_WITH_AS(grouping(depthwise, {.kind = structure_kind::block}),
        "a depthwise kernel has no matrix to cut into blocks", std::invalid_argument);
}
