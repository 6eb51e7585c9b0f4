// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/with/glpk.hpp>

#include <benchmark/benchmark.h>
#ifdef ESPALIER_HAS_CBC
#include "cbc.hpp"
#endif

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

// The solvers side by side on the same problems, and what the bare sorting or selection of the same
// values costs. Names read solver/items/resources/classes/linked. `bench/table.py` turns the JSON
// output into the table of docs/benchmarks.md.

namespace {

using namespace espalier;

std::mt19937_64& dice()
{
    static std::mt19937_64 engine;
    return engine;
}
double unit()
{
    return static_cast<double>(dice()() >> 11U) * 0x1p-53;
}
std::int64_t between(std::int64_t low, std::int64_t high)
{
    return low + static_cast<std::int64_t>(dice()() % static_cast<std::uint64_t>(high - low + 1));
}

/// Items in classes with costs 1 … 8; capacities are 40 % of what everything takes. Linked: one
/// layer per class, an item costs 1 … 4 of all resources but the second, and of the second every
/// memory column of 36 bits takes one, shared by the multipliers of 16 bits that overlap it.
knapsack_problem make(std::size_t items, std::size_t resources, std::size_t classes, bool linked)
{
    dice().seed(items * 1000 + resources * 100 + classes + (linked ? 7 : 0));
    knapsack_problem problem;
    problem.resources = resources;
    for (std::size_t c = 0; c < classes; ++c) {
        resource_vector cost{};
        for (std::size_t r = 0; r < resources; ++r)
            cost[r] = linked ? (r == 1 ? 0 : between(1, 4)) : between(1, 8);
        problem.class_costs.push_back(cost);
    }
    resource_vector total{};
    const auto add = [&](const resource_vector& cost) {
        for (std::size_t r = 0; r < resources; ++r)
            total[r] += cost[r];
    };
    for (std::size_t item = 0; item < items; ++item) {
        const std::size_t c =
            linked ? item * classes / items : static_cast<std::size_t>(between(0, 1000)) % classes;
        problem.class_of.push_back(static_cast<std::uint32_t>(c));
        problem.values.push_back(unit());
        add(problem.class_costs[c]);
    }
    if (linked) {
        problem.shared.costs = {{0, 1}};
        problem.shared.first = {0};
        std::size_t begin = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            std::size_t end = begin;
            while (end < items && problem.class_of[end] == c)
                ++end;
            for (std::size_t bit = 0; bit < 16 * (end - begin); bit += 36) {
                for (std::size_t g = bit / 16; g < (bit + 36 + 15) / 16 && begin + g < end; ++g)
                    problem.shared.users.push_back(static_cast<std::uint32_t>(begin + g));
                problem.shared.first.push_back(problem.shared.users.size());
                problem.shared.kind.push_back(0);
                add(problem.shared.costs[0]);
            }
            begin = end;
        }
    }
    for (std::size_t r = 0; r < resources; ++r)
        problem.capacity[r] = total[r] * 2 / 5;
    return problem;
}

const knapsack_problem& problem_of(const benchmark::State& state)
{
    // One problem at a time: the largest takes 120 MB.
    static std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t> key{-1, 0, 0, 0};
    static knapsack_problem problem;
    const std::tuple wanted{state.range(0), state.range(1), state.range(2), state.range(3)};
    if (key != wanted) {
        problem =
            make(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)),
                static_cast<std::size_t>(state.range(2)), state.range(3) != 0);
        key = wanted;
    }
    return problem;
}

template <class Solver>
void solve(benchmark::State& state, const Solver& solver)
{
    const knapsack_problem& problem = problem_of(state);
    knapsack_solution solution;
    for (auto _ : state)
        benchmark::DoNotOptimize(solution = solver(problem));
    state.counters["value"] = solution.value;
    state.counters["gap"] = solution.gap();
    state.counters["proven"] = solution.status == solve_status::optimal;
}

void sort_values(benchmark::State& state)
{
    const knapsack_problem& problem = problem_of(state);
    for (auto _ : state) {
        state.PauseTiming();
        std::vector<double> values = problem.values;
        state.ResumeTiming();
        std::sort(values.begin(), values.end());
        benchmark::DoNotOptimize(values.data());
    }
}

void select_values(benchmark::State& state)
{
    const knapsack_problem& problem = problem_of(state);
    for (auto _ : state) {
        state.PauseTiming();
        std::vector<double> values = problem.values;
        state.ResumeTiming();
        std::nth_element(values.begin(),
            values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
        benchmark::DoNotOptimize(values.data());
    }
}

double seconds_for(const benchmark::State& state)
{
    return state.range(0) < 100'000 ? 10.0 : 60.0;
}

void register_all()
{
    for (const std::int64_t items : {1'000, 10'000, 100'000, 1'000'000, 10'000'000})
        for (const std::int64_t linked : {0, 1})
            for (const std::int64_t resources : {2, 3})
                for (const std::int64_t classes : {5, 50}) {
                    const std::vector<std::int64_t> key{items, resources, classes, linked};
                    const auto add = [&](const char* name, auto run) {
                        auto* one = benchmark::RegisterBenchmark(name, run);
                        one->Args(key)->Unit(benchmark::kMillisecond);
                        if (items >= 10'000'000)
                            one->Iterations(2);
                        return one;
                    };
                    add("sort", sort_values);
                    add("nth_element", select_values);
                    add("exact", [](benchmark::State& s) { solve(s, exact{}); });
                    if (items >= 100'000)
                        add("exact_2_threads", [](benchmark::State& s) {
                            solve(s, exact{.threads = 2});
                        })->UseRealTime();
                    if (items < 10'000'000)
                        add("greedy", [](benchmark::State& s) { solve(s, greedy{}); });
                    if (items <= 1'000'000)
                        add("glpk_on_core", [](benchmark::State& s) {
                            solve(s, glpk_on_core{{.time_limit = 10}});
                        })->Iterations(1);
                    // The whole problem takes them seconds to minutes.
                    if (items <= 100'000) {
                        add("glpk", [](benchmark::State& s) {
                            solve(s, glpk{.time_limit = seconds_for(s)});
                        })->Iterations(1);
#ifdef ESPALIER_HAS_CBC
                        add("cbc", [](benchmark::State& s) {
                            solve(s, bench::cbc{.time_limit = seconds_for(s)});
                        })->Iterations(1);
#endif
                    }
                }
}

} // namespace

int main(int argc, char** argv)
{
    register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
