// SPDX-License-Identifier: Apache-2.0
// Real networks and deep ones under the pruner's guard, a floor of one group for every weight
// matrix: what `exact` proves, what the floors cost it in time, and how little a layer keeps. The
// values of the groups come from Gaussian weights, the same on every run, or from a file that
// holds, layer by layer, the kernel and the bias as raw 32-bit floats. The table is Markdown;
// seconds are wall time, the least of three where one takes less than a second.
//
//     bench_networks [seconds a problem may take, 10] [network, all] [weights.f32]

#include "networks.hpp"

#include <espalier/espalier.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using networks::network;
using networks::weights;

/// What is pruned; add a line for another structure.
struct pruned {
    const char* name;
    esp::structure structure;
};
constexpr pruned structures[]{{"multipliers", esp::structure::multipliers}};

constexpr int widths[]{16, 18};
constexpr double reductions[]{0.5, 0.7, 0.8, 0.9};

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
    networks::layers all = one.build();
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
    const std::vector<double> values = networks::values_of(guarded, one.framework,
        path.empty() ? networks::gaussian(guarded) : read_weights(guarded, path));
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
    for (const network& one : networks::every_one) {
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
