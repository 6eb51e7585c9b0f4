// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/selection.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <span>
#include <string>
#include <vector>

// How fast all groups of a layer of 25 million weights are scored, against the machine's own
// streaming: a plain vectorised sum of |w| over the same floats, run after every scoring. Both are
// given by their best run, and `of_streaming` is the one over the other.

namespace {

using namespace espalier;

/// Processor time, so that neighbours on a shared machine take no part but the memory's.
double seconds_of(auto&& work)
{
    const std::clock_t start = std::clock();
    work();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Σ |w| with enough independent sums for the compiler to fill its vectors.
float streamed(std::span<const float> weights)
{
    std::array<float, 64> sums{};
    for (std::size_t i = 0; i + sums.size() <= weights.size(); i += sums.size())
        for (std::size_t k = 0; k < sums.size(); ++k)
            sums[k] += std::abs(weights[i + k]);
    float sum = 0;
    for (const float s : sums)
        sum += s;
    return sum;
}

std::span<const float> some_weights(std::int64_t count)
{
    static std::vector<float> weights;
    for (std::size_t i = weights.size(); i < static_cast<std::size_t>(count); ++i)
        weights.push_back(static_cast<float>(i * 2'654'435'761U % 1000) / 500 - 1);
    return std::span<const float>(weights).first(static_cast<std::size_t>(count));
}

void compare_with_streaming(
    benchmark::State& state, std::span<const float> weights, auto&& work, double bytes)
{
    double best = std::numeric_limits<double>::infinity();
    double streaming = best;
    for ([[maybe_unused]] auto iteration : state) {
        const double seconds = seconds_of(work);
        state.SetIterationTime(seconds);
        best = std::min(best, seconds);
        streaming =
            std::min(streaming, seconds_of([&] { benchmark::DoNotOptimize(streamed(weights)); }));
    }
    const auto read = static_cast<double>(weights.size_bytes());
    state.counters["GB/s"] = bytes / best / 1e9;
    state.counters["streaming_GB/s"] = read / streaming / 1e9;
    state.counters["of_streaming"] = bytes / best / (read / streaming);
}

void score(benchmark::State& state, const layer_spec& layer, structure how, layout framework)
{
    const grouping groups(matrices_of(layer)[0], how);
    const std::span<const float> weights = some_weights(groups.matrix().weights());
    std::vector<double> norms(static_cast<std::size_t>(groups.groups()));
    compare_with_streaming(
        state, weights,
        [&] {
            group_norms(groups, framework, weights, ranking::l1, norms);
            benchmark::ClobberMemory();
        },
        static_cast<double>(weights.size_bytes()));
}

void mask(benchmark::State& state, const layer_spec& layer, structure how, layout framework)
{
    const selection groups(std::span(&layer, 1), {.structure = how});
    std::vector<std::uint8_t> keep(groups.items());
    for (std::size_t i = 0; i < keep.size(); ++i)
        keep[i] = i % 3 == 0 ? 1 : 0;
    std::vector<std::uint8_t> bytes(
        static_cast<std::size_t>(groups.groups_of(0).matrix().weights()));
    for ([[maybe_unused]] auto iteration : state) {
        const double seconds =
            seconds_of([&] { groups.write_mask(keep, 0, framework, std::span(bytes)); });
        state.SetIterationTime(seconds);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void add(const std::string& name,
    void (*run)(benchmark::State&, const layer_spec&, structure, layout), const layer_spec& layer,
    structure how, layout framework)
{
    benchmark::RegisterBenchmark(
        (name + "/" + std::string(to_string(how.kind)) + "/rf " +
            std::to_string(layer.reuse_factor) + "/" + std::string(to_string(framework)))
            .c_str(),
        [=](benchmark::State& state) { run(state, layer, how, framework); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(30);
}

} // namespace

int main(int argc, char** argv)
{
    for (const structure& how : {structure::consecutive, structure::multipliers})
        for (const int rf : {4, 25, 64})
            for (const layout framework : {layout::pytorch, layout::keras}) {
                const layer_spec layer = dense{.inputs = 6400, .outputs = 3907, .reuse_factor = rf};
                add("score dense 6400x3907", score, layer, how, framework);
            }
    // Groups of 20 and of 320 weights that do not divide the inputs, so they straddle outputs.
    for (const int rf : {4, 64})
        add("score dense 4096x6104", score,
            dense{.inputs = 4096, .outputs = 6104, .reuse_factor = rf}, structure::consecutive,
            layout::keras);
    // PyTorch's (F,C,H,W) is no one's order here: every filter is permuted.
    for (const int rf : {4, 64})
        add("score conv2d 3x3x512 to 5426", score,
            conv2d{.height = 8,
                .width = 8,
                .channels = 512,
                .filters = 5426,
                .kernel_height = 3,
                .kernel_width = 3,
                .reuse_factor = rf},
            structure::consecutive, layout::pytorch);
    for (const layout framework : {layout::pytorch, layout::keras})
        add("mask dense 6400x3907", mask,
            dense{.inputs = 6400, .outputs = 3907, .reuse_factor = 64}, structure::consecutive,
            framework);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
