// SPDX-License-Identifier: Apache-2.0
// What linked memory columns gain over the paper's C consecutive multipliers: the importance that
// is kept (Σ |w| over the layer's largest |w|) under the same budget of DSPs and block RAMs, on the
// weights of a trained network. And what multipliers gain that may take any of several weights: the
// part of Σ w² that is kept with the same number of DSPs, and the LUTs of their selectors. And what
// their blocks keep more if the inputs may be permuted.
//
//     bench_structures gaussian      16-120-84 at reuse factors 4 and 12, weights drawn at random
//     bench_structures jets FILE     16-64-32-32-5 at reuse factor 4, FILE in Keras's order
//     bench_structures lenet FILE    what fashion_mnist --save-weights FILE writes
//
// Both files hold, layer by layer, the kernel and the bias as raw 32-bit floats.

#include <espalier/espalier.hpp>
#include <espalier/stopwatch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

struct trained {
    std::vector<esp::layer_spec> layers;
    esp::layout framework = esp::layout::keras;
    std::vector<std::vector<float>> weights{}; ///< one for each matrix
};

std::vector<esp::layer_spec> jets()
{
    using esp::dense;
    return {dense{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 4},
        dense{.name = "fc2", .inputs = 64, .outputs = 32, .reuse_factor = 4},
        dense{.name = "fc3", .inputs = 32, .outputs = 32, .reuse_factor = 4},
        dense{.name = "out", .inputs = 32, .outputs = 5, .reuse_factor = 4}};
}

std::vector<esp::layer_spec> lenet()
{
    using esp::conv2d;
    using esp::dense;
    constexpr auto latency = esp::strategy::latency;
    return {conv2d{.name = "conv1",
                .height = 28,
                .width = 28,
                .channels = 1,
                .filters = 6,
                .kernel_height = 5,
                .kernel_width = 5,
                .padding = esp::padding::same,
                .strategy = latency},
        conv2d{.name = "conv2",
            .height = 14,
            .width = 14,
            .channels = 6,
            .filters = 16,
            .kernel_height = 5,
            .kernel_width = 5,
            .strategy = latency},
        dense{.name = "fc1",
            .inputs = 400,
            .outputs = 120,
            .flattened = {5, 5, 16},
            .reuse_factor = 25},
        dense{.name = "fc2", .inputs = 120, .outputs = 84, .reuse_factor = 12},
        dense{.name = "fc3", .inputs = 84, .outputs = 10, .strategy = latency}};
}

void read_weights(trained& network, const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    for (const esp::layer_spec& layer : network.layers) {
        const esp::weight_matrix m = esp::matrices_of(layer)[0];
        network.weights.emplace_back(static_cast<std::size_t>(m.weights()));
        std::vector<float> bias(static_cast<std::size_t>(m.n_out()));
        for (std::vector<float>* part : {&network.weights.back(), &bias})
            if (!file.read(reinterpret_cast<char*>(part->data()),
                    static_cast<std::streamsize>(part->size() * sizeof(float))))
                throw std::runtime_error(path + " does not hold the weights of this network");
    }
}

/// The best choice under a part of the network's own need.
esp::knapsack_solution best(trained network, int width, const esp::structure& how, double part)
{
    for (esp::layer_spec& layer : network.layers)
        layer.weight = layer.data = {.width = width, .integer = 8};
    esp::selection groups(
        network.layers, {.structure = how, .costs = esp::cost_policy::paper, .keep_at_least = 0});
    std::vector<double> values;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        // Relative to the layer's largest weight, which is the same for every structure.
        float largest = 0;
        for (const float w : network.weights[m])
            largest = std::max(largest, std::abs(w));
        for (const double norm :
            esp::group_norms(groups.groups_of(m), network.framework, network.weights[m]))
            values.push_back(norm / static_cast<double>(largest));
    }
    return esp::default_solver(
        groups.pose(std::move(values), esp::budget_at(groups.total(), 1 - part, 1)));
}

struct kept_part {
    double squares = 0; ///< Σ w² of the kept weights over Σ w²
    esp::resources usage{};
    double milliseconds = 0; ///< of the solver
};

/// The most of Σ w² that a part of the DSPs serves; other resources are not limited.
kept_part most_squares(const trained& network, const esp::structure& how, double part)
{
    esp::selection groups(
        network.layers, {.structure = how, .costs = esp::cost_policy::paper, .keep_at_least = 0});
    std::vector<double> values;
    double total = 0;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        const auto squares = [&](const esp::grouping& of) {
            std::vector<double> norms =
                esp::group_norms(of, network.framework, network.weights[m], esp::ranking::l2);
            for (double& norm : norms)
                norm *= norm;
            return norms;
        };
        const std::vector<double> each =
            squares({groups.groups_of(m).matrix(), esp::structure::weights});
        for (const double square : each)
            total += square;
        if (groups.is_assignable(m))
            groups.assign(m, each);
        const std::vector<double> of_groups = squares(groups.groups_of(m));
        values.insert(values.end(), of_groups.begin(), of_groups.end());
    }
    esp::resources budget = groups.total();
    budget.dsp = static_cast<std::int64_t>(part * static_cast<double>(budget.dsp));
    const auto solution = esp::default_solver(groups.pose(std::move(values), budget));
    return {solution.value / total, groups.usage_of(solution.keep), 1e3 * solution.seconds};
}

void compare_assigned(const trained& network)
{
    std::printf("\n| DSP | structure | Σ w² kept | RAMB18 | LUTs of selectors | ms |\n");
    std::printf("|--:|---|--:|--:|--:|--:|\n");
    const std::pair<const char*, esp::structure> structures[] = {
        {"multipliers", esp::structure::packed_multipliers}, {"N:2", esp::structure::n_of(2)},
        {"N:4", esp::structure::n_of(4)}, {"N:8", esp::structure::n_of(8)},
        {"free rows", esp::structure::free_rows}};
    for (const double part : {0.25, 0.1, 0.05})
        for (const auto& [name, how] : structures) {
            const kept_part kept = most_squares(network, how, part);
            std::printf("| %lld | %s | %.1f %% | %lld | %lld | %.1f |\n",
                static_cast<long long>(kept.usage.dsp), name, 100 * kept.squares,
                static_cast<long long>(kept.usage.bram18), static_cast<long long>(kept.usage.lut),
                kept.milliseconds);
        }
}

/// Of every layer the same part of its multipliers stays, those that are worth most.
void compare_orders(const trained& network)
{
    std::printf("\n| multipliers | structure | Σ w² kept | permuted | ms |\n");
    std::printf("|--:|---|--:|--:|--:|\n");
    const esp::input_orders orders(network.layers);
    for (const double part : {0.5, 0.25, 0.1})
        for (const int m : {2, 4, 8}) {
            double total = 0, as_they_are = 0, permuted = 0, seconds = 0;
            for (std::size_t k = 0; k < orders.matrices(); ++k) {
                const esp::weight_matrix& matrix = orders.matrix(k);
                if (!orders.before(k) || matrix.reuse_factor == 1)
                    continue;
                const esp::grouping groups(matrix, esp::structure::n_of(m));
                std::vector<double> squares;
                for (std::int64_t flat = 0; flat < matrix.weights(); ++flat) {
                    const auto w = static_cast<double>(network.weights[k][static_cast<std::size_t>(
                        esp::to_framework(matrix, network.framework, flat))]);
                    squares.push_back(w * w);
                    total += w * w;
                }
                const esp::input_channels channels = esp::channels_of(matrix, network.framework);
                const esp::stopwatch clock;
                const esp::input_permutation order =
                    esp::best_order(groups, channels, squares, part, orders.of(k));
                seconds += clock.seconds();
                as_they_are += esp::kept_value(groups, channels, squares, part, orders.of(k));
                permuted += esp::kept_value(groups, channels, squares, part, order);
            }
            std::printf("| %.0f %% | N:%d | %.1f %% | %.1f %% | %.0f |\n", 100 * part, m,
                100 * as_they_are / total, 100 * permuted / total, 1e3 * seconds);
            std::fflush(stdout);
        }
}

int run_gaussian()
{
    trained network{.layers = {esp::dense{.inputs = 16, .outputs = 120, .reuse_factor = 4},
                        esp::dense{.inputs = 120, .outputs = 84, .reuse_factor = 12}}};
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (const esp::layer_spec& layer : network.layers) {
        network.weights.emplace_back();
        for (std::int64_t w = 0; w < esp::matrices_of(layer)[0].weights(); ++w)
            network.weights.back().push_back(normal(random));
    }
    compare_orders(network);
    return 0;
}

int run(const std::string& name, const std::string& path)
{
    trained network;
    if (name == "jets")
        network = {.layers = jets()};
    else if (name == "lenet")
        network = {.layers = lenet(), .framework = esp::layout::pytorch};
    else
        throw std::runtime_error("the network is jets or lenet, not " + name);
    read_weights(network, path);

    std::printf(
        "| bits | C | budget | linked columns | gap | ms | consecutive | gap | ms | gain |\n");
    std::printf("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (const int width : {12, 16, 18, 20})
        for (const double part : {0.5, 0.25, 0.1}) {
            const auto linked = best(network, width, esp::structure::multipliers, part);
            const auto paper = best(network, width, esp::structure::consecutive, part);
            std::printf(
                "| %d | %d | %.0f %% | %.3f | %.0e | %.1f | %.3f | %.0e | %.1f | %.2f %% |\n",
                width, 36 % width == 0 ? 36 / width : (72 + width - 1) / width, 100 * part,
                linked.value, linked.gap(), 1e3 * linked.seconds, paper.value, paper.gap(),
                1e3 * paper.seconds, 100 * (linked.value / paper.value - 1));
            std::fflush(stdout);
        }
    compare_assigned(network);
    compare_orders(network);
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    const bool is_drawn = count == 2 && arguments[1] == std::string("gaussian");
    if (count != 3 && !is_drawn) {
        std::fprintf(stderr, "usage: %s jets|lenet weights.f32, or gaussian\n", arguments[0]);
        return 1;
    }
    try {
        if (is_drawn)
            return run_gaussian();
        return run(arguments[1], arguments[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_structures: %s\n", error.what());
        return 1;
    }
}
