// SPDX-License-Identifier: Apache-2.0
#include "repeating.hpp"

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
#include <string>
#include <tuple>
#include <vector>

// The solvers side by side on the same problems, and what the bare sorting or selection of the same
// values costs. Names read solver/items/resources/classes/linked. `bench/table.py` turns the JSON
// output into the table of docs/benchmarks.md.

namespace {

using namespace espalier;

const knapsack_problem& problem_of(const benchmark::State& state)
{
    // One problem at a time: the largest takes 120 MB.
    static std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t> key{-1, 0, 0, 0};
    static knapsack_problem problem;
    const std::tuple wanted{state.range(0), state.range(1), state.range(2), state.range(3)};
    if (key != wanted) {
        problem = repeating::make(static_cast<std::size_t>(state.range(0)),
            static_cast<std::size_t>(state.range(1)), static_cast<std::size_t>(state.range(2)),
            state.range(3) != 0);
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
