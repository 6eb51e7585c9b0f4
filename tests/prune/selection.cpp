// SPDX-License-Identifier: Apache-2.0
#include "how_often.hpp"
#include "literal_units.hpp"
#include "needed_hardware.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/recount.hpp>
#include <espalier/prune/selection.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

using namespace espalier;
using hardware_loops::integer;
using random_layers::between;

namespace {

using choice = std::vector<std::uint8_t>;

/// Groups take slots by value here: the memory is packed, or HLS shares the multipliers.
bool is_ranked(const selection& s, std::size_t matrix)
{
    const grouping& g = s.groups_of(matrix);
    const weight_matrix& m = g.matrix();
    return m.reuse_factor > 1 &&
           (m.strategy == strategy::latency || g.how().memory == memory_layout::packed);
}

/// What the remaining weights of all matrices need, counted from the masks.
resources counted(const selection& s, const choice& keep, layout order = layout::pytorch)
{
    resources need;
    for (std::size_t i = 0; i < s.matrices(); ++i) {
        const weight_matrix& m = s.groups_of(i).matrix();
        std::vector<std::uint8_t> mask(static_cast<std::size_t>(m.weights()));
        s.write_mask(keep, i, order, std::span(mask));
        need += needed_hardware::of(m, order, mask, s.costs(), s.groups_of(i).how().memory);
    }
    return need;
}

std::vector<double> random_values(std::mt19937_64& random, std::size_t count)
{
    std::vector<double> values(count);
    for (double& v : values)
        v = static_cast<double>(random() % 50) / 10; // with ties
    return values;
}

/// A choice that keeps each group with the same random probability, and of matrices whose groups
/// take slots the best ones.
choice random_choice(std::mt19937_64& random, const selection& s, const std::vector<double>& values)
{
    choice keep(s.items(), 0);
    for (std::size_t i = 0; i < s.matrices(); ++i) {
        const std::size_t first = s.first_item(i);
        const auto groups = static_cast<std::size_t>(s.groups_of(i).groups());
        if (is_ranked(s, i)) {
            std::vector<std::size_t> order(groups);
            std::iota(order.begin(), order.end(), first);
            std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                return values[a] != values[b] ? values[a] > values[b] : a < b;
            });
            const std::size_t kept = random() % (groups + 1);
            for (std::size_t k = 0; k < kept; ++k)
                keep[order[k]] = 1;
        } else {
            const int percent = random_layers::one_of<int>(random, {5, 30, 60, 95});
            for (std::size_t g = 0; g < groups; ++g)
                keep[first + g] = between(random, 1, 100) <= percent ? 1 : 0;
        }
    }
    return keep;
}

constexpr resources unlimited{.dsp = 1'000'000'000, .bram18 = 1'000'000'000, .lut = 1'000'000'000};

} // namespace

TEST_CASE("a choice costs what its masks leave of the hardware, bit by bit")
{
    std::mt19937_64 random(51);
    int differ = 0, totals_differ = 0, ranked = 0, compared = 0;
    std::int64_t dsp = 0, bram = 0, lut = 0;
    for (int i = 0; i < how_often(1500); ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        selection s(layers, options);
        totals_differ += s.total() != counted(s, choice(s.items(), 1), order) ? 1 : 0;
        for (int k = 0; k < 3; ++k) {
            const std::vector<double> values = random_values(random, s.items());
            s.pose(values, unlimited);
            const choice keep = random_choice(random, s, values);
            const resources used = s.usage_of(keep);
            differ += used != counted(s, keep, order) ? 1 : 0;
            dsp += used.dsp;
            bram += used.bram18;
            lut += used.lut;
            ++compared;
        }
        for (std::size_t m = 0; m < s.matrices(); ++m)
            ranked += is_ranked(s, m) ? 1 : 0;
    }
    CHECK(compared == 3 * how_often(1500));
    CHECK(ranked > how_often(300));
    constexpr int many = how_often(10'000);
    CHECK((dsp > many && bram > many && lut > many)); // all three were really counted
    CHECK(totals_differ == 0);
    CHECK(differ == 0);
}

TEST_CASE("a choice against the order of the values is never charged less than it needs")
{
    std::mt19937_64 random(52);
    int too_cheap = 0, dearer = 0;
    for (int i = 0; i < 600; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        selection s(layers, options);
        s.pose(random_values(random, s.items()), unlimited);
        choice keep(s.items());
        for (auto& k : keep)
            k = random() % 2 == 0 ? 1 : 0;
        const resources used = s.usage_of(keep), needed = counted(s, keep, order);
        too_cheap += used.dsp < needed.dsp || used.bram18 < needed.bram18 || used.lut < needed.lut;
        dearer += used != needed ? 1 : 0;
    }
    CHECK(too_cheap == 0);
    CHECK(dearer > 10); // the case exists
}

TEST_CASE("memory columns are charged right at every weight width from 1 to 64")
{
    std::mt19937_64 random(53);
    for (int width = 1; width <= 64; ++width) {
        CAPTURE(width);
        for (const structure& how : {structure::multipliers, structure::packed_multipliers,
                 structure::consecutive, structure::neurons, structure::weights}) {
            const layer_spec layer = dense{.inputs = 12,
                .outputs = 11,
                .reuse_factor = 4,
                .weight = {width, 1},
                .data = {16, 6}};
            selection s(std::span(&layer, 1), {.structure = how});
            int differ = 0;
            for (int k = 0; k < 10; ++k) {
                const std::vector<double> values = random_values(random, s.items());
                s.pose(values, unlimited);
                const choice keep = random_choice(random, s, values);
                differ += s.usage_of(keep) != counted(s, keep) ? 1 : 0;
            }
            CHECK(differ == 0);
        }
    }
}

TEST_CASE("a mask is 1 for the weights of kept groups, wherever the framework stores them")
{
    std::mt19937_64 random(54);
    int differ = 0;
    for (int i = 0; i < 400; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        const selection s(layers, options);
        choice keep(s.items());
        for (auto& k : keep)
            k = random() % 2 == 0 ? 1 : 0;
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            const grouping& groups = s.groups_of(m);
            const auto hardware = framework_order::hardware_numbers(groups.matrix(), order);
            std::vector<float> mask(hardware.size(), 7);
            s.write_mask(keep, m, order, std::span(mask));
            for (std::size_t offset = 0; offset < mask.size(); ++offset) {
                const auto group = static_cast<std::size_t>(groups.group_of(hardware[offset]));
                const float expected = keep[s.first_item(m) + group] != 0 ? 1.0F : 0.0F;
                differ += mask[offset] != expected ? 1 : 0;
            }
        }
    }
    CHECK(differ == 0);
}

TEST_CASE("the whole network costs what the model says, in DSP blocks and block RAM")
{
    std::mt19937_64 random(55);
    for (int i = 0; i < 300; ++i) {
        auto [layers, structures, options, order] = needed_hardware::draw(random);
        for (layer_spec& layer : layers) // pooled weights can start below one each
            if (layer.strategy == strategy::latency)
                layer.strategy = strategy::resource;
        const selection s(layers, options);
        resources whole; // of the matrices: not every reuse factor drawn here has a kernel
        for (const layer_spec& layer : layers)
            for (const weight_matrix& m : matrices_of(layer))
                whole += cost(m, options.costs);
        for (const layer_spec& layer : layers) // which no group can free
            for (const weight_matrix& m : matrices_of(layer))
                whole.bram18 -= index_memory_of(m, options.costs.memory).bram18();
        for (std::size_t m = 0; m < s.matrices(); ++m) // the last may be any of them, if packed
            if (s.groups_of(m).how().memory == memory_layout::packed) {
                const weight_matrix& matrix = s.groups_of(m).matrix();
                whole.bram18 += packed_memory_of(matrix, options.costs.memory).bram18() -
                                memory_of(matrix, options.costs.memory).bram18();
            }
        CHECK(s.total().dsp == whole.dsp);
        CHECK(s.total().bram18 == whole.bram18);
    }
}

TEST_CASE("a filter that shares its multiplier frees it only together with the other")
{
    // Reuse factor 8 on 4 inputs: one multiplier serves two neurons.
    const layer_spec layer = dense{.inputs = 4, .outputs = 4, .reuse_factor = 8, .weight = {18, 8}};
    const selection s(
        std::span(&layer, 1), {.structure = structure::neurons, .costs = cost_policy::paper});
    REQUIRE(s.items() == 4);
    CHECK(s.total().dsp == 2);
    CHECK(s.total().bram18 == 2); // one column of two 18-bit multipliers
    CHECK(s.usage_of(choice{0, 1, 1, 1}).dsp == 2);
    CHECK(s.usage_of(choice{0, 1, 0, 1}).dsp == 2);
    CHECK(s.usage_of(choice{0, 0, 1, 1}).dsp == 1);
    CHECK(s.usage_of(choice{0, 0, 1, 1}).bram18 == 2);
    CHECK(s.usage_of(choice{0, 0, 0, 0}) == resources{});
}

TEST_CASE("an Intel DSP block is free when both of its multipliers are")
{
    const layer_spec layer = dense{.inputs = 4, .outputs = 3, .reuse_factor = 4, .weight = {18, 8}};
    const selection s(
        std::span(&layer, 1), {.structure = structure::multipliers,
                                  .costs = {.dsp = dsp_family::intel_variable_precision}});
    REQUIRE(s.items() == 3);
    CHECK(s.total().dsp == 2);
    CHECK(s.usage_of(choice{0, 1, 1}).dsp == 2);
    CHECK(s.usage_of(choice{0, 0, 1}).dsp == 1);
    CHECK(s.usage_of(choice{1, 1, 0}).dsp == 1);
}

TEST_CASE("packed, two kept multipliers share an Intel DSP block wherever they were")
{
    const layer_spec layer = dense{.inputs = 4, .outputs = 5, .reuse_factor = 4, .weight = {18, 8}};
    selection s(std::span(&layer, 1), {.structure = structure::packed_multipliers,
                                          .costs = {.dsp = dsp_family::intel_variable_precision}});
    s.pose({1, 5, 2, 3, 9}, unlimited);
    CHECK(s.total().dsp == 3);
    CHECK(s.usage_of(choice{0, 0, 0, 0, 1}).dsp == 1);
    CHECK(s.usage_of(choice{0, 1, 0, 0, 1}).dsp == 1);
    CHECK(s.usage_of(choice{0, 1, 0, 1, 1}).dsp == 2);
    CHECK(s.usage_of(choice{0, 1, 1, 1, 1}).dsp == 2);
}

TEST_CASE(
    "a column that nine 16-bit multipliers share with three others is freed with its last one")
{
    // 9 multipliers of 16 bits lie on 4 columns of 36: bits 0-35 belong to multipliers 0, 1 and 2.
    const layer_spec layer = dense{.inputs = 4, .outputs = 9, .reuse_factor = 4};
    const selection s(
        std::span(&layer, 1), {.structure = structure::multipliers, .costs = cost_policy::paper});
    REQUIRE(s.items() == 9);
    CHECK(s.total().bram18 == 8);
    CHECK(s.usage_of(choice{0, 0, 1, 1, 1, 1, 1, 1, 1}).bram18 == 8);
    CHECK(s.usage_of(choice{0, 0, 0, 1, 1, 1, 1, 1, 1}).bram18 == 6);
    CHECK(s.usage_of(choice{0, 0, 0, 0, 0, 0, 0, 0, 1}).bram18 == 2);
    CHECK(s.usage_of(choice{0, 0, 1, 0, 0, 0, 0, 0, 0}).bram18 == 4);
    // Packed, one kept multiplier needs one column wherever it was, three need two.
    selection packed(std::span(&layer, 1),
        {.structure = structure::packed_multipliers, .costs = cost_policy::paper});
    packed.pose({1, 2, 9, 1, 1, 8, 1, 1, 7}, unlimited);
    CHECK(packed.usage_of(choice{0, 0, 1, 0, 0, 0, 0, 0, 0}).bram18 == 2);
    CHECK(packed.usage_of(choice{0, 0, 1, 0, 0, 1, 0, 0, 1}).bram18 == 4);
}

TEST_CASE("18-bit pairs of multipliers are two DSP blocks and one block RAM each, nothing shared")
{
    // The paper's multi-objective case.
    const layer_spec layer =
        dense{.inputs = 64, .outputs = 32, .reuse_factor = 4, .weight = {18, 8}};
    selection s(
        std::span(&layer, 1), {.structure = structure::consecutive, .costs = cost_policy::paper});
    CHECK(s.items() == 256);
    CHECK(s.total() == resources{.dsp = 512, .bram18 = 512});
    choice keep(256, 1);
    keep[100] = 0;
    CHECK(s.usage_of(keep) == resources{.dsp = 510, .bram18 = 510});
    CHECK(s.pose(std::vector<double>(256, 1.0), unlimited).shared.empty());
}

TEST_CASE("no matrix loses its last group, however small the budget")
{
    std::mt19937_64 random(56);
    for (int i = 0; i < 200; ++i) {
        auto [layers, structures, options, order] = needed_hardware::draw(random);
        options.keep_at_least = 2;
        selection s(layers, options);
        const knapsack_problem& problem = s.pose(random_values(random, s.items()), unlimited);
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            choice keep(s.items(), 1);
            const auto groups = static_cast<std::size_t>(s.groups_of(m).groups());
            std::fill_n(keep.begin() + static_cast<std::ptrdiff_t>(s.first_item(m)), groups, 0);
            CHECK_FALSE(is_feasible(problem, keep));
        }
        CHECK(is_feasible(problem, choice(s.items(), 1)));
    }
}

TEST_CASE("as many groups of each matrix stay as the options say, if it has so many of a kind")
{
    const std::vector<layer_spec> layers{dense{.inputs = 8, .outputs = 4, .reuse_factor = 4},
        dense{.inputs = 4, .outputs = 2, .reuse_factor = 4}};
    for (const std::size_t at_least : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
        selection s(layers, {.structure = structure::multipliers, .keep_at_least = at_least});
        const knapsack_problem& problem = s.pose(std::vector<double>(10, 1.0), unlimited);
        CHECK(problem.floors ==
              std::vector<std::size_t>{at_least, std::min<std::size_t>(at_least, 2)});
    }
}

TEST_CASE("where a budget has no room for the groups of which there are most, the cheapest stay")
{
    // 5 multipliers of 16 bits are a group in the paper's accounting, and the last has fewer: of
    // the 64, 128, 64 and 10 of these layers 4, 3, 4 and none are left over.
    const auto fully_connected = [](int inputs, int outputs) {
        return layer_spec(
            dense{.inputs = inputs, .outputs = outputs, .reuse_factor = 16, .weight = {16, 6}});
    };
    const std::vector<layer_spec> layers{fully_connected(16, 64), fully_connected(64, 32),
        fully_connected(32, 32), fully_connected(32, 5)};
    selection s(layers,
        {.structure = structure::consecutive, .costs = cost_policy::paper, .keep_at_least = 1});
    std::mt19937_64 random(3);
    const std::vector<double> values = random_values(random, s.items());
    const auto keeps_some_of_each = [&](const choice& keep) {
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            const auto first = keep.begin() + static_cast<std::ptrdiff_t>(s.first_item(m));
            const auto groups = static_cast<std::ptrdiff_t>(s.groups_of(m).groups());
            if (std::find(first, first + groups, 1) == first + groups)
                return false;
        }
        return true;
    };
    // What the largest classes need, and one DSP less; what the cheapest need, and one less.
    for (const int dsp : {20, 19, 16, 15}) {
        const bool has_answer = dsp >= 16;
        const knapsack_problem& problem = s.pose(values, {.dsp = dsp, .bram18 = 1'000});
        const knapsack_solution solution = exact{}(problem);
        CAPTURE(dsp);
        CHECK(solution.has_answer() == has_answer);
        if (!has_answer)
            continue;
        CHECK(is_feasible(problem, solution.keep));
        CHECK(keeps_some_of_each(solution.keep));
    }
    const std::vector<std::size_t> tight = s.pose(values, {.dsp = 16, .bram18 = 1'000}).floors;
    const std::vector<std::size_t> wide = s.pose(values, unlimited).floors;
    CHECK(tight != wide);
    CHECK(s.pose(values, {.dsp = 20, .bram18 = 1'000}).floors == wide);
    // More than the cheapest has: the rest is of the next.
    selection two(layers,
        {.structure = structure::consecutive, .costs = cost_policy::paper, .keep_at_least = 2});
    const knapsack_problem& problem = two.pose(values, {.dsp = 36, .bram18 = 1'000});
    CHECK(std::accumulate(problem.floors.begin(), problem.floors.end(), std::size_t{0}) == 8);
    CHECK(exact{}(problem).has_answer());
}

TEST_CASE("the prices of all groups together are the price of the whole network")
{
    std::mt19937_64 random(57);
    for (int i = 0; i < 200; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        const selection s(layers, options);
        const std::vector<double> unit_prices{1.5, 0.25, 0.001};
        double sum = 0;
        for (const double p : s.priced(unit_prices)) {
            CHECK(p >= 0);
            sum += p;
        }
        const resources& t = s.total();
        CHECK(sum == doctest::Approx(1.5 * static_cast<double>(t.dsp) +
                                     0.25 * static_cast<double>(t.bram18) +
                                     0.001 * static_cast<double>(t.lut)));
    }
}

TEST_CASE("an item's price is that of its own units and an equal part of those it shares")
{
    std::mt19937_64 random(58);
    int differ = 0, ranked = 0;
    const std::vector<double> prices{2.5, 0.75, 0.002};
    for (int i = 0; i < 200; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        selection s(layers, options);
        // By slot, and in the order of values that fall or rise with the index.
        std::vector<double> falling(s.items(), 0.0), rising;
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            const resource_units units(s.groups_of(m), s.costs());
            const auto first = falling.begin() + static_cast<std::ptrdiff_t>(s.first_item(m));
            std::vector<double> of_groups(static_cast<std::size_t>(s.groups_of(m).groups()), 0.0);
            for (const literal_units::unit& u : literal_units::of(s.groups_of(m), s.costs())) {
                const resources& need = units.kinds()[u.kind].cost;
                const bool by_group = !units.serves_slots(units.kinds()[u.kind].type);
                const double price = 2.5 * static_cast<double>(need.dsp) +
                                     0.75 * static_cast<double>(need.bram18) +
                                     0.002 * static_cast<double>(need.lut);
                for (const std::uint32_t user : u.users)
                    (by_group ? of_groups[user] : first[user]) +=
                        price / static_cast<double>(u.users.size());
            }
            const auto end = first + static_cast<std::ptrdiff_t>(s.groups_of(m).groups());
            rising.insert(rising.end(), first, end);
            if (is_ranked(s, m)) {
                std::reverse(rising.begin() + (first - falling.begin()), rising.end());
                ++ranked;
            }
            for (std::size_t g = 0; g < of_groups.size(); ++g) {
                first[static_cast<std::ptrdiff_t>(g)] += of_groups[g];
                rising[s.first_item(m) + g] += of_groups[g];
            }
        }
        const auto check = [&](const std::vector<double>& expected) {
            const std::vector<double> got = s.priced(prices);
            for (std::size_t k = 0; k < got.size(); ++k)
                differ += std::abs(got[k] - expected[k]) > 1e-9 * expected[k] ? 1 : 0;
        };
        check(falling);
        std::vector<double> values(s.items());
        std::iota(values.begin(), values.end(), 1.0);
        s.pose(values, unlimited);
        check(rising);
        std::reverse(values.begin(), values.end());
        s.pose(values, unlimited);
        check(falling);
    }
    CHECK(ranked > 20);
    CHECK(differ == 0);
}

TEST_CASE("a choice takes what the posed problem says, and in place what a recount finds")
{
    std::mt19937_64 random(59);
    int differ = 0, differ_from_recount = 0, recounted = 0;
    for (int i = 0; i < 600; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        selection s(layers, options);
        const resources before = s.usage_of(choice(s.items(), 1));
        const std::vector<double> values = random_values(random, s.items());
        const knapsack_problem& problem = s.pose(values, unlimited);
        choice keep = random_choice(random, s, values);
        for (auto& k : keep)
            k = static_cast<std::uint8_t>(k * between(random, 1, 255)); // any but 0 keeps
        const resource_vector used = usage(problem, keep);
        const resources got = s.usage_of(keep);
        differ += got != resources{.dsp = used[0], .bram18 = used[1], .lut = used[2]} ? 1 : 0;
        differ += before != s.total() ? 1 : 0;
        resources found;
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            std::vector<float> weights(static_cast<std::size_t>(s.groups_of(m).matrix().weights()));
            s.write_mask(keep, m, order, std::span(weights));
            found += recount(
                s.groups_of(m).matrix(), order, weights, s.costs(), s.groups_of(m).how().memory);
        }
        differ_from_recount += got != found ? 1 : 0;
        ++recounted;
    }
    CHECK(recounted == 600);
    CHECK(differ == 0);
    CHECK(differ_from_recount == 0);
}

TEST_CASE("values that are no numbers reach the solver, which refuses them")
{
    const layer_spec layer = dense{.inputs = 64, .outputs = 64, .reuse_factor = 4};
    selection s(std::span(&layer, 1), {.structure = structure::packed_multipliers});
    std::mt19937_64 random(63);
    for (int k = 0; k < 20; ++k) {
        std::vector<double> values = random_values(random, s.items());
        for (double& v : values)
            if (random() % 3 == 0)
                v = std::numeric_limits<double>::quiet_NaN();
        CHECK_THROWS_WITH_AS((void)exact{}(s.pose(values, unlimited)),
            doctest::Contains("a value must be a number"), std::invalid_argument);
    }
}

TEST_CASE("a problem is posed again and again, and only values, capacity, floors and slots change")
{
    std::mt19937_64 random(60);
    int differ = 0;
    for (int i = 0; i < 200; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        selection s(layers, options);
        const knapsack_problem first = s.pose(random_values(random, s.items()), unlimited);
        for (int k = 0; k < 3; ++k) {
            const std::vector<double> values = random_values(random, s.items());
            const resources budget{.dsp = k, .bram18 = k + 10, .lut = k + 100};
            const knapsack_problem& again = s.pose(values, budget);
            selection fresh(layers, options);
            const knapsack_problem& alone = fresh.pose(values, budget);
            differ += again.shared.users != alone.shared.users ? 1 : 0;
            differ += again.floors != alone.floors ? 1 : 0;
            differ += again.values != values || again.class_of != first.class_of ||
                              again.class_costs != first.class_costs ||
                              again.shared.first != first.shared.first ||
                              again.shared.kind != first.shared.kind ||
                              again.shared.costs != first.shared.costs
                          ? 1
                          : 0;
            CHECK(again.capacity == resource_vector{k, k + 10, k + 100});
        }
        differ += s.pose(first.values, unlimited).floors != first.floors ? 1 : 0;
    }
    CHECK(differ == 0);
}

TEST_CASE("a structure that does not suit its layer is refused with a sentence")
{
    const layer_spec pooled =
        dense{.inputs = 4, .outputs = 4, .strategy = strategy::latency, .reuse_factor = 2};
    CHECK_THROWS_WITH_AS(selection(std::span(&pooled, 1), {.structure = structure::neurons}),
        "under the latency strategy with a reuse factor above 1 multipliers are shared freely, so "
        "only single weights can be pruned (reuse_factor = 2)",
        std::invalid_argument);
    CHECK_NOTHROW(selection(std::span(&pooled, 1)));
    const layer_spec plain = dense{.inputs = 4, .outputs = 4, .reuse_factor = 2};
    CHECK_THROWS_WITH_AS(
        selection(std::span(&plain, 1),
            {.structure = structure{structure_kind::neuron, memory_layout::packed}}),
        "a packed memory is filled multiplier by multiplier, so its structure is the multiplier",
        std::invalid_argument);
}
