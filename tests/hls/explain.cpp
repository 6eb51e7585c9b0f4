// SPDX-License-Identifier: Apache-2.0
#include "model/hardware_loops.hpp"
#include "model/random_layers.hpp"

#include <espalier/hls/explain.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;

namespace {

using mask = std::vector<std::uint8_t>;

/// Of one matrix whose mask is in hardware order.
std::vector<finding> explained(const layer_spec& layer, const mask& kept,
    const hardware_flow& flow = {}, const cost_policy& costs = {},
    const std::vector<float>& weights = {})
{
    const pruned_matrix matrix{.mask = kept, .order = layout::hardware, .weights = weights};
    return explain(std::span(&layer, 1), std::span(&matrix, 1), flow, costs);
}

/// 8 inputs, 4 outputs, reuse factor 4: 8 multipliers of 16 bits, 4 memory columns of 36.
dense small(strategy s = strategy::resource_unrolled)
{
    return {.name = "fc", .inputs = 8, .outputs = 4, .strategy = s, .reuse_factor = 4};
}

/// All multipliers of reuse factor 4 but those named.
mask without(std::initializer_list<int> multipliers, std::size_t weights = 32)
{
    mask kept(weights, 1);
    for (const int g : multipliers)
        std::fill_n(kept.begin() + 4 * g, 4, std::uint8_t{0});
    return kept;
}

} // namespace

TEST_CASE("nothing pruned, nothing to explain")
{
    for (const strategy s : {strategy::latency, strategy::resource, strategy::resource_unrolled})
        CHECK(explained(small(s), without({})).empty());
}

TEST_CASE("the strategy resource multiplies by every zero")
{
    const auto found = explained(small(strategy::resource), without({0, 3, 5}));
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::zeros_multiplied);
    CHECK(found[0].multipliers == 3);
    CHECK(found[0].weights == 12);
    // 8 · 16 bits are 4 columns, 5 · 16 are 3.
    CHECK(found[0].stays == resources{.dsp = 3, .bram18 = 2});
    CHECK(found[0].sentence ==
          "fc: pruning 3 multipliers (3 DSP, 1 BRAM) frees nothing, because the strategy resource "
          "multiplies by every zero; resource_unrolled and latency leave them out");
    CHECK(sentences(found) == found[0].sentence + ".\n");
    // The Vitis template leaves a ROM of 512 bits to the tool.
    const auto vitis =
        explained(small(strategy::resource), without({0}), hardware_flow::hls4ml_vitis);
    REQUIRE(vitis.size() == 1);
    CHECK(vitis[0].stays == resources{.dsp = 1});
    // Of 2,048 bits the tool makes a block RAM.
    const dense larger{.name = "fc", .inputs = 32, .outputs = 4, .reuse_factor = 4};
    CHECK(explained(larger, without({0, 1, 2, 3}, 128), hardware_flow::hls4ml_vitis)[0].stays ==
          resources{.dsp = 4, .bram18 = 2 * 2}); // 15 columns, 13 for the rest
    // Of exactly 1,024 bits it makes none, of 1,040 it does.
    const auto bram18 = [](int inputs, int outputs, int reuse_factor) {
        const dense layer{
            .name = "fc", .inputs = inputs, .outputs = outputs, .reuse_factor = reuse_factor};
        const mask none(static_cast<std::size_t>(inputs) * static_cast<std::size_t>(outputs));
        return explained(layer, none, hardware_flow::hls4ml_vitis).at(0).stays.bram18;
    };
    CHECK(bram18(16, 4, 4) == 0);
    CHECK(bram18(13, 5, 13) == 2 * 3);
    // Constants of the strategy resource are constants.
    dense constants = small(strategy::resource);
    constants.reuse_factor = 1;
    CHECK(explained(constants, without({0})).empty());
    // Hardware that is emitted after pruning has no such strategy.
    CHECK(explained(small(strategy::resource), without({0, 1}), hardware_flow::emitted_packed)
              .empty());
}

TEST_CASE("hls4ml builds resource where it has no unrolled kernel")
{
    conv2d layer{.name = "conv",
        .height = 6,
        .width = 6,
        .channels = 2,
        .filters = 4,
        .kernel_height = 2,
        .kernel_width = 2,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 4,
        .parallelization_factor = 5};
    const auto found = explained(layer, without({1, 2}));
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::built_as_resource);
    CHECK(found[0].multipliers == 10); // five copies
    CHECK(found[0].stays == resources{.dsp = 10, .bram18 = 2});
    CHECK(found[0].sentence ==
          "conv: pruning 10 multipliers (10 DSP, 1 BRAM) frees nothing, because hls4ml builds "
          "resource "
          "for a conv2d under io_parallel and the strategy resource multiplies by every zero; "
          "resource_unrolled and latency leave them out");
    layer.parallelization_factor = 1;
    layer.io = io_type::io_stream;
    CHECK(explained(layer, without({1, 2}), hardware_flow::emitted_packed).empty());
    // A depthwise kernel becomes one of the latency strategy: any 4 zeros are a multiplier.
    const depthwise_conv2d depthwise{.name = "dw",
        .height = 6,
        .width = 6,
        .channels = 8,
        .kernel_height = 2,
        .kernel_width = 2,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 4};
    mask kept = without({1});
    kept[0] = 0;
    const auto latency = explained(depthwise, kept);
    REQUIRE(latency.size() == 1);
    CHECK(latency[0].why == unfreed::beside_kept);
    CHECK(latency[0].weights == 1);
    CHECK(latency[0].sentence == "dw.depthwise_kernel: pruning 1 weight frees no multiplier, "
                                 "because one goes for every 4 of them");
    depthwise_conv2d none = depthwise;
    none.strategy = strategy::resource;
    none.io = io_type::io_parallel;
    const auto no_kernel = explained(none, kept);
    REQUIRE(no_kernel.size() == 1);
    CHECK(no_kernel[0].why == unfreed::no_kernel);
    CHECK(no_kernel[0].stays == resources{.dsp = 1, .bram18 = 0});
}

TEST_CASE("in place a column is shared with kept multipliers, packed it is not")
{
    // Columns of 36 bits over multipliers of 16: 0,1,2 | 2,3,4 | 4,5,6 | 6,7.
    const auto found = explained(small(), without({0, 3, 5, 7}));
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::shared_column);
    CHECK(found[0].stays == resources{.bram18 = 2 * (4 - 2)});
    CHECK(found[0].sentence ==
          "fc: pruning 4 multipliers leaves 2 BRAM, because 4 memory columns that they are on hold "
          "weights of kept ones, too; packed memory has none to share");
    CHECK(explained(small(), without({0, 3, 5, 7}), hardware_flow::emitted_packed).empty());
    CHECK(explained(small(), without({0, 1, 2, 3, 4, 5, 6, 7})).empty());
}

TEST_CASE("a pruned weight beside a kept one frees no multiplier")
{
    mask kept = without({0});
    kept[4] = kept[5] = kept[9] = 0;
    const auto found = explained(small(), kept, hardware_flow::emitted_packed);
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::beside_kept);
    CHECK(found[0].weights == 3);
    CHECK(found[0].stays == resources{});
    CHECK(found[0].sentence ==
          "fc: pruning 3 weights frees no multiplier, because 2 multipliers that "
          "would serve them have other weights to serve");
}

TEST_CASE("weights that are read through a port")
{
    hardware_flow flow;
    flow.bram_factor = 31;
    auto found = explained(small(), without({0, 1, 2}), flow);
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::reloadable);
    CHECK(found[0].stays == resources{.bram18 = 2}); // 4 columns, 3 for the rest; DSPs do go
    CHECK(found[0].sentence ==
          "fc: pruning 3 multipliers frees no memory (1 BRAM), because 32 weights, more than the "
          "BramFactor of 31, are read through a port from a memory that holds all of them");
    found = explained(small(strategy::latency), without({0, 1, 2}), flow);
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::reloadable);
    CHECK(found[0].stays == resources{.dsp = 3});
    flow.bram_factor = 32;
    CHECK(explained(small(strategy::latency), without({0, 1, 2}), flow).empty());
}

TEST_CASE("products that take no DSP")
{
    dense narrow = small();
    narrow.weight = narrow.data = {8, 4};
    auto found = explained(narrow, without({0, 1, 2, 3}), hardware_flow::emitted_packed);
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::no_dsp);
    CHECK(found[0].sentence ==
          "fc: pruning 4 multipliers frees no DSP, because products of 8x8 bits "
          "are built from LUTs");
    // Constants: 3 = 4 - 1 has two signed digits, 11 = 8 + 4 - 1 three.
    const dense constants{.name = "out",
        .inputs = 3,
        .outputs = 2,
        .strategy = strategy::latency,
        .weight = {16, 16}};
    const mask kept{0, 0, 0, 1, 1, 1};
    found = explained(constants, kept, {}, {}, {3, 11, 4, 1, 2, 4});
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::few_digits);
    CHECK(found[0].multipliers == 2);
    CHECK(found[0].stays == resources{.dsp = 2});
    CHECK(found[0].sentence ==
          "out: pruning 2 multipliers (2 DSP) frees no DSP, because constants of "
          "at most 2 signed digits are multiplied by adders");
    CHECK(explained(constants, kept, {}, {.constants = {.max_digits = 1}}, {3, 11, 4, 1, 2, 4})[0]
              .multipliers == 1);
    CHECK(explained(constants, kept).empty()); // it is not known what they were
}

TEST_CASE("a memory that is built from LUTs")
{
    const auto found = explained(small(), without({0, 3, 5, 7}), {}, {.memory = {.min_depth = 5}});
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::rom_in_luts);
    CHECK(found[0].stays == resources{.bram18 = 4});
    CHECK(found[0].sentence == "fc: pruning 4 multipliers (2 BRAM) frees no block RAM, because the "
                               "memory of 4 words of 128 "
                               "bits is built from LUTs");
    CHECK(explained(small(), without({0, 3, 5, 7}), {}, {.memory = {.min_depth = 4}})[0].why ==
          unfreed::shared_column);
}

TEST_CASE("DSP blocks that hold two multipliers")
{
    const auto found =
        explained(small(), without({0, 2, 4}), {}, {.dsp = dsp_family::intel_variable_precision});
    REQUIRE(found.size() == 2);
    CHECK(found[0].why == unfreed::shared_dsp);
    CHECK(found[0].stays == resources{.dsp = 1}); // four blocks hold one of the five; three could
    CHECK(found[1].why == unfreed::shared_column);
}

TEST_CASE("what stays is what recounts differ by, of every kind of layer and flow")
{
    std::mt19937_64 random(11);
    std::set<unfreed> met;
    const strategy strategies[] = {
        strategy::latency, strategy::resource, strategy::resource_unrolled};
    for (int i = 0; i < 1500; ++i) {
        layer_spec layer = random_layers::layer_of(
            random, random_layers::kinds[random() % std::size(random_layers::kinds)], 40);
        random_layers::draw_reuse_factors(random, layer);
        layer.strategy = strategies[random() % 3];
        layer.weight.width = random_layers::one_of<int>(random, {8, 12, 16, 18, 20, 36});
        hardware_flow flow;
        flow.is_hls4ml = random() % 2 == 0;
        flow.memory =
            !flow.is_hls4ml && random() % 2 == 0 ? memory_layout::packed : memory_layout::in_place;
        cost_policy costs;
        costs.dsp = random_layers::one_of<dsp_family>(
            random, {dsp_family::dsp48e2, dsp_family::intel_variable_precision});
        std::vector<mask> masks;
        for (const weight_matrix& m : matrices_of(layer)) {
            mask& kept = masks.emplace_back(static_cast<std::size_t>(m.weights()));
            const int percent = random_layers::one_of<int>(random, {0, 20, 60, 100});
            for (std::int64_t flat = 0; flat < m.weights(); flat += m.reuse_factor) {
                const bool keeps = random_layers::between(random, 1, 100) <= percent;
                const auto last = std::min(flat + m.reuse_factor, m.weights());
                for (std::int64_t k = flat; k < last; ++k)
                    kept[static_cast<std::size_t>(k)] = keeps && random() % 8 != 0 ? 1 : 0;
            }
        }
        layer_spec built = named(layer, 0);
        if (flow.is_hls4ml && built_strategy(layer)) {
            built.strategy = *built_strategy(layer);
            if (built.strategy == strategy::resource_unrolled && built.reuse_factor == 1)
                built.strategy = strategy::resource;
            try {
                ensure_legal(built);
            } catch (const std::invalid_argument& error) {
                CHECK_THROWS_WITH_AS(
                    (void)explain(std::span(&layer, 1), masks, layout::hardware, flow, costs),
                    doctest::Contains(std::string(error.what()).substr(0, 40).c_str()),
                    std::invalid_argument);
                continue;
            }
        }
        const auto found = explain(std::span(&layer, 1), masks, layout::hardware, flow, costs);
        std::size_t at = 0;
        for (const weight_matrix& m : matrices_of(built)) {
            const mask& kept = masks[at++];
            const std::vector<float> ones(kept.size(), 1.0F);
            const std::vector<float> zeros_and_ones(kept.begin(), kept.end());
            const auto count = [&](const std::vector<float>& w, memory_layout use) {
                return recount(m, layout::hardware, w, costs, use);
            };
            resources stays;
            std::int64_t beside = 0;
            for (const finding& f : found) {
                if (f.matrix != name_of(m))
                    continue;
                met.insert(f.why);
                stays += f.stays;
                beside += f.why == unfreed::beside_kept ? f.weights : 0;
            }
            const bool frees =
                flow.is_hls4ml ? built_strategy(layer).has_value() && saves_zeros(m) : true;
            const resources flows =
                frees ? count(zeros_and_ones, flow.memory) : count(ones, memory_layout::in_place);
            // Multiplier by multiplier, as the hardware's loops meet the weights.
            std::vector<std::int64_t> zeros(static_cast<std::size_t>(m.multipliers()));
            std::vector<bool> is_built(zeros.size());
            hardware_loops::run(m, [&](const hardware_loops::meeting& meeting) {
                const auto g = static_cast<std::size_t>(meeting.multiplier);
                if (kept[static_cast<std::size_t>(meeting.weight)] != 0)
                    is_built[g] = true;
                else
                    ++zeros[g];
            });
            const bool is_fixed = m.strategy != strategy::latency || m.reuse_factor == 1;
            const auto kept_weights = std::ranges::count(kept, std::uint8_t{1});
            const std::int64_t multipliers = is_fixed ? std::ranges::count(is_built, true)
                                                      : ceil_div(kept_weights, m.reuse_factor);
            CHECK(stays.dsp == flows.dsp - product_of(m, costs).dsp_for(multipliers) * m.copies);
            CHECK(
                stays.bram18 == flows.bram18 - count(zeros_and_ones, memory_layout::packed).bram18);
            std::int64_t expected = 0;
            for (std::size_t g = 0; g < zeros.size(); ++g)
                expected += is_built[g] ? zeros[g] : 0;
            if (frees && is_fixed)
                CHECK(beside == expected);
        }
    }
    for (const unfreed why :
        {unfreed::no_kernel, unfreed::built_as_resource, unfreed::zeros_multiplied,
            unfreed::beside_kept, unfreed::no_dsp, unfreed::shared_dsp, unfreed::shared_column})
        CHECK_MESSAGE(met.count(why) == 1, static_cast<int>(why));
}

TEST_CASE("hls4ml rounds no reuse factor behind one's back")
{
    dense layer = small();
    layer.reuse_factor = 3;
    CHECK_THROWS_WITH_AS((void)explained(layer, mask(32, 1)),
        doctest::Contains("the reuse factor must be legal for the layer (layer = 'fc', "
                          "reuse_factor = 3, nearest legal below = 2, above = 4"),
        std::invalid_argument);
    CHECK(explained(layer, mask(32, 1), hardware_flow::emitted_packed).empty());
    layer.reuse_factor = 1; // builds resource, with constants
    CHECK(explained(layer, mask(32, 0)).empty());
    // A recurrent layer whose input kernel has reuse factor 1 is built so as a whole.
    const layer_spec recurrent = gru{.name = "gru",
        .inputs = 2,
        .units = 4,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 1,
        .recurrent_reuse_factor = 4};
    const auto found = explain(
        std::span(&recurrent, 1), std::vector<mask>{mask(24, 0), mask(48, 0)}, layout::hardware);
    REQUIRE(found.size() == 1);
    CHECK(found[0].matrix == "gru.recurrent_kernel");
    CHECK(found[0].why == unfreed::built_as_resource);
}

TEST_CASE("masks are those of the framework's order")
{
    // The kernel of PyTorch counts channels before rows and columns.
    const layer_spec layer = conv2d{.height = 6,
        .width = 6,
        .channels = 3,
        .filters = 4,
        .kernel_height = 2,
        .kernel_width = 2,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 4,
        .io = io_type::io_stream};
    const weight_matrix m = matrices_of(layer)[0];
    const mask kept = without({0, 3, 5, 6}, 48);
    mask of_pytorch(48);
    for (std::size_t offset = 0; offset < 48; ++offset)
        of_pytorch[offset] = kept[static_cast<std::size_t>(
            to_hardware(m, layout::pytorch, static_cast<std::int64_t>(offset)))];
    REQUIRE(of_pytorch != kept);
    const auto in_hardware =
        explain(std::span(&layer, 1), std::vector<mask>{kept}, layout::hardware);
    REQUIRE(!in_hardware.empty());
    CHECK(in_hardware[0].matrix == "layer0");
    CHECK(explain(std::span(&layer, 1), std::vector<mask>{of_pytorch}, layout::pytorch) ==
          in_hardware);
    CHECK(explain(std::span(&layer, 1), std::vector<mask>{kept}, layout::pytorch) != in_hardware);
}

TEST_CASE("masks that are not those of the network are refused")
{
    const layer_spec layer = small();
    const auto of = [&](std::vector<mask> masks) {
        return explain(std::span(&layer, 1), masks, layout::hardware);
    };
    CHECK_THROWS_WITH_AS((void)of({}),
        "there is a mask for each weight matrix (masks = 0, layer = 'fc')", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)of({mask(32), mask(32)}),
        "there is a mask for each weight matrix (masks = 2, matrices = 1)", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)of({mask(31)}),
        "a mask has an entry for every weight (given = 31, weights = 32)", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)explained(layer, mask(32), {}, {}, std::vector<float>(31)),
        "there is a weight for every entry of a mask (weights = 31, entries = 32)",
        std::invalid_argument);
}
