// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/prices/relaxation.hpp>
#include <espalier/knapsack/solving.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <knapsack/linear_program.hpp>
#include <limits>
#include <optional>
#include <vector>

namespace tests_of_relaxation {

using namespace espalier;
using detail::relaxation_status;
using instances::dice;

namespace {

/// Ends after so many calls.
struct patience {
    std::size_t left = std::numeric_limits<std::size_t>::max();
    bool spend(std::uint64_t) { return left-- > 0; }
};

enum class amounts { small, negative, large, equal };

/// A linear program of the form that a relaxation has.
struct program {
    std::size_t rows = 1;
    std::vector<resource_vector> costs{}; ///< by class
    std::vector<std::int64_t> extra{};    ///< by class, of one more row; or empty
    resource_vector room{};
    std::int64_t extra_room = 0;
    detail::price_vector price{};
    std::vector<double> gain{};
    std::vector<std::uint32_t> class_of{};
    std::vector<double> lower{};
    std::vector<double> upper{};

    void add(double its_gain, std::uint32_t a_class, double least, double most)
    {
        gain.push_back(its_gain);
        class_of.push_back(a_class);
        lower.push_back(least);
        upper.push_back(most);
    }
    [[nodiscard]] detail::cost_matrix matrix() const { return {rows, costs, extra}; }
    [[nodiscard]] detail::relaxation relax(const detail::cost_matrix& its_matrix) const
    {
        detail::relaxation result(its_matrix, room, price, extra_room);
        result.columns.reserve(gain.size());
        for (std::size_t j = 0; j < gain.size(); ++j)
            result.columns.add(gain[j], class_of[j], upper[j]);
        result.columns.lower = lower;
        return result;
    }
    [[nodiscard]] double cost(std::size_t j, std::size_t r) const
    {
        return static_cast<double>(r < rows ? costs[class_of[j]][r] : extra[class_of[j]]);
    }
    [[nodiscard]] std::size_t all_rows() const { return rows + (extra.empty() ? 0U : 1U); }
    [[nodiscard]] double room_of(std::size_t r) const
    {
        return static_cast<double>(r < rows ? room[r] : extra_room);
    }
    [[nodiscard]] double price_of(std::size_t r) const { return r < rows ? price[r] : 0.0; }

    /// In rational numbers, slacks and all.
    [[nodiscard]] std::optional<double> optimum() const
    {
        judge::linear_program judged;
        for (std::size_t r = 0; r < all_rows(); ++r)
            judged.add_row_equal(room_of(r));
        for (std::size_t j = 0; j < gain.size(); ++j) {
            std::vector<std::pair<std::size_t, double>> column;
            for (std::size_t r = 0; r < all_rows(); ++r)
                column.emplace_back(r, cost(j, r));
            judged.add_column(gain[j], lower[j], upper[j], column);
        }
        for (std::size_t r = 0; r < all_rows(); ++r)
            judged.add_unbounded_column(-price_of(r), {{r, 1.0}});
        return judged.exact_optimum();
    }
    /// What the numbers of the bound are sums of.
    [[nodiscard]] double magnitude() const
    {
        double sum = 0;
        for (std::size_t j = 0; j < gain.size(); ++j) {
            double paid = std::abs(gain[j]);
            for (std::size_t r = 0; r < rows; ++r)
                paid += price[r] * std::abs(cost(j, r));
            sum += paid * upper[j];
        }
        for (std::size_t r = 0; r < rows; ++r)
            sum += price[r] * std::abs(room_of(r));
        return sum;
    }
};

program any_program(amounts kind, dice& random)
{
    program made;
    made.rows = 1 + random.below(5);
    // Multiples of 256 below 2^60 are exact in floating point, which the judge reads.
    const double unit = kind == amounts::large ? 0x1p60 : 8.0;
    const auto draw = [&] {
        return kind == amounts::large
                   ? static_cast<std::int64_t>(random.below(std::size_t{1} << 52U)) << 8U
                   : static_cast<std::int64_t>(random.below(8));
    };
    const std::size_t classes = 1 + random.below(6);
    for (std::size_t c = 0; c < classes; ++c) {
        resource_vector cost{};
        for (std::size_t r = 0; r < made.rows; ++r) {
            cost[r] = random.one_in(4) ? 0 : draw();
            if (kind == amounts::negative && random.one_in(3))
                cost[r] = -cost[r];
        }
        made.costs.push_back(kind == amounts::equal && c > 0 ? made.costs.front() : cost);
    }
    const std::size_t columns = random.one_in(10) ? 0 : 1 + random.below(20);
    for (std::size_t j = 0; j < columns; ++j) {
        const double gain = random.one_in(3) ? 0.125 * static_cast<double>(random.below(8))
                                             : 2 * random.unit() - 0.7;
        const double upper = random.one_in(4) ? static_cast<double>(1 + random.below(5)) : 1.0;
        made.add(gain, static_cast<std::uint32_t>(random.below(classes)), 0, upper);
        if (random.one_in(10))
            made.lower.back() = upper;
        else if (random.one_in(10))
            made.upper.back() = 0;
    }
    for (std::size_t r = 0; r < made.rows; ++r) {
        const double share = random.one_in(8) ? 0.1 - 0.2 * random.unit() : random.unit();
        const double all = unit * static_cast<double>(columns) / 4;
        made.room[r] = static_cast<std::int64_t>(std::min(share * all, 0x1p62)) / 256 * 256;
        if (kind != amounts::large)
            made.room[r] = static_cast<std::int64_t>(share * all);
        if (random.one_in(2))
            made.price[r] = random.unit() / unit;
    }
    if (random.one_in(4)) {
        for (std::size_t c = 0; c < classes; ++c)
            made.extra.push_back(random.one_in(3) ? 0 : 1);
        made.extra_room = 1 + static_cast<std::int64_t>(random.below(3));
    }
    return made;
}

void check_solution(const program& given, const detail::relaxation& solved, double optimum)
{
    const double magnitude = given.magnitude() + std::abs(optimum) + 1e-9;
    CHECK(std::abs(solved.bound - optimum) <= 1e-7 * magnitude);
    double worth = 0;
    const detail::price_vector prices = solved.prices();
    for (std::size_t j = 0; j < given.gain.size(); ++j) {
        const double x = solved.value[j];
        CHECK(x >= given.lower[j] - 1e-6);
        CHECK(x <= given.upper[j] + 1e-6);
        worth += given.gain[j] * x;
        if (given.extra.empty()) {
            double paid = 0;
            double terms = std::abs(given.gain[j]);
            for (std::size_t r = 0; r < given.rows; ++r) {
                paid += (prices[r] - given.price[r]) * given.cost(j, r);
                terms += (prices[r] + given.price[r]) * std::abs(given.cost(j, r));
            }
            CHECK(std::abs(solved.reduced[j] - (given.gain[j] - paid)) <= 1e-12 * terms);
        }
        if (!solved.is_basic(j) && given.lower[j] < given.upper[j])
            CHECK((x == given.lower[j] || x == given.upper[j]));
    }
    for (std::size_t r = 0; r < given.all_rows(); ++r) {
        double left = given.room_of(r);
        double used = 1 + std::abs(left);
        for (std::size_t j = 0; j < given.gain.size(); ++j) {
            left -= given.cost(j, r) * solved.value[j];
            used += std::abs(given.cost(j, r)) * solved.value[j];
        }
        CHECK(left >= -1e-7 * used);
        if (r < given.rows) {
            CHECK(prices[r] >= 0);
            worth -= given.price[r] * left;
        }
    }
    CHECK(std::abs(worth - optimum) <= 1e-6 * magnitude);
}

} // namespace

TEST_CASE("a relaxation finds the optimum that GLPK finds in rational numbers")
{
    std::size_t feasible = 0;
    std::size_t infeasible = 0;
    for (const amounts kind : {amounts::small, amounts::negative, amounts::large, amounts::equal})
        for (std::uint64_t seed = 0; seed < 300; ++seed) {
            dice random(1'000 * static_cast<std::uint64_t>(kind) + seed);
            const program given = any_program(kind, random);
            const detail::cost_matrix matrix = given.matrix();
            detail::relaxation solved = given.relax(matrix);
            patience endless;
            const relaxation_status status = solved.solve(endless);
            const std::optional<double> optimum = given.optimum();
            CAPTURE(static_cast<int>(kind));
            CAPTURE(seed);
            ++(optimum ? feasible : infeasible);
            REQUIRE(
                status == (optimum ? relaxation_status::optimal : relaxation_status::infeasible));
            if (optimum)
                check_solution(given, solved, *optimum);
        }
    CHECK(feasible > 600);
    CHECK(infeasible > 100);
}

TEST_CASE("the bound is no less than the optimum wherever the method is stopped")
{
    std::size_t stops = 0;
    for (const amounts kind : {amounts::small, amounts::negative, amounts::large})
        for (std::uint64_t seed = 0; seed < 150; ++seed) {
            dice random(10'000 * static_cast<std::uint64_t>(kind) + seed);
            const program given = any_program(kind, random);
            const std::optional<double> optimum = given.optimum();
            const detail::cost_matrix matrix = given.matrix();
            const double allowed = 1e-15 * given.magnitude();
            CAPTURE(static_cast<int>(kind));
            CAPTURE(seed);
            for (std::size_t steps = 0;; ++steps) {
                detail::relaxation stopped = given.relax(matrix);
                patience limited{steps};
                const relaxation_status status = stopped.solve(limited);
                if (status != relaxation_status::stalled)
                    break;
                ++stops;
                CHECK(std::isfinite(stopped.bound));
                if (optimum)
                    CHECK(stopped.bound >= *optimum - allowed);
            }
        }
    CHECK(stops > 1'000);
}

TEST_CASE("a relaxation is cut off exactly if its bound falls to the cut-off")
{
    std::size_t cut = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        dice random(50'000 + seed);
        const program given =
            any_program(random.one_in(2) ? amounts::small : amounts::negative, random);
        const std::optional<double> optimum = given.optimum();
        if (!optimum)
            continue;
        const detail::cost_matrix matrix = given.matrix();
        const double magnitude = given.magnitude() + 1e-3;
        const double cut_off = *optimum + magnitude * (random.unit() - 0.3) * 0.3;
        detail::relaxation solved = given.relax(matrix);
        patience endless;
        const relaxation_status status = solved.solve(endless, cut_off);
        CAPTURE(seed);
        if (status == relaxation_status::cut_off) {
            ++cut;
            CHECK(solved.bound <= cut_off);
            CHECK(solved.bound >= *optimum - 1e-15 * magnitude);
        } else {
            CHECK(status == relaxation_status::optimal);
            check_solution(given, solved, *optimum);
        }
        if (*optimum > cut_off + 1e-9 * magnitude)
            CHECK(status == relaxation_status::optimal);
    }
    CHECK(cut > 50);
}

TEST_CASE("after bounds have changed the old basis leads to the new optimum")
{
    std::size_t resolved = 0;
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        dice random(70'000 + seed);
        const auto kind = static_cast<amounts>(random.below(4));
        program given = any_program(kind, random);
        if (given.gain.empty())
            continue;
        const detail::cost_matrix matrix = given.matrix();
        detail::relaxation solved = given.relax(matrix);
        for (int change = 0; change < 5; ++change) {
            patience endless;
            const relaxation_status status = solved.solve(endless);
            const std::optional<double> optimum = given.optimum();
            CAPTURE(seed);
            CAPTURE(change);
            REQUIRE(
                status == (optimum ? relaxation_status::optimal : relaxation_status::infeasible));
            if (optimum) {
                check_solution(given, solved, *optimum);
                resolved += change > 0;
            }
            const std::size_t j = random.below(given.gain.size());
            given.lower[j] = random.one_in(2) ? 0 : 1;
            given.upper[j] = std::max(given.lower[j], static_cast<double>(random.below(2)));
            solved.columns.lower[j] = given.lower[j];
            solved.columns.upper[j] = given.upper[j];
        }
    }
    CHECK(resolved > 200);
}

TEST_CASE("the bound allows for the rounding of terms that are far larger than their sum")
{
    // A column that must be taken fills nearly all of an enormous room: price times room is ten
    // million times what there is to gain.
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(90'000 + seed);
        program given;
        given.costs.resize(4);
        const auto most = static_cast<std::int64_t>((std::size_t{1} << 24U) + random.below(1'000));
        given.costs[0][0] = most;
        for (std::size_t c = 1; c < 4; ++c)
            given.costs[c][0] = static_cast<std::int64_t>(1 + random.below(5));
        given.room[0] = most + 7;
        given.add(random.unit(), 0, 1, 1);
        for (std::size_t j = 0; j < 12; ++j)
            given.add(random.unit(), static_cast<std::uint32_t>(1 + random.below(3)), 0, 1);
        const detail::cost_matrix matrix = given.matrix();
        const std::optional<double> optimum = given.optimum();
        REQUIRE(optimum);
        CAPTURE(seed);
        detail::relaxation solved = given.relax(matrix);
        patience endless;
        CHECK(solved.solve(endless) == relaxation_status::optimal);
        CHECK(solved.bound >= *optimum);
        CHECK(solved.bound <= *optimum + 1e-6);
        // The bound that a cut-off is compared with is of the same kind.
        detail::relaxation cut = given.relax(matrix);
        CHECK(cut.solve(endless, std::nextafter(*optimum, 0.0)) == relaxation_status::optimal);
    }
}

TEST_CASE("a long series of pivots is as exact as a short one")
{
    // Every column its own costs, many rows: some hundred pivots, with inversions on the way.
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        dice random(95'000 + seed);
        program given;
        given.rows = 24;
        for (std::uint32_t j = 0; j < 150; ++j) {
            resource_vector cost{};
            for (std::size_t r = 0; r < given.rows; ++r)
                given.room[r] += cost[r] = static_cast<std::int64_t>(1 + random.below(1'000));
            given.costs.push_back(cost);
            given.add(random.unit(), j, 0, 1);
        }
        for (std::size_t r = 0; r < given.rows; ++r)
            given.room[r] = given.room[r] / 2 + static_cast<std::int64_t>(random.below(300));
        const detail::cost_matrix matrix = given.matrix();
        judge::linear_program judged;
        for (std::size_t r = 0; r < given.rows; ++r)
            judged.add_row_at_most(given.room_of(r));
        for (std::size_t j = 0; j < given.gain.size(); ++j) {
            std::vector<std::pair<std::size_t, double>> column;
            for (std::size_t r = 0; r < given.rows; ++r)
                column.emplace_back(r, given.cost(j, r));
            judged.add_column(given.gain[j], 0, 1, column);
        }
        const std::optional<double> optimum = judged.optimum();
        REQUIRE(optimum);
        detail::relaxation solved = given.relax(matrix);
        patience endless;
        CAPTURE(seed);
        CHECK(solved.solve(endless) == relaxation_status::optimal);
        CHECK(std::abs(solved.bound - *optimum) < 1e-9 * *optimum);
        std::size_t columns = 0;
        for (const std::size_t index : solved.basis())
            columns += index < solved.columns.size();
        CHECK(columns > 5);
    }
}

} // namespace tests_of_relaxation
