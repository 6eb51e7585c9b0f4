// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/regularizer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

using namespace espalier;

namespace {

struct example {
    grouping groups;
    std::vector<float> weights;
    std::vector<double> prices;
};

example random_example(const structure& how, unsigned seed)
{
    const layer_spec spec = conv2d{.height = 6,
        .width = 6,
        .channels = 3,
        .filters = 4,
        .kernel_height = 2,
        .kernel_width = 2,
        .reuse_factor = 6,
        .weight = {18, 8}};
    example e{grouping(matrices_of(spec)[0], how), {}, {}};
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> price(0, 2);
    for (std::int64_t i = 0; i < e.groups.matrix().weights(); ++i)
        e.weights.push_back(normal(random));
    for (std::int64_t g = 0; g < e.groups.groups(); ++g)
        e.prices.push_back(price(random));
    return e;
}

const structure all_structures[] = {structure::weights, structure::multipliers,
    structure::consecutive, structure::neurons,
    {.kind = structure_kind::block, .block_outputs = 3, .block_inputs = 5}};

} // namespace

TEST_CASE("the gradient of the group lasso is the slope of its loss")
{
    for (const structure& how : all_structures)
        for (const layout framework : {layout::hardware, layout::keras, layout::pytorch}) {
            example e = random_example(how, 7);
            std::vector<float> gradient(e.weights.size(), 0.0F);
            const double strength = 0.3;
            add_group_lasso_gradient(e.groups, framework, e.weights, e.prices, strength, gradient);
            for (std::size_t i = 0; i < e.weights.size(); ++i) {
                const float kept = e.weights[i];
                // Central differences; the step is exact in float so that only curvature is lost.
                const float step = 1.0F / 1024;
                e.weights[i] = kept + step;
                const float up = e.weights[i];
                const double above = group_lasso_loss(e.groups, framework, e.weights, e.prices);
                e.weights[i] = kept - step;
                const double below = group_lasso_loss(e.groups, framework, e.weights, e.prices);
                const double width = static_cast<double>(up) - static_cast<double>(e.weights[i]);
                e.weights[i] = kept;
                CHECK(static_cast<double>(gradient[i]) ==
                      doctest::Approx(strength * (above - below) / width).epsilon(2e-3));
            }
        }
}

TEST_CASE("a group of zeros has no gradient and stays where it is")
{
    example e = random_example(structure::multipliers, 3);
    for (const std::int64_t flat : e.groups.members(1))
        e.weights[static_cast<std::size_t>(flat)] = 0;
    std::vector<float> gradient(e.weights.size(), 0.0F);
    add_group_lasso_gradient(e.groups, layout::hardware, e.weights, e.prices, 1, gradient);
    for (const std::int64_t flat : e.groups.members(1))
        CHECK(gradient[static_cast<std::size_t>(flat)] == 0);
    for (const float g : gradient)
        CHECK(std::isfinite(g));
}

TEST_CASE("the proximal step minimises half the squared distance plus the penalty")
{
    // Independent of the closed form: no nearby point along random directions is better.
    example e = random_example(structure::multipliers, 11);
    const double strength = 0.8;
    std::vector<float> stepped = e.weights;
    group_lasso_proximal_step(e.groups, layout::hardware, stepped, e.prices, strength);
    const auto objective = [&](const std::vector<float>& at) {
        double distance = 0;
        for (std::size_t i = 0; i < at.size(); ++i) {
            const double d = static_cast<double>(at[i]) - static_cast<double>(e.weights[i]);
            distance += d * d / 2;
        }
        return distance + strength * group_lasso_loss(e.groups, layout::hardware, at, e.prices);
    };
    const double best = objective(stepped);
    CHECK(best < objective(e.weights));
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 1e-2F);
    for (int probe = 0; probe < 500; ++probe) {
        std::vector<float> other = stepped;
        for (float& w : other)
            w += normal(random);
        CHECK(objective(other) > best);
    }
    // Nor is a group a little longer or shorter, which no random direction is for long.
    for (std::int64_t g = 0; g < e.groups.groups(); ++g)
        for (const float scale : {0.999F, 1.001F}) {
            std::vector<float> other = stepped;
            bool is_alive = false;
            for (const std::int64_t flat : e.groups.members(g)) {
                other[static_cast<std::size_t>(flat)] *= scale;
                is_alive |= other[static_cast<std::size_t>(flat)] != 0;
            }
            CHECK((objective(other) > best || !is_alive));
        }
    bool some_group_died = false;
    for (std::int64_t g = 0; g < e.groups.groups(); ++g)
        some_group_died |= stepped[static_cast<std::size_t>(e.groups.member(g, 0))] == 0;
    CHECK(some_group_died);
}
