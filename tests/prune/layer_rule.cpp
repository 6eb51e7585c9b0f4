// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/layer_rule.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

/// Two dense layers, the second without a name, and an LSTM of two matrices between them.
struct three_layers {
    std::vector<layer_spec> layers{dense{.name = "first", .inputs = 8, .outputs = 6},
        lstm{.name = "memory", .inputs = 6, .units = 2}, dense{.inputs = 2, .outputs = 4}};
    std::vector<std::vector<float>> weights;

    explicit three_layers(unsigned seed = 1)
    {
        std::mt19937 random(seed);
        std::uniform_real_distribution<float> some(0.1F, 1.0F);
        for (const layer_spec& s : layers)
            for (const weight_matrix& m : matrices_of(s)) {
                weights.emplace_back(static_cast<std::size_t>(m.weights()));
                for (float& w : weights.back())
                    w = some(random);
            }
    }
    trainee views() { return {weights_in(layout::pytorch, weights)}; }
};

std::int64_t kept(const pruner& p, std::size_t m)
{
    return std::count(p.masks()[m].begin(), p.masks()[m].end(), std::uint8_t{1});
}

pruner_options one_round(double target, std::vector<layer_rule> rules)
{
    return {.schedule = constant{.steps = 1, .target = target},
        .normalize_by = normalization::none,
        .selection = {.rules = std::move(rules)}};
}

} // namespace

TEST_CASE("a layer that is not pruned stays whole and counts against the budget")
{
    three_layers net; // 48, 48 + 16, 8 weights, each a multiplier
    for (float& w : net.weights[0])
        w /= 1000; // all of it would go first
    pruner p{net.layers, net.views(), one_round(0.5, {unpruned("first")})};
    CHECK(p.groups().total().dsp == 120);
    p.baseline(1);
    REQUIRE(p.next());
    CHECK(kept(p, 0) == 48);
    CHECK(kept(p, 1) + kept(p, 2) + kept(p, 3) == 12);
    CHECK(p.history().back().usage.dsp == 60);
}

TEST_CASE("a part of a layer stays, of all its matrices or of the one that is named")
{
    const auto kept_at_a_tenth = [](std::vector<layer_rule> rules) {
        three_layers net;
        for (std::size_t m = 1; m < 4; ++m)
            for (float& w : net.weights[m])
                w /= 1000;
        pruner p{net.layers, net.views(), one_round(0.5, std::move(rules))};
        p.baseline(1);
        CHECK(p.next());
        return std::vector<std::int64_t>{kept(p, 0), kept(p, 1), kept(p, 2), kept(p, 3)};
    };
    using counts = std::vector<std::int64_t>;
    // Of 120 multipliers 60 stay: all of the first layer, 12 more of which the others have one
    // each.
    const counts plain = kept_at_a_tenth({});
    CHECK(plain[0] == 48);
    CHECK((plain[1] >= 1 && plain[2] >= 1 && plain[3] >= 1));
    const counts layer = kept_at_a_tenth({{.layer = "memory", .keep_share = 0.5}});
    CHECK(layer == counts{60 - 24 - 8 - 1, 24, 8, 1});
    const counts matrix =
        kept_at_a_tenth({{.layer = "memory.recurrent_kernel", .keep_share = 0.7}});
    CHECK(matrix[2] == 12); // 11.2, rounded up
    CHECK(matrix[1] < 24);
    const counts groups = kept_at_a_tenth({{.layer = "layer2", .keep_at_least = 5}});
    CHECK(groups[3] == 5);
    const counts none = kept_at_a_tenth({{.layer = "layer2", .keep_at_least = 0}});
    CHECK(none[3] <= plain[3]);
}

TEST_CASE("of two rules for a matrix the later one wins, option by option")
{
    const weight_matrix m = matrices_of(lstm{.name = "memory", .inputs = 6, .units = 2})[1];
    const std::vector<layer_rule> rules{
        {.layer = "memory", .structure = structure::neurons, .keep_share = 0.5},
        {.layer = "memory.recurrent_kernel", .keep_at_least = 3, .keep_share = 0.25},
        {.layer = "memory.kernel", .structure = structure::weights, .keep_at_least = 9},
        {.layer = "other", .structure = structure::weights}};
    const layer_rule all = rule_for(rules, m);
    CHECK(all.structure == structure::neurons);
    CHECK(all.keep_share == 0.25);
    CHECK(all.keep_at_least == std::size_t{3});
    CHECK_FALSE(all.normalize_by.has_value());
    CHECK_FALSE(all.rank_by.has_value());
}

TEST_CASE("each matrix has the structure that its rule says")
{
    const three_layers net;
    const selection s(
        net.layers, {.structure = structure::multipliers,
                        .rules = {{.layer = "memory", .structure = structure::neurons},
                            {.layer = "memory.kernel", .structure = structure::weights}}});
    CHECK(s.groups_of(0).how() == structure::multipliers);
    CHECK(s.groups_of(1).how() == structure::weights);
    CHECK(s.groups_of(2).how() == structure::neurons);
    CHECK(s.groups_of(3).how() == structure::multipliers);
}

TEST_CASE("layers are valued in different ways, and gradients are wanted where they count")
{
    three_layers net;
    std::vector<double> seen;
    pruner_options options = one_round(
        0.5, {{.layer = "first", .rank_by = ranking::taylor},
                 {.layer = "memory.kernel", .normalize_by = normalization::layer_maximum},
                 {.layer = "layer2",
                     .rank_by = [](const grouping& groups, layout order,
                                    std::span<const float> weights, std::span<double> values) {
                         CHECK(groups.groups() == 8);
                         CHECK(order == layout::pytorch);
                         for (std::size_t g = 0; g < values.size(); ++g)
                             values[g] = 10 * static_cast<double>(weights[g]);
                     }}});
    options.solver = [&](const knapsack_problem& problem) {
        seen = problem.values;
        return exact{}(problem);
    };
    pruner p{net.layers, net.views(), options};
    p.baseline(1);
    CHECK_THROWS_WITH_AS(static_cast<void>(p.next()),
        "ranking by gradients needs observe() for at least one batch before each round",
        std::invalid_argument);
    std::vector<std::vector<float>> gradients = three_layers(2).weights;
    std::vector<std::span<float>> batch(gradients.begin(), gradients.end());
    p.observe(batch);
    const auto before = net.weights;
    REQUIRE(p.next());
    std::vector<double> expected;
    for (std::size_t i = 0; i < 48; ++i)
        expected.push_back(static_cast<double>(before[0][i] * gradients[0][i]));
    const double most = static_cast<double>(*std::max_element(before[1].begin(), before[1].end()));
    for (const float w : before[1])
        expected.push_back(static_cast<double>(w) / most);
    for (const float w : before[2])
        expected.push_back(static_cast<double>(w));
    for (const float w : before[3])
        expected.push_back(10 * static_cast<double>(w));
    CHECK(seen == expected);
}

TEST_CASE("a rule for nobody, a share that is none and a ranking that gives no value are refused")
{
    three_layers net;
    const auto refused = [&](std::vector<layer_rule> rules, const char* sentence) {
        CHECK_THROWS_WITH_AS(
            selection(net.layers, {.rules = std::move(rules)}), sentence, std::invalid_argument);
    };
    refused({{.layer = "fc1"}}, "a rule names a layer of the network (layer = 'fc1')");
    refused({{.layer = "layer0"}}, "a rule names a layer of the network (layer = 'layer0')");
    refused({{.layer = ""}}, "a rule names a layer of the network (layer = '')");
    refused({{.layer = "first", .keep_share = 1.5}},
        "a part of the groups is between 0 and 1 (layer = 'first', keep_share = 1.5)");
    refused({{.layer = "first", .keep_share = -0.25}},
        "a part of the groups is between 0 and 1 (layer = 'first', keep_share = -0.25)");
    CHECK_THROWS_WITH_AS(
        ranker(ranker::function{}), "a ranking of one's own is a function", std::invalid_argument);

    pruner p{net.layers, net.views(),
        {.rank_by = [](const grouping&, layout, std::span<const float>, std::span<double> values) {
            values[1] = -1;
        }}};
    p.baseline(1);
    CHECK_THROWS_WITH_AS(static_cast<void>(p.next()),
        "the value of a group is finite and not negative (group = 1, value = -1)",
        std::invalid_argument);
}
