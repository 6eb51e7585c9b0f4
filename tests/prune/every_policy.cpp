// SPDX-License-Identifier: Apache-2.0
// Selection, masks, recount and pruner under every policy: what the pruner keeps within a budget is
// what the policy says, counted a second time multiplier by multiplier with prices that are worked
// out here.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

/// What a policy says of one layer, by hand: DSP blocks of `sharing` multipliers that lie side by
/// side, and LUTs of what is built beside them.
struct price {
    std::int64_t dsp;
    std::int64_t lut = 0;
    std::int64_t sharing = 1;
};

struct priced_layer {
    layer_spec spec;
    price at;
};

/// Layers whose products the policies treat in all ways that there are. Products of 6 bits take
/// 6·8/2 = 24 LUTs, of 8 bits 40.
std::vector<priced_layer> layers_of(const std::string& policy)
{
    const bool hls = policy == "hls" || policy == "hls_block_rom";
    const bool logic = policy == "logic_synthesis"; // 47 % of the LUTs, each unit rounded up
    const bool yosys = policy == "yosys" || policy == "ecp5";
    const precision six{6, 1}, eight{8, 3}, sixteen{16, 6};
    return {// 16 bits have a block of their own everywhere.
        {dense{.name = "wide",
             .inputs = 16,
             .outputs = 12,
             .strategy = strategy::resource_unrolled,
             .reuse_factor = 4,
             .weight = sixteen},
            {1}},
        // One binary point, four products for each output: two of them in blocks that add.
        {dense{.name = "pairs",
             .inputs = 16,
             .outputs = 12,
             .strategy = strategy::resource_unrolled,
             .reuse_factor = 4,
             .weight = six,
             .data = six,
             .accum = {16, 6}},
            yosys   ? price{1}
            : hls   ? price{1, 24, 2}
            : logic ? price{1, 12, 2}
                    : price{0, 24}},
        // One product for each output, which is added to the accumulator.
        {dense{.name = "alone",
             .inputs = 8,
             .outputs = 24,
             .strategy = strategy::resource_unrolled,
             .reuse_factor = 8,
             .weight = six,
             .data = six,
             .accum = {16, 6}},
            yosys || hls || logic ? price{1} : price{0, 24}},
        // Cut before it is added.
        {dense{.name = "cut",
             .inputs = 16,
             .outputs = 12,
             .strategy = strategy::resource_unrolled,
             .reuse_factor = 4,
             .weight = eight,
             .data = eight,
             .accum = {16, 8}},
            yosys   ? price{1}
            : logic ? price{0, 19}
                    : price{0, 40}},
        // Constants.
        {dense{.name = "constants",
             .inputs = 10,
             .outputs = 8,
             .strategy = strategy::latency,
             .weight = eight,
             .data = eight,
             .accum = {20, 10}},
            yosys   ? price{1}
            : logic ? price{0, 19}
                    : price{0, 40}}};
}

struct named_policy {
    std::string name;
    cost_policy costs;
};

const std::vector<named_policy> policies{{"hls", cost_policy::hls},
    {"hls_block_rom", cost_policy::hls_block_rom},
    {"logic_synthesis", cost_policy::logic_synthesis}, {"paper", cost_policy::paper},
    {"yosys", cost_policy::yosys}, {"ecp5", cost_policy::ecp5}};

std::vector<layer_spec> specs_of(const std::vector<priced_layer>& layers)
{
    std::vector<layer_spec> specs;
    for (const priced_layer& layer : layers)
        specs.push_back(layer.spec);
    return specs;
}

/// DSP blocks and LUTs of the multipliers that have a weight other than zero. Weights are in
/// hardware order: multiplier g has those from g·RF on.
resources counted(const priced_layer& layer, std::span<const float> weights)
{
    const auto rf = static_cast<std::size_t>(layer.spec.reuse_factor);
    const auto of_block = rf * static_cast<std::size_t>(layer.at.sharing);
    resources need;
    for (std::size_t first = 0; first < weights.size(); first += of_block) {
        bool used = false;
        for (std::size_t k = first; k < std::min(first + of_block, weights.size()); ++k)
            used = used || weights[k] != 0;
        need.dsp += used ? layer.at.dsp : 0;
        need.lut += used ? layer.at.lut : 0;
    }
    return need;
}

resources counted(
    const std::vector<priced_layer>& layers, const std::vector<std::vector<float>>& weights)
{
    resources need;
    for (std::size_t l = 0; l < layers.size(); ++l)
        need += counted(layers[l], weights[l]);
    return need;
}

std::vector<std::vector<float>> random_weights(
    const std::vector<priced_layer>& layers, std::mt19937& random)
{
    std::normal_distribution<float> normal(0, 0.3F);
    std::vector<std::vector<float>> weights;
    for (const priced_layer& layer : layers) {
        weights.emplace_back(static_cast<std::size_t>(layer.spec.inputs * layer.spec.outputs));
        for (float& w : weights.back())
            w = normal(random);
    }
    return weights;
}

resources without_memory(resources r)
{
    r.bram18 = 0;
    return r;
}

} // namespace

TEST_CASE("a selection, its masks and a recount have the prices of every policy")
{
    std::mt19937 random(401);
    for (const named_policy& policy : policies) {
        CAPTURE(policy.name);
        const auto layers = layers_of(policy.name);
        const auto whole = random_weights(layers, random);
        for (const structure& how : {structure::multipliers, structure::weights}) {
            selection s(specs_of(layers), {.structure = how, .costs = policy.costs});
            CHECK(without_memory(s.total()) == counted(layers, whole));
            (void)s.pose(std::vector<double>(s.items(), 1), s.total());
            for (const unsigned kept_of_8 : {0U, 1U, 4U, 7U}) {
                std::vector<std::uint8_t> keep(s.items());
                for (auto& k : keep)
                    k = random() % 8 < kept_of_8 ? 1 : 0;
                auto weights = whole;
                resources recounted;
                for (std::size_t m = 0; m < weights.size(); ++m) {
                    std::vector<std::uint8_t> mask(weights[m].size());
                    s.write_mask(keep, m, layout::hardware, std::span(mask));
                    for (std::size_t k = 0; k < mask.size(); ++k)
                        weights[m][k] *= static_cast<float>(mask[k]);
                    const weight_matrix matrix = matrices_of(layers[m].spec)[0];
                    const resources one =
                        recount(matrix, layout::hardware, weights[m], policy.costs);
                    CHECK(without_memory(one) == counted(layers[m], weights[m]));
                    recounted += one;
                }
                CHECK(s.usage_of(keep) == recounted);
            }
        }
    }
}

TEST_CASE("the budget that a pruner meets is the policy's")
{
    std::mt19937 random(402);
    for (const named_policy& policy : policies) {
        CAPTURE(policy.name);
        const auto layers = layers_of(policy.name);
        auto weights = random_weights(layers, random);
        const resources all = counted(layers, weights);
        // A third of the blocks, half of the LUTs where any are pruned.
        const resources budget{.dsp = all.dsp / 3, .lut = all.lut / 2};
        pruner p(specs_of(layers), {.weights = weights_in(layout::hardware, weights)},
            {.schedule =
                    polynomial{.steps = 3, .target = at_most{.dsp = budget.dsp, .lut = budget.lut}},
                .selection = {.structure = structure::multipliers, .costs = policy.costs}});
        p.baseline(1);
        while (auto round = p.next()) {
            CHECK(without_memory(round->record().usage) == counted(layers, weights));
            p.report(1);
        }
        CHECK(p.stopped_because() == "the schedule is complete");
        const resources left = counted(layers, weights);
        CHECK(left.dsp <= budget.dsp);
        CHECK(left.lut <= budget.lut);
        // Not much is given away: a unit of either is a few of them.
        CHECK(left.dsp > budget.dsp - 4);
        CHECK(left.lut > budget.lut - 45);
    }
}

TEST_CASE("two digits have one price: of the pruner, of a recount and of the fabric")
{
    const layer_spec spec = dense{.inputs = 4, .outputs = 6, .weight = {9, 3}, .data = {13, 4}};
    const weight_matrix m = matrices_of(spec)[0];
    for (const int percent : {100, 47}) {
        cost_policy costs;
        costs.fabric.lut_percent = percent;
        // 9 + 13 bits.
        const std::int64_t one = percent == 100 ? 22 : 11;
        const std::vector<float> weights(24, 3.0F / 64);
        CHECK(recount(m, layout::hardware, weights, costs, structure::constants) ==
              resources{.lut = 24 * one});
        selection s(
            std::vector<layer_spec>{spec}, {.structure = structure::constants, .costs = costs});
        (void)s.pose(std::vector<double>(s.items(), 1), s.total());
        std::vector<std::uint8_t> keep(s.items());
        std::fill_n(keep.begin(), keep.size() / 2, std::uint8_t{1}); // all with two digits
        CHECK(s.usage_of(keep) == resources{.lut = 24 * one});
        // One constant of two digits instead of one of one digit, which has a narrower sum.
        const auto fabric = [&](std::int64_t additions) {
            return cost(
                m, constant_counts{.zeros = 23, .two_digits = 1, .additions = additions}, costs)
                .lut;
        };
        CHECK(fabric(1) - fabric(0) >= one - 1);
        CHECK(fabric(1) - fabric(0) <= one);
    }
}
