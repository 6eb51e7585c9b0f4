// SPDX-License-Identifier: Apache-2.0
#include "model/random_layers.hpp"

#include <espalier/hls/schedule_cost.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// A selector as it is built: inputs are joined four at a time until one is left.
std::int64_t joined(std::vector<int> inputs)
{
    std::int64_t luts = 0;
    while (inputs.size() > 1) {
        std::vector<int> next;
        for (std::size_t i = 0; i < inputs.size(); i += 4)
            next.push_back(inputs[i]);
        luts += static_cast<std::int64_t>(next.size());
        inputs = next;
    }
    return luts;
}

weight_matrix narrow(int inputs, int outputs, int reuse_factor)
{
    return matrices_of(dense{.inputs = inputs,
        .outputs = outputs,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = reuse_factor,
        .weight = {18, 8}})[0];
}

} // namespace

TEST_CASE("a selector is a tree of LUTs that choose from four")
{
    for (int choices = 1; choices < 300; ++choices)
        CHECK(
            selector_luts(choices) == joined(std::vector<int>(static_cast<std::size_t>(choices))));
    // Measured with Yosys 0.23: 1, 3 and 5 for each bit; 12, 25 and 32 inputs
    // take 4.67, 10.4, 12.4.
    CHECK(selector_luts(4) == 1);
    CHECK(selector_luts(8) == 3);
    CHECK(selector_luts(16) == 5);
    CHECK(selector_luts(12) == 4);
    CHECK(selector_luts(25) == 10);
    CHECK(selector_luts(32) == 11);
}

TEST_CASE("the closed form for dense hardware counts what its schedule has")
{
    std::mt19937_64 random(11);
    int compared = 0;
    for (int trial = 0; trial < 400; ++trial) {
        const int inputs = 1 + static_cast<int>(random() % 24);
        const int outputs = 1 + static_cast<int>(random() % 24);
        for (int rf = 2; rf <= inputs * outputs; ++rf) {
            const weight_matrix m = narrow(inputs, outputs, rf);
            // Where the map is regular: legal reuse factors.
            if (!(inputs % rf == 0 || (rf % inputs == 0 && outputs % (rf / inputs) == 0)))
                continue;
            const matrix_schedule schedule = schedule_of(m);
            // Literal: additions, one for each multiplier; selectors, one for each sequence.
            std::map<std::vector<std::int64_t>, std::set<std::int64_t>> sequences;
            std::int64_t luts = 5;
            for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
                std::vector<std::int64_t> sequence;
                for (const schedule_slot& slot : schedule.slots(k))
                    sequence.push_back(slot.input);
                sequences[sequence] = {sequence.begin(), sequence.end()};
                luts += 18;
            }
            for (const auto& [sequence, met] : sequences)
                luts += 18 * joined(std::vector<int>(met.size()));
            cost_policy yosys = cost_policy::yosys;
            yosys.memory.min_bits = yosys.memory.min_depth = 0;
            CHECK(luts_of(schedule) == luts);
            CHECK(cost(m, yosys).lut == luts);
            ++compared;
        }
    }
    CHECK(compared > 1'000);
}

TEST_CASE("a pruned schedule has the selectors that its multipliers still share")
{
    // 16 inputs at reuse factor 4: 4 streams, 8 outputs with 4 multipliers each.
    const weight_matrix m = narrow(16, 8, 4);
    CHECK(luts_of(schedule_of(m)) == 32 * 18 + 4 * 18 * 1 + 5);
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(m.weights()), 0);
    CHECK(luts_of(schedule_of(m, std::span<const std::uint8_t>(kept))) == 0);
    // The first multiplier of each row: one stream is left.
    for (std::size_t row = 0; row < 8; ++row)
        kept[row * 16] = 1;
    CHECK(luts_of(schedule_of(m, std::span<const std::uint8_t>(kept))) == 8 * 18 + 1 * 18 + 5);
}
