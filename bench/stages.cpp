// SPDX-License-Identifier: Apache-2.0
// What `exact` spends and proves, in numbers that are the same on every machine: for every set of
// problems the proofs, the steps of the budget, the shares of the gaps that are left, and the
// seconds of the processor. stages.py compiles this with one stage of the solver switched off at a
// time.
//
//     bench_stages [set, all]

#include "classics.hpp"
#include "networks.hpp"
#include "repeating.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <knapsack/hard.hpp>
#include <knapsack/instances.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace espalier;

struct tally {
    std::size_t problems = 0;
    std::size_t proven = 0;
    std::uint64_t steps = 0;
    double gaps = 0; ///< Σ gap of what was not proven
    double values = 0;
    double seconds = 0;
};

/// Solves as `exact` does, but for what it makes of an answer that was not proven.
void solve(const knapsack_problem& problem, std::uint64_t most_steps, tally& of)
{
    const std::clock_t begin = std::clock();
    const stopwatch watch;
    detail::budget limits(watch, 1e9, most_steps);
    const detail::conditions terms{watch, limits, {}};
    const decided settled(problem);
    ++of.problems;
    if (!settled.reason.empty()) {
        ++of.proven;
        return;
    }
    const knapsack_solution answer = problem.shared.empty()
                                         ? detail::choose_items(problem, settled, terms)
                                         : detail::choose_linked(problem, settled, terms);
    of.seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    of.steps += limits.spent();
    of.proven +=
        answer.status == solve_status::optimal || answer.status == solve_status::infeasible;
    if (!answer.has_answer())
        return;
    if (!is_feasible(problem, answer.keep))
        throw std::runtime_error("an answer breaks a constraint");
    of.values += answer.value;
    of.gaps += answer.status == solve_status::optimal ? 0.0 : answer.gap();
}

// --- Sets of problems ----------------------------------------------------------------------------

void random_small(tally& of)
{
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        instances::dice random(seed);
        const instances::recipe recipe = instances::any_recipe(14, random);
        solve(instances::make(recipe, random), 100'000'000, of);
    }
}

void random_long(tally& of)
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        instances::dice random(seed);
        solve(instances::any_long(random).second, 30'000'000, of);
    }
}

/// One of the stages each is busy with.
void hard_ones(tally& of)
{
    for (std::size_t kind = 0; kind < hard::kinds; ++kind) {
        instances::dice random(kind + 1);
        solve(hard::make(kind, random), 300'000'000, of);
    }
}

void network(const esp::structure& structure, tally& of)
{
    for (const networks::network& one : networks::every_one)
        for (const int width : {16, 18})
            for (const std::size_t guard : {0U, 1U}) {
                networks::layers all = one.build();
                for (esp::layer_spec& layer : all)
                    layer.weight = layer.data = {.width = width, .integer = 6};
                esp::selection groups(all, {.structure = structure,
                                               .costs = esp::cost_policy::paper,
                                               .keep_at_least = guard});
                const std::vector<double> values =
                    networks::values_of(groups, one.framework, networks::gaussian(groups));
                for (const double reduction : {0.5, 0.7, 0.8, 0.9})
                    solve(groups.pose(values, esp::budget_at(groups.total(), reduction, 1)),
                        1'000'000'000, of);
            }
}

void classic(const std::string& kind, tally& of)
{
    for (const classics::instance& one : classics::all())
        if (one.kind == kind)
            solve(one.problem, 100'000'000, of);
}

void large(bool linked, tally& of)
{
    for (const std::size_t items : {1'000U, 10'000U, 100'000U, 1'000'000U})
        for (const std::size_t resources : {2U, 3U})
            for (const std::size_t classes : {5U, 50U})
                solve(repeating::make(items, resources, classes, linked), 3'000'000'000, of);
}

/// The same with values that many items share.
void ties(bool linked, tally& of)
{
    for (const std::size_t items : {1'000U, 30'000U})
        for (const std::size_t resources : {1U, 2U, 3U})
            for (const double levels : {1.0, 4.0, 100.0}) {
                knapsack_problem problem = repeating::make(items, resources + linked, 5, linked);
                for (double& value : problem.values)
                    value = std::ceil(levels * value) / levels;
                solve(problem, 300'000'000, of);
            }
}

const std::pair<const char*, std::function<void(tally&)>> sets[]{
    {"random", random_small},
    {"longer", random_long},
    {"hard", hard_ones},
    {"networks", [](tally& of) { network(esp::structure::multipliers, of); }},
    {"consecutive", [](tally& of) { network(esp::structure::consecutive, of); }},
    {"published", [](tally& of) { classic("published", of); }},
    {"general", [](tally& of) { classic("general", of); }},
    {"correlated", [](tally& of) { classic("correlated", of); }},
    {"sharing", [](tally& of) { classic("sharing", of); }},
    {"plain", [](tally& of) { large(false, of); }},
    {"columns", [](tally& of) { large(true, of); }},
    {"plain ties", [](tally& of) { ties(false, of); }},
    {"tied columns", [](tally& of) { ties(true, of); }},
};

} // namespace

int main(int count, char** arguments)
{
    const std::string which = count > 1 ? arguments[1] : "all";
    for (const auto& [name, run] : sets) {
        if (which != "all" && which != name)
            continue;
        tally of;
        try {
            run(of);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "bench_stages, %s: %s\n", name, error.what());
            return 1;
        }
        std::printf("%s\t%zu\t%zu\t%.3f\t%.4g\t%.17g\t%.2f\n", name, of.problems, of.proven,
            1e-6 * static_cast<double>(of.steps), of.gaps, of.values, of.seconds);
        std::fflush(stdout);
    }
}
