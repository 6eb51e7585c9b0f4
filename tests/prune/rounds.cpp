// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <how_often.hpp>
#include <model/random_layers.hpp>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

// Which rounds a pruner trains, whatever is said about them.

using namespace espalier;

namespace {

/// Says of each round whether it passes.
using verdicts = std::function<bool(std::size_t)>;

/// Layers with random weights.
struct network {
    std::vector<layer_spec> layers;
    std::vector<std::vector<float>> weights;

    explicit network(std::vector<layer_spec> of, unsigned seed = 1) : layers(std::move(of))
    {
        std::mt19937 random(seed);
        for (const layer_spec& s : layers)
            for (const weight_matrix& m : matrices_of(s)) {
                weights.emplace_back(static_cast<std::size_t>(m.weights()));
                for (float& w : weights.back())
                    w = 1 + static_cast<float>(random() % 1'000'003);
            }
    }
    trainee views() { return {weights_in(layout::pytorch, weights)}; }
};

/// Prunes to the end, or for 300 rounds. The round that is said to meet the target is the last to
/// be accepted, and the only one that ends on it.
void run(pruner& p, const verdicts& passes)
{
    p.baseline(1);
    std::size_t k = 0;
    bool is_at_target = false;
    for (; k < 300; ++k) {
        auto round = p.next();
        if (!round)
            break;
        REQUIRE_FALSE(is_at_target);
        const bool meets_target = round->meets_target();
        is_at_target = p.report(passes(k) ? 1 : 0.1) && meets_target;
    }
    REQUIRE(k < 300);
    REQUIRE(is_at_target == (p.progress() == 1 && !p.history().empty()));
}

std::vector<std::int64_t> dsps(const pruner& p)
{
    std::vector<std::int64_t> all;
    for (const round_record& r : p.history())
        all.push_back(r.usage.dsp);
    return all;
}

/// Of single multipliers, each one DSP: the best that fit.
knapsack_solution best_first(const knapsack_problem& problem)
{
    const auto most = static_cast<std::size_t>(problem.capacity[selection::dsp]);
    knapsack_solution solution{.keep = std::vector<std::uint8_t>(problem.size(), 0)};
    if (most < problem.floor_of(0)) {
        solution.reason = "too little";
        return solution;
    }
    std::vector<std::size_t> order(problem.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
        [&](std::size_t a, std::size_t b) { return problem.values[a] > problem.values[b]; });
    for (std::size_t k = 0; k < std::min(most, order.size()); ++k)
        solution.keep[order[k]] = 1;
    solution.status = solve_status::feasible;
    return solution;
}

/// A schedule in whole numbers: its target removes `quarters` quarters, it begins at `eighths`
/// eighths of the way, and goes on by 1 - (1 - k/steps)^power.
struct plan {
    std::int64_t steps = 1;
    int power = 1;
    std::int64_t eighths = 0;
    bool skips = false;
    bool is_binary = false;

    [[nodiscard]] schedule as_schedule(std::int64_t quarters) const
    {
        const double target = 0.25 * static_cast<double>(quarters);
        const double initial = 0.125 * static_cast<double>(eighths);
        const auto rule = skips ? after_rejection::skip : after_rejection::halve;
        const auto n = static_cast<std::size_t>(steps);
        if (is_binary)
            return binary{.target = target, .resolution = 1e-9, .initial = initial};
        if (power == 1)
            return constant{
                .steps = n, .target = target, .initial = initial, .after_rejection = rule};
        return polynomial{.steps = n,
            .target = target,
            .power = static_cast<double>(power),
            .initial = initial,
            .after_rejection = rule};
    }
};

/// What the documentation says a pruner does with n multipliers, step by step and without a
/// fraction: a place on the way is a whole number of `whole`-ths, and halving one 30 times leaves
/// no rest.
struct simulation {
    std::vector<std::int64_t> rounds;
    std::string end;

    simulation(const plan& of, std::int64_t n, std::int64_t quarters, std::size_t patience,
        const verdicts& passes)
    {
        std::int64_t all = 1;
        for (int p = 0; p < of.power; ++p)
            all *= of.steps;
        constexpr std::int64_t fine = std::int64_t{1} << 34;
        const std::int64_t whole = 8 * all * fine;
        std::vector<std::int64_t> steps;
        for (std::int64_t k = of.eighths > 0 ? 0 : 1; k <= of.steps; ++k) {
            std::int64_t left = 1;
            for (int p = 0; p < of.power; ++p)
                left *= of.steps - k;
            steps.push_back((of.eighths * all + (8 - of.eighths) * (all - left)) * fine);
        }

        std::int64_t kept = n, accepted = 0, farthest = 0;
        std::optional<std::int64_t> rejected;
        std::set<std::int64_t> too_small;
        std::size_t bad = 0;
        while (true) {
            if (bad == patience) {
                end = std::to_string(bad) + " rounds in a row were rejected";
                return;
            }
            std::int64_t place = 0;
            if (rejected && !of.skips) {
                if (*rejected - accepted < whole / 1'000'000'000)
                    break;
                place = accepted + (*rejected - accepted) / 2;
            } else {
                const auto next = std::find_if(
                    steps.begin(), steps.end(), [&](std::int64_t s) { return s > farthest; });
                if (next == steps.end())
                    break;
                place = *next;
            }
            const std::int64_t removed = (n * quarters * place + 4 * whole - 1) / (4 * whole);
            const std::int64_t blocks = std::max<std::int64_t>(n - removed, 1); // a floor of one
            bool passed = blocks >= kept;
            if (!passed && !too_small.contains(blocks)) {
                passed = passes(rounds.size());
                rounds.push_back(blocks);
                bad = passed ? 0 : bad + 1;
                if (passed)
                    kept = blocks;
                else
                    too_small.insert(blocks);
            }
            farthest = std::max(farthest, place);
            if (passed)
                accepted = place;
            else
                rejected = place;
        }
        end = accepted == whole ? "the schedule is complete"
                                : "the schedule is complete, short of its target";
    }
};

const std::vector<plan> plans{{.steps = 1}, {.steps = 3}, {.steps = 20}, {.steps = 3, .power = 3},
    {.steps = 3, .eighths = 3}, {.steps = 2, .power = 2, .eighths = 1}, {.is_binary = true},
    {.eighths = 3, .is_binary = true}, {.steps = 4, .skips = true}, {.steps = 50, .skips = true},
    {.steps = 3, .power = 3, .eighths = 1, .skips = true}};

} // namespace

TEST_CASE("every schedule trains the rounds that the rules give, whatever is rejected")
{
    constexpr unsigned length = 7;
    for (const std::int64_t n : {5, 37}) {
        network net({dense{.inputs = 1, .outputs = static_cast<int>(n), .weight = {18, 8}}});
        const auto weights = net.weights;
        for (const plan& of : plans)
            for (const std::int64_t quarters : {1, 3, 4})
                for (const std::size_t patience : {1U, 2U, 9U})
                    for (unsigned bits = 0; bits < how_often(1U << length); ++bits) {
                        const auto passes = [bits](std::size_t k) {
                            return ((bits >> (k % length)) & 1U) != 0;
                        };
                        net.weights = weights;
                        std::size_t solved = 0;
                        pruner p{net.layers, net.views(),
                            {.schedule = of.as_schedule(quarters),
                                .patience = patience,
                                .solver = [&](const knapsack_problem& problem) {
                                    ++solved;
                                    return best_first(problem);
                                }}};
                        run(p, passes);
                        const simulation expected(of, n, quarters, patience, passes);
                        CAPTURE(n);
                        CAPTURE(&of - plans.data());
                        CAPTURE(quarters);
                        CAPTURE(patience);
                        CAPTURE(bits);
                        REQUIRE(dsps(p) == expected.rounds);
                        if (quarters < 4) // at 4 the floors are below the last budgets
                            REQUIRE(solved == expected.rounds.size());
                        const std::string& end = p.stopped_because();
                        REQUIRE(end.substr(0, end.find(':')) == expected.end);
                    }
    }
}

TEST_CASE("no round takes hardware that was tried before, and none more than its budget")
{
    std::mt19937_64 random(7);
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        std::vector<layer_spec> layers;
        for (const char* name : {"a", "b", "c"})
            layers.push_back(dense{.name = label(name),
                .inputs = 8,
                .outputs = random_layers::between(random, 2, 12),
                .reuse_factor = random_layers::one_of<int>(random, {1, 2, 4, 8}),
                .weight = random_layers::one_of<precision>(random, {{18, 8}, {12, 4}, {8, 2}})});
        network net(layers, static_cast<unsigned>(random()));
        const double part = 0.01 * random_layers::between(random, 1, 100);
        const auto steps = static_cast<std::size_t>(random_layers::between(random, 1, 12));
        const speeds speed{.dsp = 0.5 * random_layers::between(random, 1, 8),
            .bram = 0.5 * random_layers::between(random, 1, 8)};
        const std::vector<schedule> choices{
            constant{.steps = steps, .target = part, .speed = speed},
            polynomial{.steps = steps,
                .target = part,
                .initial = 0.1,
                .after_rejection = after_rejection::skip,
                .speed = speed},
            binary{.target = part, .resolution = 1e-4, .speed = speed}};
        const schedule& tightening = choices[random() % choices.size()];
        const auto patience = static_cast<std::size_t>(random_layers::between(random, 1, 6));
        const int of_ten = random_layers::between(random, 0, 10);
        pruner p{net.layers, net.views(), {.schedule = tightening, .patience = patience}};
        const resources total = p.groups().total();
        run(p, [&](std::size_t) { return random_layers::between(random, 1, 10) <= of_ten; });

        std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> seen{
            {total.dsp, total.bram18, total.lut}};
        std::size_t bad = 0;
        double reached = 0;
        for (const round_record& r : p.history()) {
            CHECK(bad < patience);
            CHECK(seen.emplace(r.usage.dsp, r.usage.bram18, r.usage.lut).second);
            CHECK(r.usage.dsp <= r.budget.dsp);
            CHECK(r.usage.bram18 <= r.budget.bram18);
            CHECK(r.usage.lut <= r.budget.lut);
            CHECK(r.progress > reached);
            bad = r.accepted ? 0 : bad + 1;
            reached = r.accepted ? r.progress : reached;
        }
        const resources& end = p.accepted() != nullptr ? p.accepted()->usage : total;
        if (of_ten == 10 && part < 0.5) { // far from the floors
            const resources target = budget_at(total, part, 1);
            CHECK(end.dsp <= target.dsp);
            CHECK(end.bram18 <= target.bram18);
            CHECK(end.lut <= target.lut);
        }
    }
}

TEST_CASE("a budget that leaves what is kept is not even solved")
{
    // Five neurons of eight DSPs each: most of the twenty budgets let the same number of them stay.
    network net({dense{.inputs = 8, .outputs = 5, .weight = {18, 8}}});
    std::size_t solved = 0;
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 20, .target = 0.8},
            .selection = {.structure = structure::neurons},
            .solver = [&](const knapsack_problem& problem) {
                ++solved;
                return exact{}(problem);
            }}};
    CHECK(p.progress() == 0);
    run(p, [](std::size_t) { return true; });
    CHECK(dsps(p) == std::vector<std::int64_t>{32, 24, 16, 8});
    CHECK(solved == 4);
    // The last round was trained for fewer than 16 DSPs, and is within the last budget of 8 as
    // well.
    CHECK(p.accepted()->progress == 0.8);
    CHECK(p.progress() == 1);

    network other(net.layers);
    pruner q{other.layers, other.views(),
        {.schedule = constant{.steps = 4, .target = 0.8}, .patience = 1}};
    run(q, [](std::size_t k) { return k < 2; });
    CHECK(q.progress() == 0.5);
}

TEST_CASE("a target of everything ends at what the floors need")
{
    for (const std::size_t floor : {1U, 3U}) {
        network net({dense{.name = "a", .inputs = 8, .outputs = 9, .weight = {18, 8}},
            dense{.name = "b", .inputs = 16, .outputs = 16, .reuse_factor = 4, .weight = {18, 8}}});
        pruner p{net.layers, net.views(),
            {.schedule = constant{.steps = 3, .target = 1.0},
                .selection = {.costs = cost_policy::paper, .keep_at_least = floor}}};
        run(p, [](std::size_t) { return true; });
        CHECK(p.stopped_because() == "the schedule is complete");
        REQUIRE(p.accepted() != nullptr);
        CHECK(p.accepted()->progress == 1);
        const auto least = static_cast<std::int64_t>(floor);
        // In "b" two multipliers of 18 bits share a memory column of 36, which is two RAMB18.
        CHECK(p.accepted()->usage == resources{.dsp = 2 * least, .bram18 = 2 * ((least + 1) / 2)});
        CHECK(p.accepted()->budget == p.accepted()->usage);
    }
    network half({dense{.inputs = 16, .outputs = 16, .reuse_factor = 4, .weight = {18, 8}}});
    pruner q{half.layers, half.views(),
        {.schedule = constant{.steps = 1, .target = {1, 0.5}},
            .selection = {.costs = cost_policy::paper}}};
    q.baseline(1);
    REQUIRE(q.next());
    CHECK(q.history()[0].budget == resources{.dsp = 1, .bram18 = 32}); // only the DSPs are raised

    network single({dense{.inputs = 1, .outputs = 1, .weight = {18, 8}}});
    pruner p{single.layers, single.views(), {.schedule = binary{.target = 1.0}}};
    run(p, [](std::size_t) { return true; });
    CHECK(p.history().empty());
    CHECK(p.stopped_because() == "the floors leave nothing to remove");
}

TEST_CASE("a network is pruned until it fits a device, or an amount of one resource")
{
    const std::vector<layer_spec> layers{
        dense{.name = "a", .inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}},
        dense{.name = "b", .inputs = 64, .outputs = 8, .weight = {18, 8}}};
    const resources total = cost(layers, cost_policy::paper); // 768 DSP, 256 RAMB18
    const auto end = [&](const pruning_target& target) {
        network net(layers);
        pruner p{net.layers, net.views(),
            {.schedule = polynomial{.steps = 3, .target = target},
                .selection = {.costs = cost_policy::paper}}};
        run(p, [](std::size_t) { return true; });
        return std::pair(p.accepted() ? p.accepted()->usage : total, p.stopped_because());
    };
    const auto [on_device, complete] = end(usable(device::xc7z020, timing_closure));
    CHECK(complete == "the schedule is complete");
    CHECK(on_device.dsp <= 176); // 80 % of 220
    CHECK(on_device.bram18 <= 224);
    CHECK(on_device.dsp > 170);

    const auto [three_hundred, all_well] = end(at_most{.dsp = 300});
    CHECK(three_hundred.dsp <= 300);
    CHECK(three_hundred.dsp > 295);
    CHECK(all_well == "the schedule is complete");

    const auto [as_it_was, within] = end(usable(device::xcvu9p));
    CHECK(as_it_was == resources{.dsp = total.dsp,
                           .bram18 = total.bram18,
                           .lut = total.lut,
                           .ff = total.ff,
                           .uram = total.uram});
    CHECK(within == "the network is within its budget already");

    // Amounts are meant: where the floors do not fit, they are not raised.
    CHECK_THROWS_WITH(static_cast<void>(end(at_most{.dsp = 1})),
        "what the floors keep fits the target (dsp needed = 2, dsp = 1, bram18 needed = 2, bram18 "
        "= 256, lut needed = 0, lut = 0)");
    CHECK_THROWS_AS(
        static_cast<void>(end(at_most{.dsp = 300, .bram18 = 1})), std::invalid_argument);
    CHECK(end(at_most{.dsp = 2, .bram18 = 2}).first == resources{.dsp = 2, .bram18 = 2});
}

TEST_CASE("an amount is kept also where a solver cannot say that the floors do not fit")
{
    network net({dense{.name = "a", .inputs = 1, .outputs = 4, .weight = {18, 8}},
        dense{.name = "b", .inputs = 4, .outputs = 1, .weight = {18, 8}}});
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 1, .target = at_most{.dsp = 1}},
            .solver = [](const knapsack_problem& problem) {
                knapsack_solution solution = exact{}(problem);
                if (!solution.has_answer())
                    solution.status = solve_status::unknown;
                return solution;
            }}};
    run(p, [](std::size_t) { return true; });
    CHECK(p.history().empty());
    CHECK(p.stopped_because().starts_with("no choice of groups fits the budget: "));
}

namespace {

struct stubborn {
    pruning_target target = 0.5;

    std::optional<double> operator()(std::span<const trial>) const { return 0.5; }
};

} // namespace

TEST_CASE("a schedule that asks for the same step again and again is stopped")
{
    for (const double metric : {1.0, 0.1}) {
        network net({dense{.inputs = 1, .outputs = 8, .weight = {18, 8}}});
        pruner p{net.layers, net.views(), {.schedule = stubborn{}}};
        p.baseline(1);
        REQUIRE(p.next());
        p.report(metric);
        CHECK_FALSE(p.next());
        CHECK(p.stopped_because() == "the schedule names only budgets that are known already");
        CHECK(p.history().size() == 1);
    }
}

TEST_CASE("the DSPs can be ahead of the block RAMs")
{
    network net({dense{.inputs = 16, .outputs = 32, .reuse_factor = 4, .weight = {18, 8}}});
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 2, .target = {0.75, 0.5}, .speed = {.dsp = 3}},
            .selection = {.costs = cost_policy::paper}}};
    p.baseline(1);
    REQUIRE(p.next());
    CHECK(p.history()[0].budget == resources{.dsp = 44, .bram18 = 96}); // of 128: 1 - 0.75·7/8
}
