// SPDX-License-Identifier: Apache-2.0
#include "needed_hardware.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/custom_resource.hpp>
#include <espalier/prune/pruner.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

/// Some amount that differs from group to group, now and then.
std::int64_t energy_of(const grouping& groups, std::int64_t group)
{
    return (groups.matrix().n_in() * 7 + group / 3 * 5) % 4;
}

} // namespace

TEST_CASE("what is the user's own is counted group by group, beside what the hardware needs")
{
    std::mt19937_64 random(31);
    int differ = 0;
    std::int64_t seen = 0;
    for (int i = 0; i < 300; ++i) {
        auto [layers, structures, options, order] = needed_hardware::draw(random);
        const selection plain(layers, options);
        options.custom = {custom_resource::parameters(), {"energy", energy_of}};
        selection s(layers, options);
        CHECK(s.resource_count() == 5);
        std::vector<double> values(s.items(), 1.0);
        resources unlimited;
        for (std::int64_t* amount : {&unlimited.dsp, &unlimited.bram18, &unlimited.lut,
                 &unlimited.custom[0], &unlimited.custom[1]})
            *amount = std::numeric_limits<std::int64_t>::max();
        s.pose(values, unlimited);
        std::vector<std::uint8_t> keep(s.items());
        for (std::uint8_t& k : keep)
            k = static_cast<std::uint8_t>(random() % 2);
        std::int64_t parameters = 0, energy = 0, all_energy = 0;
        for (std::size_t m = 0; m < s.matrices(); ++m) {
            std::vector<std::uint8_t> mask(
                static_cast<std::size_t>(s.groups_of(m).matrix().weights()));
            s.write_mask(keep, m, order, std::span(mask));
            for (const std::uint8_t kept : mask)
                parameters += kept;
            for (std::int64_t g = 0; g < s.groups_of(m).groups(); ++g) {
                const std::int64_t amount = energy_of(s.groups_of(m), g);
                all_energy += amount;
                energy += keep[s.first_item(m) + static_cast<std::size_t>(g)] * amount;
            }
        }
        const resources used = s.usage_of(keep);
        differ += used.custom[0] != parameters || used.custom[1] != energy ? 1 : 0;
        differ += s.total().custom[1] != all_energy ? 1 : 0;
        seen += energy;
        resources without = s.total();
        without.custom = {};
        CHECK(without == plain.total());
    }
    CHECK(seen > 10'000);
    CHECK(differ == 0);
}

TEST_CASE(
    "a weight of a convolution is multiplied for each output pixel, of a memory for each step")
{
    const custom_resource products = custom_resource::multiplications();
    const auto of_all = [&](const layer_spec& layer) {
        std::int64_t sum = 0;
        for (const weight_matrix& m : matrices_of(layer)) {
            const grouping groups(m, structure::weights);
            for (std::int64_t g = 0; g < groups.groups(); ++g)
                sum += products.cost(groups, g);
        }
        return sum;
    };
    CHECK(of_all(dense{.inputs = 8, .outputs = 6}) == 48);
    // 6 × 5 output pixels, 2·3·3 inputs and 4 filters.
    CHECK(of_all(conv2d{.height = 8,
              .width = 7,
              .channels = 2,
              .filters = 4,
              .kernel_height = 3,
              .kernel_width = 3,
              .parallelization_factor = 10}) == 30 * 18 * 4);
    CHECK(of_all(lstm{.inputs = 5, .units = 3, .timesteps = 7}) == 7 * 4 * 3 * (5 + 3));
}

TEST_CASE("a network is pruned to a number of multiplications, whatever its DSP blocks")
{
    // A weight of the convolution costs 36 multiplications, one of the dense layer a single one.
    const std::vector<layer_spec> layers{conv2d{.name = "conv",
                                             .height = 8,
                                             .width = 8,
                                             .channels = 1,
                                             .filters = 4,
                                             .kernel_height = 3,
                                             .kernel_width = 3},
        dense{.name = "fc", .inputs = 16, .outputs = 4}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(36, 1.0F), std::vector<float>(64, 1.0F)};
    reduction half;
    half.custom[0] = 0.5;
    pruner p{layers, {weights_in(layout::pytorch, weights)},
        {.schedule = constant{.steps = 1, .target = half},
            .selection = {.custom = {custom_resource::multiplications()}}}};
    CHECK(p.groups().total().custom[0] == 36 * 36 + 64);
    p.baseline(1);
    const auto round = p.next();
    REQUIRE(round);
    const round_record& record = round->record();
    CHECK(record.budget.custom[0] == 680);
    CHECK(record.budget.dsp == 100); // not to be removed
    // All 64 of the dense layer, and 17 of 36 weights of the convolution: 612 + 64.
    CHECK(record.usage.custom[0] == 676);
    CHECK(record.usage.dsp == 81);
    CHECK(record.kept_weights == 81);
}

TEST_CASE("a limit of one's own holds, and a round that frees only what is one's own is new")
{
    const std::vector<layer_spec> layers{dense{.name = "fc", .inputs = 8, .outputs = 8}};
    std::vector<float> weights(64);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<float>(i + 1);
    // Weights on odd places cost a unit of energy each, and nothing else is to be saved.
    const custom_resource energy{
        "energy", [](const grouping&, std::int64_t group) { return group % 2; }};
    pruner p{layers, {weights_in(layout::pytorch, std::vector{std::span(weights)})},
        {.schedule = constant{.steps = 2, .target = at_most{.custom = {std::int64_t{8}}}},
            .selection = {.custom = {energy}}}};
    CHECK(p.groups().total().custom[0] == 32);
    p.baseline(1);
    std::vector<std::int64_t> taken;
    while (auto round = p.next()) {
        taken.push_back(round->record().usage.custom[0]);
        CHECK(round->record().usage.dsp == 32 + taken.back());
        p.report(1);
    }
    CHECK(taken == std::vector<std::int64_t>{20, 8});
    CHECK(p.stopped_because() == "the schedule is complete");
}

TEST_CASE("what is no amount, no function or too much is refused")
{
    const std::vector<layer_spec> layers{dense{.inputs = 4, .outputs = 2}};
    const auto refused = [&](std::vector<custom_resource> custom, const char* sentence) {
        CHECK_THROWS_WITH_AS(
            selection(layers, {.custom = std::move(custom)}), sentence, std::invalid_argument);
    };
    refused(std::vector<custom_resource>(5, custom_resource::parameters()),
        "there are at most four resources of one's own (resources = 5)");
    refused(
        {{"energy", {}}}, "a resource of one's own says what a group takes (resource = 'energy')");
    refused({{"energy", [](const grouping&, std::int64_t group) { return 1 - group; }}},
        "a group takes no less than nothing of a resource (resource = 'energy', group = 2, amount "
        "= -1)");
    refused({{"energy", [](const grouping&, std::int64_t) { return (std::int64_t{1} << 59) + 1; }}},
        "all groups together take at most 2^62 of a resource (a group = 576460752303423489, groups "
        "= 8, others = 0)");
}
