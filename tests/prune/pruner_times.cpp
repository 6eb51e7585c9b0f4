// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <thread>
#include <vector>

using namespace espalier;

TEST_CASE("a round knows how long it took, and how long the pruner took of it")
{
    // Everything that the pruner calls takes its time, and so does the training.
    const auto take = [] { std::this_thread::sleep_for(std::chrono::milliseconds(3)); };
    const std::vector<layer_spec> layers{dense{.inputs = 4, .outputs = 8, .weight = {18, 8}}};
    std::vector<std::vector<float>> weights{std::vector<float>(32, 1.0F)};
    std::vector<std::vector<float>> slopes{std::vector<float>(32, 0.1F)};
    const std::vector<std::span<float>> gradients{slopes[0]};
    pruner p{layers,
        {.weights = weights_in(layout::pytorch, weights),
            .state = {{"slow",
                [&] {
                    take();
                    return std::vector<std::byte>(1);
                },
                [&](std::span<const std::byte>) { take(); }}},
            .moments =
                [&] {
                    take();
                    return std::vector<weight_moments>{};
                }},
        {.schedule = constant{.steps = 2, .target = 0.5},
            .regularization = 0.1,
            .rank_by =
                [&](const grouping&, layout, std::span<const float>, std::span<double> values) {
                    take();
                    for (double& v : values)
                        v = 1;
                },
            .solver =
                [&](const knapsack_problem& problem) {
                    take();
                    return exact{}(problem);
                }}};
    p.baseline(1);
    for (const double metric : {1.0, 0.1}) {
        auto round = p.next(); // ranking, solver, moments
        REQUIRE(round);
        CHECK(round->record().seconds == 0);
        CHECK(round->record().pruner_seconds == 0);
        for (int step = 0; step < 2; ++step) {
            for (int training = 0; training < 5; ++training)
                take();
            round->regularize(gradients);
            round->mask(); // moments
        }
        p.report(metric); // saves the state, or restores it
        const round_record& record = p.history().back();
        CHECK(record.pruner_seconds >= 6 * 0.003);
        CHECK(record.pruner_seconds >= record.solver_seconds);
        CHECK(record.seconds >= record.pruner_seconds + 10 * 0.003);
    }
    CHECK_THROWS_AS(p.report(1), std::invalid_argument);
    CHECK(p.history()[0].seconds < 600);
}
