// SPDX-License-Identifier: Apache-2.0
#include "how_often.hpp"

#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/order_search.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace espalier;

namespace {

/// A small matrix and what its weights are worth.
struct instance {
    grouping groups;
    input_channels channels;
    std::vector<double> importances;
    std::int64_t kept;

    [[nodiscard]] double keep() const
    {
        return static_cast<double>(kept) / static_cast<double>(groups.matrix().multipliers());
    }
    [[nodiscard]] input_permutation identity() const
    {
        return input_permutation::identity(static_cast<std::size_t>(channels.channels));
    }
};

/// \param channels_last  else an image that arrives channel by channel
instance drawn(std::mt19937_64& random, int channels, int height, int outputs, int reuse_factor,
    int m, bool channels_last = true)
{
    const layer_spec layer = dense{.inputs = channels * height,
        .outputs = outputs,
        .flattened = {height, 1, channels},
        .reuse_factor = reuse_factor,
        .io = channels_last ? io_type::io_parallel : io_type::io_stream};
    const weight_matrix matrix = matrices_of(layer)[0];
    instance drawn{grouping(matrix, structure::n_of(m)), channels_of(matrix, layout::pytorch), {},
        1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(matrix.multipliers()))};
    CHECK(drawn.channels.channels_last == channels_last);
    std::normal_distribution<double> normal;
    for (std::int64_t i = 0; i < matrix.weights(); ++i)
        drawn.importances.push_back(std::abs(normal(random)));
    return drawn;
}

/// The same from the definition: multiplier by multiplier, nothing kept from one order to the next.
double literally_kept(const instance& of, std::span<const std::uint32_t> order)
{
    const weight_matrix& matrix = of.groups.matrix();
    const auto n_in = static_cast<std::size_t>(matrix.n_in());
    const auto reuse = static_cast<std::size_t>(matrix.reuse_factor);
    const std::size_t streams = n_in / reuse;
    const auto m = static_cast<std::size_t>(of.groups.how().streams);
    const auto channels = static_cast<std::size_t>(of.channels.channels);
    const auto pixels = static_cast<std::size_t>(of.channels.pixels);
    std::vector<double> worth;
    for (std::size_t row = 0; row < static_cast<std::size_t>(matrix.n_out()); ++row) {
        std::vector<double> inputs(n_in);
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t p = 0; p < pixels; ++p)
                inputs[of.channels.channels_last ? p * channels + c : c * pixels + p] =
                    of.importances[row * n_in + (of.channels.channels_last
                                                        ? p * channels + order[c]
                                                        : order[c] * pixels + p)];
        for (std::size_t block = 0; block < streams; block += m) {
            std::vector<double> of_block(std::min(m, streams - block), 0.0);
            for (std::size_t cycle = 0; cycle < reuse; ++cycle) {
                std::vector<double> arriving;
                for (std::size_t s = block; s < block + of_block.size(); ++s)
                    arriving.push_back(inputs[s * reuse + cycle]);
                std::ranges::sort(arriving, std::greater<>());
                for (std::size_t i = 0; i < arriving.size(); ++i)
                    of_block[i] += arriving[i];
            }
            worth.insert(worth.end(), of_block.begin(), of_block.end());
        }
    }
    std::ranges::sort(worth, std::greater<>());
    return std::accumulate(worth.begin(), worth.begin() + of.kept, 0.0);
}

/// The most that any order keeps.
double most_kept(const instance& of)
{
    std::vector<std::uint32_t> order(static_cast<std::size_t>(of.channels.channels));
    std::iota(order.begin(), order.end(), 0U);
    double most = 0;
    do
        most = std::max(most, literally_kept(of, order));
    while (std::ranges::next_permutation(order).found);
    return most;
}

double kept(const instance& of, const input_permutation& order)
{
    return kept_value(of.groups, of.channels, of.importances, of.keep(), order);
}
input_permutation found(const instance& of, const order_search& how = {})
{
    return best_order(of.groups, of.channels, of.importances, of.keep(), of.identity(), how);
}

instance any(std::mt19937_64& random)
{
    constexpr struct {
        int channels, height, outputs, reuse_factor, m;
        bool channels_last;
    } shapes[]{{8, 1, 4, 2, 2, true}, {8, 1, 3, 4, 2, true}, {8, 1, 5, 1, 4, true},
        {6, 1, 4, 2, 2, true}, {7, 1, 3, 1, 2, true}, {6, 2, 3, 3, 2, true}, {6, 2, 3, 2, 4, true},
        {5, 3, 2, 3, 2, true}, {6, 2, 3, 3, 2, false}, {5, 3, 2, 5, 8, true},
        {6, 4, 2, 3, 4, false}, {8, 1, 2, 2, 1, true}};
    const auto& s = shapes[random() % std::size(shapes)];
    return drawn(random, s.channels, s.height, s.outputs, s.reuse_factor, s.m, s.channels_last);
}

} // namespace

TEST_CASE("what an order keeps is what the definition says")
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 300; ++i) {
        const instance of = any(random);
        std::vector<std::uint32_t> order(static_cast<std::size_t>(of.channels.channels));
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::shuffle(order, random);
        CHECK(kept(of, input_permutation(order)) ==
              doctest::Approx(literally_kept(of, order)).epsilon(1e-12));
    }
}

TEST_CASE("the search is the one that swaps whatever keeps more by the definition")
{
    std::mt19937_64 random(12);
    int swaps = 0;
    for (int i = 0; i < 400; ++i) {
        instance of = i % 4 == 0 ? drawn(random, 4, 1, 3, 2, 2) : any(random);
        if (i % 2 == 1) // as a pruned network has it, with many that are equal
            for (double& importance : of.importances)
                importance = random() % 2 == 0 ? 0 : std::round(3 * importance);
        const auto steps = static_cast<std::int64_t>(i % 3 == 0 ? random() % 60 : 50'000);
        std::vector<std::uint32_t> order(static_cast<std::size_t>(of.channels.channels));
        std::iota(order.begin(), order.end(), 0U);
        double most = literally_kept(of, order);
        std::int64_t left = steps;
        for (bool gains = true; gains;) {
            gains = false;
            for (std::size_t a = 0; a < order.size(); ++a)
                for (std::size_t b = a + 1; b < order.size() && left > 0; ++b, --left) {
                    std::swap(order[a], order[b]);
                    const double now = literally_kept(of, order);
                    if (now - most > 1e-12 * most) {
                        most = now;
                        gains = true;
                        ++swaps;
                    } else {
                        std::swap(order[a], order[b]);
                    }
                }
        }
        // At reuse factor 1, and if all stay, nothing is chosen.
        const weight_matrix& m = of.groups.matrix();
        const bool is_free = m.reuse_factor > 1 && of.kept < m.multipliers();
        CAPTURE(i);
        CHECK(found(of, {.steps = steps}) == (is_free ? input_permutation(order) : of.identity()));
    }
    CHECK(swaps > 250);
}

TEST_CASE("no order of a small matrix keeps more than the best of all, none less than at first")
{
    std::mt19937_64 random(2);
    double gained = 0;
    double to_gain = 0;
    int optimal = 0;
    constexpr int instances = how_often(60);
    for (int i = 0; i < instances; ++i) {
        const instance of = any(random);
        const double before = literally_kept(of, of.identity().channels());
        const double after = literally_kept(of, found(of).channels());
        const double most = most_kept(of);
        CHECK(after >= before);
        CHECK(after <= most * (1 + 1e-12));
        optimal += after >= most * (1 - 1e-12) ? 1 : 0;
        gained += (after - before) / before;
        to_gain += (most - before) / before;
    }
    MESSAGE(optimal << " of " << instances << ", gained " << gained << " of " << to_gain);
    CHECK(optimal >= instances / 2);
    CHECK(gained > 0.9 * to_gain);
}

TEST_CASE("no swap of two channels makes the order better that was found")
{
    std::mt19937_64 random(3);
    for (int i = 0; i < 100; ++i) {
        const instance of = any(random);
        const input_permutation best = found(of);
        const double most = literally_kept(of, best.channels());
        std::vector<std::uint32_t> order(best.channels().begin(), best.channels().end());
        bool is_best = true;
        for (std::size_t a = 0; a < order.size(); ++a)
            for (std::size_t b = a + 1; b < order.size(); ++b) {
                std::swap(order[a], order[b]);
                is_best = is_best && literally_kept(of, order) <= most * (1 + 1e-9);
                std::swap(order[a], order[b]);
            }
        CHECK(is_best);
        CHECK(best_order(of.groups, of.channels, of.importances, of.keep(), best) == best);
        CHECK(found(of) == best); // again
    }
}

TEST_CASE("the pair that is worth most together is brought together")
{
    // Two blocks of two streams, one row. Kept are two multipliers of four: of (9 8 | 1 2) both of
    // the first block; what is rearranged to (9 1 | 8 2) keeps the same two inputs.
    const auto two_streams = [](std::vector<double> importances, std::int64_t kept) {
        const weight_matrix m = matrices_of(layer_spec(dense{
            .inputs = static_cast<int>(importances.size()), .outputs = 1, .reuse_factor = 2}))[0];
        return instance{grouping(m, structure::n_of(2)), channels_of(m, layout::hardware),
            std::move(importances), kept};
    };
    // Streams (9 0) and (0 9) make one multiplier of 18; in the blocks as they are, each has half.
    const instance of = two_streams({9, 0, 1, 1, 0, 9, 1, 1}, 1);
    CHECK(kept(of, of.identity()) == 10);
    CHECK(kept(of, found(of)) == 18);
    // Once all stay there is nothing to find.
    const instance all = two_streams({9, 0, 1, 1, 0, 9, 1, 1}, 4);
    CHECK(found(all).is_identity());
}

TEST_CASE("steps are counted, and more of them never keep less")
{
    std::mt19937_64 random(4);
    bool takes_several = false;
    for (int i = 0; i < 30; ++i) {
        const instance of = drawn(random, 8, 1, 4, 2, 2);
        CHECK(found(of, {.steps = 0}).is_identity());
        double last = kept(of, of.identity());
        for (int steps = 1; steps < 60; steps += 3) {
            const input_permutation order = found(of, {.steps = steps});
            const double now = kept(of, order);
            CHECK(now >= last);
            takes_several = takes_several || (now > last && steps > 28); // beyond the first pass
            last = now;
            // One swap moves two channels.
            std::size_t moved = 0;
            for (std::size_t c = 0; c < order.size(); ++c)
                moved += order[c] == c ? 0U : 1U;
            CHECK(moved <= 2U * static_cast<std::size_t>(steps));
        }
    }
    CHECK(takes_several);
}

TEST_CASE("an order that nobody could look for is refused")
{
    std::mt19937_64 random(5);
    const instance of = drawn(random, 6, 1, 2, 2, 2);
    const auto look = [&](const grouping& groups, const input_channels& channels,
                          std::span<const double> importances, double keep,
                          const input_permutation& start, std::int64_t steps) {
        (void)best_order(groups, channels, importances, keep, start, {.steps = steps});
    };
    const input_permutation start = of.identity();
    CHECK_NOTHROW(look(of.groups, of.channels, of.importances, 0.5, start, 9));
    CHECK_NOTHROW(look(of.groups, of.channels, of.importances, 0, start, 9));
    CHECK_NOTHROW(look(of.groups, of.channels, of.importances, 1, start, 9));
    const grouping rows(of.groups.matrix(), structure::free_rows);
    CHECK_THROWS_AS(look(rows, of.channels, of.importances, 0.5, start, 9), std::invalid_argument);
    CHECK_THROWS_AS(
        look(of.groups, {5, 1, true}, of.importances, 0.5, start, 9), std::invalid_argument);
    const std::vector<double> few(3);
    CHECK_THROWS_AS(look(of.groups, of.channels, few, 0.5, start, 9), std::invalid_argument);
    for (const double wrong :
        {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        std::vector<double> importances = of.importances;
        importances[7] = wrong;
        CHECK_THROWS_AS(
            look(of.groups, of.channels, importances, 0.5, start, 9), std::invalid_argument);
        CHECK_THROWS_AS(look(of.groups, of.channels, of.importances, wrong * 2, start, 9),
            std::invalid_argument);
    }
    CHECK_THROWS_AS(
        look(of.groups, of.channels, of.importances, 0.5, input_permutation::identity(5), 9),
        std::invalid_argument);
    CHECK_THROWS_AS(
        look(of.groups, of.channels, of.importances, 0.5, start, -1), std::invalid_argument);
}
