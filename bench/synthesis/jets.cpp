// SPDX-License-Identifier: Apache-2.0
// The pruned jet tagger under Yosys, layer by layer, beside the model, as a table:
//     bench_jets_synthesis FOLDER [REUSE_FACTOR [PERCENT …]]
// FOLDER has the data of examples/jets. One network is pruned by the parts given (default: 50, 80),
// for single multipliers and for N:4, and dense and pruned ones are synthesised with their weights.
#include "hls/synthesis.hpp"

#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/verilog_matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <jets/hardware.hpp>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace jets;

constexpr int bits = 16;

/// What a network became, layer by layer.
struct hardware {
    std::string name;
    double accuracy = 0; ///< in integers, on the rows that are tested
    std::vector<esp::matrix_schedule> schedules;
    std::vector<std::vector<std::int64_t>> weights;
    std::vector<std::vector<std::int64_t>> biases;
};

hardware hardware_of(std::string name, perceptron& net, std::span<const esp::layer_spec> layers,
    const esp::structure& how, const fold& rows)
{
    hardware h{std::move(name), 0, {}, {}, {}};
    h.accuracy = percent_right(right_rows(in_integers(net, layers), rows.test, rows.test_labels));
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const esp::weight_matrix m = esp::matrices_of(layers[l])[0];
        const esp::kernel_formats formats = esp::formats_of(layers[l]);
        const esp::integer_kernel kernel =
            esp::quantized(esp::in_hardware_order(m, esp::weights_of(net.weights[l]),
                               esp::coefficients_of(net.biases[l])),
                formats);
        h.schedules.push_back(
            esp::schedule_of(m, std::span<const std::int64_t>(kernel.weights), how));
        h.weights.push_back(kernel.weights);
        h.biases.emplace_back();
        for (const std::int64_t bias : kernel.biases)
            h.biases.back().push_back(esp::requantized(bias, formats.bias.format, formats.accum));
    }
    return h;
}

/// One part after the other, whatever it costs in accuracy.
struct stages {
    std::vector<double> parts;
    esp::pruning_target target;

    explicit stages(std::vector<double> all)
        : parts(std::move(all)), target(esp::reduction(parts.back(), parts.back()))
    {}
    [[nodiscard]] std::optional<double> operator()(std::span<const esp::trial> trials) const
    {
        if (trials.size() >= parts.size())
            return std::nullopt;
        return parts[trials.size()] / parts.back();
    }
};

/// Prunes by one part after the other; what is left at the end.
hardware pruned(const perceptron& teacher, const fold& rows, const kind& how,
    std::span<const esp::layer_spec> layers, const std::vector<double>& parts)
{
    perceptron net = teacher;
    std::mt19937 random(1);
    esp::trainee trainee = trainee_of(net);
    esp::pruner_options options;
    options.selection.structure = how.structure;
    options.selection.costs = esp::cost_policy::yosys;
    options.tolerance = esp::tolerance::points(100); // the parts are given
    options.schedule = stages(parts);
    esp::pruner pruner{layers, trainee, options};
    pruner.baseline(
        percent_right(right_rows(in_integers(net, layers), rows.training, rows.training_labels)));
    while (auto round = pruner.next()) {
        train(
            net, rows.training_labels.size(), {.epochs = 100, .rate = 3e-3},
            [&](int count) { return distilled(teacher, rows.training, count, random); },
            [&] { return pruner.as_in_hardware(); }, [&] { round->mask(); });
        pruner.report(percent_right(
            right_rows(in_integers(net, layers), rows.training, rows.training_labels)));
    }
    return hardware_of(std::string(how.name), net, layers, how.structure, rows);
}

void print(const std::string& network, const std::string& layer, const esp::resources& model,
    const esp::resources& yosys)
{
    std::printf("| %s | %s | %lld | %lld | %lld | %lld | %lld | %lld | %lld | %lld |\n",
        network.c_str(), layer.c_str(), static_cast<long long>(model.dsp),
        static_cast<long long>(yosys.dsp), static_cast<long long>(model.bram18),
        static_cast<long long>(yosys.bram18), static_cast<long long>(model.lut),
        static_cast<long long>(yosys.lut), static_cast<long long>(model.ff),
        static_cast<long long>(yosys.ff));
    std::fflush(stdout);
}

void synthesise(const hardware& h)
{
    std::vector<synthesis::circuit> circuits;
    for (std::size_t l = 0; l < h.schedules.size(); ++l) {
        const esp::weight_matrix& m = h.schedules[l].matrix();
        circuits.push_back(
            {"layer" + std::to_string(l), m.n_in() * m.data.width, m.n_out() * m.accum.width});
    }
    const auto counted = synthesis::synthesised(
        [&](std::ostream& out) {
            for (std::size_t l = 0; l < circuits.size(); ++l)
                esp::write_verilog_matrix(
                    out, circuits[l].name, h.schedules[l], h.weights[l], h.biases[l]);
        },
        circuits, synthesis::xilinx("xcup"), 3000);
    esp::resources model, yosys;
    for (std::size_t l = 0; l < counted.size(); ++l) {
        const esp::matrix_schedule& s = h.schedules[l];
        esp::resources foretold = esp::circuit_fabric(s);
        foretold.dsp =
            esp::product_of(s.matrix(), esp::cost_policy::yosys).dsp_for(s.multipliers());
        foretold.bram18 = s.bram18(esp::cost_policy::yosys.memory);
        print(h.name, "fc" + std::to_string(l + 1), foretold, counted[l]);
        model += foretold;
        yosys += counted[l];
    }
    char total[40];
    std::snprintf(total, sizeof total, "all, %.1f %% right", h.accuracy);
    print(h.name, total, model, yosys);
}

} // namespace

int main(int count, char** arguments)
try {
    if (count < 2) {
        std::fprintf(stderr, "usage: bench_jets_synthesis FOLDER [REUSE_FACTOR [PERCENT ...]]\n");
        return 2;
    }
    const data_set data = read_data(arguments[1]);
    const fold rows = folds_of(data, 5, 1).front();
    const std::vector<esp::layer_spec> layers =
        layers_of(bits, count > 2 ? std::atoi(arguments[2]) : 8);
    std::vector<double> parts;
    for (int i = 3; i < count; ++i)
        parts.push_back(std::atoi(arguments[i]) / 100.0);
    if (parts.empty())
        parts = {0.5, 0.8};
    std::mt19937 random(1);
    perceptron teacher(layers, random);
    if (!data.trained.empty())
        set_weights(teacher, data.trained);
    else
        train(
            teacher, rows.training_labels.size(), {.epochs = 60, .rate = 3e-3},
            [&](int rows_of_batch) {
                return labelled(rows.training, rows.training_labels, rows_of_batch, random);
            },
            [] { return 0; }, [] {});
    std::puts("| network | layer | DSP | Yosys | RAMB18 | Yosys | LUT | Yosys | FF | Yosys |\n"
              "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (const kind& how : {kinds[1], kinds[2]})
        synthesise(pruned(teacher, rows, how, layers, parts));
    synthesise(hardware_of("dense", teacher, layers, esp::structure::multipliers, rows));
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
