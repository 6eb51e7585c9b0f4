// SPDX-License-Identifier: Apache-2.0
#include "counted_memory.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/weight_state.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

// What choosing costs around the solver: from layers and weights to masks, stage by stage, for
// dense layers of 16 bits at reuse factor 4. Names read structure/framework/groups. 2^20 groups are
// one layer of 2048 × 2048 weights, 10^7 groups are ten layers of 2000 × 2000.
//
// Counters, the least over the iterations: milliseconds of each stage (build: the selection; score:
// the l2 norms, normalised, behind the assignment of weights where it is open; pose; solve:
// `exact`; masks), `total_to_solve`, and bytes for each group beyond weights and masks: `held` by
// the selection with the posed problem, `build_peak` while it is built and posed (values included),
// `solve_peak` of everything on the heap, and `resident_peak` of the whole process so far (the code
// included): run one benchmark alone to have its own.

namespace {

using namespace espalier;

struct setting {
    std::vector<layer_spec> layers;
    structure how;
    layout framework = layout::pytorch;
};

setting dense_layers(
    int count, int extent, const structure& how, layout framework, int reuse_factor = 4)
{
    const layer_spec layer =
        dense{.inputs = extent, .outputs = extent, .reuse_factor = reuse_factor, .weight = {16, 6}};
    return {.layers = std::vector<layer_spec>(static_cast<std::size_t>(count), layer),
        .how = how,
        .framework = framework};
}

enum stage : std::size_t { build, score, pose, solve, masks, stages };

/// Seconds of each stage.
struct run_times : std::array<double, stages> {
    [[nodiscard]] double total() const
    {
        double sum = 0;
        for (const double seconds : *this)
            sum += seconds;
        return sum;
    }
};

class stopwatch {
public:
    /// Seconds since the last lap.
    double lap()
    {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - std::exchange(start_, now)).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::size_t resident_peak()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

void whole_way(benchmark::State& state, const setting& of)
{
    std::vector<std::vector<float>> weights;
    std::vector<std::vector<std::uint8_t>> mask;
    std::size_t weight_bytes = 0;
    std::mt19937 random(1);
    for (const layer_spec& layer : of.layers)
        for (const weight_matrix& m : matrices_of(layer)) {
            weights.emplace_back(static_cast<std::size_t>(m.weights()));
            for (float& w : weights.back())
                w = static_cast<float>(random() >> 8U) * 0x1p-23F - 1;
            mask.emplace_back(weights.back().size());
            weight_bytes += weights.back().size() * (sizeof(float) + 1);
        }

    run_times least;
    least.fill(std::numeric_limits<double>::infinity());
    std::size_t groups = 0, held = 0, build_peak = 0, solve_peak = 0;
    for ([[maybe_unused]] auto _ : state) {
        const std::size_t before = counted_memory::held();
        counted_memory::forget_peak();
        run_times seconds{};
        stopwatch watch;

        selection s(of.layers, {.structure = of.how, .costs = cost_policy::paper});
        seconds[build] = watch.lap();

        std::vector<double> values(s.items());
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            if (s.is_assignable(m))
                s.assign(m, group_norms(grouping(s.groups_of(m).matrix(), structure::weights),
                                of.framework, weights[m], ranking::l2));
            const grouping& grouped = s.groups_of(m);
            const std::span<double> norms = std::span(values).subspan(
                s.first_item(m), static_cast<std::size_t>(grouped.groups()));
            group_norms(grouped, of.framework, weights[m], ranking::l2, norms);
            normalize(norms, normalization::lamp);
            if (s.has_states(m))
                split_by_states(grouped, of.framework, weights[m], false, norms,
                    std::span(values).subspan(s.first_item(m) + norms.size(), norms.size()));
        }
        seconds[score] = watch.lap();

        const knapsack_problem& problem = s.pose(std::move(values), budget_at(s.total(), 0.5, 1));
        seconds[pose] = watch.lap();
        held = counted_memory::held() - before;
        build_peak = counted_memory::peak() - before;

        watch.lap();
        const knapsack_solution solution = exact{}(problem);
        seconds[solve] = watch.lap();

        for (std::size_t m = 0; m < s.matrices(); ++m)
            s.write_mask(solution.keep, m, of.framework, std::span(mask[m]));
        seconds[masks] = watch.lap();
        if (!solution.has_answer())
            throw std::logic_error("half of the resources are enough for some groups");

        solve_peak = counted_memory::peak() - before;
        groups = s.items();
        for (std::size_t i = 0; i < stages; ++i)
            least[i] = std::min(least[i], seconds[i]);
        state.SetIterationTime(seconds.total());
    }

    const std::array<const char*, stages> names{"build", "score", "pose", "solve", "masks"};
    for (std::size_t i = 0; i < stages; ++i)
        state.counters[std::string(names[i]) + "_ms"] = 1e3 * least[i];
    state.counters["total_to_solve"] = least.total() / least[solve];
    const auto a_group = [groups](std::size_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(groups);
    };
    state.counters["held"] = a_group(held);
    state.counters["build_peak"] = a_group(build_peak);
    state.counters["solve_peak"] = a_group(solve_peak);
    state.counters["resident_peak"] = a_group(resident_peak() - weight_bytes);
}

void add(const std::string& name, const setting& of, int iterations)
{
    benchmark::RegisterBenchmark(
        name.c_str(), [of](benchmark::State& state) { whole_way(state, of); })
        ->Iterations(iterations)
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int count, char** arguments)
{
    const std::array<std::pair<const char*, structure>, 5> structures{
        {{"linked", structure::multipliers}, {"consecutive", structure::consecutive},
            {"packed", structure::packed_multipliers}, {"n_of_4", structure::n_of(4)},
            {"free_rows", structure::free_rows}}};
    for (const auto& [name, how] : structures)
        for (const auto& [framework, order] :
            {std::pair{"pytorch", layout::pytorch}, std::pair{"keras", layout::keras}}) {
            const std::string prefix = std::string(name) + "/" + framework + "/";
            // Five multipliers of 16 bits are one consecutive group: the same layer has fewer.
            add(prefix + (how == structure::consecutive ? "209716" : "1048576"),
                dense_layers(1, 2048, how, order), 7);
            if (how == structure::multipliers)
                add(prefix + "10000000", dense_layers(10, 2000, how, order), 5);
        }
    // At reuse factor 1 every weight is a group: one that stays or goes, and one with a third
    // state.
    for (const auto& [name, how] :
        {std::pair{"weights", structure::weights}, std::pair{"constants", structure::constants}})
        add(std::string(name) + "/pytorch/1048576", dense_layers(1, 1024, how, layout::pytorch, 1),
            7);
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
