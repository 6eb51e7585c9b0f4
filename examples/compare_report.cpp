// SPDX-License-Identifier: Apache-2.0
// What the model says of a layer beside what C synthesis reported of its kernel, from a report that
// Vivado HLS or Vitis HLS wrote (csynth.rpt, <module>_csynth.rpt, or the .xml of either):
//
//     compare_report myproject_prj/solution1/syn/report/dense_resource_…_csynth.rpt
//         --kind dense --inputs 64 --outputs 32 --reuse-factor 4 --weight 16,6
//         --weights firmware/weights/w2.txt
//
// With --row owner/name it prints the row of tests/data/synthesis.tsv that such a comparison is, to
// be sent in. Whoever knows the weights gives the file that hls4ml wrote, for synthesis knows them.
#include <espalier/espalier.hpp>
#include <espalier/with/pugixml.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct options {
    std::string report;
    std::string kind = "dense";
    std::string module; ///< of a report with many; the whole design if none is named
    int inputs = 0;
    int outputs = 0;
    int height = 1;
    int width = 0;
    int channels = 0;
    int filters = 0;
    std::vector<int> kernel{1, 1};
    std::vector<int> stride{1, 1};
    int timesteps = 1;
    std::string strategy = "resource";
    int reuse_factor = 1;
    std::string io = "io_parallel";
    std::vector<int> weight{16, 6};
    std::vector<int> data{};
    std::vector<int> accum{};
    std::string weights;
    std::string row;
};

espalier::precision format_of(const std::vector<int>& bits)
{
    return {.width = bits.at(0), .integer = bits.at(1)};
}

espalier::layer_spec layer_of(const options& o)
{
    espalier::layer_spec s;
    const std::map<std::string, espalier::layer_kind> kinds{{"dense", espalier::layer_kind::dense},
        {"conv1d", espalier::layer_kind::conv1d}, {"conv2d", espalier::layer_kind::conv2d},
        {"lstm", espalier::layer_kind::lstm}, {"gru", espalier::layer_kind::gru}};
    const std::map<std::string, espalier::strategy> strategies{
        {"latency", espalier::strategy::latency}, {"resource", espalier::strategy::resource},
        {"resource_unrolled", espalier::strategy::resource_unrolled}};
    s.name = espalier::label("layer");
    s.kind = kinds.at(o.kind);
    s.inputs = o.inputs;
    s.outputs = o.outputs;
    s.timesteps = o.timesteps;
    if (espalier::is_convolution(s.kind)) {
        s.height = o.height;
        s.width = o.width;
        s.channels = o.channels;
        s.filters = o.filters;
        s.kernel_height = s.height == 1 ? 1 : o.kernel.at(0);
        s.kernel_width = o.kernel.at(1);
        s.stride_height = s.height == 1 ? 1 : o.stride.at(0);
        s.stride_width = o.stride.at(1);
    }
    s.strategy = strategies.at(o.strategy);
    s.reuse_factor = o.reuse_factor;
    s.io = o.io == "io_stream" ? espalier::io_type::io_stream : espalier::io_type::io_parallel;
    s.weight = format_of(o.weight);
    s.data = o.data.empty() ? s.weight : format_of(o.data);
    s.accum = o.accum.empty() ? s.data : format_of(o.accum);
    return s;
}

std::string text_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

espalier::synthesis_report read(const std::string& path)
{
    const std::string text = text_of(path);
    return path.ends_with(".xml") ? espalier::read_synthesis_xml(text)
                                  : espalier::read_synthesis_report(text);
}

/// Numbers with anything but digits, signs, points and exponents between them.
std::vector<float> numbers_in(const std::string& path)
{
    std::string text = text_of(path);
    for (char& c : text)
        if (std::isdigit(static_cast<unsigned char>(c)) == 0 &&
            std::string("+-.eE").find(c) == std::string::npos)
            c = ' ';
    std::istringstream in(text);
    return {std::istream_iterator<float>(in), {}};
}

const espalier::synthesised_part& part_of(
    const espalier::synthesis_report& report, const std::string& name)
{
    for (const espalier::synthesised_part& part : report.parts)
        if (name.empty() || part.name == name)
            return part;
    throw std::runtime_error("the report has no module '" + name + "'");
}

struct prediction {
    espalier::resources need;
    espalier::timing cycles;
};

/// hls4ml writes weights in its own order, which is that of Keras's tensors or of PyTorch's;
/// neither changes how many of which value there are.
prediction predict(const espalier::layer_spec& s, const std::vector<float>& weights,
    const espalier::cost_policy& policy)
{
    const auto matrices = espalier::matrices_of(s);
    if (weights.empty())
        return {espalier::cost(s, policy), espalier::timing_of(s, policy)};
    if (matrices.size() != 1)
        throw std::runtime_error("weights are given for layers with one matrix");
    return {espalier::cost(matrices[0], espalier::layout::keras, weights, policy),
        espalier::timing_of(s, policy)};
}

void compare(const espalier::synthesised_part& part, const prediction& said)
{
    const auto row = [](const char* figure, std::int64_t model,
                         std::optional<std::int64_t> report) {
        std::printf("%-8s %10lld %10s", figure, static_cast<long long>(model),
            report ? std::to_string(*report).c_str() : "?");
        if (report && *report > 0)
            std::printf(" %+8.0f %%",
                100.0 * static_cast<double>(model - *report) / static_cast<double>(*report));
        std::putchar('\n');
    };
    std::printf(
        "%s\n\n%-8s %10s %10s %10s\n", part.name.c_str(), "figure", "model", "report", "off by");
    row("DSP", said.need.dsp, part.need.dsp);
    row("BRAM_18K", said.need.bram18, part.need.bram18);
    row("LUT", said.need.lut, part.need.lut);
    row("FF", said.need.ff, part.need.ff);
    row("II", said.cycles.interval, part.interval.most);
    row("latency", said.cycles.latency, part.latency.most);
}

/// One line for tests/data/synthesis.tsv, its cells in the order of the columns there.
std::string row_of(const options& o, const espalier::layer_spec& s,
    const espalier::synthesis_report& report, const espalier::synthesised_part& part,
    const std::vector<float>& weights)
{
    std::map<std::string, std::string> cells;
    const auto set = [&cells](const char* column, const auto& value) {
        std::ostringstream text;
        text << value;
        cells[column] = text.str();
    };
    const espalier::weight_matrix m = espalier::matrices_of(s)[0];
    set("source", o.row);
    set("tool", report.tool);
    set("version", report.version);
    set("device", report.part);
    if (report.clock_ns)
        set("clock_ns", *report.clock_ns);
    set("stage", "C synthesis");
    set("unit", espalier::is_recurrent(s.kind) ? "layer" : "kernel");
    set("kind", o.kind);
    set("n_in", m.n_in());
    set("n_out", espalier::is_recurrent(s.kind) ? s.outputs : m.n_out());
    if (espalier::is_recurrent(s.kind)) {
        set("timesteps", s.timesteps);
        set("recurrent_reuse_factor", s.reuse_factor);
    }
    if (espalier::is_convolution(s.kind)) {
        set("in_h", s.height);
        set("in_w", s.width);
        set("channels", s.channels);
        set("filters", s.filters);
        set("kernel_h", s.kernel_height);
        set("kernel_w", s.kernel_width);
        set("stride_h", s.stride_height);
        set("stride_w", s.stride_width);
        set("out_h", espalier::output_height(s));
        set("out_w", espalier::output_width(s));
    }
    set("reuse_factor", s.reuse_factor);
    set("strategy", o.strategy);
    set("io_type", o.io);
    const std::pair<const char*, espalier::precision> formats[]{
        {"weight", s.weight}, {"data", s.data}, {"accum", s.accum}};
    for (const auto& [name, format] : formats) {
        set((std::string(name) + "_width").c_str(), format.width);
        set((std::string(name) + "_int").c_str(), format.integer);
        set((std::string(name) + "_signed").c_str(), 1);
    }
    if (!weights.empty()) {
        std::array<std::int64_t, 4> digits{};
        for (const float w : weights) {
            const auto n =
                espalier::signed_digits(espalier::quantized(static_cast<double>(w), s.weight));
            ++digits[static_cast<std::size_t>(std::min(n, 3))];
        }
        set("weights", weights.size());
        set("nonzero_weights", static_cast<std::int64_t>(weights.size()) - digits[0]);
        const std::array names{"csd0", "csd1", "csd2", "csd3plus"};
        for (std::size_t k = 0; k < names.size(); ++k)
            set(names[k], digits[k]);
    }
    set("multiply_binding", "auto");
    set("DSP", part.need.dsp);
    set("BRAM_18K", part.need.bram18);
    set("LUT", part.need.lut);
    set("FF", part.need.ff);
    if (part.interval.most)
        set("II", *part.interval.most);
    if (part.latency.most)
        set("latency", *part.latency.most);
    set("inferred", "shape, formats and reuse factor as given to compare_report");

    constexpr std::array columns{"id", "source", "tool", "version", "device", "clock_ns", "stage",
        "unit", "kind", "n_in", "n_out", "timesteps", "in_h", "in_w", "channels", "filters",
        "kernel_h", "kernel_w", "stride_h", "stride_w", "out_h", "out_w", "reuse_factor",
        "recurrent_reuse_factor", "strategy", "io_type", "weight_width", "weight_int",
        "weight_signed", "data_width", "data_int", "data_signed", "accum_width", "accum_int",
        "weights", "nonzero_weights", "csd0", "csd1", "csd2", "csd3plus", "n_zeros_declared",
        "multiply_binding", "DSP", "BRAM_18K", "LUT", "FF", "II", "latency", "layer_II",
        "layer_latency", "weight_ROM_words", "weight_ROM_bits", "weight_ROM_BRAM18",
        "index_ROM_BRAM18", "LUT_of_HLS_mux_instances", "inferred"};
    std::string line;
    for (const char* column : columns)
        line += (line.empty() && column == columns.front() ? "" : "\t") + cells[column];
    return line;
}

} // namespace

int main(int argc, char** argv)
try {
    options o;
    CLI::App app{"What the model says of a layer beside what C synthesis reported."};
    app.add_option("report", o.report, "csynth.rpt, <module>_csynth.rpt or .xml")->required();
    app.add_option("--module", o.module, "of a report that has many");
    app.add_option("--kind", o.kind)
        ->check(CLI::IsMember({"dense", "conv1d", "conv2d", "lstm", "gru"}));
    app.add_option("--inputs", o.inputs);
    app.add_option("--outputs", o.outputs, "neurons or units");
    app.add_option("--height", o.height);
    app.add_option("--width", o.width);
    app.add_option("--channels", o.channels);
    app.add_option("--filters", o.filters);
    app.add_option("--kernel", o.kernel, "height,width")->delimiter(',')->expected(2);
    app.add_option("--stride", o.stride, "height,width")->delimiter(',')->expected(2);
    app.add_option("--timesteps", o.timesteps);
    app.add_option("--strategy", o.strategy)
        ->check(CLI::IsMember({"latency", "resource", "resource_unrolled"}));
    app.add_option("--reuse-factor", o.reuse_factor);
    app.add_option("--io", o.io)->check(CLI::IsMember({"io_parallel", "io_stream"}));
    app.add_option("--weight", o.weight, "width,integer bits")->delimiter(',')->expected(2);
    app.add_option("--data", o.data, "the same; as the weights")->delimiter(',')->expected(2);
    app.add_option("--accum", o.accum, "the same; as the data")->delimiter(',')->expected(2);
    app.add_option("--weights", o.weights, "a file of all weights of the layer");
    app.add_option("--row", o.row, "print the row for the data file; owner/name of the project");
    CLI11_PARSE(app, argc, argv);

    const espalier::synthesis_report report = read(o.report);
    const espalier::synthesised_part& part = part_of(report, o.module);
    const espalier::layer_spec layer = layer_of(o);
    const std::vector<float> weights =
        o.weights.empty() ? std::vector<float>{} : numbers_in(o.weights);
    espalier::cost_policy policy;
    if (report.part.starts_with("xc7"))
        policy.dsp = espalier::dsp_family::dsp48e1;
    if (report.clock_ns)
        policy.fabric.clock_ps = static_cast<int>(1000 * *report.clock_ns + 0.5);
    if (o.row.empty())
        compare(part, predict(layer, weights, policy));
    else
        std::puts(row_of(o, layer, report, part, weights).c_str());
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "compare_report: %s\n", error.what());
    return 1;
}
