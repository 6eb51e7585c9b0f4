// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"
#include "needed_hardware.hpp"

#include <espalier/prune/hardware_map.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace espalier;

namespace {

std::int64_t kept(const std::vector<unit_state>& units)
{
    return std::count(units.begin(), units.end(), unit_state::kept);
}

/// RAMB18 of the columns that are kept.
std::int64_t bram18(const hardware_map& map, const weight_memory& memory)
{
    std::int64_t sum = 0;
    std::size_t at = 0;
    for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
        for (std::int64_t c = 0; c < memory.columns(bank); ++c)
            sum += map.columns.at(at++) == unit_state::kept ? memory.banks[bank].bram18 : 0;
    CHECK(at == map.columns.size());
    return sum;
}

} // namespace

TEST_CASE("a map keeps what the hardware marked bit by bit keeps")
{
    std::mt19937_64 random(71);
    int compared = 0, with_memory = 0;
    for (int i = 0; i < 500; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        for (std::size_t l = 0; l < layers.size(); ++l)
            for (const weight_matrix& m : matrices_of(layers[l])) {
                const int percent = random_layers::one_of<int>(random, {0, 2, 20, 90, 100});
                std::vector<std::uint8_t> mask(static_cast<std::size_t>(m.weights()));
                for (std::uint8_t& w : mask)
                    w = random_layers::between(random, 1, 100) <= percent ? 1 : 0;
                const bool pooled = m.strategy == strategy::latency && m.reuse_factor > 1;
                for (const structure& how :
                    {structure::weights, structure::multipliers, structure::packed_multipliers}) {
                    if (pooled && how != structure::weights)
                        continue;
                    const hardware_map map =
                        hardware_map_of(grouping(m, how), order, mask, options.costs);
                    const resources need =
                        needed_hardware::of(m, order, mask, options.costs, how.memory);
                    const weight_memory memory = how.memory == memory_layout::packed
                                                     ? packed_memory_of(m, options.costs.memory)
                                                     : memory_of(m, options.costs.memory);
                    CHECK(bram18(map, memory) == need.bram18);
                    CHECK(std::ssize(map.multipliers) == m.multipliers());
                    const product_cost product = product_of(m, options.costs);
                    if (product.sharing == 1 && last_product_of(m, options.costs) == product)
                        CHECK(kept(map.multipliers) * product.blocks * m.copies == need.dsp);
                    ++compared;
                    with_memory += memory.is_in_block_ram() ? 1 : 0;
                }
            }
    }
    CHECK(compared > 2000);
    CHECK(with_memory > 500);
}

TEST_CASE("one weight keeps its own multiplier and the columns that hold its bits")
{
    std::mt19937_64 random(72);
    for (int i = 0; i < 300; ++i) {
        const dense layer{.inputs = 24,
            .outputs = 10,
            .reuse_factor = random_layers::one_of<int>(random, {2, 3, 4, 8}),
            .weight = {random_layers::between(random, 10, 40), 6}};
        const weight_matrix m = matrices_of(layer)[0];
        std::vector<std::uint8_t> mask(240);
        const auto offset = static_cast<std::int64_t>(random() % 240);
        mask[static_cast<std::size_t>(offset)] = 1;
        const hardware_map map = hardware_map_of(
            grouping(m, structure::consecutive), layout::pytorch, mask, cost_policy::paper);
        const placement at = place(m, layout::pytorch, offset, cost_policy::paper.memory);
        for (std::int64_t g = 0; g < m.multipliers(); ++g)
            CHECK((map.multipliers[static_cast<std::size_t>(g)] == unit_state::kept) ==
                  (g == at.multiplier));
        REQUIRE(!map.columns.empty());
        for (std::int64_t c = 0; c < std::ssize(map.columns); ++c)
            CHECK((map.columns[static_cast<std::size_t>(c)] == unit_state::kept) ==
                  (c >= at.first_column && c < at.end_column));
    }
}

TEST_CASE("multipliers that chose their weights are kept while one of those is")
{
    for (const structure& how : {structure::n_of(4), structure::free_rows}) {
        deterministic::training mine;
        pruner p{mine.layers, mine.views(),
            deterministic::with([&](pruner_options& o) { o.selection.structure = how; })};
        p.baseline(mine.metric());
        std::size_t rounds = 0;
        const auto look = [&](int) {
            resources counted;
            for (std::size_t m = 0; m < p.masks().size(); ++m) {
                const grouping& groups = p.groups().groups_of(m);
                const std::vector<std::uint8_t>& mask = p.masks()[m];
                const hardware_map map =
                    hardware_map_of(groups, layout::pytorch, mask, p.groups().costs());
                for (std::int64_t g = 0; g < groups.groups(); ++g) {
                    const auto members = groups.members(g);
                    const bool any =
                        std::any_of(members.begin(), members.end(), [&](std::int64_t flat) {
                            return mask[static_cast<std::size_t>(flat)] != 0;
                        });
                    CHECK(
                        any == (map.multipliers[static_cast<std::size_t>(g)] == unit_state::kept));
                }
                counted.dsp += kept(map.multipliers);
                counted.bram18 +=
                    bram18(map, packed_memory_of(groups.matrix(), p.groups().costs().memory));
            }
            CHECK(counted.dsp == p.history().back().usage.dsp);
            CHECK(counted.bram18 == p.history().back().usage.bram18);
            ++rounds;
        };
        while (deterministic::run_round(p, mine, deterministic::observing::never, look) &&
               rounds < 8) {
        }
        CHECK(rounds > 3);
    }
}

TEST_CASE("a constant with two digits is an adder, which is neither kept nor freed")
{
    const weight_matrix m = matrices_of(dense{.inputs = 3, .outputs = 1})[0];
    const std::vector<std::uint8_t> mask{2, 0, 1};
    const hardware_map map =
        hardware_map_of(grouping(m, structure::constants), layout::keras, mask);
    CHECK(map.multipliers ==
          std::vector{unit_state::two_digits, unit_state::freed, unit_state::kept});
    CHECK(map.columns.empty());
}

TEST_CASE("a map refuses the wrong number of weights")
{
    const weight_matrix m = matrices_of(dense{.inputs = 3, .outputs = 1})[0];
    CHECK_THROWS_WITH_AS((void)hardware_map_of(grouping(m, structure::weights), layout::keras,
                             std::vector<std::uint8_t>(2)),
        "a mask has an entry for every weight (given = 2, weights = 3)", std::invalid_argument);
}
