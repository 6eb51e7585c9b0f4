// SPDX-License-Identifier: Apache-2.0
// Whole convolutional networks as circuits: simulated bit by bit and cycle by cycle, or counted by
// Yosys beside the model.
//   bench_circuits cnns COUNT [SEED]                   small random networks, in Icarus
//   bench_circuits lenet pruned|unpruned IMAGES DATA   LeNet on Fashion-MNIST, in Icarus
//   bench_circuits synthesise pruned|unpruned FAMILY [LAYER…]   LeNet for xc7 or xcup, in Yosys:
//                                                      the layers that are named and `between` them
#include "hls/random_cnns.hpp"
#include "hls/synthesis.hpp"
#include "lenet.hpp"
#include "shared/idx_file.hpp"

#include <espalier/hls/circuit_fabric.hpp>
#include <espalier/hls/circuit_timing.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/timing.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

namespace esp = espalier;

class stopwatch {
public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Random networks, ten in one simulation. Returns how many simulations went wrong.
int simulate_cnns(int count, std::uint64_t seed)
{
    random_networks::generator random(seed, false, true);
    int wrong = 0, layers = 0;
    for (int first = 0; first < count; first += 10) {
        std::vector<esp::kernel_network> networks;
        std::vector<esp::verilog_test> tests;
        for (int i = first; i < std::min(first + 10, count); ++i) {
            random_cnns::tested drawn = random_cnns::draw(random, "cnn" + std::to_string(i), 3);
            layers += static_cast<int>(drawn.network.stages().size());
            networks.push_back(std::move(drawn.network));
            tests.push_back(std::move(drawn.test));
        }
        const std::string said = simulation::simulated(
            [&](std::ostream& out) {
                for (const esp::kernel_network& n : networks)
                    esp::write_verilog_network(out, n.name(), n);
            },
            tests);
        if (said != "PASS\n") {
            ++wrong;
            std::cout << said;
        }
    }
    std::cout << count << " networks of " << layers << " layers, " << wrong
              << " simulations of ten went wrong\n";
    return wrong;
}

lenet::multipliers kept_by(const std::string& which)
{
    if (which != "pruned" && which != "unpruned")
        throw std::runtime_error("LeNet is pruned or unpruned, not " + which);
    return which == "pruned" ? lenet::pruned : lenet::unpruned;
}

int simulate_lenet(const std::string& which, int images, const std::filesystem::path& data)
{
    const esp::kernel_network net = lenet::network(kept_by(which));
    const example::idx_array all = example::read_idx(data / "t10k-images-idx3-ubyte.gz");
    std::vector<std::int64_t> inputs;
    for (std::size_t i = 0; i < static_cast<std::size_t>(images) * 28 * 28; ++i)
        inputs.push_back(esp::quantized(all.bytes.at(i) / 255.0, net.input().format));
    const stopwatch watch;
    const esp::verilog_test test = esp::verilog_test_of(net, "lenet", inputs);
    std::cout << "results at the clock edges";
    for (const std::int64_t edge : test.handed_at)
        std::cout << ' ' << edge;
    std::ostringstream text;
    esp::write_verilog_network(text, "lenet", net);
    std::cout << "\nwritten in " << watch.seconds() << " s: " << text.str().size() / 1000
              << " KB\n";
    const std::string said =
        simulation::simulated([&](std::ostream& out) { out << text.str(); }, {&test, 1}, 7200);
    std::cout << said << "simulated in " << watch.seconds() << " s\n";
    const std::vector<esp::layer_spec> layers = lenet::layers();
    const esp::timing model = esp::timing_of(std::span<const esp::layer_spec>(layers));
    const esp::timing circuit = esp::circuit_timing(net);
    std::cout << "interval " << circuit.interval << ", of the model " << model.interval
              << "; latency " << circuit.latency << ", of the model " << model.latency << '\n';
    return said == "PASS\n" ? 0 : 1;
}

/// What the schedule of a layer says of the circuit of its product.
esp::resources foretold(const esp::product_stage& product, const esp::cost_policy& policy)
{
    const esp::matrix_schedule& s = product.schedule;
    if (s.cycles() == 1) {
        const esp::kernel_formats& f = product.numbers.formats;
        std::vector<std::int64_t> starts;
        for (const std::int64_t bias : product.numbers.biases)
            starts.push_back(esp::requantized(bias, f.bias.format, f.accum));
        return esp::constant_fabric(s, product.numbers.weights, starts);
    }
    esp::resources need = esp::circuit_fabric(s, policy.dsp);
    need.dsp = esp::product_of(s.matrix(), policy).dsp_for(s.multipliers());
    need.bram18 = s.bram18(policy.memory);
    return need;
}

/// \param wanted  names of layers, or `between` for all that lies between the products; empty: all
void synthesise(
    const std::string& which, const std::string& family, const std::vector<std::string>& wanted)
{
    const esp::kernel_network net = lenet::network(kept_by(which));
    esp::cost_policy policy = esp::cost_policy::yosys;
    policy.dsp = family == "xc7" ? esp::dsp_family::dsp48e1 : esp::dsp_family::dsp48e2;
    const auto is_wanted = [&](std::string_view name) {
        return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
    };
    const auto write = [&](std::ostream& out) { esp::write_verilog_network(out, "all", net); };
    const auto total = [&](const std::string& command, const std::string& top) {
        return synthesis::total(synthesis::cells_of(write, command, 7200, top), top);
    };
    // The modules `boxes` are not looked into, and the module `memories` is counted apart.
    const auto count = [&](const std::string& name, std::int64_t multipliers,
                           const esp::resources& model, const std::string& boxes,
                           const std::string& top, const std::string& memories = "") {
        const stopwatch watch;
        esp::resources yosys = total(
            (boxes.empty() ? "" : "blackbox " + boxes + "; ") + synthesis::xilinx(family, "", top),
            top);
        if (!memories.empty())
            yosys.bram18 += total(synthesis::block_rams(family, memories), memories).bram18;
        std::cout << name << '\t' << multipliers << '\t' << model.dsp << '\t' << yosys.dsp << '\t'
                  << model.bram18 << '\t' << yosys.bram18 << '\t' << model.lut << '\t' << yosys.lut
                  << '\t' << model.ff << '\t' << yosys.ff << '\t' << watch.seconds() << std::endl;
    };
    std::cout << "layer\tmultipliers\tDSP\tDSP Yosys\tRAMB18\tRAMB18 Yosys\tLUT\tLUT Yosys\tFF\tFF "
                 "Yosys\tseconds\n";
    for (std::size_t i = 0; i < net.stages().size(); ++i) {
        const auto* product = std::get_if<esp::product_stage>(&net.stages()[i].layer);
        if (product == nullptr || !is_wanted(product->layer.name.view()))
            continue;
        const std::string module = std::string("all_layer").append(std::to_string(i));
        const std::string memories = product->schedule.cycles() > 1 ? module + "_rom" : "";
        count(std::string(product->layer.name.view()), product->schedule.multipliers(),
            foretold(*product, policy), memories.empty() ? "" : memories + "*", module, memories);
    }
    if (is_wanted("between"))
        count("between", 0, esp::resources{}, "all_layer*", "all");
}

} // namespace

int main(int count, char** arguments)
try {
    const std::vector<std::string> words(arguments, arguments + count);
    if (words.size() >= 3 && words[1] == "cnns")
        return simulate_cnns(std::stoi(words[2]), words.size() > 3 ? std::stoull(words[3]) : 1);
    if (words.size() == 5 && words[1] == "lenet")
        return simulate_lenet(words[2], std::stoi(words[3]), words[4]);
    if (words.size() >= 4 && words[1] == "synthesise") {
        synthesise(words[2], words[3], {words.begin() + 4, words.end()});
        return 0;
    }
    throw std::runtime_error("usage: bench_circuits cnns COUNT [SEED], lenet pruned|unpruned "
                             "IMAGES DATA, or synthesise pruned|unpruned xc7|xcup [LAYER…]");
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
