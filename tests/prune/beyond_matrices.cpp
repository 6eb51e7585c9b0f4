// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/report.hpp>
#include <espalier/prune/needs_of.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

// A network in which layers with weights stand among others: nothing of those is pruned, there is
// no view of weights for them, and a budget in amounts has to hold them.

using namespace espalier;

namespace {

constexpr auto streamed = io_type::io_stream;
constexpr auto unrolled_rf = strategy::resource_unrolled;

const std::vector<layer_spec> layers{
    batch_norm{.name = "scale", .inputs = 16, .io = streamed, .weight = {16, 6}},
    dense{.name = "fc1",
        .inputs = 16,
        .outputs = 32,
        .strategy = unrolled_rf,
        .reuse_factor = 4,
        .io = streamed,
        .weight = {18, 8}},
    activation{.name = "act",
        .function = activation_function::tanh,
        .inputs = 32,
        .io = streamed,
        .data = {18, 8}},
    dense{.name = "fc2",
        .inputs = 32,
        .outputs = 10,
        .strategy = unrolled_rf,
        .reuse_factor = 8,
        .io = streamed,
        .weight = {18, 8}},
    activation{.name = "out",
        .function = activation_function::softmax,
        .inputs = 10,
        .io = streamed,
        .data = {16, 6}}};

std::vector<std::vector<float>> random_weights()
{
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 0.3F);
    std::vector<std::vector<float>> weights{
        std::vector<float>(16 * 32), std::vector<float>(32 * 10)};
    for (auto& matrix : weights)
        for (float& w : matrix)
            w = normal(random);
    return weights;
}

/// Prunes to a target; everything is accepted.
void prune_to(const pruning_target& target, std::vector<std::vector<float>>& weights)
{
    pruner p(layers, {.weights = weights_in(layout::pytorch, weights)},
        {.schedule = polynomial{.steps = 3, .target = target}});
    p.baseline(1);
    while (auto round = p.next()) {
        round->mask();
        p.report(1);
    }
    CHECK(p.stopped_because() == "the schedule is complete");
}

/// Counted weight by weight, with what is not made of matrices.
resources counted(const std::vector<std::vector<float>>& weights)
{
    resources need = cost_beyond_matrices(layers);
    std::size_t m = 0;
    for (const layer_spec& layer : layers)
        for (const weight_matrix& matrix : matrices_of(layer))
            need += recount(matrix, layout::pytorch, weights[m++]);
    return need;
}

} // namespace

TEST_CASE("an amount is for the whole network, with what pruning cannot remove")
{
    auto weights = random_weights();
    const resources beyond = cost_beyond_matrices(layers);
    CHECK(beyond.dsp == 16 + 10);       // scales, and the products of the softmax
    CHECK(beyond.bram18 == 16 + 5 + 1); // tanh of 32 values, softmax of 10
    CHECK(selection(layers).beyond_matrices() == beyond);
    CHECK(selection(layers).total().dsp == 128 + 40);

    prune_to(at_most{.dsp = 26 + 50, .bram18 = 22 + 30}, weights);
    const resources left = counted(weights);
    CHECK(left.dsp <= 26 + 50);
    CHECK(left.bram18 <= 22 + 30);
    CHECK(left.dsp + 2 > 26 + 50); // and no less than could be kept
    const auto is_pruned = [&](float w) { return w == 0; };
    CHECK(std::any_of(weights[0].begin(), weights[0].end(), is_pruned));
}

TEST_CASE("an amount that does not hold what stays is refused")
{
    auto weights = random_weights();
    CHECK_THROWS_WITH_AS(prune_to(at_most{.dsp = 25}, weights),
        "a target holds what pruning cannot remove (resource = 'dsp', target = 25, stays = 26)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(prune_to(at_most{.bram18 = 21}, weights),
        "a target holds what pruning cannot remove (resource = 'bram18', target = 21, stays = 22)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(selection(std::span(layers).first(1)),
        "a network that is pruned has a layer with weights", std::invalid_argument);
}

TEST_CASE("a part is of what can be pruned")
{
    auto weights = random_weights();
    prune_to(reduction(0.5, 0, 0), weights);
    CHECK(counted(weights).dsp == 26 + 84);
}

TEST_CASE("the report of a pruned network says what an independent count does")
{
    auto weights = random_weights();
    prune_to(0.6, weights);
    const auto views = weights_in(layout::pytorch, weights);
    const std::vector<resources> needs = needs_of(layers, views);
    REQUIRE(needs.size() == 2);
    const resource_report report(layers, device::xczu7ev, whole_device, {}, needs);
    const resources left = counted(weights);
    CHECK(report.pruned_need().dsp == left.dsp);
    CHECK(report.pruned_need().bram18 == left.bram18);
    CHECK(report.pruned_need().lut < report.need().lut);
    CHECK(report.need() == cost(layers));
    CHECK_THROWS_AS((void)needs_of(layers, std::span(views).first(1)), std::invalid_argument);
    CHECK_THROWS_AS((void)needs_of(std::span(layers).first(2), views), std::invalid_argument);
}
