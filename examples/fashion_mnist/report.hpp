// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/tally.hpp"
#include "lenet.hpp"

#include <espalier/espalier.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

// What the run says in the end, as a table and as JSON. Every number of the pruned network is
// counted from its weights; the pruner is not asked.

namespace fashion_mnist {

using example::factor;
using example::tally;

/// Of the network as it is after the paper's groups were pruned.
inline std::vector<tally> tallies(std::span<const esp::weight_view> views)
{
    return example::tallies(hardware.specs, views,
        std::vector<esp::structure>(hardware.specs.size(), esp::structure::multipliers));
}

/// The weights as they are now.
inline std::vector<std::vector<float>> copies(std::span<const esp::weight_view> views)
{
    std::vector<std::vector<float>> all;
    std::vector<float> buffer;
    for (const esp::weight_view& view : views) {
        const std::span<const float> weights = view.read(buffer);
        all.emplace_back(weights.begin(), weights.end());
    }
    return all;
}

struct accuracies {
    double validation = 0;
    double test = 0;
    double quantized_test = 0; ///< as the hardware computes, in the formats of its layers
};

inline void print_round_header()
{
    std::printf("\n%5s %10s %11s %6s %6s %8s %11s %10s %8s %10s\n", "round", "DSP budget",
        "BRAM budget", "DSP", "BRAM", "weights", "validation", "solver ms", "gap", "accepted");
}

inline void print_round(std::size_t number, const esp::round_record& r)
{
    std::printf("%5zu %10lld %11g %6lld %6g %8lld %9.2f %% %10.3f %8.1e %10s\n", number,
        static_cast<long long>(r.budget.dsp), r.budget.bram(), static_cast<long long>(r.usage.dsp),
        r.usage.bram(), static_cast<long long>(r.kept_weights), 100 * r.metric,
        1e3 * r.solver_seconds, r.gap, r.accepted ? "yes" : "no");
    std::fflush(stdout);
}

/// Both networks as C synthesis would report them.
inline void print_reported(const tally& dense, const tally& pruned)
{
    std::printf(
        "and as C synthesis reports it (cost_policy::hls): %lld -> %lld DSP, %g -> %g BRAM, "
        "%lld -> %lld LUT\n",
        static_cast<long long>(dense.hls.dsp), static_cast<long long>(pruned.hls.dsp),
        dense.hls.bram(), pruned.hls.bram(), static_cast<long long>(dense.hls.lut),
        static_cast<long long>(pruned.hls.lut));
}

inline void print_table(const std::vector<tally>& dense, const std::vector<tally>& pruned,
    const accuracies& dense_accuracy, const accuracies& pruned_accuracy)
{
    std::printf("\n%-8s %22s %22s %24s\n", "layer", "DSP", "BRAM", "weights");
    for (std::size_t i = 0; i < dense.size(); ++i) {
        const esp::resources& a = dense[i].paper;
        const esp::resources& b = pruned[i].paper;
        std::printf("%-8s %6lld -> %5lld %6s %6g -> %5g %6s %7lld -> %6lld %6s\n",
            dense[i].name.c_str(), static_cast<long long>(a.dsp), static_cast<long long>(b.dsp),
            factor(static_cast<double>(a.dsp), static_cast<double>(b.dsp)).c_str(), a.bram(),
            b.bram(), factor(a.bram(), b.bram()).c_str(), static_cast<long long>(dense[i].weights),
            static_cast<long long>(pruned[i].weights),
            factor(static_cast<double>(dense[i].weights), static_cast<double>(pruned[i].weights))
                .c_str());
    }
    const auto line = [](const char* name, double from, double to) {
        std::printf("%-20s %6.2f %% -> %6.2f %%  (%+.2f points)\n", name, 100 * from, 100 * to,
            100 * (to - from));
    };
    std::printf("\n");
    line("validation accuracy", dense_accuracy.validation, pruned_accuracy.validation);
    line("test accuracy", dense_accuracy.test, pruned_accuracy.test);
    line("test, ap_fixed<18,8>", dense_accuracy.quantized_test, pruned_accuracy.quantized_test);
}

/// What of the pruned groups hls4ml would build all the same.
inline void print_unfreed(const std::vector<std::vector<std::uint8_t>>& masks,
    std::span<const esp::weight_view> views, const std::vector<std::vector<float>>& dense)
{
    std::vector<esp::pruned_matrix> matrices;
    for (std::size_t m = 0; m < masks.size(); ++m)
        matrices.push_back({.mask = masks[m], .order = views[m].order(), .weights = dense[m]});
    const auto found = esp::explain(hardware, matrices, esp::hardware_flow::hls4ml_vitis);
    std::printf("\nwhat hls4ml does not free:%s\n%s", found.empty() ? " nothing" : "",
        esp::sentences(found).c_str());
}

inline nlohmann::ordered_json to_json(const tally& total, const accuracies& accuracy)
{
    return {{"dsp", total.paper.dsp}, {"bram", total.paper.bram()}, {"weights", total.weights},
        {"validation_accuracy", accuracy.validation}, {"test_accuracy", accuracy.test},
        {"quantized_test_accuracy", accuracy.quantized_test}};
}

inline nlohmann::ordered_json to_json(const esp::round_record& r)
{
    return {{"dsp_budget", r.budget.dsp}, {"bram_budget", r.budget.bram()}, {"dsp", r.usage.dsp},
        {"bram", r.usage.bram()}, {"weights", r.kept_weights}, {"validation_accuracy", r.metric},
        {"solver_seconds", r.solver_seconds}, {"pruner_seconds", r.pruner_seconds},
        {"seconds", r.seconds}, {"gap", r.gap}, {"status", std::string(esp::to_string(r.status))},
        {"accepted", r.accepted}};
}

} // namespace fashion_mnist
