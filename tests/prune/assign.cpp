// SPDX-License-Identifier: Apache-2.0
#include <espalier/hls/schedule.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/assign.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/recount.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

weight_matrix dense_matrix(int inputs, int outputs, int reuse_factor)
{
    return matrices_of(
        dense{.inputs = inputs, .outputs = outputs, .reuse_factor = reuse_factor})[0];
}

std::vector<double> random_importances(std::mt19937_64& random, const weight_matrix& m)
{
    std::vector<double> importances(static_cast<std::size_t>(m.weights()));
    for (double& i : importances)
        i = static_cast<double>(random() % 50); // with ties
    return importances;
}

/// The streams of the block in which a multiplier of a row is, and the inputs that they bring.
struct candidates {
    std::int64_t first_stream, end_stream;
};
candidates block_of(const weight_matrix& m, int streams, std::int64_t multiplier)
{
    const std::int64_t of_row = m.n_in() / m.reuse_factor;
    const std::int64_t stream = multiplier % of_row;
    const std::int64_t first = stream - stream % streams;
    return {first, std::min<std::int64_t>(first + streams, of_row)};
}

} // namespace

TEST_CASE("every weight has a slot in its own row, block and cycle")
{
    std::mt19937_64 random(11);
    for (const auto& [inputs, outputs, reuse_factor, streams] :
        {std::tuple{24, 5, 2, 4}, {24, 5, 3, 4}, {20, 3, 4, 4}, {20, 3, 4, 2}, {12, 4, 12, 4},
            {30, 2, 3, 8}, {7, 3, 7, 1}}) {
        const weight_matrix m = dense_matrix(inputs, outputs, reuse_factor);
        const grouping groups(m, structure::n_of(streams));
        const weight_assignment assignment = assign(groups, random_importances(random, m));
        const grouping assigned = groups.assigned(assignment);
        std::set<std::int64_t> met;
        for (std::int64_t g = 0; g < assigned.groups(); ++g) {
            const auto [first, end] = block_of(m, streams, g);
            std::int64_t cycle = 0;
            for (const std::int64_t flat : assigned.members(g)) {
                CHECK(met.insert(flat).second);
                CHECK(assigned.group_of(flat) == g);
                CHECK(flat / inputs == g / (inputs / reuse_factor));
                CHECK(flat % inputs % reuse_factor == cycle++);
                CHECK(flat % inputs / reuse_factor >= first);
                CHECK(flat % inputs / reuse_factor < end);
            }
            CHECK(cycle == reuse_factor);
        }
        CHECK(met.size() == static_cast<std::size_t>(m.weights()));
    }
}

TEST_CASE("whatever number of a block's multipliers is kept serves the best weights")
{
    std::mt19937_64 random(12);
    const weight_matrix m = dense_matrix(24, 4, 3);
    const std::vector<double> importances = random_importances(random, m);
    for (const structure& how : {structure::n_of(4), structure::n_of(3), structure::free_rows}) {
        const grouping groups(m, how);
        const weight_assignment assignment = assign(groups, importances);
        const grouping assigned = groups.assigned(assignment);
        const std::int64_t of_row = 24 / 3;
        const std::int64_t of_block = how.kind == structure_kind::free_row ? of_row : how.streams;
        for (std::int64_t row = 0; row < 4; ++row)
            for (std::int64_t first = 0; first < of_row; first += of_block) {
                const std::int64_t end = std::min(first + of_block, of_row);
                double value_before = std::numeric_limits<double>::infinity();
                double kept = 0;
                for (std::int64_t n = 1; n <= end - first; ++n) {
                    double value = 0;
                    for (const std::int64_t flat : assigned.members(row * of_row + first + n - 1))
                        value += importances[static_cast<std::size_t>(flat)];
                    CHECK(value <= value_before);
                    value_before = value;
                    kept += value;
                    // The most that n multipliers can serve, by sorting everything they may take.
                    double most = 0;
                    for (std::int64_t cycle = 0; cycle < 3; ++cycle) {
                        std::vector<double> of_cycle;
                        for (std::int64_t s = first; s < end; ++s)
                            of_cycle.push_back(
                                importances[static_cast<std::size_t>(row * 24 + s * 3 + cycle)]);
                        std::sort(of_cycle.rbegin(), of_cycle.rend());
                        for (std::int64_t k = 0; k < n; ++k)
                            most += of_cycle[static_cast<std::size_t>(k)];
                    }
                    if (how.kind == structure_kind::free_row) {
                        std::vector<double> all(
                            importances.begin() + row * 24, importances.begin() + (row + 1) * 24);
                        std::sort(all.rbegin(), all.rend());
                        most = 0;
                        for (std::int64_t k = 0; k < 3 * n; ++k)
                            most += all[static_cast<std::size_t>(k)];
                    }
                    CHECK(kept == most);
                }
            }
    }
}

TEST_CASE("a schedule serves the kept weights with as few multipliers as a block's fullest cycle")
{
    std::mt19937_64 random(13);
    for (int i = 0; i < 200; ++i) {
        const int reuse_factor = 1 + static_cast<int>(random() % 5);
        const int streams = 1 + static_cast<int>(random() % 6);
        const weight_matrix m = dense_matrix(reuse_factor * (1 + static_cast<int>(random() % 9)),
            1 + static_cast<int>(random() % 5), reuse_factor);
        const std::int64_t of_row = m.n_in() / reuse_factor;
        std::vector<float> kept(static_cast<std::size_t>(m.weights()));
        const auto percent = random() % 101;
        for (float& w : kept)
            w = random() % 100 < percent ? 1.0F : 0.0F;

        const matrix_schedule schedule =
            schedule_of(m, std::span<const float>(kept), structure::n_of(streams));
        std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> fullest; // of row and block
        for (std::int64_t row = 0; row < m.n_out(); ++row)
            for (std::int64_t first = 0; first < of_row; first += streams)
                for (std::int64_t cycle = 0; cycle < reuse_factor; ++cycle) {
                    std::int64_t here = 0;
                    for (std::int64_t s = first; s < std::min(first + streams, of_row); ++s)
                        here += kept[static_cast<std::size_t>(
                                    row * m.n_in() + s * reuse_factor + cycle)] != 0
                                    ? 1
                                    : 0;
                    auto& most = fullest[{row, first}];
                    most = std::max(most, here);
                }
        std::int64_t needed = 0;
        for (const auto& [block, most] : fullest)
            needed += most;
        CHECK(schedule.multipliers() == needed);
        CHECK(recount(m, layout::pytorch, kept, {}, structure::n_of(streams)).dsp == needed);

        const matrix_schedule free =
            schedule_of(m, std::span<const float>(kept), structure::free_rows);
        needed = 0;
        for (std::int64_t row = 0; row < m.n_out(); ++row)
            needed += ceil_div(std::count(kept.begin() + row * m.n_in(),
                                   kept.begin() + (row + 1) * m.n_in(), 1.0F),
                static_cast<std::int64_t>(reuse_factor));
        CHECK(free.multipliers() == needed);
        CHECK(recount(m, layout::pytorch, kept, {}, structure::free_rows).dsp == needed);

        for (const matrix_schedule* s : {&schedule, &free}) {
            std::set<std::int64_t> met;
            for (std::int64_t k = 0; k < s->multipliers(); ++k) {
                const std::int64_t number = s->numbers()[static_cast<std::size_t>(k)];
                for (const schedule_slot& slot : s->slots(k)) {
                    CHECK(slot.output == number / of_row);
                    if (slot.weight == schedule_slot::idle)
                        continue;
                    CHECK(met.insert(slot.weight).second);
                    CHECK(kept[static_cast<std::size_t>(slot.weight)] == 1);
                    CHECK(slot.weight == slot.output * m.n_in() + slot.input);
                }
            }
            CHECK(
                met.size() == static_cast<std::size_t>(std::count(kept.begin(), kept.end(), 1.0F)));
        }
    }
}

TEST_CASE("masks of assigned multipliers need exactly what the solver took")
{
    std::mt19937_64 random(14);
    for (int i = 0; i < 60; ++i) {
        const int reuse_factor = 1 + static_cast<int>(random() % 4);
        const std::vector<layer_spec> layers{
            dense{.name = "a",
                .inputs = reuse_factor * (3 + static_cast<int>(random() % 6)),
                .outputs = 2 + static_cast<int>(random() % 6),
                .reuse_factor = reuse_factor,
                .weight = {random() % 2 == 0 ? 18 : 16, 6}},
            dense{.name = "b", .inputs = 12, .outputs = 5, .reuse_factor = 4}};
        const structure how = random() % 3 == 0
                                  ? structure::free_rows
                                  : structure::n_of(2 + static_cast<int>(random() % 4));
        // Blocks of Intel hold two products each, which lie side by side where memory is packed.
        cost_policy costs;
        if (random() % 2 == 0 && reuse_factor > 1)
            costs.dsp = dsp_family::intel_variable_precision;
        selection chosen(layers, {.structure = how, .costs = costs});
        std::vector<std::vector<float>> weights;
        std::vector<double> values(chosen.items());
        for (std::size_t m = 0; m < chosen.matrices(); ++m) {
            const weight_matrix& matrix = chosen.groups_of(m).matrix();
            weights.emplace_back();
            for (std::int64_t k = 0; k < matrix.weights(); ++k)
                weights[m].push_back(static_cast<float>(random() % 1000 + 1) / 500.0F - 1.0005F);
            chosen.assign(m, group_norms(grouping(matrix, structure::weights), layout::pytorch,
                                 weights[m], ranking::l1));
            const std::vector<double> norms =
                group_norms(chosen.groups_of(m), layout::pytorch, weights[m], ranking::l1);
            std::copy(norms.begin(), norms.end(),
                values.begin() + static_cast<std::ptrdiff_t>(chosen.first_item(m)));
        }
        const resources total = chosen.total();
        const resources budget{.dsp = 2 + total.dsp * static_cast<std::int64_t>(random() % 10) / 10,
            .bram18 = total.bram18,
            .lut = total.lut};
        const knapsack_solution solution = exact{}(chosen.pose(values, budget));
        REQUIRE(solution.has_answer());
        resources counted, recounted;
        for (std::size_t m = 0; m < chosen.matrices(); ++m) {
            std::vector<std::uint8_t> mask(weights[m].size());
            chosen.write_mask(solution.keep, m, layout::pytorch, std::span<std::uint8_t>(mask));
            const weight_matrix& matrix = chosen.groups_of(m).matrix();
            // A dense layer of PyTorch lies as the hardware counts.
            const matrix_schedule schedule =
                schedule_of(matrix, std::span<const std::uint8_t>(mask), how);
            counted.dsp += product_of(matrix, costs).dsp_for(schedule.multipliers());
            counted.bram18 += schedule.bram18(costs.memory);
            counted.lut += schedule.multipliers() * lut_own_selector(matrix, how);
            std::vector<float> masked = weights[m];
            for (std::size_t k = 0; k < masked.size(); ++k)
                masked[k] *= static_cast<float>(mask[k]);
            recounted += recount(matrix, layout::pytorch, masked, costs, how);
        }
        CHECK(counted == chosen.usage_of(solution.keep));
        CHECK(recounted == counted);
    }
}

TEST_CASE("of equal weights the first comes first")
{
    for (const structure& how : {structure::n_of(20), structure::free_rows}) {
        const weight_assignment assignment =
            assign(grouping(dense_matrix(80, 3, 2), how), std::vector<double>(240, 1.0));
        for (std::int64_t flat = 0; flat < 240; ++flat)
            CHECK(assignment.slot_of(flat) == flat);
    }
}

TEST_CASE("at reuse factor 1 there is nothing to assign")
{
    const weight_matrix m = dense_matrix(8, 3, 1);
    const grouping groups(m, structure::n_of(4));
    std::mt19937_64 random(15);
    const weight_assignment assignment = assign(groups, random_importances(random, m));
    for (std::int64_t flat = 0; flat < m.weights(); ++flat)
        CHECK(assignment.slot_of(flat) == flat);
    CHECK(lut_own_selector(m, structure::n_of(4)) == 0);
}

TEST_CASE("a selector of one's own has the fewer of streams and inputs to choose from")
{
    // 16 bits of data; a 6-input LUT selects one of four.
    // A LUT for each bit, and one for each bit of the choice.
    CHECK(lut_own_selector(dense_matrix(84, 2, 12), structure::n_of(4)) == 16 * 1 + 2);
    CHECK(lut_own_selector(dense_matrix(84, 2, 12), structure::n_of(8)) == 16 * 3 + 3); // 7 streams
    CHECK(lut_own_selector(dense_matrix(84, 2, 12), structure::free_rows) == 16 * 4);
    CHECK(lut_own_selector(dense_matrix(84, 2, 12), structure::n_of(1)) == 0);
    // A LUT holds 64 cycles of a table.
    CHECK(lut_own_selector(dense_matrix(256, 2, 64), structure::n_of(4)) == 16 * 1 + 2);
    CHECK(lut_own_selector(dense_matrix(520, 2, 65), structure::n_of(4)) == 16 * 1 + 4);
    // One of its own inputs, by the counter, where that is less: 4 cycles.
    CHECK(lut_own_selector(dense_matrix(84, 2, 4), structure::n_of(4)) == 16 * 1);
    CHECK(lut_own_selector(dense_matrix(84, 2, 2), structure::n_of(8)) == 16 * 1);
    CHECK(lut_own_selector(dense_matrix(84, 2, 12), structure::multipliers) == 0);
}

TEST_CASE("what cannot be assigned is refused")
{
    const weight_matrix m = dense_matrix(8, 4, 2);
    CHECK_THROWS_WITH_AS(grouping(m, {.kind = structure_kind::n_of_m}),
        "multipliers that take any of several weights have a packed memory", std::invalid_argument);
    CHECK_THROWS_WITH_AS(grouping(m, structure::n_of(0)),
        "an N:M block has at least one stream (M = 0)", std::invalid_argument);
    CHECK_THROWS_WITH_AS(grouping(dense_matrix(8, 4, 16), structure::free_rows),
        "weights are assigned to multipliers within a row, so the reuse factor divides the inputs "
        "of the row (reuse_factor = 16, inputs = 8)",
        std::invalid_argument);
    const std::vector<double> importances(32, 1.0);
    CHECK_THROWS_WITH_AS((void)assign(grouping(m, structure::multipliers), importances),
        "weights are assigned to multipliers under n_of_m and free_row only",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)assign(grouping(m, structure::n_of(4)),
                             std::span<const double>(importances).first(31)),
        "weights are assigned by the importance of each of them (importances = 31, weights = 32)",
        std::invalid_argument);
    const weight_assignment assignment = assign(grouping(m, structure::n_of(4)), importances);
    CHECK_THROWS_WITH_AS((void)grouping(m, structure::multipliers).assigned(assignment),
        "weights are assigned to multipliers under n_of_m and free_row only",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(
        (void)grouping(dense_matrix(8, 2, 2), structure::n_of(4)).assigned(assignment),
        "an assignment has a slot for every weight of the matrix (given = 32, weights = 16)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(weight_assignment({0, 2, 2}),
        "an assignment gives every weight a slot of its own (weight = 2, slot = 2, weights = 3)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(weight_assignment({0, 3, 2}),
        "an assignment gives every weight a slot of its own (weight = 3, slot = 1, weights = 3)",
        std::invalid_argument);
}
