// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/report.hpp>
#include <espalier/network/network.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

constexpr auto net = network<conv2d{.name = "conv",
                                 .height = 8,
                                 .width = 8,
                                 .channels = 3,
                                 .filters = 16,
                                 .kernel_height = 3,
                                 .kernel_width = 3,
                                 .reuse_factor = 9,
                                 .parallelization_factor = 2,
                                 .weight = {16, 6}},
    lstm{.name = "enc",
        .inputs = 16,
        .units = 10,
        .timesteps = 36,
        .reuse_factor = 4,
        .recurrent_reuse_factor = 5,
        .weight = {18, 8}},
    dense{.name = "out",
        .inputs = 10,
        .outputs = 5,
        .strategy = strategy::latency,
        .weight = {18, 8}},
    dense{.inputs = 5, .outputs = 5, .weight = {8, 2}}>;

std::vector<std::string> words_of(const std::string& line)
{
    std::vector<std::string> words;
    std::string word;
    for (const char c : line + ' ') {
        if (c != ' ')
            word += c;
        else if (!word.empty())
            words.push_back(std::exchange(word, {}));
    }
    return words;
}

} // namespace

TEST_CASE("the report of a network on a device, as text")
{
    CHECK(resource_report(net, device::xc7z020).text() ==
          R"(Device: XC7Z020
Policy: hls

part                  kind    shape  strategy  RF  PF  weights  multipliers  DSP  BRAM    LUT     FF   II  latency
conv                  conv2d  27x16  resource   9   2      432           96   96    11   4928   4792  162      166
conv.window           window                                                   0     0  15552  15552
enc.kernel            lstm    16x40  resource   4   1      640          160  160    40  13676   5060  684      684
enc.recurrent_kernel  lstm    10x40  resource   5   1      400           80   80    20   2892   3030  720      720
enc.gates             gates                                                   30    10   9360      0
out                   dense   10x5   latency    1   1       50           50   50     0   1250   1332    1        3
layer3                dense   5x5    resource   1   1       25           25    0     0   1375    296    1        3
total                                                     1547          411  416    81  49033  30062  720      892

resource   need   limit      %  too many
DSP         416     220  189.1       196
BRAM         81     140   57.9
LUT       49033   53200   92.2
FF        30062  106400   28.3
URAM          0       0    0.0

figure   model  8 of 10 reports: from     to
DSP        416                    399    416
BRAM        81                     79     84
LUT      49033                  38748  88023
FF       30062                  24990  88376
II         720                    648    792
latency    892                    807    985

matrix                legal reuse factors
conv                  1 3 9 27
enc.kernel            1 2 4 8 16 32 64 80 128 160 320 640
enc.recurrent_kernel  1 2 5 10 20 40 50 80 100 200 400
out                   1 to 50
layer3                1 5 25

It does not fit. DSP and BRAM are counted, LUT, FF and latency estimated.
Zeros free nothing here: the strategy resource multiplies by every zero; resource_unrolled and latency leave them out.
Not counted:
- the interface of the design: AXI ports, DMA, reshaping of what comes in and goes out
- merging, concatenating, upsampling, embedding, attention and layer normalisation
- a second FIFO where two layers read one stream, and FIFOs that are not hls4ml's default depth
- rounding and saturation of results, which take LUTs of their own
- what synthesis knows of constants: scales of a batch normalisation with few digits need no DSP
- a table that fewer readers share because HLS spreads them over cycles
- the clock: whether it is met, and registers and copies that timing closure adds
- placement over several dies
)");
}

namespace {

constexpr auto streamed = io_type::io_stream;

/// Two layers with weights and what lies around them.
const std::vector<layer_spec> design{conv2d{.name = "conv",
                                         .height = 28,
                                         .width = 28,
                                         .channels = 1,
                                         .filters = 6,
                                         .kernel_height = 5,
                                         .kernel_width = 5,
                                         .strategy = strategy::resource_unrolled,
                                         .reuse_factor = 5,
                                         .io = streamed,
                                         .weight = {16, 6}},
    batch_norm{.name = "norm", .inputs = 576 * 6, .channels = 6, .io = streamed, .weight = {16, 6}},
    activation{.inputs = 576 * 6, .channels = 6, .io = streamed, .data = {16, 6}},
    pool2d{
        .name = "pool", .height = 24, .width = 24, .channels = 6, .io = streamed, .data = {16, 6}},
    dense{.name = "fc",
        .inputs = 864,
        .outputs = 10,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 96,
        .io = streamed,
        .weight = {16, 6}},
    activation{.name = "out",
        .function = activation_function::softmax,
        .inputs = 10,
        .io = streamed,
        .data = {16, 6}}};

} // namespace

TEST_CASE("the rows of a report are everything that takes hardware, and add up to it")
{
    const resource_report report(design, device::xczu7ev);
    std::vector<std::string> names;
    resources sum;
    for (const report_row& row : report.rows()) {
        names.push_back(row.name + ' ' + row.kind);
        sum += row.need;
    }
    CHECK(names == std::vector<std::string>{"conv conv2d", "conv.window window", "norm batch_norm",
                       "layer2 relu", "pool pool2d", "fc dense", "out softmax", "streams FIFO"});
    CHECK(sum == report.need());
    CHECK(report.need() == cost(design, costs_on(device::xczu7ev)));
    CHECK(report.need() == report.pruned_need());
    CHECK(report.policy() == "hls");
    const std::string text = report.text();
    CHECK(text.find("\npruned ") == std::string::npos);
    for (const std::string_view what : not_modelled)
        CHECK(text.find("\n- " + std::string(what) + "\n") != std::string::npos);

    // Without FIFOs, and with the accounting of the paper.
    const resource_report paper(design, device::xczu7ev, whole_device, cost_policy::paper);
    CHECK(paper.policy() == "paper");
    CHECK(paper.text().find("\nPolicy: paper\n") != std::string::npos);
    for (const report_row& row : paper.rows())
        CHECK(row.kind != "FIFO");
    CHECK(resource_report(design, device::xc7z020, whole_device, {.lut_below = 7}).policy() ==
          "custom");
}

TEST_CASE("the ranges of reports are those of the parts, added up")
{
    const resource_report report(design, device::xczu7ev);
    double least = 0;
    double most = 0;
    for (const report_row& row : report.rows()) {
        const spread& lut = (row.matrix ? spread_of(*row.matrix) : spread_without_matrices()).of[2];
        least += lut.least * static_cast<double>(row.need.lut);
        most += lut.most * static_cast<double>(row.need.lut);
    }
    const spread range = report.range_of(report_figure::lut);
    CHECK(range.least == doctest::Approx(least));
    CHECK(range.most == doctest::Approx(most));
    CHECK(least < static_cast<double>(report.need().lut));
    CHECK(most > static_cast<double>(report.need().lut));
    // The convolution is the slowest part, and takes nearly all of the time.
    const spread& conv = spread_of(*report.rows().front().matrix).of[4];
    const auto interval = static_cast<double>(report.timing().interval);
    CHECK(report.range_of(report_figure::interval).least == doctest::Approx(conv.least * interval));
    CHECK(report.range_of(report_figure::interval).most == doctest::Approx(conv.most * interval));
    CHECK(report.range_of(report_figure::latency).least <
          static_cast<double>(report.timing().latency));

    const auto json = nlohmann::json::parse(report.json());
    REQUIRE(json.at("reports").size() == 6);
    CHECK(json.at("reports").at(1).at("figure") == "RAMB18");
    CHECK(json.at("reports").at(2).at("to").get<double>() == doctest::Approx(most));
    CHECK(json.at("reports").at(2).at("model") == report.need().lut);
    // The paper's accounting is of no report.
    const resource_report paper(design, device::xczu7ev, whole_device, cost_policy::paper);
    CHECK_FALSE(paper.has_ranges());
    CHECK(paper.text().find("8 of 10") == std::string::npos);
    CHECK_FALSE(nlohmann::json::parse(paper.json()).contains("reports"));

    // Of a pruned network they are of what is left.
    const std::vector<resources> left(2);
    const resource_report pruned(design, device::xczu7ev, whole_device, {}, left);
    CHECK(
        pruned.range_of(report_figure::dsp).most == static_cast<double>(pruned.pruned_need().dsp));
}

TEST_CASE("a report of a pruned network has both")
{
    const std::vector<resources> left{{.dsp = 7, .bram18 = 1, .lut = 100, .ff = 50},
        {.dsp = 20, .bram18 = 3, .lut = 200, .ff = 60}};
    const resource_report dense_network(design, device::xczu7ev);
    const resource_report report(design, device::xczu7ev, whole_device, {}, left);
    CHECK(report.need() == dense_network.need());
    const auto& rows = report.rows();
    resources expected = dense_network.need();
    for (const report_row& row : rows)
        if (row.matrix)
            expected += -1 * row.need;
    expected += left[0] + left[1];
    CHECK(report.pruned_need() == expected);
    CHECK(report.utilization()[resource::dsp].need == expected.dsp);
    CHECK(report.text().find("\npruned  DSP  BRAM") != std::string::npos);
    const std::string text = report.text();
    const std::size_t line = text.find("\nfc ", text.find("\npruned "));
    CHECK(words_of(text.substr(line + 1, text.find('\n', line + 1) - line - 1)) ==
          std::vector<std::string>{"fc", "20", "1.5", "200", "60"});
    const auto json = nlohmann::json::parse(report.json());
    CHECK(json.at("matrices").at(1).at("pruned").at("dsp") == 20);
    CHECK(json.at("total").at("pruned").at("dsp") == expected.dsp);
    CHECK(json.at("total").at("dsp") == dense_network.need().dsp);
    CHECK(json.at("utilization").at(0).at("need") == expected.dsp);
    CHECK_FALSE(nlohmann::json::parse(dense_network.json()).at("total").contains("pruned"));
    CHECK_THROWS_WITH_AS(
        resource_report(design, device::xczu7ev, whole_device, {}, std::span(left).first(1)),
        "a pruned network has a need for every weight matrix (given = 1, matrices = 2)",
        std::invalid_argument);
}

TEST_CASE("a report says whether pruning saves anything")
{
    const std::string sentence = "multiplies by every zero";
    const auto says = [&](strategy s, int reuse_factor) {
        const layer_spec layer = dense{
            .name = "fc", .inputs = 8, .outputs = 4, .strategy = s, .reuse_factor = reuse_factor};
        const resource_report report(std::span(&layer, 1), device::xcvu9p);
        const auto json = nlohmann::json::parse(report.json());
        const bool saves = json.at("matrices").at(0).at("saves_zeros").get<bool>();
        CHECK(saves == (report.text().find(sentence) == std::string::npos));
        CHECK(saves == (report.markdown().find(sentence) == std::string::npos));
        return saves;
    };
    CHECK_FALSE(says(strategy::resource, 4));
    CHECK(says(strategy::resource_unrolled, 4));
    CHECK(says(strategy::latency, 1));
    CHECK(says(strategy::resource, 1)); // constants, as in 13 rows of public synthesis reports
}

TEST_CASE("a report says how far the device may be filled")
{
    const std::string text = resource_report(net, device::xcvu9p, timing_closure).text();
    CHECK(text.starts_with("Device: XCVU9P, filled to 80.0 % of its DSP, 80.0 % BRAM, 70.0 % LUT, "
                           "50.0 % FF, 80.0 % URAM\n"));
    CHECK(text.find("DSP         416     5472  7.6\n") != std::string::npos);
    CHECK(text.find("\nIt fits. ") != std::string::npos);
}

TEST_CASE("the report as Markdown has the cells of the text")
{
    const resource_report report(net, device::xc7z020);
    const std::string markdown = report.markdown();
    CHECK(markdown.find("| part | kind | shape | strategy | RF | PF | weights | multipliers | DSP "
                        "| BRAM | LUT | FF | II | latency |\n"
                        "| --- | --- | --- | --- | ---: |") != std::string::npos);
    CHECK(markdown.find("| conv | conv2d | 27x16 | resource | 9 | 2 | 432 | 96 | 96 | 11 | 4928 | "
                        "4792 | 162 | 166 |\n") != std::string::npos);
    CHECK(markdown.find("| DSP | 416 | 220 | 189.1 | 196 |\n") != std::string::npos);
    // Without the pipes and the rules both read the same, word by word.
    std::string bare;
    for (const std::string& word : words_of([&] {
             std::string spaced = markdown;
             for (char& c : spaced)
                 c = c == '|' || c == '\n' ? ' ' : c;
             return spaced;
         }()))
        if (word.find("--") == std::string::npos)
            bare += word + ' ';
    std::string expected;
    std::string text = report.text();
    for (char& c : text)
        c = c == '\n' ? ' ' : c;
    for (const std::string& word : words_of(text))
        expected += word + ' ';
    CHECK(bare == expected);
}

TEST_CASE("the report as JSON is read by a JSON library and says the same")
{
    const resource_report report(net, device::xc7z020);
    const auto json = nlohmann::json::parse(report.json());
    CHECK(json.at("device") ==
          nlohmann::json{{"name", "XC7Z020"}, {"dsp_family", "DSP48E1"}, {"dies", 1}});
    CHECK(json.at("headroom").at("lut") == 1.0);
    REQUIRE(json.at("matrices").size() == 5);
    const auto& conv = json.at("matrices").at(0);
    CHECK(conv.at("name") == "conv");
    CHECK(conv.at("kind") == "conv2d");
    CHECK(conv.at("n_in") == 27);
    CHECK(conv.at("n_out") == 16);
    CHECK(conv.at("parallelization_factor") == 2);
    CHECK(conv.at("bram18") == 22);
    CHECK(conv.at("bram") == 11);
    CHECK(conv.at("interval") == 162);
    CHECK(json.at("matrices").at(2).at("role") == "recurrent_kernel");
    CHECK(json.at("matrices").at(2).at("layer") == "enc");
    CHECK(json.at("matrices").at(4).at("name") == "layer3");
    CHECK(json.at("total").at("dsp") == 416);
    CHECK(json.at("total").at("latency") == 892);
    CHECK(json.at("utilization").at(0) == nlohmann::json{{"resource", "DSP"}, {"need", 416},
                                              {"limit", 220}, {"fraction", 416.0 / 220},
                                              {"overflow", 196}});
    CHECK(json.at("fits") == false);
    std::int64_t dsp = 0;
    for (const auto& matrix : json.at("matrices"))
        dsp += matrix.at("dsp").get<std::int64_t>();
    CHECK(dsp + 30 == cost(net).dsp); // three products of each of the LSTM's 10 units
    const auto& others = json.at("others");
    REQUIRE(others.size() == 2);
    CHECK(others.at(0).at("name") == "conv.window");
    CHECK(others.at(1).at("name") == "enc.gates");
    CHECK(others.at(1).at("dsp") == 30);
    CHECK(json.at("policy") == "hls");
    CHECK(json.at("matrices").at(0).at("legal_reuse_factors") == nlohmann::json{1, 3, 9, 27});
    CHECK(json.at("matrices").at(3).at("legal_reuse_factors") ==
          nlohmann::json{{"from", 1}, {"to", 50}});
    CHECK(json.at("not_modelled").size() == not_modelled.size());
}

TEST_CASE("a report warns of what HLS does not unroll, with the smallest reuse factor that it does")
{
    const std::vector<layer_spec> layers{
        dense{.name = "at", .inputs = 64, .outputs = 64, .weight = {18, 8}},
        dense{.name = "over", .inputs = 65, .outputs = 64, .weight = {18, 8}},
        dense{.name = "far", .inputs = 400, .outputs = 120, .reuse_factor = 10, .weight = {18, 8}},
        dense{.name = "logic",
            .inputs = 100,
            .outputs = 50,
            .strategy = strategy::latency,
            .reuse_factor = 10,
            .weight = {18, 8}},
        // Two copies of 2,304 multipliers: each is within.
        conv2d{.name = "copies",
            .height = 8,
            .width = 8,
            .channels = 16,
            .filters = 16,
            .kernel_height = 3,
            .kernel_width = 3,
            .parallelization_factor = 2},
        conv2d{.name = "wide", .height = 8, .width = 8, .channels = 2, .filters = 4097},
        lstm{.name = "enc", .inputs = 4, .units = 40, .weight = {18, 8}}};
    const resource_report report(layers, device::xcvu13p);
    const std::string text = report.text();
    CHECK(text.find("\n\nWarning: HLS unrolls and partitions to at most 4096 parts.\n\n"
                    "matrix                parts  smallest RF within\n"
                    "over                   4160                   5\n"
                    "far                    4800                  16\n"
                    "logic                  5000                none\n"
                    "wide                   8194                none\n"
                    "enc.recurrent_kernel   6400                   2\n"
                    "\nIt ") != std::string::npos);
    CHECK(report.markdown().find("Warning: HLS unrolls and partitions to at most 4096 parts.\n\n"
                                 "| matrix | parts | smallest RF within |\n"
                                 "| --- | ---: | ---: |\n"
                                 "| over | 4160 | 5 |\n") != std::string::npos);
    const auto warnings = nlohmann::json::parse(report.json()).at("warnings");
    REQUIRE(warnings.size() == 5);
    CHECK(warnings.at(1) == nlohmann::json{{"matrix", "far"}, {"unrolled", 4800}, {"limit", 4096},
                                {"smallest_reuse_factor", 16}});
    CHECK(warnings.at(2).at("smallest_reuse_factor").is_null());
    CHECK(report.warnings().size() == 5);

    const resource_report quiet(
        std::vector<layer_spec>(layers.begin(), layers.begin() + 1), device::xcvu13p);
    CHECK(quiet.text().find("Warning") == std::string::npos);
    CHECK(quiet.markdown().find("Warning") == std::string::npos);
    CHECK(nlohmann::json::parse(quiet.json()).at("warnings").empty());
}

TEST_CASE("half a block RAM and a resource that is not there are shown as such")
{
    const dense one{.name = "one", .inputs = 4, .outputs = 1, .reuse_factor = 4, .weight = {18, 8}};
    const device none{
        .name = "none", .available = {.dsp = 1, .bram18 = 0, .lut = 1'000, .ff = 1'000}};
    const resource_report report(
        std::vector<layer_spec>{one}, none, whole_device, cost_policy::yosys);
    CHECK(report.need().bram18 == 1);
    CHECK(report.text().find("\nBRAM       0.5      0      -       0.5\n") != std::string::npos);
    const auto json = nlohmann::json::parse(report.json());
    CHECK(json.at("total").at("bram") == 0.5);
    CHECK(json.at("utilization").at(1).at("fraction").is_null());
}

TEST_CASE("any name survives JSON and tears no table")
{
    for (const std::string& name : {std::string("say \"hi\""), std::string("back\\slash"),
             std::string("line\nbreak\ttab"), std::string("\x01\x1f\x7f"), std::string("größe"),
             std::string("日本語 😀"), std::string("a|b*c`d<e")}) {
        const dense layer{.name = label(name), .inputs = 2, .outputs = 2, .weight = {18, 8}};
        const resource_report report(std::vector<layer_spec>{layer}, device::xcvu9p);
        CHECK(nlohmann::json::parse(report.json()).at("matrices").at(0).at("name") == name);
        const std::string text = report.text();
        CHECK(std::count(text.begin(), text.end(), '\n') == 27 + not_modelled.size());
        // The row of the layer has the fifteen pipes of fourteen cells, and those in it escaped.
        const std::string markdown = report.markdown();
        const std::size_t row = markdown.find("---: |\n") + 7;
        const std::string line = markdown.substr(row, markdown.find('\n', row) - row);
        int pipes = 0;
        for (std::size_t i = 0; i < line.size(); ++i)
            pipes += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
        CHECK(pipes == 15);
    }
}

TEST_CASE("a JSON string holds every byte, valid or not, so that a reader accepts it")
{
    const auto read = [](const std::string& text) {
        return nlohmann::json::parse(json_string(text)).get<std::string>();
    };
    for (int c = 0; c < 128; ++c)
        CHECK(read(std::string(1, static_cast<char>(c))) == std::string(1, static_cast<char>(c)));
    for (int c = 128; c < 256; ++c)
        CHECK(read(std::string(1, static_cast<char>(c))) == "\uFFFD");
    // Every two-byte sequence: kept if a JSON library takes it as it is, else replaced.
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            if (first >= 32 && second >= 32 && nlohmann::json::accept("\"" + text + "\"") &&
                first != '\\')
                CHECK(read(text) == text);
            else
                CHECK_NOTHROW((void)read(text));
        }
    }
    for (const char* wrong : {"\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
             "\xF4\x90\x80\x80", "\xF8\x88\x80\x80", "\xE2\x82"})
        CHECK_NOTHROW((void)read(wrong));
    CHECK(read("\xE2\x82\xAC") == "€");
}

TEST_CASE("a report of nothing, or of an impossible layer, is refused")
{
    CHECK_THROWS_WITH_AS(resource_report({}, device::xcvu9p),
        doctest::Contains("a network has at least one layer"), std::invalid_argument);
    const std::vector<layer_spec> wrong{dense{.inputs = 0, .outputs = 4}};
    CHECK_THROWS_WITH_AS(resource_report(wrong, device::xcvu9p),
        doctest::Contains("a layer has at least one input"), std::invalid_argument);
    const std::vector<layer_spec> sound{dense{.inputs = 4, .outputs = 4}};
    CHECK_THROWS_WITH_AS(resource_report(sound, device::xcvu9p, {2, 1, 1, 1, 1}),
        doctest::Contains("a headroom factor is above 0 and at most 1"), std::invalid_argument);
}
