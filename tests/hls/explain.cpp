// SPDX-License-Identifier: Apache-2.0
#include "model/hardware_loops.hpp"
#include "model/random_layers.hpp"

#include <espalier/hls/explain.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
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
std::vector<finding> explained_by(const hardware_flow& flow, const layer_spec& layer,
    const mask& kept, const std::vector<float>& weights = {})
{
    const pruned_matrix matrix{.mask = kept, .order = layout::hardware, .weights = weights};
    return explain(std::span(&layer, 1), std::span(&matrix, 1), flow);
}

/// Counted as the paper does, in columns of 1K×36, unless told otherwise.
std::vector<finding> explained(const layer_spec& layer, const mask& kept, hardware_flow flow = {},
    const cost_policy& costs = cost_policy::paper, const std::vector<float>& weights = {})
{
    flow.costs = costs;
    return explained_by(flow, layer, kept, weights);
}

/// The paper's accounting with another memory.
cost_policy with_memory(const memory_policy& memory)
{
    cost_policy costs = cost_policy::paper;
    costs.memory.min_depth = memory.min_depth;
    return costs;
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

/// Blocks and columns one by one, of memories of 1K×36.
/// \param side_by_side  whether the multipliers that are built lie there
resources need(std::vector<bool> is_built, const weight_matrix& m, const cost_policy& costs,
    bool is_stored, bool side_by_side)
{
    if (side_by_side)
        std::sort(is_built.begin(), is_built.end(), std::greater<>{});
    const product_cost product = product_of(m, costs);
    std::set<std::int64_t> blocks;
    std::set<std::int64_t> columns;
    for (std::int64_t g = 0; g < m.multipliers(); ++g) {
        if (!is_built[static_cast<std::size_t>(g)])
            continue;
        blocks.insert(g / product.sharing);
        for (std::int64_t bit = g * m.weight.width; bit < (g + 1) * m.weight.width; ++bit)
            columns.insert(bit / 36);
    }
    resources sum{.dsp = static_cast<std::int64_t>(blocks.size()) * product.blocks * m.copies};
    if (is_stored)
        sum.bram18 = static_cast<std::int64_t>(columns.size()) * 2 * ceil_div(m.reuse_factor, 1024);
    return sum;
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
    // The Vitis template leaves a ROM of at most 1,024 bits to the tool, which takes LUTs; here of
    // 7 · 16 + 11 bits in 4 words, for weights are taken to be below 1.
    const auto by = [&](const hardware_flow& flow) {
        return explained_by(flow, small(strategy::resource), without({0, 3, 5})).at(0).stays;
    };
    CHECK(by(hardware_flow::hls4ml_vitis) == resources{.dsp = 3});
    CHECK(by(hardware_flow::hls4ml_vivado) == resources{.dsp = 3, .bram18 = 4 - 3});
    // The code for resource_unrolled asks for block RAM under both.
    const auto unrolled = explained_by(hardware_flow::hls4ml_vitis, small(), without({0, 3, 5, 7}));
    REQUIRE(unrolled.size() == 1);
    CHECK(unrolled[0].why == unfreed::shared_column);
    CHECK(unrolled[0].stays == resources{.bram18 = 4 - 2});
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
          "resource for a conv2d under io_parallel, which multiplies by every zero; latency leaves "
          "them out");
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
          "fc: pruning 4 multipliers leaves 2 BRAM, because 4 memory columns with their weights "
          "hold those of kept ones, too; packed memory has none to share");
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

TEST_CASE("sentences of one weight or one multiplier are in the singular")
{
    mask kept(32, 1);
    kept[5] = 0;
    CHECK(sentences(explained(small(), kept)) ==
          "fc: pruning 1 weight frees no multiplier, because 1 multiplier that would serve it has "
          "other weights to serve.\n");
    kept[6] = 0;
    CHECK(sentences(explained(small(), kept)) ==
          "fc: pruning 2 weights frees no multiplier, because 1 multiplier that would serve them "
          "has other weights to serve.\n");
    // Multiplier 1 has bits 20 to 39, on two columns of 36. All have 160 bits, on five columns, and
    // seven would have 140, on four.
    dense wide = small();
    wide.weight.width = 20;
    CHECK(sentences(explained(wide, without({1}))) ==
          "fc: pruning 1 multiplier leaves 1 BRAM, because 2 memory columns with its weights hold "
          "those of kept ones, too; packed memory has none to share.\n");
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
    CHECK(found[0].sentence ==
          "fc: pruning 3 multipliers (3 DSP) frees nothing, because 32 weights, more than the "
          "BramFactor of 31, are read through a port, so that synthesis does not know which of "
          "them are zero");
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
    found = explained(constants, kept, {}, cost_policy::paper, {3, 11, 4, 1, 2, 4});
    cost_policy one_digit = cost_policy::paper;
    one_digit.constants.max_digits = 1;
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::few_digits);
    CHECK(found[0].multipliers == 2);
    CHECK(found[0].stays == resources{.dsp = 2});
    CHECK(found[0].sentence ==
          "out: pruning 2 multipliers (2 DSP) frees no DSP, because constants of "
          "at most 2 signed digits are multiplied by adders");
    CHECK(explained(constants, kept, {}, one_digit, {3, 11, 4, 1, 2, 4})[0].multipliers == 1);
    CHECK(explained(constants, kept).empty()); // it is not known what they were
}

TEST_CASE("a memory that is built from LUTs")
{
    const auto found = explained(small(), without({0, 3, 5, 7}), {}, with_memory({.min_depth = 5}));
    REQUIRE(found.size() == 1);
    CHECK(found[0].why == unfreed::rom_in_luts);
    CHECK(found[0].stays == resources{.bram18 = 4});
    CHECK(found[0].sentence == "fc: pruning 4 multipliers (2 BRAM) frees no block RAM, because the "
                               "memory of 4 words of 128 "
                               "bits is built from LUTs");
    CHECK(explained(small(), without({0, 3, 5, 7}), {}, with_memory({.min_depth = 4}))[0].why ==
          unfreed::shared_column);
}

TEST_CASE("DSP blocks that hold two multipliers")
{
    const auto found = explained(small(), without({0, 2, 4}), {},
        costs_on({.dsp = dsp_family::intel_variable_precision}, cost_policy::paper));
    REQUIRE(found.size() == 2);
    CHECK(found[0].why == unfreed::shared_dsp);
    CHECK(found[0].stays == resources{.dsp = 1}); // four blocks hold one of the five; three could
    CHECK(found[1].why == unfreed::shared_column);
}

TEST_CASE("DSP blocks that add two multipliers up")
{
    dense layer = small();
    layer.weight = layer.data = {6, 2};
    layer.accum = {16, 8};
    const auto found = explained(layer, without({0, 2, 4}), {}, cost_policy::hls);
    REQUIRE(!found.empty());
    CHECK(found[0].why == unfreed::shared_dsp);
    CHECK(found[0].stays.dsp == 1);
    CHECK(found[0].sentence ==
          "fc: pruning 3 multipliers leaves 1 DSP, because a block adds up 2 of "
          "them and some hold kept ones, too");
}

TEST_CASE(
    "what stays is what bits and blocks, one by one, differ by, of every kind of layer and flow")
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
        const cost_policy& costs = flow.costs;
        flow.costs = random() % 2 == 0 ? cost_policy::paper : cost_policy::yosys;
        flow.costs.memory.shapes = memory_shapes::only_1kx36;
        flow.costs.dsp = random_layers::one_of<dsp_family>(
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
        if (flow.is_hls4ml && strategy_built_for(layer).has_kernel) {
            built.strategy = strategy_built_for(layer).strategy;
            if (built.strategy == strategy::resource_unrolled && built.reuse_factor == 1)
                built.strategy = strategy::resource;
            try {
                ensure_legal(built);
            } catch (const std::invalid_argument& error) {
                CHECK_THROWS_WITH_AS(
                    (void)explain(std::span(&layer, 1), masks, layout::hardware, flow),
                    doctest::Contains(std::string(error.what()).substr(0, 40).c_str()),
                    std::invalid_argument);
                continue;
            }
        }
        const auto found = explain(std::span(&layer, 1), masks, layout::hardware, flow);
        std::size_t at = 0;
        for (const weight_matrix& m : matrices_of(built)) {
            const mask& kept = masks[at++];
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
                flow.is_hls4ml ? strategy_built_for(layer).has_kernel && saves_zeros(m) : true;
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
            const bool is_stored = m.strategy != strategy::latency && m.reuse_factor > 1;
            const auto pruned = std::ranges::count(kept, std::uint8_t{0});
            if (!is_fixed) // hls4ml's limit, wherever the weights are
                for (std::int64_t g = 0; g < m.multipliers(); ++g)
                    is_built[static_cast<std::size_t>(g)] =
                        pruned < m.weights() && g < m.multipliers() - pruned / m.reuse_factor;
            const resources before =
                need(std::vector<bool>(is_built.size(), true), m, costs, is_stored, false);
            const resources in_place = need(is_built, m, costs, is_stored, false);
            const resources packed = need(is_built, m, costs, is_stored, is_stored);
            const resources& flows = !frees                                 ? before
                                     : flow.memory == memory_layout::packed ? packed
                                                                            : in_place;
            CHECK(stays.dsp == flows.dsp - packed.dsp);
            CHECK(stays.bram18 == flows.bram18 - packed.bram18);
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
