// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

// Multipliers over memory columns of 36 bits, as two kinds of structures to prune: single
// multipliers linked to the columns they overlap, and groups of C consecutive multipliers. Written
// by hand from the formulas, independent of the library's model, so that it can check it.

namespace columns {

using namespace espalier;

/// A dense layer; `multiplier[g]` is the importance of the weights [g·reuse, (g + 1)·reuse).
struct layer {
    std::size_t inputs;
    std::size_t outputs;
    std::size_t reuse;
    std::vector<double> multiplier{};
};

/// Importances: the magnitudes of a multiplier's weights, relative to the layer's largest weight.
/// \param kernel  inputs × outputs, row-major
inline void rank(layer& one, const std::vector<float>& kernel)
{
    float largest = 0;
    for (const float w : kernel)
        largest = std::max(largest, std::abs(w));
    const std::size_t weights = one.inputs * one.outputs;
    one.multiplier.assign((weights + one.reuse - 1) / one.reuse, 0.0);
    for (std::size_t out = 0; out < one.outputs; ++out)
        for (std::size_t in = 0; in < one.inputs; ++in)
            one.multiplier[(out * one.inputs + in) / one.reuse] +=
                std::abs(static_cast<double>(kernel[in * one.outputs + out])) /
                static_cast<double>(largest);
}

/// Reads kernels (inputs × outputs) and biases, float32, layer by layer. False if that fails.
inline bool read(const std::string& path, std::vector<layer>& layers)
{
    std::ifstream file(path, std::ios::binary);
    for (layer& one : layers) {
        std::vector<float> kernel(one.inputs * one.outputs);
        std::vector<float> bias(one.outputs);
        const auto take = [&](std::vector<float>& into) {
            file.read(reinterpret_cast<char*>(into.data()),
                static_cast<std::streamsize>(into.size() * sizeof(float)));
        };
        take(kernel);
        take(bias);
        if (!file)
            return false;
        rank(one, kernel);
    }
    return !layers.empty();
}

/// The paper's number of consecutive multipliers that fill whole memory blocks.
inline std::size_t consecutive(std::size_t width)
{
    return 36 % width == 0 ? 36 / width : (72 + width - 1) / width;
}

/// The problem of keeping groups of `together` multipliers: resources are DSPs and 36-bit columns.
/// \param share  of all DSPs and columns that may stay
inline knapsack_problem problem_of(
    const std::vector<layer>& layers, std::size_t width, std::size_t together, double share)
{
    knapsack_problem problem;
    problem.resources = 2;
    problem.shared.costs = {{0, 1}};
    problem.shared.first = {0};
    resource_vector total{};
    for (const layer& one : layers) {
        const std::size_t count = one.multiplier.size();
        const std::size_t begin = problem.size();
        for (std::size_t g = 0; g < count; g += together) {
            const std::size_t end = std::min(count, g + together);
            const auto dsp = static_cast<std::int64_t>(end - g);
            if (g == 0 || problem.class_costs.back()[0] != dsp)
                problem.class_costs.push_back({dsp});
            problem.class_of.push_back(static_cast<std::uint32_t>(problem.class_costs.size() - 1));
            problem.values.push_back(
                std::accumulate(one.multiplier.begin() + static_cast<std::ptrdiff_t>(g),
                    one.multiplier.begin() + static_cast<std::ptrdiff_t>(end), 0.0));
        }
        for (std::size_t bit = 0; bit < count * width; bit += 36) {
            const std::size_t first = bit / width / together;
            const std::size_t last = (std::min(bit + 36, count * width) - 1) / width / together;
            for (std::size_t item = first; item <= last; ++item)
                problem.shared.users.push_back(static_cast<std::uint32_t>(begin + item));
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(0);
            ++total[1];
        }
        total[0] += static_cast<std::int64_t>(count);
    }
    for (std::size_t r = 0; r < 2; ++r)
        problem.capacity[r] =
            static_cast<std::int64_t>(share * static_cast<double>(total[r]) + 1e-9);
    return problem;
}

} // namespace columns
