// SPDX-License-Identifier: Apache-2.0
#include "deterministic_training.hpp"

#include <espalier/prune/pruner_state.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace espalier;
using deterministic::nothing;
using deterministic::observing;
using deterministic::training;
using deterministic::usual;
using deterministic::with;

namespace {

/// How a run ended, and the states it went through.
struct run {
    std::vector<std::byte> network;
    std::vector<std::vector<std::uint8_t>> masks, rejected_masks;
    std::string history, stopped_because;
    std::vector<pruner_state> states; ///< after the baseline and after each round
    std::vector<pruner_state> open;   ///< in the middle of each round

    friend bool operator==(const run& a, const run& b)
    {
        return a.network == b.network && a.masks == b.masks &&
               a.rejected_masks == b.rejected_masks && a.history == b.history &&
               a.stopped_because == b.stopped_because;
    }
};

/// A run from the beginning, or from a state with a network that knows nothing of it.
run run_from(const pruner_options& options, observing when, const pruner_state* from = nullptr)
{
    training mine(from != nullptr ? 99 : 1);
    pruner p{mine.layers, mine.views(), options};
    run result;
    if (from != nullptr) {
        p.resume(*from);
        CHECK(p.stopped_because() == from->stopped_because);
        CHECK(p.save().observed_sums == from->observed_sums);
    } else {
        if (when == observing::in_rounds)
            mine.observe(p); // the first round needs something to be chosen by
        p.baseline(mine.metric());
    }
    const auto look = [&](int step) {
        if (step == 2)
            result.open.push_back(p.save());
    };
    do
        result.states.push_back(p.save());
    while (p.stopped_because().empty() && deterministic::run_round(p, mine, when, look));
    result.states.push_back(p.save());
    result.network = mine.bytes();
    result.masks = p.masks();
    result.rejected_masks = p.rejected_masks();
    result.history = deterministic::without_times(p.history());
    result.stopped_because = p.stopped_because();
    return result;
}

} // namespace

TEST_CASE("a run that is resumed after any round ends as the one that was not, to the last bit")
{
    const std::vector<std::pair<pruner_options, observing>> runs{{usual, observing::never},
        {with([](auto& o) { o.patience = 2; }), observing::never},
        {with([](auto& o) { o.schedule = binary{.target = 0.7}; }), observing::never},
        {with([](auto& o) { o.regrowth = 0.5; }), observing::before_rounds},
        {with([](auto& o) { o.rank_by = ranking::fisher, o.regrowth = 2; }), observing::in_rounds},
        {with([](auto& o) { o.rank_by = ranking::taylor; }), observing::before_rounds},
        {with([](auto& o) { o.rank_by = ranking::fisher; }), observing::in_rounds},
        {with([](auto& o) { o.selection.structure = structure::n_of(4); }), observing::never},
        {with([](auto& o) {
             o.selection.structure = structure::free_rows;
             o.rank_by = ranking::taylor;
         }),
            observing::in_rounds}};
    for (const auto& of : runs) {
        const pruner_options& options = of.first;
        const observing when = of.second;
        CAPTURE(when);
        const run whole = run_from(options, when);
        REQUIRE(whole.states.size() == whole.open.size() + 2);
        const auto& history = whole.states.back().history;
        CHECK(std::any_of(history.begin(), history.end(), [](auto& r) { return r.accepted; }));
        CHECK(std::any_of(history.begin(), history.end(), [](auto& r) { return !r.accepted; }));
        for (std::size_t k = 0; k < whole.states.size(); ++k) {
            CAPTURE(k);
            CHECK(run_from(options, when, &whole.states[k]) == whole);
        }
        // An open round is begun again.
        for (std::size_t k = 0; k < whole.open.size(); ++k) {
            CAPTURE(k);
            CHECK(whole.open[k].history.size() == k);
            CHECK(run_from(options, when, &whole.open[k]) == whole);
        }
    }
}

TEST_CASE("a pruner that resumes stands where the other one was")
{
    training mine;
    pruner p{mine.layers, mine.views(), usual};
    CHECK_THROWS_WITH_AS(
        (void)p.save(), "a pruner is saved after its baseline", std::invalid_argument);
    p.baseline(1);
    for (int round = 0; round < 4; ++round)
        REQUIRE(deterministic::run_round(p, mine, observing::never, nothing));

    training other(99);
    pruner q{other.layers, other.views(), usual};
    const pruner_state state = p.save();
    q.resume(state);
    CHECK(q.masks() == p.masks());
    CHECK(q.rejected_masks() == p.rejected_masks());
    CHECK(other.bytes() == mine.bytes());
    CHECK(std::count(q.masks()[0].begin(), q.masks()[0].end(), 0) > 0);
    REQUIRE(q.accepted() != nullptr);
    CHECK(q.accepted()->progress == p.accepted()->progress);
    // One step later the zeros are still held.
    for (std::vector<float>& matrix : other.weights)
        for (float& w : matrix)
            w -= 0.001F;
    q.mask();
    for (std::size_t m = 0; m < 2; ++m)
        for (std::size_t i = 0; i < other.weights[m].size(); ++i)
            CHECK((other.weights[m][i] != 0) == (q.masks()[m][i] == 1));
    CHECK_THROWS_WITH_AS(q.resume(state),
        "a pruner resumes in place of its baseline, before the first round", std::invalid_argument);
    REQUIRE(p.next());
    REQUIRE(q.next());
    CHECK(q.history().size() == 5);
    CHECK(q.history().back().progress == p.history().back().progress);
}

TEST_CASE("doubles and copied weights are resumed as well")
{
    std::vector<layer_spec> layers{dense{.name = "a", .inputs = 8, .outputs = 8}};
    std::vector<float> elsewhere(64);
    std::vector<double> doubles(64);
    for (std::size_t i = 0; i < 64; ++i) {
        elsewhere[i] = static_cast<float>(i + 1);
        doubles[i] = 1.0 / static_cast<double>(i + 3);
    }
    const weight_view copied{
        copied_weights{64,
            [&](std::span<float> to) { std::copy(elsewhere.begin(), elsewhere.end(), to.begin()); },
            [&](std::span<const float> from) {
                std::copy(from.begin(), from.end(), elsewhere.begin());
            }},
        layout::pytorch};
    const weight_view in_place{doubles, layout::pytorch};
    const auto saved = [&](const weight_view& view) {
        pruner p{layers, {{view}}};
        p.baseline(1);
        CHECK(p.next());
        p.report(1);
        return p.save();
    };
    const pruner_state of_floats = saved(copied);
    const pruner_state of_doubles = saved(in_place);
    const std::vector<float> floats_then = elsewhere;
    const std::vector<double> doubles_then = doubles;
    std::fill(elsewhere.begin(), elsewhere.end(), 1.0F);
    std::fill(doubles.begin(), doubles.end(), 1.0);
    pruner{layers, {{copied}}}.resume(of_floats);
    pruner{layers, {{in_place}}}.resume(of_doubles);
    CHECK(elsewhere == floats_then);
    CHECK(doubles == doubles_then);
    pruner p{layers, {{in_place}}};
    CHECK_THROWS_WITH_AS(p.resume(of_floats),
        doctest::Contains(
            "(what differs = 'bytes of the weights of a', saved = '256', now = '512')"),
        std::invalid_argument);
}
