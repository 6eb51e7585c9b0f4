// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"

#include <espalier/prune/pruner_state.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// A pruner resumes as what it was, and as nothing else.

using namespace espalier;
using deterministic::nothing;
using deterministic::observing;
using deterministic::training;
using deterministic::usual;
using deterministic::with;

TEST_CASE("another network or other options are refused by the name of what differs")
{
    training mine;
    pruner p{mine.layers, mine.views(), usual};
    p.baseline(1);
    for (int round = 0; round < 3; ++round)
        REQUIRE(deterministic::run_round(p, mine, observing::never, nothing));
    const pruner_state state = p.save();

    const auto refuses = [&](const std::string& what, training& other, const trainee& views,
                             const pruner_options& options) {
        CAPTURE(what);
        pruner q{other.layers, views, options};
        const auto before = other.bytes();
        CHECK_THROWS_WITH_AS(q.resume(state),
            doctest::Contains(("a pruner resumes with the network and the options it was saved "
                               "with (what differs = '" +
                               what)
                                  .c_str()),
            std::invalid_argument);
        CHECK(other.bytes() == before);
        CHECK(std::count(q.masks()[0].begin(), q.masks()[0].end(), 0) == 0);
        q.baseline(1); // and can begin all the same
        if (options.regrowth > 0)
            other.observe(q);
        CHECK(q.next());
    };
    const auto other_layer = [&](const std::string& what, const auto& change) {
        training other(99);
        change(other.layers[0]);
        const auto size = static_cast<std::size_t>(matrices_of(other.layers[0])[0].weights());
        other.weights[0].resize(size, 1.0F);
        refuses(what, other, other.views(), usual);
    };
    other_layer(
        "name of matrix 0', saved = 'fc1', now = 'first'", [](auto& l) { l.name = "first"; });
    other_layer("channels of fc1', saved = '16', now = '8'", [](auto& l) { l.inputs = 8; });
    other_layer("units of fc1', saved = '32', now = '64'", [](auto& l) { l.outputs = 64; });
    other_layer("rows of fc1'", [](auto& l) { l.height = 2, l.width = 4, l.channels = 2; });
    other_layer("strategy of fc1'", [](auto& l) { l.strategy = strategy::resource_unrolled; });
    other_layer(
        "reuse factor of fc1', saved = '4', now = '8'", [](auto& l) { l.reuse_factor = 8; });
    other_layer("io_stream of fc1', saved = 'false', now = 'true'",
        [](auto& l) { l.io = io_type::io_stream; });
    other_layer("weight precision of fc1', saved = 'fixed<16, 6>', now = 'fixed<16, 7>'",
        [](auto& l) { l.weight.integer = 7; });
    other_layer("data precision of fc1'", [](auto& l) { l.data.width = 20; });
    other_layer("accum precision of fc1', saved = 'fixed<16, 6>', now = 'ufixed<16, 6>'",
        [](auto& l) { l.accum.is_signed = false; });

    const auto other_option = [&](const std::string& what, const auto& change) {
        training other(99);
        refuses(what, other, other.views(), with(change));
    };
    other_option(
        "structure of fc1'", [](auto& o) { o.selection.structure = structure::consecutive; });
    other_option("packed memory of fc2'", [](auto& o) {
        o.selection.rules = {{.layer = "fc2", .structure = structure::packed_multipliers}};
    });
    other_option("keep_at_least of fc1', saved = '1', now = '2'",
        [](auto& o) { o.selection.keep_at_least = 2; });
    other_option("keep_at_least of fc2', saved = '1', now = '2'",
        [](auto& o) { o.selection.rules = {{.layer = "fc2", .keep_at_least = 2}}; });
    other_option("keep_share of fc1', saved = '0', now = '1'",
        [](auto& o) { o.selection.rules = {unpruned("fc1")}; });
    other_option("rank_by of fc2'",
        [](auto& o) { o.selection.rules = {{.layer = "fc2", .rank_by = ranking::l1}}; });
    other_option("rank_by of fc1', saved = '1', now = 'of one's own'", [](auto& o) {
        o.rank_by = [](const grouping&, layout, std::span<const float>, std::span<double> values) {
            std::fill(values.begin(), values.end(), 1.0);
        };
    });
    other_option("normalize_by of fc2'", [](auto& o) {
        o.selection.rules = {{.layer = "fc2", .normalize_by = normalization::none}};
    });
    other_option("resources of one's own', saved = '0', now = '1'",
        [](auto& o) { o.selection.custom = {custom_resource::parameters()}; });
    other_option("speed, bram18', saved = '1', now = '3'",
        [](auto& o) { o.schedule = polynomial{.steps = 5, .target = 0.8, .speed = {.bram = 3}}; });
    other_option("regrowth', saved = '", [](auto& o) { o.regrowth = 0.5; });
    other_option("scope'", [](auto& o) { o.scope = scope::layer; });
    other_option("target is absolute'",
        [](auto& o) { o.schedule = polynomial{.steps = 5, .target = at_most{.dsp = 60}}; });
    other_option("cost policy, dsp'", [](auto& o) { o.selection.costs.dsp = dsp_family::dsp48e1; });
    other_option("cost policy, lut_below'", [](auto& o) { o.selection.costs.lut_below = 9; });
    other_option(
        "cost policy, lut_below_wide'", [](auto& o) { o.selection.costs.lut_below_wide = 9; });
    other_option(
        "cost policy, lut_below_weight'", [](auto& o) { o.selection.costs.lut_below_weight = 9; });
    other_option(
        "cost policy, lut_below_sum'", [](auto& o) { o.selection.costs.lut_below_sum = 9; });
    other_option("cost policy, fused_additions'",
        [](auto& o) { o.selection.costs.fused_additions = false; });
    other_option("cost policy, fabric lut_percent'",
        [](auto& o) { o.selection.costs.fabric.lut_percent = 47; });
    other_option("cost policy, fabric accum_rounding', saved = 'trn', now = 'rnd'",
        [](auto& o) { o.selection.costs.fabric.accum_rounding = rounding::rnd; });
    other_option("cost policy, fabric accum_overflow', saved = 'wrap', now = 'sat'",
        [](auto& o) { o.selection.costs.fabric.accum_overflow = overflow::sat; });
    other_option("cost policy, memory shapes'",
        [](auto& o) { o.selection.costs.memory.shapes = memory_shapes::best_aspect_ratio; });
    other_option("cost policy, memory sign_bits'",
        [](auto& o) { o.selection.costs.memory.sign_bits = sign_bits::trimmed; });
    other_option("cost policy, memory output_index'",
        [](auto& o) { o.selection.costs.memory.output_index = false; });
    other_option(
        "cost policy, memory min_depth'", [](auto& o) { o.selection.costs.memory.min_depth = 2; });
    other_option(
        "cost policy, memory min_bits'", [](auto& o) { o.selection.costs.memory.min_bits = 2; });
    other_option("cost policy, constants rule'",
        [](auto& o) { o.selection.costs.constants.rule = constant_rule::nonzero_products; });
    other_option("cost policy, constants share_equal'",
        [](auto& o) { o.selection.costs.constants.share_equal = false; });
    other_option("cost policy, gates'", [](auto& o) { o.selection.costs.gates = false; });
    other_option("cost policy, constants max_digits'",
        [](auto& o) { o.selection.costs.constants.max_digits = 1; });
    other_option("target, dsp', saved = '0.8', now = '0.8000000000000002'",
        [](auto& o) { o.schedule = polynomial{.steps = 5, .target = 0.8000000000000002}; });
    other_option("schedule, round 1 where all are accepted'",
        [](auto& o) { o.schedule = polynomial{.steps = 9, .target = 0.8}; });
    other_option("schedule, round 1 where all are accepted'",
        [](auto& o) { o.schedule = polynomial{.steps = 5, .target = 0.8, .power = 2}; });
    other_option("schedule, round 1 where all are accepted'",
        [](auto& o) { o.schedule = constant{.steps = 5, .target = 0.8}; });
    other_option("metric is a loss', saved = 'false', now = 'true'",
        [](auto& o) { o.direction = metric_direction::loss; });
    other_option("tolerance', saved = '0.98', now = '0.97'", [](auto& o) { o.tolerance = 0.97; });
    other_option("tolerance is relative'", [](auto& o) { o.tolerance = tolerance::points(0.98); });
    other_option("noise'", [](auto& o) { o.noise = 1e-300; });
    other_option("regularization'", [](auto& o) { o.regularization = 0; });
    other_option(
        "rank_by of fc1', saved = '1', now = '0'", [](auto& o) { o.rank_by = ranking::l1; });
    other_option("normalize_by of fc1'", [](auto& o) { o.normalize_by = normalization::none; });
    // More patience shows in what the schedule would do, too.
    other_option("schedule, round 6 where all are rejected'", [](auto& o) { o.patience = 6; });

    const auto other_trainee = [&](const std::string& what, const auto& change) {
        training other(99);
        trainee views = other.views();
        change(views, other);
        refuses(what, other, views, usual);
    };
    other_trainee("layout of fc1', saved = 'pytorch', now = 'keras'",
        [](trainee& t, training& o) { t.weights[0] = weight_view(o.weights[0], layout::keras); });
    other_trainee("parts of the state', saved = '3', now = '2'",
        [](trainee& t, training&) { t.state.pop_back(); });
    other_trainee("name of a part of the state', saved = 'biases', now = 'bias'",
        [](trainee& t, training& o) {
            t.state[0] = {"bias", o.biases};
        });
    other_trainee("bytes of biases', saved = '296', now = '288'", [](trainee& t, training& o) {
        t.state[0] = {"biases", std::span(o.biases).first(36)};
    });

    training fewer(99);
    fewer.layers.pop_back();
    trainee first = fewer.views();
    first.weights.pop_back();
    refuses("weight matrices', saved = '2', now = '1'", fewer, first, usual);
}

TEST_CASE("a layer without a name is called by its place")
{
    std::vector<layer_spec> layers{dense{.inputs = 8, .outputs = 8}};
    std::vector<float> weights(64, 1.0F);
    pruner p{layers, {{{weights, layout::pytorch}}}};
    p.baseline(1);
    layers[0].reuse_factor = 2;
    pruner q{layers, {{{weights, layout::pytorch}}}};
    CHECK_THROWS_WITH(q.resume(p.save()),
        doctest::Contains("(what differs = 'reuse factor of layer0', saved = '1', now = '2')"));
}

TEST_CASE("an option that changes no result may change")
{
    training mine;
    pruner p{mine.layers, mine.views(), usual};
    p.baseline(1);
    training other;
    pruner q{other.layers, other.views(), with([](auto& o) { o.implausible_factor = 3; })};
    CHECK_NOTHROW(q.resume(p.save()));
}

TEST_CASE("a schedule that never ends has a name as well")
{
    struct endless {
        reduction target = 0.5;
        double part = 0.5;
        std::optional<double> operator()(std::span<const trial> trials) const
        {
            return 1 - std::pow(part, static_cast<double>(trials.size() + 1));
        }
    };
    training mine;
    pruner p{mine.layers, mine.views(), with([](auto& o) { o.schedule = endless{}; })};
    p.baseline(1);
    training other;
    pruner q{other.layers, other.views(), with([](auto& o) { o.schedule = endless{.part = 0.4}; })};
    CHECK_THROWS_WITH(q.resume(p.save()), doctest::Contains("schedule, round 1 where all"));
    pruner r{other.layers, other.views(), with([](auto& o) { o.schedule = endless{}; })};
    CHECK_NOTHROW(r.resume(p.save()));
}

TEST_CASE("a state that is not whole is refused, and nothing has changed")
{
    training mine;
    pruner p{mine.layers, mine.views(), usual};
    p.baseline(1);
    for (int round = 0; round < 3; ++round)
        REQUIRE(deterministic::run_round(p, mine, observing::never, nothing));
    const auto refuses = [&](const char* sentence, const auto& change) {
        training other(99);
        other.momentum = {std::vector<float>(512, 0.5F), std::vector<float>(160, 0.25F)};
        const auto before = other.bytes();
        pruner q{other.layers, other.views(), usual};
        pruner_state state = p.save();
        change(state);
        CHECK_THROWS_WITH_AS(q.resume(state), doctest::Contains(sentence), std::invalid_argument);
        CHECK(other.bytes() == before);
        CHECK(std::count(q.masks()[0].begin(), q.masks()[0].end(), 0) == 0);
        CHECK(q.history().empty());
        CHECK_NOTHROW(q.resume(p.save()));
        CHECK(other.bytes() == mine.bytes());
    };
    const char* const every_matrix = "a saved pruner has something of every matrix";
    const char* const every_weight = "a saved pruner has something of every weight";
    refuses(every_matrix, [](auto& s) { s.accepted.masks.pop_back(); });
    refuses(every_matrix, [](auto& s) { s.rejected_masks.pop_back(); });
    refuses(every_matrix, [](auto& s) { s.observed_batches = 1; });
    refuses(every_weight, [](auto& s) { s.accepted.masks[1].pop_back(); });
    refuses(every_weight, [](auto& s) { s.rejected_masks[1].pop_back(); });
    refuses(every_weight, [](auto& s) { s.observed_sums.resize(2); });
    const char* const all = "a saved pruner has the weights of every matrix and every part";
    refuses(all, [](auto& s) { s.accepted.weights.pop_back(); });
    refuses(all, [](auto& s) { s.accepted.state.pop_back(); });
    refuses("the baseline metric is a positive number", [](auto& s) { s.baseline = 0; });
    refuses("what differs = 'nothing more', saved = 'more'", [](auto& s) {
        s.facts.push_back({"more", "1"});
    });
    // What only the views and the parts can tell: the second matrix, after the first was restored.
    refuses("weights are restored to what was saved of them",
        [](auto& s) { s.accepted.weights[1].pop_back(); });
    refuses("a part of the state is restored to what was saved of it",
        [](auto& s) { s.accepted.state[1].pop_back(); });
}
