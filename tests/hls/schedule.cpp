// SPDX-License-Identifier: Apache-2.0
#include "model/hardware_loops.hpp"
#include "model/random_layers.hpp"

#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <vector>

using namespace espalier;

namespace {

weight_matrix dense_matrix(int inputs, int outputs, int reuse_factor)
{
    return matrices_of(
        dense{.inputs = inputs, .outputs = outputs, .reuse_factor = reuse_factor})[0];
}

std::vector<std::int64_t> inputs_of(std::span<const schedule_slot> slots)
{
    std::vector<std::int64_t> inputs;
    for (const schedule_slot& s : slots)
        inputs.push_back(s.input);
    return inputs;
}

} // namespace

TEST_CASE("a schedule meets what the loops of the hardware meet")
{
    std::mt19937_64 random(3);
    std::int64_t met = 0;
    for (int i = 0; i < 300; ++i) {
        layer_spec layer = random_layers::layer_of(
            random, random_layers::kinds[random() % std::size(random_layers::kinds)], 40);
        random_layers::draw_reuse_factors(random, layer);
        for (const weight_matrix& m : matrices_of(layer)) {
            const matrix_schedule schedule = schedule_of(m);
            REQUIRE(schedule.multipliers() == m.multipliers());
            std::int64_t differ = 0, here = 0;
            hardware_loops::run(m, [&](const hardware_loops::meeting& at) {
                const schedule_slot& slot =
                    schedule.slots(at.multiplier)[static_cast<std::size_t>(at.cycle)];
                differ += slot == schedule_slot{at.weight, at.input, at.accumulator} ? 0 : 1;
                ++here;
            });
            CHECK(here == m.weights());
            CHECK(differ == 0);
            met += here;
        }
    }
    CHECK(met > 10'000);
}

TEST_CASE("kept weights are met once, and multipliers and columns are those of a recount")
{
    std::mt19937_64 random(7);
    int compared = 0;
    for (int i = 0; i < 300; ++i) {
        layer_spec layer = random_layers::layer_of(
            random, random_layers::kinds[random() % std::size(random_layers::kinds)], 40);
        random_layers::draw_reuse_factors(random, layer);
        for (const weight_matrix& m : matrices_of(layer)) {
            const int percent = random_layers::one_of<int>(random, {0, 5, 50, 100});
            std::vector<float> kept(static_cast<std::size_t>(m.weights()));
            for (float& w : kept)
                w = random_layers::between(random, 1, 100) <= percent ? 1.0F : 0.0F;
            for (const memory_layout use : {memory_layout::in_place, memory_layout::packed}) {
                const matrix_schedule schedule = schedule_of(m, std::span<const float>(kept), use);
                std::set<std::int64_t> met;
                for (std::int64_t k = 0; k < schedule.multipliers(); ++k)
                    for (const schedule_slot& s : schedule.slots(k))
                        if (s.weight != schedule_slot::idle) {
                            CHECK(met.insert(s.weight).second);
                            CHECK(kept[static_cast<std::size_t>(s.weight)] == 1);
                        }
                CHECK(met.size() == static_cast<std::size_t>(std::ranges::count(kept, 1.0F)));
                const resources need = recount(m, layout::hardware, kept, {}, use);
                const product_cost product = product_of(m);
                if (product.blocks > 0 && product.sharing == 1)
                    CHECK(schedule.multipliers() * product.blocks * m.copies == need.dsp);
                std::int64_t bram18 = 0;
                const weight_memory memory = memory_of(m);
                for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
                    bram18 += static_cast<std::int64_t>(schedule.columns({}, bank).size()) *
                              memory.banks[bank].bram18;
                CHECK(bram18 == need.bram18);
                ++compared;
            }
        }
    }
    CHECK(compared > 300);
}

TEST_CASE("multipliers that meet the same inputs share a stream")
{
    // 12 inputs at reuse factor 4: three streams, whatever the number of rows.
    const matrix_schedule narrow = schedule_of(dense_matrix(12, 5, 4));
    std::vector<std::int64_t> streams = narrow.streams();
    CHECK(std::set<std::int64_t>(streams.begin(), streams.end()).size() == 3);
    for (std::size_t k = 0; k < streams.size(); ++k) {
        CHECK(streams[k] == static_cast<std::int64_t>(k % 3));
        CHECK(inputs_of(narrow.slots(static_cast<std::int64_t>(k))) ==
              inputs_of(narrow.slots(streams[k])));
    }
    // A reuse factor of at least n_in: every multiplier sees all inputs in the same order.
    streams = schedule_of(dense_matrix(6, 4, 12)).streams();
    CHECK(std::set<std::int64_t>(streams.begin(), streams.end()).size() == 1);
}

TEST_CASE("idle slots keep the input of the map, so that streams stay shared")
{
    const weight_matrix m = dense_matrix(8, 2, 4);
    std::vector<std::uint8_t> kept(16, 1);
    kept[1] = kept[2] = 0;                     // two weights of multiplier 0
    kept[4] = kept[5] = kept[6] = kept[7] = 0; // all of multiplier 1
    const matrix_schedule schedule = schedule_of(m, std::span<const std::uint8_t>(kept));
    CHECK(schedule.multipliers() == 3);
    CHECK(std::vector(schedule.numbers().begin(), schedule.numbers().end()) ==
          std::vector<std::int64_t>{0, 2, 3});
    CHECK(schedule.slots(0)[1] == schedule_slot{schedule_slot::idle, 1, 0});
    CHECK(schedule.streams() == std::vector<std::int64_t>{0, 0, 1});
    CHECK(schedule.first_bit(1) == 2 * m.weight.width);
    CHECK(schedule_of(m, std::span<const std::uint8_t>(kept), memory_layout::packed).first_bit(1) ==
          m.weight.width);
}

TEST_CASE("what is no schedule of the matrix is refused")
{
    const weight_matrix m = dense_matrix(4, 2, 2);
    const auto with = [&](std::vector<std::int64_t> numbers, std::vector<schedule_slot> slots) {
        return matrix_schedule(m, memory_layout::in_place, std::move(numbers), std::move(slots));
    };
    CHECK_NOTHROW(with({1}, {{2, 2, 0}, {3, 3, 0}}));
    CHECK_THROWS_WITH_AS(with({1}, {{2, 2, 0}}),
        "a schedule has a slot for each multiplier and cycle (slots = 1, multipliers = 1, "
        "reuse_factor = 2)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(with({1, 1}, {{2, 2, 0}, {3, 3, 0}, {4, 0, 1}, {5, 1, 1}}),
        "the multipliers of a schedule rise and are those of the matrix (multiplier = 1, after = "
        "1, "
        "multipliers = 4)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(with({4}, {{2, 2, 0}, {3, 3, 0}}),
        "the multipliers of a schedule rise and are those of the matrix (multiplier = 4, after = "
        "-1, multipliers = 4)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(with({1}, {{2, 4, 0}, {3, 3, 0}}),
        "a slot of a schedule has an input and an output of the matrix (input = 4, output = 0, "
        "n_in = 4, n_out = 2)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(with({1}, {{2, 2, 0}, {2, 2, 0}}),
        "a schedule meets weights of the matrix, each once (weight = 2, weights = 8)",
        std::invalid_argument);
    const std::vector<float> few(7);
    CHECK_THROWS_WITH_AS((void)schedule_of(m, std::span<const float>(few)),
        "a schedule needs to know of every weight of the matrix whether it is kept (given = 7, "
        "weights = 8)",
        std::invalid_argument);
}
