// SPDX-License-Identifier: Apache-2.0
// Real networks and deep ones under the pruner's guard, a floor of one group for every weight
// matrix: what `exact` proves, what the floors cost it in time, and how little a layer keeps. The
// values of the groups come from Gaussian weights, the same on every run, or from a file that
// holds, layer by layer, the kernel and the bias as raw 32-bit floats. The table is Markdown;
// seconds are wall time, the least of three where one takes less than a second.
//
//     bench_networks [seconds a problem may take, 10] [network, all] [weights.f32]

#include <espalier/espalier.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using layers = std::vector<esp::layer_spec>;

struct network {
    const char* name;
    layers (*build)();
    esp::layout framework = esp::layout::keras;
    /// The proven optimum on the Gaussian weights at 16 bits and a reduction of 70 %.
    std::optional<double> optimum{};
};

/// What is pruned; add a line for another structure.
struct pruned {
    const char* name;
    esp::structure structure;
};
constexpr pruned structures[]{{"multipliers", esp::structure::multipliers}};

constexpr int widths[]{16, 18};
constexpr double reductions[]{0.5, 0.7, 0.8, 0.9};

// --- Networks ------------------------------------------------------------------------------------

/// A convolution with `same` padding that keeps the size of the image or divides it by `stride`.
esp::layer_spec convolution(
    int size, int channels, int filters, int kernel, int stride, int reuse_factor)
{
    return esp::conv2d{.height = size,
        .width = size,
        .channels = channels,
        .filters = filters,
        .kernel_height = kernel,
        .kernel_width = kernel,
        .stride_height = stride,
        .stride_width = stride,
        .padding = esp::padding::same,
        .reuse_factor = reuse_factor,
        .io = esp::io_type::io_stream};
}

esp::layer_spec fully_connected(int inputs, int outputs, int reuse_factor)
{
    return esp::dense{.inputs = inputs, .outputs = outputs, .reuse_factor = reuse_factor};
}

layers jets()
{
    return {fully_connected(16, 64, 4), fully_connected(64, 32, 4), fully_connected(32, 32, 4),
        fully_connected(32, 5, 4)};
}

/// Convolutions and the output under the latency strategy, as the example trains it.
layers lenet()
{
    const auto latency = [](esp::layer_spec layer) {
        layer.strategy = esp::strategy::latency;
        return layer;
    };
    return {latency(convolution(28, 1, 6, 5, 1, 1)),
        latency(esp::conv2d{.height = 14,
            .width = 14,
            .channels = 6,
            .filters = 16,
            .kernel_height = 5,
            .kernel_width = 5}),
        fully_connected(400, 120, 25), fully_connected(120, 84, 12),
        latency(fully_connected(84, 10, 1))};
}

layers svhn()
{
    return {convolution(32, 3, 16, 3, 1, 9), convolution(15, 16, 16, 3, 1, 9),
        convolution(6, 16, 24, 3, 1, 9), fully_connected(96, 42, 3), fully_connected(42, 64, 3),
        fully_connected(64, 10, 4)};
}

/// The image classifier of MLPerf Tiny.
layers resnet8()
{
    layers all{convolution(32, 3, 16, 3, 1, 27), convolution(32, 16, 16, 3, 1, 72),
        convolution(32, 16, 16, 3, 1, 72), convolution(32, 16, 32, 3, 2, 144),
        convolution(16, 32, 32, 3, 1, 144), convolution(32, 16, 32, 1, 2, 16),
        convolution(16, 32, 64, 3, 2, 288), convolution(8, 64, 64, 3, 1, 576),
        convolution(16, 32, 64, 1, 2, 32), fully_connected(64, 10, 16)};
    all.back().io = esp::io_type::io_stream;
    return all;
}

/// The anomaly detector of MLPerf Tiny.
layers autoencoder()
{
    const int sizes[]{640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640};
    layers all;
    for (std::size_t i = 0; i + 1 < std::size(sizes); ++i)
        all.push_back(fully_connected(sizes[i], sizes[i + 1], std::min(sizes[i], 64)));
    return all;
}

/// Convolutions at 16, 32 and 64 channels over and over, then a third as dense layers: many small
/// layers, of which some would be removed by tight budgets.
layers deep(int depth)
{
    layers all;
    int channels = 3;
    int size = 64;
    const int convolutions = 2 * depth / 3;
    for (int i = 0; i < convolutions; ++i) {
        const int filters = 16 << (i / 4 % 3);
        const int kernel = i % 4 == 3 ? 1 : 3;
        const int inputs = kernel * kernel * channels;
        // One multiplier for each filter, or two.
        const int reuse_factor = i % 2 == 1 && inputs % 2 == 0 ? inputs / 2 : inputs;
        all.push_back(convolution(size, channels, filters, kernel, 1, reuse_factor));
        channels = filters;
        if (i % 12 == 11 && size > 8)
            size /= 2;
    }
    int inputs = channels;
    for (int i = convolutions; i < depth; ++i) {
        const int outputs = i + 1 == depth ? 10 : i % 3 == 0 ? 64 : i % 3 == 1 ? 32 : 48;
        all.push_back(fully_connected(inputs, outputs, inputs / 2));
        inputs = outputs;
    }
    return all;
}

const network networks[]{
    {.name = "jets", .build = jets},
    {.name = "lenet", .build = lenet, .framework = esp::layout::pytorch},
    {.name = "svhn", .build = svhn},
    {.name = "resnet8", .build = resnet8, .optimum = 121.722},
    {.name = "autoencoder", .build = autoencoder},
    {.name = "deep10", .build = [] { return deep(10); }},
    {.name = "deep60", .build = [] { return deep(60); }},
    {.name = "deep200", .build = [] { return deep(200); }},
};

// --- Values --------------------------------------------------------------------------------------

using weights = std::vector<std::vector<float>>; ///< of each matrix

weights gaussian(const esp::selection& groups)
{
    std::mt19937 engine(11);
    std::normal_distribution<float> normal;
    weights all;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        all.emplace_back(static_cast<std::size_t>(groups.groups_of(m).matrix().weights()));
        for (float& weight : all.back())
            weight = normal(engine);
    }
    return all;
}

weights read_weights(const esp::selection& groups, const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    weights all;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        const esp::weight_matrix& matrix = groups.groups_of(m).matrix();
        all.emplace_back(static_cast<std::size_t>(matrix.weights()));
        std::vector<float> bias(static_cast<std::size_t>(matrix.n_out()));
        for (std::vector<float>* part : {&all.back(), &bias})
            if (!file.read(reinterpret_cast<char*>(part->data()),
                    static_cast<std::streamsize>(part->size() * sizeof(float))))
                throw std::runtime_error(path + " does not hold the weights of this network");
    }
    return all;
}

std::vector<double> values_of(const esp::selection& groups, esp::layout order, const weights& all)
{
    std::vector<double> values;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        std::vector<double> norms = esp::group_norms(groups.groups_of(m), order, all[m]);
        esp::normalize(norms, esp::normalization::layer_maximum);
        values.insert(values.end(), norms.begin(), norms.end());
    }
    return values;
}

// --- Measuring -----------------------------------------------------------------------------------

struct measured {
    esp::knapsack_solution answer{}; ///< none yet
    std::string status{};
};

/// The answer, with the least time of up to three.
measured timed(const esp::knapsack_problem& problem, double limit)
{
    measured best;
    try {
        const esp::exact solver{.time_limit = limit};
        best.answer = solver(problem);
        for (int again = 0; again < 2 && best.answer.seconds < 1; ++again)
            best.answer.seconds = std::min(best.answer.seconds, solver(problem).seconds);
        best.status = to_string(best.answer.status);
    } catch (const std::exception& error) {
        best.status = error.what();
    }
    best.answer.keep.resize(problem.size());
    return best;
}

std::size_t fewest_kept(const esp::selection& groups, const esp::knapsack_solution& answer)
{
    std::size_t fewest = groups.items();
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        const auto begin = answer.keep.begin() + static_cast<std::ptrdiff_t>(groups.first_item(m));
        const auto count = static_cast<std::ptrdiff_t>(groups.groups_of(m).groups());
        fewest = std::min(
            fewest, static_cast<std::size_t>(std::count(begin, begin + count, std::uint8_t{1})));
    }
    return fewest;
}

void measure(const network& one, const pruned& what, int width, double limit,
    const std::string& path, std::vector<std::string>& remarks)
{
    layers all = one.build();
    for (esp::layer_spec& layer : all) {
        layer.weight = layer.data = {.width = width, .integer = 6};
        ensure_sound_and_legal(layer);
    }
    const auto choose = [&](std::size_t keep_at_least) {
        return esp::selection(all, {.structure = what.structure,
                                       .costs = esp::cost_policy::paper,
                                       .keep_at_least = keep_at_least});
    };
    esp::selection guarded = choose(1);
    esp::selection bare = choose(0);
    const std::vector<double> values = values_of(
        guarded, one.framework, path.empty() ? gaussian(guarded) : read_weights(guarded, path));
    for (const double reduction : reductions) {
        const esp::resources budget = esp::budget_at(guarded.total(), reduction, 1);
        const esp::knapsack_problem& problem = guarded.pose(values, budget);
        const auto floors = std::count_if(problem.floors.begin(), problem.floors.end(),
            [](std::size_t floor) { return floor > 0; });
        const auto [with, status] = timed(problem, limit);
        const auto [without, status_without] = timed(bare.pose(values, budget), limit);
        std::printf("| %s | %s | %d | %zu | %td | %.0f %% | %s | %.6f | %.1e | %.4g | %.4g | %.1f "
                    "| %zu |\n",
            one.name, what.name, width, guarded.items(), floors, 100 * reduction, status.c_str(),
            with.value, with.gap(), with.seconds, without.seconds, with.seconds / without.seconds,
            fewest_kept(guarded, with));
        std::fflush(stdout);
        if (with.has_answer() && !is_feasible(problem, with.keep))
            remarks.push_back(std::string(one.name) + ": the answer breaks a constraint");
        // Floors only take choices away.
        if (with.has_answer() && without.has_answer() && with.value > without.bound)
            remarks.push_back(
                std::string(one.name) + ": a value is above the bound without floors");
        if (!without.has_answer())
            remarks.push_back(std::string(one.name) + " without floors: " + status_without);
        if (path.empty() && one.optimum && width == 16 && reduction == 0.7) {
            char text[160];
            std::snprintf(text, sizeof text, "%s, 16 bits, 70 %%: %.3f of the optimum of %.3f",
                one.name, with.value, *one.optimum);
            remarks.emplace_back(text);
        }
    }
}

int run(double limit, const std::string& name, const std::string& path)
{
    std::printf("| network | structure | bits | groups | floors | reduction | status | value | gap "
                "| seconds | without floors | ratio | fewest kept |\n");
    std::printf("|:--|:--|--:|--:|--:|--:|:--|--:|--:|--:|--:|--:|--:|\n");
    std::vector<std::string> remarks;
    bool known = false;
    for (const network& one : networks) {
        if (name != "all" && name != one.name)
            continue;
        known = true;
        for (const pruned& what : structures)
            for (const int width : widths)
                measure(one, what, width, limit, path, remarks);
    }
    if (!known)
        throw std::runtime_error("there is no network " + name);
    std::printf("\n");
    for (const std::string& remark : remarks)
        std::printf("%s\n", remark.c_str());
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    const double limit = count > 1 ? std::atof(arguments[1]) : 10;
    const std::string name = count > 2 ? arguments[2] : "all";
    const std::string path = count > 3 ? arguments[3] : "";
    if (limit <= 0 || (!path.empty() && name == "all")) {
        std::fprintf(stderr, "usage: %s [seconds] [network] [weights.f32]\n", arguments[0]);
        return 1;
    }
    try {
        return run(limit, name, path);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_networks: %s\n", error.what());
        return 1;
    }
}
