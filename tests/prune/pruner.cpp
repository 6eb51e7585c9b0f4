// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// Two dense layers with random weights, and the spans a pruner wants.
struct small_network {
    std::vector<layer_spec> layers{
        dense{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}},
        dense{.name = "fc2",
            .inputs = 64,
            .outputs = 5,
            .strategy = strategy::latency,
            .weight = {18, 8}}};
    std::vector<std::vector<float>> weights;

    explicit small_network(unsigned seed = 1)
    {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        for (const layer_spec& s : layers)
            for (const weight_matrix& m : matrices_of(s)) {
                weights.emplace_back(static_cast<std::size_t>(m.weights()));
                for (float& w : weights.back())
                    w = normal(random);
            }
    }
    std::vector<std::span<float>> spans() { return {weights.begin(), weights.end()}; }
    resources recounted() const
    {
        resources sum;
        for (std::size_t i = 0; i < layers.size(); ++i)
            sum += recount(matrices_of(layers[i])[0], layout::pytorch, weights[i]);
        return sum;
    }
};

} // namespace

TEST_CASE("every round keeps its budget, and the weights alone say so")
{
    small_network net;
    pruner p{net.layers, net.spans(), {.schedule = polynomial{.steps = 6, .target = 0.9}}};
    CHECK(p.groups().total() == resources{.dsp = 256 + 320, .bram18 = 256});
    p.baseline(1);
    std::int64_t last = p.groups().total().dsp;
    while (auto round = p.next()) {
        const round_record& record = round->record();
        CHECK(record.usage.dsp <= record.budget.dsp);
        CHECK(record.usage.bram18 <= record.budget.bram18);
        CHECK(net.recounted().dsp == record.usage.dsp);
        CHECK(net.recounted().bram18 == record.usage.bram18);
        CHECK(record.usage.dsp < last);
        last = record.usage.dsp;
        CHECK(p.report(1));
    }
    CHECK(p.history().size() == 6);
    CHECK(p.stopped_because() == "the schedule is complete");
    REQUIRE(p.accepted() != nullptr);
    CHECK(p.accepted()->progress == 1);
    CHECK(net.recounted().dsp <= 57); // a tenth of 576
}

TEST_CASE("the solver sees the norm of every group over the largest of its layer")
{
    // Groups are four weights in a row in the first layer and single weights in the second.
    for (const ranking by : {ranking::l1, ranking::l2, ranking::taylor, ranking::fisher}) {
        CAPTURE(static_cast<int>(by));
        small_network net;
        std::vector<std::vector<float>> gradients = small_network(2).weights;
        std::vector<double> seen;
        pruner p{net.layers, net.spans(),
            {.rank_by = by, .solver = [&](const knapsack_problem& problem) {
                 seen = problem.values;
                 return exact{}(problem);
             }}};
        p.baseline(1);
        std::vector<std::span<float>> batch(gradients.begin(), gradients.end());
        p.observe(batch);
        std::vector<double> expected;
        for (std::size_t m = 0; m < 2; ++m) {
            const std::size_t width = m == 0 ? 4 : 1;
            std::vector<double> norms(net.weights[m].size() / width, 0.0);
            for (std::size_t i = 0; i < net.weights[m].size(); ++i) {
                const double w = net.weights[m][i];
                const double change = w * gradients[m][i];
                norms[i / width] += by == ranking::l1       ? std::abs(w)
                                    : by == ranking::l2     ? w * w
                                    : by == ranking::taylor ? std::abs(change)
                                                            : change * change;
            }
            if (by == ranking::l2)
                for (double& norm : norms)
                    norm = std::sqrt(norm);
            const double largest = *std::max_element(norms.begin(), norms.end());
            for (const double norm : norms)
                expected.push_back(norm / largest);
        }
        REQUIRE(p.next().has_value());
        REQUIRE(seen.size() == expected.size());
        int differ = 0;
        for (std::size_t k = 0; k < seen.size(); ++k)
            differ += std::abs(seen[k] - expected[k]) > 1e-5 * expected[k] ? 1 : 0;
        CHECK(differ == 0);
    }
}

TEST_CASE("training between rounds cannot bring pruned weights back")
{
    small_network net;
    pruner p{net.layers, net.spans(), {.schedule = constant{.steps = 2, .target = 0.5}}};
    p.baseline(1);
    auto round = p.next();
    REQUIRE(round);
    for (auto& matrix : net.weights)
        for (float& w : matrix)
            w += 1;
    round->mask();
    CHECK(net.recounted().dsp == round->record().usage.dsp);
    for (auto& matrix : net.weights)
        for (float& w : matrix)
            w += 1;
    p.report(1); // masks as well, should the loop have forgotten
    CHECK(net.recounted().dsp == p.history().back().usage.dsp);
}

TEST_CASE("a rejected round rolls back to the last accepted weights, bit by bit")
{
    small_network net;
    const auto dense_weights = net.weights;
    pruner p{net.layers, net.spans(),
        {.schedule = constant{.steps = 4, .target = 0.8}, .tolerance = 0.75, .patience = 2}};
    p.baseline(0.5);

    REQUIRE(p.next());
    CHECK_FALSE(p.report(0.374)); // 0.75 · 0.5 = 0.375
    CHECK(net.weights == dense_weights);
    for (const auto& mask : p.masks())
        CHECK(std::count(mask.begin(), mask.end(), 0) == 0);

    auto round = p.next();
    REQUIRE(round);
    CHECK(round->record().progress == 0.125);
    for (float& w : net.weights[0])
        w *= 1.5F;
    CHECK(p.report(0.375));
    const auto accepted = net.weights;

    REQUIRE(p.next());
    for (float& w : net.weights[0])
        w += 3;
    CHECK_FALSE(p.report(0.1));
    CHECK(net.weights == accepted);
    REQUIRE(p.next());
    CHECK_FALSE(p.report(0.1));
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because() == "2 rounds in a row were rejected");
    CHECK(net.weights == accepted);
    CHECK(p.accepted()->progress == 0.125);
}

TEST_CASE("a diverged round is a rejection, not an error")
{
    small_network net;
    pruner p{net.layers, net.spans()};
    p.baseline(1);
    REQUIRE(p.next());
    CHECK_FALSE(p.report(std::nan("")));
    REQUIRE(p.next());
    CHECK_FALSE(p.report(std::numeric_limits<double>::infinity()));
    REQUIRE(p.next());
    net.weights[0][std::size_t(&*std::find_if(net.weights[0].begin(), net.weights[0].end(),
                                   [](float w) { return w != 0; }) -
                               net.weights[0].data())] = std::numeric_limits<float>::infinity();
    CHECK_FALSE(p.report(1));
    for (const auto& matrix : net.weights)
        for (const float w : matrix)
            CHECK(std::isfinite(w));
}

TEST_CASE("no matrix is removed whole, however small the budget and its weights")
{
    small_network net;
    for (float& w : net.weights[1])
        w *= 1e-6F;
    pruner p{net.layers, net.spans(),
        {.schedule = constant{.steps = 1, .target = 0.99}, .normalize_by = normalization::none}};
    p.baseline(1);
    REQUIRE(p.next());
    for (const auto& mask : p.masks())
        CHECK(std::count(mask.begin(), mask.end(), 1) > 0);
}

TEST_CASE("a budget below the guards ends pruning with the reason")
{
    small_network net;
    pruner p{net.layers, net.spans(),
        {.schedule = constant{.steps = 1, .target = 0.999}, .selection = {.keep_at_least = 3}}};
    p.baseline(1);
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because().starts_with("no choice of groups fits the budget: "));
}

TEST_CASE("the same weights give the same masks on every run")
{
    small_network a(42);
    small_network b(42);
    pruner p{a.layers, a.spans()};
    pruner q{b.layers, b.spans()};
    p.baseline(1);
    q.baseline(1);
    while (p.next()) {
        REQUIRE(q.next());
        CHECK(p.masks() == q.masks());
        p.report(1);
        q.report(1);
    }
    CHECK(a.weights == b.weights);
}

TEST_CASE("the regulariser charges by the price of the resource")
{
    small_network net;
    pruner p{net.layers, net.spans(),
        {.schedule = constant{.steps = 2, .target = 0.5}, .regularization = 0.01}};
    p.baseline(1);
    auto round = p.next();
    REQUIRE(round);
    std::vector<std::vector<float>> gradients;
    for (const auto& matrix : net.weights)
        gradients.emplace_back(matrix.size(), 0.0F);
    std::vector<std::span<float>> spans(gradients.begin(), gradients.end());
    round->regularize(spans);
    CHECK(round->regularization_loss() > 0);
    // Gradients point from zero, and pruned weights have none.
    for (std::size_t m = 0; m < gradients.size(); ++m)
        for (std::size_t i = 0; i < gradients[m].size(); ++i) {
            CHECK(gradients[m][i] * net.weights[m][i] >= 0);
            if (net.weights[m][i] == 0)
                CHECK(gradients[m][i] == 0);
        }
    const double before = round->regularization_loss();
    round->shrink(0.1);
    CHECK(round->regularization_loss() < before);
}

TEST_CASE("wrong input is refused with the rule and the value")
{
    small_network net;
    CHECK_THROWS_WITH((pruner{net.layers, net.spans(), {.tolerance = 0}}),
        "the tolerance is above 0 and at most 1 (tolerance = 0)");
    CHECK_THROWS_WITH((pruner{net.layers, net.spans(), {.tolerance = 1.5}}),
        "the tolerance is above 0 and at most 1 (tolerance = 1.5)");
    CHECK_THROWS_WITH((pruner{net.layers, net.spans(), {.regularization = -1}}),
        "the strength of the regulariser is finite and not negative (regularization = -1)");
    CHECK_THROWS_WITH((pruner{net.layers, {net.spans()[0]}}),
        "there is one span of weights for each weight matrix (spans = 1, matrices = 2)");
    CHECK_THROWS_WITH((pruner{net.layers, {net.spans()[0], net.spans()[0]}}),
        "a span holds every weight of its matrix (matrix = 1, layer = 'fc2', given = 1024, "
        "weights = 320)");

    pruner p{net.layers, net.spans()};
    CHECK_THROWS_WITH(static_cast<void>(p.next()), "baseline() is called before next()");
    CHECK_THROWS_WITH(p.report(1), "a metric is reported for a round that next() handed out");
    CHECK_THROWS_WITH(p.baseline(-0.5), "the baseline metric is a positive number (metric = -0.5)");
    p.baseline(1);
    REQUIRE(p.next());
    CHECK_THROWS_WITH(
        static_cast<void>(p.next()), "a round is reported before the next one starts (round = 1)");

    net.weights[1][7] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH((pruner{net.layers, net.spans()}),
        "every weight is finite (layer = 'fc2', index = 7, weight = nan)");
}
