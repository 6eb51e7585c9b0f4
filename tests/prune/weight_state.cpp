// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/solving.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/custom_resource.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/recount.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/weight_state.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

dense constants(label name, int inputs, int outputs, int width)
{
    return {.name = name,
        .inputs = inputs,
        .outputs = outputs,
        .weight = {width, 4},
        .data = {width, 4}};
}

} // namespace

TEST_CASE("a weight is stored in its format, with two digits, or not at all")
{
    const precision format{12, 4}; // steps of 1/256
    CHECK(stored_as(1.0 / 3, format, weight_state::kept) == 85);
    CHECK(stored_as(1.0 / 3, format, weight_state::two_digits) == 80); // 64 + 16; 96 is further
    CHECK(stored_as(1.0 / 3, format, weight_state::pruned) == 0);
    CHECK(in_hardware(1.0 / 3, format, weight_state::two_digits) == 80.0 / 256);
    CHECK(in_hardware(-1.0 / 3, format, weight_state::kept) == -86.0 / 256); // truncation
    CHECK(lost_by_two_digits(1.0 / 3, format) == 5.0 / 85);
    CHECK(lost_by_two_digits(0.375, format) == 0); // 64 + 32
    CHECK(lost_by_two_digits(1e-6, format) == 0);  // stored as 0 either way
    // The ends of a format have two digits, so rounding never leaves it.
    CHECK(stored_as(100, format, weight_state::two_digits) == 2047);
    CHECK(stored_as(-100, format, weight_state::two_digits) == -2048);
    CHECK_THROWS_WITH_AS((void)stored_as(1e30, precision{64, 64}, weight_state::two_digits),
        "a number that is rounded to signed digits has at most 62 bits (value = "
        "9223372036854775807)",
        std::invalid_argument);
}

TEST_CASE("the best states are those of all states tried")
{
    std::mt19937_64 random(21);
    int with_all_states = 0;
    for (int i = 0; i < 300; ++i) {
        const int width = random() % 3 == 0 ? 4 : 16; // of 4 bits, products go to LUTs
        const std::vector<layer_spec> layers{constants("a", 1 + static_cast<int>(random() % 2),
                                                 1 + static_cast<int>(random() % 2), width),
            constants("b", 1 + static_cast<int>(random() % 3), 1, 16)};
        selection chosen(layers, {.structure = structure::constants, .keep_at_least = 0});
        std::vector<double> values(chosen.items());
        struct choice {
            double two_digits, kept;
            resources cost_two_digits, cost_kept;
        };
        std::vector<choice> weights;
        for (std::size_t m = 0; m < chosen.matrices(); ++m) {
            const weight_matrix& matrix = chosen.groups_of(m).matrix();
            const auto count = static_cast<std::size_t>(matrix.weights());
            const product_cost product = product_of(matrix);
            const std::int64_t adder = 2 * matrix.weight.width; // of weight and data
            for (std::size_t g = 0; g < count; ++g) {
                const double whole = static_cast<double>(random() % 100);
                const double part = whole * static_cast<double>(random() % 101) / 100;
                values[chosen.first_item(m) + g] = part;
                values[chosen.first_item(m) + count + g] = whole - part;
                weights.push_back({part, whole, {.lut = adder},
                    {.dsp = product.blocks,
                        .lut = adder + (product.blocks == 0 ? lut_product(4, 4) : 0)}});
            }
        }
        const resources total = chosen.total();
        const auto some = [&](std::int64_t of) {
            return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(of + 1));
        };
        const resources budget{.dsp = some(total.dsp), .lut = some(total.lut)};

        double best = 0;
        std::vector<int> states(weights.size(), 0), best_states;
        for (bool more = true; more;) {
            resources need;
            double value = 0;
            for (std::size_t w = 0; w < weights.size(); ++w) {
                if (states[w] == 1)
                    need += weights[w].cost_two_digits, value += weights[w].two_digits;
                if (states[w] == 2)
                    need += weights[w].cost_kept, value += weights[w].kept;
            }
            if (need.dsp <= budget.dsp && need.lut <= budget.lut && value > best) {
                best = value;
                best_states = states;
            }
            std::size_t w = 0;
            while (w < states.size() && ++states[w] == 3)
                states[w++] = 0;
            more = w < states.size();
        }
        const knapsack_solution solution = exact{}(chosen.pose(values, budget));
        CHECK(solution.status == solve_status::optimal);
        CHECK(solution.value == doctest::Approx(best).epsilon(1e-12));
        // What the masks say is worth what the solver promised, and takes what it took.
        double worth = 0;
        resources need;
        std::size_t w = 0;
        for (std::size_t m = 0; m < chosen.matrices(); ++m) {
            const auto count = static_cast<std::size_t>(chosen.groups_of(m).matrix().weights());
            std::vector<std::uint8_t> of_matrix(count), mask(count);
            chosen.write_states(solution.keep, m, layout::pytorch, of_matrix);
            chosen.write_mask(solution.keep, m, layout::pytorch, std::span<std::uint8_t>(mask));
            for (std::size_t g = 0; g < count; ++g, ++w) {
                CHECK(mask[g] == (of_matrix[g] != 0 ? 1 : 0));
                if (of_matrix[g] == 1)
                    worth += weights[w].kept, need += weights[w].cost_kept;
                if (of_matrix[g] == 2)
                    worth += weights[w].two_digits, need += weights[w].cost_two_digits;
            }
        }
        CHECK(worth == doctest::Approx(best).epsilon(1e-12));
        CHECK(need == chosen.usage_of(solution.keep));
        if (std::count(best_states.begin(), best_states.end(), 0) > 0 &&
            std::count(best_states.begin(), best_states.end(), 1) > 0 &&
            std::count(best_states.begin(), best_states.end(), 2) > 0)
            ++with_all_states;
    }
    CHECK(with_all_states > 20);
}

TEST_CASE("a pruner keeps weights with two digits, and what it hands over needs what it says")
{
    for (const ranking by : {ranking::l1, ranking::l2, ranking::fisher}) {
        deterministic::training mine;
        mine.layers[1] = dense{.name = "fc2", .inputs = 32, .outputs = 5, .weight = {16, 6}};
        pruner p{mine.layers, mine.views(), deterministic::with([&](pruner_options& o) {
                     o.rank_by = by;
                     o.selection.rules = {{.layer = "fc2", .structure = structure::constants}};
                     // Adders are not what is short.
                     o.schedule = polynomial{.steps = 5, .target = {0.9, 0.5, 0}};
                 })};
        mine.observe(p);
        p.baseline(mine.metric());
        std::size_t looked = 0;
        const auto look = [&](int) {
            const auto before = mine.weights;
            {
                const auto hardware = p.as_in_hardware();
                for (std::size_t m = 0; m < 2; ++m)
                    for (std::size_t k = 0; k < before[m].size(); ++k) {
                        const double scaled =
                            std::ldexp(static_cast<double>(mine.weights[m][k]), 16 - 6);
                        CHECK(scaled == std::floor(scaled));
                        const auto state = static_cast<weight_state>(p.masks()[m][k]);
                        if (state == weight_state::two_digits)
                            CHECK(signed_digits(static_cast<std::int64_t>(scaled)) <= 2);
                        if (state != weight_state::pruned)
                            CHECK(std::abs(mine.weights[m][k] - before[m][k]) <=
                                  (state == weight_state::kept
                                          ? 0x1p-10F
                                          : 0.2F * std::abs(before[m][k]) + 0x1p-9F));
                    }
            }
            CHECK(mine.weights == before);
            std::int64_t kept = 0;
            for (const auto& mask : p.masks())
                kept += std::count_if(mask.begin(), mask.end(), [](auto of) { return of != 0; });
            CHECK(p.history().back().kept_weights == kept);
            ++looked;
        };
        while (deterministic::run_round(p, mine, deterministic::observing::in_rounds, look)) {
        }
        CHECK(looked > 10);
        REQUIRE(p.accepted() != nullptr);
        CHECK(std::count(p.masks()[1].begin(), p.masks()[1].end(), 2) > 20);
        CHECK(std::count(p.masks()[0].begin(), p.masks()[0].end(), 2) == 0);
        p.write_as_in_hardware();
        const weight_matrix& last = p.groups().groups_of(1).matrix();
        const resources need =
            recount(last, layout::pytorch, mine.weights[1], {}, structure::constants);
        // Training may have brought a whole weight to two digits, but never the other way round.
        CHECK(need.dsp <= std::count(p.masks()[1].begin(), p.masks()[1].end(), 1));
        CHECK(need.dsp + 8 > std::count(p.masks()[1].begin(), p.masks()[1].end(), 1));
    }
}

TEST_CASE("values are made comparable between layers before they are split by states")
{
    std::mt19937_64 random(31);
    int otherwise = 0; // what would be best if nothing were made comparable is not
    for (int i = 0; i < 60; ++i) {
        const std::vector<layer_spec> layers{constants("a", 3, 1, 16), constants("b", 2, 2, 16)};
        std::vector<std::vector<float>> weights{std::vector<float>(3), std::vector<float>(4)};
        for (float& w : weights[0])
            w = static_cast<float>(random() % 20000) / 2500; // 0 … 8
        for (float& w : weights[1])
            w = static_cast<float>(random() % 20000) / 50000; // 0 … 0.4
        pruner p{layers, {weights_in(layout::pytorch, weights)},
            {.schedule = constant{.steps = 1, .target = reduction(0.6, 0, 0.3)},
                .rank_by = ranking::l1,
                .normalize_by = normalization::layer_maximum,
                .selection = {.structure = structure::constants,
                    .costs = cost_policy::paper,
                    .keep_at_least = 0}}};
        std::vector<double> whole, own;
        std::vector<double> lost;
        for (const std::vector<float>& matrix : weights) {
            const auto most = static_cast<double>(*std::max_element(matrix.begin(), matrix.end()));
            for (const float w : matrix) {
                own.push_back(static_cast<double>(w));
                whole.push_back(own.back() / most);
                lost.push_back(lost_by_two_digits(own.back(), layers[0].weight));
            }
        }
        p.baseline(1);
        REQUIRE(p.next());
        const resources& budget = p.history().back().budget;
        const auto worth = [&](const std::vector<double>& of, std::size_t w, int state) {
            return state == 0 ? 0 : state == 1 ? of[w] : of[w] * (1 - lost[w]);
        };
        // A DSP for a number of any digits, 32 LUTs for every number.
        double best = 0;
        double best_own = 0;
        double then = 0; // what the best of the other way is worth
        std::vector<int> states(7, 0);
        for (bool more = true; more;) {
            const auto kept = std::count(states.begin(), states.end(), 1);
            const auto stay = 7 - std::count(states.begin(), states.end(), 0);
            double value = 0;
            double value_own = 0;
            for (std::size_t w = 0; w < 7; ++w) {
                value += worth(whole, w, states[w]);
                value_own += worth(own, w, states[w]);
            }
            if (kept <= budget.dsp && 32 * stay <= budget.lut) {
                best = std::max(best, value);
                if (value_own > best_own) {
                    best_own = value_own;
                    then = value;
                }
            }
            std::size_t w = 0;
            while (w < 7 && ++states[w] == 3)
                states[w++] = 0;
            more = w < 7;
        }
        double reached = 0;
        for (std::size_t w = 0; w < 7; ++w)
            reached += worth(whole, w, w < 3 ? p.masks()[0][w] : p.masks()[1][w - 3]);
        CHECK(reached == doctest::Approx(best).epsilon(1e-6));
        otherwise += then < best - 1e-3 ? 1 : 0;
    }
    CHECK(otherwise > 20);
}

TEST_CASE("what rounding loses is lost as the ranking counts")
{
    // Three weights of one output: two digits lose nothing of the first, 5/85 of the second.
    std::vector<std::vector<float>> weights{{0.375F, 1.0F / 3, 0.0F}};
    for (const ranking by : {ranking::l1, ranking::l2, ranking::taylor, ranking::fisher}) {
        std::vector<double> seen;
        const std::vector<layer_spec> layers{
            dense{.name = "a", .inputs = 3, .outputs = 1, .weight = {12, 4}, .data = {12, 4}}};
        pruner p{layers, {.weights = weights_in(layout::pytorch, weights)},
            {.rank_by = by,
                .normalize_by = normalization::none,
                .selection = {.structure = structure::constants},
                .solver = [&](const knapsack_problem& problem) {
                    seen = problem.values;
                    return exact{}(problem);
                }}};
        p.baseline(1);
        std::vector<std::vector<float>> gradients{{2, 2, 2}};
        p.observe(std::vector<std::span<float>>{gradients[0]});
        REQUIRE(p.next().has_value());
        const double third = static_cast<double>(1.0F / 3);
        const double worth = by == ranking::l1 || by == ranking::l2 ? third
                             : by == ranking::taylor                ? 2 * third
                                                                    : 4 * third * third;
        const double lost = by == ranking::fisher ? 25.0 / (85 * 85) : 5.0 / 85;
        REQUIRE(seen.size() == 6);
        CHECK(seen[1] == doctest::Approx(worth * (1 - lost)).epsilon(1e-6));
        CHECK(seen[4] == doctest::Approx(worth * lost).epsilon(1e-6));
        CHECK(seen[0] > 0);
        CHECK(seen[3] == 0);
        CHECK(seen[2] == 0);
        CHECK(seen[5] == 0);
        weights = {{0.375F, 1.0F / 3, 0.0F}};
    }
}

TEST_CASE("floors and resources of one's own count a weight once, not each of its states")
{
    // Where a block serves several products, nothing but the place tells the two states apart.
    for (const dsp_family family : {dsp_family::dsp48e2, dsp_family::intel_variable_precision}) {
        const std::vector<layer_spec> layers{constants("a", 5, 4, 16)};
        selection chosen(layers, {.structure = structure::constants,
                                     .costs = {.dsp = family},
                                     .keep_at_least = 3,
                                     .custom = {custom_resource::parameters()},
                                     .rules = {{.layer = "a", .keep_share = 0.5}}});
        REQUIRE(chosen.items() == 40);
        CHECK(chosen.total().custom[0] == 20);
        const knapsack_problem& problem =
            chosen.pose(std::vector<double>(40, 1.0), {.dsp = 0, .lut = 640, .custom = {10}});
        std::size_t floors = 0;
        for (const std::size_t floor : problem.floors)
            floors += floor;
        CHECK(floors == 10);
        // Ten weights with two digits, 32 LUTs each, keep the floors without a DSP.
        const knapsack_solution solution = exact{}(problem);
        REQUIRE(solution.has_answer());
        CHECK(solution.value == 10);
        CHECK(chosen.usage_of(solution.keep) == resources{.lut = 320, .custom = {10}});
    }
}

TEST_CASE("two digits are for constants only")
{
    const weight_matrix m = matrices_of(dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
    CHECK_THROWS_WITH_AS(grouping(m, structure::constants),
        "a weight may stay with two signed digits where it is a constant, at reuse factor 1 "
        "(reuse_factor = 2)",
        std::invalid_argument);
}
