// SPDX-License-Identifier: Apache-2.0
// A network of hls4ml in, the pruned network out, without a training loop: groups of weights leave
// round by round as long as the network, computed in the integers of its hardware, decides nearly
// as often as before. What the hardware will answer is written beside it, for hls4ml's own C
// simulation to compare with.
//
//   prune <folder> [part of the DSPs that are to leave] [part of the decisions that must stay]
//
// The folder has network.json with its arrays, as exchange.py writes them, and inputs.npy (float64,
// one row for each input). Written are pruned.json with its arrays, and expected.npy (float64, one
// row for each input).

#include <espalier/espalier.hpp>
#include <espalier/with/hls4ml.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace {

/// The outputs for all rows of inputs.
std::vector<double> answers(
    const esp::integer_network& network, const esp::npy_array<double>& inputs)
{
    const auto rows = static_cast<std::size_t>(inputs.shape[0]);
    const std::size_t size = inputs.values.size() / rows;
    std::vector<double> all;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto outputs = network(std::span(inputs.values).subspan(row * size, size));
        all.insert(all.end(), outputs.begin(), outputs.end());
    }
    return all;
}

/// The index of the largest output, row by row.
std::vector<std::ptrdiff_t> decisions(const std::vector<double>& answers, std::size_t outputs)
{
    std::vector<std::ptrdiff_t> all;
    for (auto row = answers.begin(); row != answers.end(); row += std::ptrdiff_t(outputs))
        all.push_back(std::max_element(row, row + std::ptrdiff_t(outputs)) - row);
    return all;
}

void run(const std::filesystem::path& folder, double part, double tolerance)
{
    esp::hls4ml_network network = esp::read_hls4ml(folder);
    const auto inputs = esp::read_npy<double>(folder / "inputs.npy");
    esp::ensure(!inputs.shape.empty() && inputs.shape[0] > 0, "there is a row of inputs at least",
        esp::given{"extents", inputs.shape.size()});
    network.quantize();
    const std::vector<esp::layer_spec> layers = network.layers();
    const std::vector<std::vector<float>> dense_weights = network.copied_weights();

    const auto outputs = static_cast<std::size_t>(network.integers().output_shape().size());
    const auto dense = decisions(answers(network.integers(), inputs), outputs);
    const auto agreement = [&] {
        const auto now = decisions(answers(network.integers(), inputs), outputs);
        std::size_t same = 0;
        for (std::size_t row = 0; row < now.size(); ++row)
            same += now[row] == dense[row] ? 1 : 0;
        return static_cast<double>(same) / static_cast<double>(now.size());
    };

    // What hls4ml would build all the same stays whole.
    std::vector<esp::layer_rule> rules;
    for (const esp::layer_spec& layer : layers)
        for (const esp::weight_matrix& m : esp::matrices_of(layer))
            if (!esp::saves_zeros(m))
                rules.push_back(esp::unpruned(esp::name_of(m)));
    esp::pruner pruner{layers, network.weights(),
        {.schedule = esp::polynomial{.steps = 20, .target = part},
            .tolerance = tolerance,
            .selection = {.costs = network.flow.costs, .rules = rules}}};
    pruner.baseline(1);
    std::printf("round     DSP    BRAM  decisions  accepted\n");
    while (auto round = pruner.next()) {
        pruner.report(agreement());
        const esp::round_record& r = pruner.history().back();
        std::printf("%5zu %7lld %7g %8.1f %% %9s\n", pruner.history().size(),
            static_cast<long long>(r.usage.dsp), r.usage.bram(), 100 * r.metric,
            r.accepted ? "yes" : "no");
    }
    std::printf("stopped: %s\n", pruner.stopped_because().c_str());

    std::vector<esp::pruned_matrix> matrices;
    network.each_kernel([&](const esp::hls4ml_kernel& kernel, const esp::weight_matrix&) {
        const std::size_t m = matrices.size();
        matrices.push_back({pruner.masks()[m], kernel.order, dense_weights[m]});
    });
    std::printf("%s", esp::sentences(esp::explain(layers, matrices, network.flow)).c_str());

    const std::vector<double> expected = answers(network.integers(), inputs);
    esp::write_npy<double>(
        folder / "expected.npy", {{inputs.shape[0], static_cast<std::int64_t>(outputs)}, expected});
    esp::write_hls4ml(folder, network, pruner.masks());
}

} // namespace

int main(int argc, char** argv)
{
    try {
        if (argc < 2 || argc > 4) {
            std::fprintf(stderr, "usage: %s <folder> [part = 0.6] [tolerance = 0.9]\n", argv[0]);
            return 2;
        }
        run(argv[1], argc > 2 ? std::stod(argv[2]) : 0.6, argc > 3 ? std::stod(argv[3]) : 0.9);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "prune: %s\n", error.what());
        return 1;
    }
}
