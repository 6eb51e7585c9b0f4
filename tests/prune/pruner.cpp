// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/recount.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
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
    trainee views() { return {weights_in(layout::pytorch, weights)}; }
    resources recounted() const
    {
        resources sum;
        for (std::size_t i = 0; i < layers.size(); ++i)
            sum +=
                recount(matrices_of(layers[i])[0], layout::pytorch, weights[i], cost_policy::paper);
        return sum;
    }
};

} // namespace

TEST_CASE("every round keeps its budget, and the weights alone say so")
{
    small_network net;
    pruner p{net.layers, net.views(),
        {.schedule = polynomial{.steps = 6, .target = 0.9},
            .selection = {.costs = cost_policy::paper}}};
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

TEST_CASE("the solver sees the norm of every group over the sum of the larger ones of its layer")
{
    // Groups are four weights in a row in the first layer and single weights in the second.
    for (const ranking by : {ranking::l1, ranking::l2, ranking::taylor, ranking::fisher}) {
        CAPTURE(static_cast<int>(by));
        small_network net;
        std::vector<std::vector<float>> gradients = small_network(2).weights;
        std::vector<double> seen;
        pruner p{net.layers, net.views(),
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
            for (const double norm : norms)
                expected.push_back(
                    norm / std::accumulate(norms.begin(), norms.end(), 0.0,
                               [&](double s, double x) { return x >= norm ? s + x : s; }));
        }
        REQUIRE(p.next().has_value());
        REQUIRE(seen.size() == expected.size());
        int differ = 0;
        for (std::size_t k = 0; k < seen.size(); ++k)
            differ += std::abs(seen[k] - expected[k]) > 1e-5 * expected[k] ? 1 : 0;
        CHECK(differ == 0);
    }
}

TEST_CASE("by default groups are ranked by l2 norms, and as in the paper under its name")
{
    const auto seen_by = [](pruner_options options) {
        small_network net;
        std::vector<double> seen;
        options.solver = [&](const knapsack_problem& problem) {
            seen = problem.values;
            return exact{}(problem);
        };
        pruner p{net.layers, net.views(), std::move(options)};
        p.baseline(1);
        REQUIRE(p.next().has_value());
        return seen;
    };
    const small_network net;
    CHECK(seen_by({}) == seen_by({.rank_by = ranking::l2}));
    CHECK(seen_by({}) != seen_by({.rank_by = ranking::l1}));

    // Two multipliers of four weights of 18 bits fill a memory column; the second layer has none,
    // and every weight is a group.
    std::vector<double> expected;
    for (std::size_t m = 0; m < 2; ++m) {
        const std::size_t width = m == 0 ? 8 : 1;
        std::vector<double> norms(net.weights[m].size() / width, 0.0);
        for (std::size_t i = 0; i < net.weights[m].size(); ++i)
            norms[i / width] += std::abs(static_cast<double>(net.weights[m][i]));
        const double largest = *std::max_element(norms.begin(), norms.end());
        for (const double norm : norms)
            expected.push_back(norm / largest);
    }
    CHECK(pruner_options::paper().selection.costs == cost_policy::paper);
    const std::vector<double> seen = seen_by(pruner_options::paper());
    REQUIRE(seen.size() == expected.size());
    for (std::size_t k = 0; k < seen.size(); ++k)
        CHECK(seen[k] == doctest::Approx(expected[k]));
}

TEST_CASE("training between rounds cannot bring pruned weights back")
{
    small_network net;
    pruner p{net.layers, net.views(), {.schedule = constant{.steps = 2, .target = 0.5}}};
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
    const auto first = static_cast<std::size_t>(
        std::find(p.masks()[0].begin(), p.masks()[0].end(), 0) - p.masks()[0].begin());
    for (const double metric : {1.0, 0.1}) // a metric of another network, good or bad
        CHECK_THROWS_WITH(p.report(metric),
            ("pruned weights are zero when a metric is measured: call mask() after every step "
             "(layer = 'fc1', index = " +
                std::to_string(first) + ")")
                .c_str());
    round->mask(); // the round is still open
    CHECK(p.report(1));
    CHECK(net.recounted().dsp == p.history().back().usage.dsp);
}

TEST_CASE("a rejected round rolls back to the last accepted weights, bit by bit")
{
    small_network net;
    const auto dense_weights = net.weights;
    pruner p{net.layers, net.views(),
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

    round = p.next();
    REQUIRE(round);
    for (float& w : net.weights[0])
        w += 3;
    round->mask();
    CHECK_FALSE(p.report(0.1));
    CHECK(net.weights == accepted);
    REQUIRE(p.next());
    CHECK_FALSE(p.report(0.1));
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because() ==
          "2 rounds in a row were rejected: the last rejected metric was 0.1, the limit is 0.375");
    CHECK(net.weights == accepted);
    CHECK(p.accepted()->progress == 0.125);
}

TEST_CASE("a diverged round is a rejection, not an error")
{
    small_network net;
    pruner p{net.layers, net.views()};
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
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because() == "3 rounds in a row were rejected: the last of those rejected had "
                                 "weights that are not finite");
}

TEST_CASE("a schedule that ends short of its target says what was rejected")
{
    small_network net;
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 2, .target = 0.8, .after_rejection = after_rejection::skip},
            .direction = metric_direction::loss,
            .tolerance = tolerance::points(0.5)}};
    p.baseline(1);
    for (const double metric : {1.5, 1.75}) {
        REQUIRE(p.next());
        CHECK(p.report(metric) == (metric == 1.5));
    }
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because() == "the schedule is complete, short of its target: the last rejected "
                                 "metric was 1.75, the limit is 1.5");
}

TEST_CASE("no matrix is removed whole, however small the budget and its weights")
{
    small_network net;
    for (float& w : net.weights[1])
        w *= 1e-6F;
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 1, .target = 0.99}, .normalize_by = normalization::none}};
    p.baseline(1);
    REQUIRE(p.next());
    for (const auto& mask : p.masks())
        CHECK(std::count(mask.begin(), mask.end(), 1) > 0);
}

TEST_CASE("a solver that finds no choice ends pruning with its reason")
{
    small_network net;
    pruner p{net.layers, net.views(), {.solver = [](const knapsack_problem& problem) {
                 return knapsack_solution{.keep = std::vector<std::uint8_t>(problem.size(), 0),
                     .status = solve_status::unknown,
                     .reason = "it was lazy"};
             }}};
    p.baseline(1);
    CHECK_FALSE(p.next());
    CHECK(p.stopped_because() == "no choice of groups fits the budget: it was lazy");
}

TEST_CASE("the same weights give the same masks on every run")
{
    small_network a(42);
    small_network b(42);
    pruner p{a.layers, a.views()};
    pruner q{b.layers, b.views()};
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
    pruner p{net.layers, net.views(),
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
    CHECK_THROWS_WITH((pruner{net.layers, net.views(), {.tolerance = 0}}),
        "a tolerance is the part of the baseline that has to remain, 0.5 to 1; a loss that is "
        "allowed is tolerance::points (tolerance = 0)");
    CHECK_THROWS_WITH((pruner{net.layers, net.views(), {.tolerance = 1.5}}),
        "a tolerance is the part of the baseline that has to remain, 0.5 to 1; a loss that is "
        "allowed is tolerance::points (tolerance = 1.5)");
    CHECK_THROWS_WITH((pruner{net.layers, net.views(), {.regularization = -1}}),
        "the strength of the regulariser is finite and not negative (regularization = -1)");
    const weight_view first(net.weights[0], layout::pytorch);
    CHECK_THROWS_WITH((pruner{net.layers, {{first}}}),
        "there is one view of weights for each weight matrix (views = 1, matrices = 2)");
    CHECK_THROWS_WITH((pruner{net.layers, {{first, first}}}),
        "a view holds every weight of its matrix (matrix = 1, layer = 'fc2', given = 1024, "
        "weights = 320)");

    pruner p{net.layers, net.views()};
    CHECK_THROWS_WITH(static_cast<void>(p.next()), "baseline() is called before next()");
    CHECK_THROWS_WITH(p.report(1), "a metric is reported for a round that next() handed out");
    CHECK_THROWS_WITH(p.baseline(-0.5), "the baseline metric is a positive number (metric = -0.5)");
    p.baseline(1);
    REQUIRE(p.next());
    CHECK_THROWS_WITH(
        static_cast<void>(p.next()), "a round is reported before the next one starts (round = 1)");

    net.weights[1][7] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH((pruner{net.layers, net.views()}),
        "every weight is finite (layer = 'fc2', index = 7, weight = nan)");
}

namespace {

/// A network whose biases and running mean training changes too, and whose optimiser has a
/// velocity.
struct trained_network : small_network {
    std::vector<float> biases = std::vector<float>(69, 0.5F);
    std::vector<double> running_mean{1, 2, 3};
    std::int64_t steps = 0;
    std::vector<float> velocity = std::vector<float>(1024, 1.0F);

    trainee views()
    {
        return {.weights = weights_in(layout::pytorch, weights),
            .state = {{"biases", biases}, {"running mean", running_mean},
                {"steps", std::span(&steps, 1)}, {"velocity", velocity}},
            .moments = [this] {
                return std::vector<weight_moments>{{0, velocity}};
            }};
    }
    /// Everything changes, as in training.
    void train(float by)
    {
        for (auto& matrix : weights)
            for (float& w : matrix)
                w += by;
        for (float& b : biases)
            b += by;
        for (double& m : running_mean)
            m += by;
        for (float& v : velocity)
            v += by;
        ++steps;
    }
    [[nodiscard]] auto everything() const
    {
        return std::tuple(weights, biases, running_mean, steps, velocity);
    }
};

} // namespace

TEST_CASE("everything that belongs to the network goes back, and is left as it was accepted")
{
    trained_network net;
    pruner p{
        net.layers, net.views(), {.schedule = constant{.steps = 4, .target = 0.8}, .patience = 2}};
    net.train(0.1F);
    const auto dense_network = net.everything();
    p.baseline(1);
    auto round = p.next();
    REQUIRE(round);
    net.train(0.2F);
    round->mask();
    CHECK_FALSE(p.report(0.1));
    CHECK(net.everything() == dense_network);

    round = p.next();
    REQUIRE(round);
    net.train(0.3F);
    round->mask();
    for (std::size_t i = 0; i < net.velocity.size(); ++i)
        CHECK((net.velocity[i] == 0) == (p.masks()[0][i] == 0));
    const auto accepted = net.everything();
    CHECK(p.report(1));
    CHECK(net.everything() == accepted);

    net.train(0.4F); // epochs between rounds, without masks
    round = p.next();
    REQUIRE(round);
    net.train(std::numeric_limits<float>::quiet_NaN());
    round->mask();
    CHECK_FALSE(p.report(std::numeric_limits<double>::quiet_NaN()));
    CHECK(net.everything() == accepted);

    round = p.next();
    REQUIRE(round);
    round->mask();
    CHECK_FALSE(p.report(0.2));
    net.train(std::numeric_limits<float>::infinity()); // whatever happens in between
    CHECK_FALSE(p.next());
    CHECK(net.everything() == accepted);

    net.train(0.5F); // fine-tuning after the last round
    p.mask();
    CHECK(net.recounted().dsp == p.accepted()->usage.dsp);
    const auto tuned = net.everything();
    CHECK_FALSE(p.next()); // does not take it back
    CHECK(net.everything() == tuned);
}

TEST_CASE("the masks of a rejected round can be looked at")
{
    small_network net;
    pruner p{net.layers, net.views(), {.schedule = constant{.steps = 2, .target = 0.5}}};
    CHECK(p.rejected_masks().empty());
    p.baseline(1);
    REQUIRE(p.next());
    const auto tried = p.masks();
    CHECK_FALSE(p.report(0));
    CHECK(p.rejected_masks() == tried);
    CHECK(p.masks() != tried);
}

TEST_CASE("a round knows when it is over")
{
    static_assert(!std::is_copy_constructible_v<pruner> && !std::is_move_constructible_v<pruner>);
    static_assert(!std::is_copy_assignable_v<pruner> && !std::is_move_assignable_v<pruner>);
    const char* const over = "a round is over when it is reported or its pruner is gone";
    small_network net;
    std::optional<pruner::round> left;
    {
        pruner p{net.layers, net.views()};
        p.baseline(1);
        auto round = p.next();
        REQUIRE(round);
        CHECK(round->number() == 1);
        CHECK(p.report(1));
        CHECK_THROWS_WITH(round->mask(), over);
        CHECK_THROWS_WITH(static_cast<void>(round->record()), over);
        left = p.next();
        CHECK_THROWS_WITH(round->mask(), over); // although another one is open
    }
    REQUIRE(left);
    CHECK_THROWS_WITH(left->mask(), over);
    CHECK_THROWS_WITH(left->shrink(1), over);
    CHECK_THROWS_WITH(left->regularize(std::vector<std::span<float>>{}), over);
    CHECK_THROWS_WITH(static_cast<void>(left->regularization_loss()), over);
}

TEST_CASE("doubles and copied weights are pruned as floats are")
{
    small_network net;
    std::vector<std::vector<double>> doubles;
    for (const auto& matrix : net.weights)
        doubles.emplace_back(matrix.begin(), matrix.end());
    std::vector<std::vector<float>> elsewhere = net.weights;
    std::vector<weight_view> copies;
    for (auto& matrix : elsewhere)
        copies.emplace_back(copied_weights{.size = matrix.size(),
                                .read =
                                    [&](std::span<float> to) {
                                        std::copy(matrix.begin(), matrix.end(), to.begin());
                                    },
                                .write =
                                    [&](std::span<const float> from) {
                                        std::copy(from.begin(), from.end(), matrix.begin());
                                    }},
            layout::pytorch);
    const pruner_options options{
        .schedule = constant{.steps = 2, .target = 0.5}, .regularization = 0.01};
    pruner p{net.layers, net.views(), options};
    pruner q{net.layers, {weights_in(layout::pytorch, doubles)}, options};
    pruner r{net.layers, {copies}, options};
    for (pruner* each : {&p, &q, &r})
        each->baseline(1);
    auto by_float = p.next();
    REQUIRE(by_float);
    auto by_double = q.next();
    auto by_copy = r.next();
    REQUIRE(by_copy);
    CHECK(p.masks() == q.masks());
    CHECK(p.masks() == r.masks());
    CHECK(net.weights == elsewhere);
    std::vector<float> slope(1024, 0.25F);
    std::vector<float> slope2(320, 0.25F);
    std::vector<double> wide(1024, 0.25);
    std::vector<double> wide2(320, 0.25);
    by_float->regularize(std::vector<std::span<float>>{slope, slope2});
    by_double->regularize(std::vector<std::span<double>>{wide, wide2});
    int differ = 0;
    for (std::size_t i = 0; i < slope.size(); ++i)
        differ += std::abs(wide[i] - static_cast<double>(slope[i])) > 1e-7 ? 1 : 0;
    CHECK(differ == 0);
    CHECK(slope != std::vector<float>(1024, 0.25F));
    by_float->shrink(0.1);
    by_double->shrink(0.1);
    by_copy->shrink(0.1);
    CHECK(net.weights == elsewhere);
    CHECK(by_float->regularization_loss() == doctest::Approx(by_double->regularization_loss()));
    CHECK(by_float->regularization_loss() == by_copy->regularization_loss());
}

TEST_CASE("a loss and points are metrics like any other")
{
    small_network net;
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 4, .target = 0.5},
            .direction = metric_direction::loss,
            .tolerance = tolerance::points(0.1),
            .noise = 0.05}};
    p.baseline(0.25);
    REQUIRE(p.next());
    CHECK(p.report(0.39));
    REQUIRE(p.next());
    CHECK_FALSE(p.report(0.41));
    REQUIRE(p.next());
    CHECK_THROWS_WITH(p.report(0.01),
        "the metric is far better than the baseline: it is on another scale or has the other "
        "direction (metric = 0.01, baseline = 0.25, implausible_factor = 10)");
    CHECK(p.report(0.3)); // the round was still open
}

TEST_CASE("mistakes that users make are sentences")
{
    small_network net;
    const auto refused = [&](const trainee& network, const pruner_options& options = {}) {
        try {
            pruner p{net.layers, network, options};
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    std::vector<float>& a = net.weights[0];
    std::vector<float>& b = net.weights[1];
    SUBCASE("one array as two layers")
    {
        std::vector<float> both(1200);
        const std::span<float> all(both);
        CHECK(refused({{{all.first(1024), layout::pytorch},
                  {all.subspan(800, 320), layout::pytorch}}}) ==
              "every matrix has weights of its own: two views show the same memory (layer = 'fc1', "
              "other layer = 'fc2')");
        std::vector<float> beside(1344);
        const std::span<float> halves(beside);
        CHECK(refused({{{halves.subspan(320), layout::pytorch},
                  {halves.first(320), layout::pytorch}}}) == "accepted");
    }
    SUBCASE("a shape of another layer")
    {
        CHECK(refused({{{a, layout::pytorch, {16, 64}}, {b, layout::pytorch}}}) ==
              "a tensor has the shape of its layer in the framework's layout (layer = 'fc1', "
              "layout = 'pytorch', shape = '(16, 64)', the layer's = '(64, 16)')");
        CHECK(
            refused({{{a, layout::keras, {16, 64}}, {b, layout::pytorch, {5, 64}}}}) == "accepted");
    }
    SUBCASE("two parts of one name")
    {
        trainee network = net.views();
        std::vector<float> bias(3);
        network.state = {{"bias", bias}, {"bias", bias}};
        CHECK(refused(network) == "every part of the state has a name of its own (name = 'bias')");
    }
    SUBCASE("two layers of one name")
    {
        net.layers[1].name = "fc1";
        CHECK(refused(net.views()) ==
              "every layer has a name of its own (name = 'fc1', layer = 0, other layer = 1)");
    }
    SUBCASE("a reuse factor that no kernel has")
    {
        net.layers[0].reuse_factor = 7;
        CHECK(refused(net.views())
                  .starts_with("the reuse factor must be legal for the layer (layer = "
                               "'fc1', reuse_factor = 7"));
    }
    SUBCASE("precision the wrong way round")
    {
        net.layers[0].weight = {8, 18};
        CHECK(refused(net.views()) == "a fixed-point number has no more integer bits than bits "
                                      "(layer = 'fc1', width = 8, integer = 18)");
    }
    SUBCASE("a target for nothing")
    {
        CHECK(refused(net.views(), {.schedule = constant{.target = 0.0}}) ==
              "a schedule removes something (dsp = 0, bram = 0, lut = 0)");
        CHECK(refused(net.views(), {.schedule = constant{.target = {0.5, 0.5, 0.5}}}) ==
              "a schedule removes resources that the network has (resource = 'lut', part to remove "
              "= 0.5)");
        // Of 12 fraction bits the accumulators keep 10, so that no addition is fused.
        for (layer_spec& layer : net.layers)
            layer.weight = layer.data = {8, 2};
        CHECK(refused(net.views(), {.schedule = constant{.target = {0.5, 0}}}) ==
              "a schedule removes resources that the network has (resource = 'dsp', part to remove "
              "= 0.5)");
        CHECK(refused(net.views(), {.schedule = constant{.target = 0.5}}) == "accepted");
    }
    SUBCASE("gradients, whatever the ranking")
    {
        pruner p{net.layers, net.views()};
        p.baseline(1);
        auto round = p.next();
        REQUIRE(round);
        std::vector<float> first(1024), second(320), small(7);
        second[5] = std::numeric_limits<float>::quiet_NaN();
        const std::vector<std::span<float>> odd{first, second}, few{first}, wrong{first, small};
        for (const auto& use : {std::function<void(const std::vector<std::span<float>>&)>(
                                    [&](const auto& g) { p.observe(g); }),
                 std::function<void(const std::vector<std::span<float>>&)>(
                     [&](const auto& g) { round->regularize(g); })}) {
            CHECK_THROWS_WITH(
                use(odd), "every gradient is finite (layer = 'fc2', index = 5, gradient = nan)");
            CHECK_THROWS_WITH(use(few),
                "there is one span of gradients for each weight matrix (spans = 1, matrices = 2)");
            CHECK_THROWS_WITH(use(wrong), "there is a gradient for every weight (layer = 'fc2', "
                                          "gradients = 7, weights = 320)");
        }
        CHECK_THROWS_WITH(
            round->shrink(-1), "a learning rate is finite and not negative (learning_rate = -1)");
    }
    SUBCASE("weights that moved")
    {
        pruner p{net.layers, net.views()};
        p.baseline(1);
        auto round = p.next();
        REQUIRE(round);
        a.reserve(5000);
        const char* const moved =
            "weights stay where they were when the pruner was made (layer = 'fc1')";
        CHECK_THROWS_WITH(round->mask(), moved);
        CHECK_THROWS_WITH(p.report(1), moved);
    }
    SUBCASE("moments of another size")
    {
        trainee network = net.views();
        std::vector<float> moments(3);
        network.moments = [&] { return std::vector<weight_moments>{{1, moments}}; };
        pruner p{net.layers, network};
        p.baseline(1);
        CHECK_THROWS_WITH(static_cast<void>(p.next()),
            "there is a moment for every weight of a matrix (matrix = 1, moments = 3)");
    }
    SUBCASE("a state that cannot be saved, or comes back in another size")
    {
        CHECK_THROWS_WITH((state_part{"odd", {}, {}}),
            "a part of the state can be saved and restored (part = 'odd')");
        std::vector<float> bias(3);
        const state_part part("bias", bias);
        CHECK_THROWS_WITH(part.restore(std::vector<std::byte>(4)),
            "a part of the state is restored to what was saved of it (bytes = 12, saved = 4)");
    }
}

namespace {

/// Sixteen DSP blocks without a memory, and a pair of blocks with a column of memory (two RAMB18).
struct singles_and_pair {
    std::vector<layer_spec> layers{
        dense{.inputs = 4, .outputs = 4, .strategy = strategy::latency, .weight = {18, 8}},
        dense{.inputs = 4, .outputs = 2, .reuse_factor = 4, .weight = {18, 8}}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(16, 1.0F), std::vector<float>(8, 2.0F)};

    /// Loss of the regulariser at strength 0.1 where 13 of the singles and the pair are kept.
    double loss_with(const std::array<double, max_resources>& shadow_price)
    {
        pruner p{layers, {weights_in(layout::pytorch, weights)},
            {.schedule = constant{.steps = 1, .target = reduction{0.12, 0}},
                .regularization = 0.1,
                .selection = {.structure = structure::consecutive, .costs = cost_policy::paper},
                .solver = [&](const knapsack_problem& problem) {
                    knapsack_solution answer = exact{}(problem);
                    answer.shadow_price = shadow_price;
                    return answer;
                }}};
        p.baseline(1);
        const auto round = p.next();
        REQUIRE(round);
        REQUIRE(round->record().usage == resources{.dsp = 15, .bram18 = 2});
        return round->regularization_loss();
    }
    /// Of groups with these prices, which have a mean of 1 in the end: price · √size · norm.
    static double loss_of(double single, double pair)
    {
        const double mean = (16 * single + pair) / 17;
        return 0.1 * (13 * single + pair * std::sqrt(8) * std::sqrt(8 * 4.0)) / mean;
    }
};

} // namespace

TEST_CASE("a group is charged by the shadow prices of the resources that it takes")
{
    singles_and_pair net;
    CHECK(net.loss_with({3}) == doctest::Approx(singles_and_pair::loss_of(3, 6)));
    CHECK(net.loss_with({0, 0.25}) == doctest::Approx(singles_and_pair::loss_of(0, 0.5)));
    CHECK(net.loss_with({3, 0.25}) == doctest::Approx(singles_and_pair::loss_of(3, 6.5)));
}

TEST_CASE("where the solver has no prices, each resource is charged by its share of the network")
{
    // Of 18 blocks and 2 RAMB18.
    singles_and_pair net;
    CHECK(net.loss_with({}) == doctest::Approx(singles_and_pair::loss_of(1.0 / 18, 2.0 / 18 + 1)));
}

TEST_CASE("what a solver answers is recorded, and an answer over the budget is not taken")
{
    small_network net;
    knapsack_solution said;
    pruner p{net.layers, net.views(),
        {.schedule = constant{.steps = 2, .target = 0.5},
            .solver = [&](const knapsack_problem& problem) {
                said = exact{}(problem);
                said.bound = 1.25 * said.value;
                said.status = solve_status::feasible;
                return said;
            }}};
    p.baseline(1);
    const auto round = p.next();
    REQUIRE(round);
    CHECK(round->record().gap == doctest::Approx(0.2));
    CHECK(round->record().status == solve_status::feasible);

    pruner greedy_beyond_its_means{
        net.layers, net.views(), {.solver = [](const knapsack_problem& problem) {
            knapsack_solution all = exact{}(problem);
            all.keep.assign(problem.size(), 1);
            return all;
        }}};
    greedy_beyond_its_means.baseline(1);
    CHECK_THROWS_WITH_AS(static_cast<void>(greedy_beyond_its_means.next()),
        "the solver's answer breaks a constraint of its problem", std::logic_error);
}
