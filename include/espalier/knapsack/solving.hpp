// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/arithmetic.hpp>
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/stopwatch.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

// For whoever writes a solver: a clock, sums that do not lose their last digits however long they
// are, and answers without a choice. What the decisions and floors of a problem imply is in
// decided.hpp; the rules of a well-formed problem are in validity.hpp.

namespace espalier {

/// A sum of non-negative numbers that is right up to its last digit or the one before however many
/// are added (Neumaier's variant of compensated summation).
class compensated_sum {
    double sum_ = 0;
    double lost_ = 0;

public:
    /// One more term; what its addition rounds off is kept beside the sum.
    void add(double term)
    {
        const double total = sum_ + term;
        lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - total) + term : (term - total) + sum_;
        sum_ = total;
    }
    [[nodiscard]] double value() const { return sum_ + lost_; }
};

/// Relative error that `value_of` and bounds built on such sums may have, generously: 1.4e-14.
inline constexpr double rounding_slack = 64 * std::numeric_limits<double>::epsilon();

/// Σ value over the kept items, in an order that depends on their number alone, so that equal masks
/// have equal values. `keep` has N entries.
[[nodiscard]] inline double value_of(const knapsack_problem& problem,
    const std::vector<std::uint8_t>& keep, const detail::workers& crew = {})
{
    constexpr std::size_t lanes = 8;
    constexpr std::size_t block = 256;
    std::vector<compensated_sum> sums(detail::workers::grains(problem.size()));
    crew.each_part(problem.size(), [&](std::size_t, std::size_t from, std::size_t to) {
        for (std::size_t begin = from; begin < to; begin += block) {
            // Without branches, which would be guessed wrong half of the time: the bits of the
            // value where the item is kept, else of 0.
            std::array<double, block> term{};
            for (std::size_t k = 0; k < std::min(block, to - begin); ++k)
                term[k] = std::bit_cast<double>(
                    std::bit_cast<std::uint64_t>(problem.values[begin + k]) &
                    (std::uint64_t{0} - static_cast<std::uint64_t>(keep[begin + k] != 0)));
            // Knuth's exact sum of two, in lanes: as fast as reading the values.
            std::array<double, lanes> sum{};
            std::array<double, lanes> lost{};
            for (std::size_t k = 0; k < block; k += lanes)
                for (std::size_t l = 0; l < lanes; ++l) {
                    const double both = sum[l] + term[k + l];
                    const double added = both - sum[l];
                    lost[l] += (sum[l] - (both - added)) + (term[k + l] - added);
                    sum[l] = both;
                }
            for (std::size_t l = 0; l < lanes; ++l) {
                sums[begin / detail::workers::grain].add(sum[l]);
                sums[begin / detail::workers::grain].add(lost[l]);
            }
        }
    });
    compensated_sum total;
    for (const compensated_sum& sum : sums)
        total.add(sum.value());
    return total.value();
}

/// The power of two that brings the largest value near 1; for subnormal values, near enough.
[[nodiscard]] inline double scale_of(double largest)
{
    return largest > 0 ? std::ldexp(1.0, std::min(-std::ilogb(largest), 1000)) : 1.0;
}

/// A solution of status `infeasible` or `unknown`, with its reason.
[[nodiscard]] inline knapsack_solution no_answer(solve_status status,
    const knapsack_problem& problem, std::string reason, const stopwatch& watch)
{
    knapsack_solution none;
    none.keep.assign(problem.size(), 0);
    none.status = status;
    none.reason = std::move(reason);
    none.seconds = watch.seconds();
    return none;
}

} // namespace espalier
