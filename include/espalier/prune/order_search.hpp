// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/input_channels.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// Which order of its input channels lets a matrix under N:M keep most. The i-th multiplier of a
// block is worth v_i, the sum over the cycles of the i-th largest importance among the inputs that
// arrive (assign.hpp); of all multipliers of the matrix the K that are worth most stay. Looked for
// is the order with the largest
//
//   F = Σ of the K largest v_i = min over λ of  K·λ + Σ max(v_i - λ, 0).
//
// The search swaps two channels at a time, in the order of their places, over and over until no
// pair gained since it was last looked at. Of a swap only the blocks that change are looked at, in
// rows where the two inputs are worth something different (of a pruned network few), with λ the
// present K-th largest value, which makes the right-hand side F as it is and no less than F as it
// would be. What gains there is done and F counted in full, and what does not gain then is undone,
// so F never falls. No clock decides: steps are counted.

namespace espalier {

/// How long to look for an order of inputs.
struct order_search {
    /// Swaps that are looked at, of each matrix and each time. A matrix of C channels has
    /// C·(C - 1)/2 of them, and two or three times as many are enough until none gains.
    std::int64_t steps = 50'000;

    friend constexpr bool operator==(const order_search&, const order_search&) = default;
};

namespace detail {

/// What an order of inputs is worth, while it changes.
class block_values {
public:
    block_values(const grouping& groups, const input_channels& channels,
        std::span<const double> importances, const input_permutation& order, std::int64_t kept)
        : channels_(channels),
          rows_(size(groups.matrix().n_out())),
          row_(size(groups.matrix().n_in())),
          reuse_(size(groups.matrix().reuse_factor)),
          in_row_(row_ / reuse_),
          streams_(std::min(size(groups.how().streams), in_row_)),
          kept_(size(kept)),
          placed_(importances.size()),
          sorted_(importances.size()),
          values_(rows_ * in_row_),
          changed_(rows_ * streams_),
          falling_(rows_ * streams_),
          carried_(rows_),
          gain_(rows_)
    {
        const std::vector<std::size_t> input_at = channels.inputs_under(order);
        for (std::size_t r = 0; r < rows_; ++r)
            for (std::size_t place = 0; place < row_; ++place)
                placed_[place * rows_ + r] = importances[r * row_ + input_at[place]];
        for (std::size_t first = 0; first < in_row_; first += streams_)
            recount(first);
        count();
    }

    /// F of the present order.
    [[nodiscard]] double kept_value() const { return kept_value_; }

    /// Swaps the channels at two places if that keeps more.
    bool swap_if_better(std::int64_t a, std::int64_t b)
    {
        find_changes(a, b);
        if (changes_.empty() || !is_gain(gain()))
            return false;
        swap(a, b);
        const double before = kept_value_;
        recount_changed();
        count();
        if (is_gain(kept_value_ - before))
            return true;
        swap(a, b);
        recount_changed();
        count();
        return false;
    }

private:
    /// Sums of doubles in another order differ in their last bits; that is no gain.
    [[nodiscard]] bool is_gain(double difference) const { return difference > kept_value_ * 1e-12; }
    /// What arrives in one cycle at one block of multipliers.
    struct cell {
        std::size_t first; ///< multiplier of a row that is the block's first
        std::size_t cycle;
        // NOLINTNEXTLINE(modernize-use-nullptr): clang 14 sees a 0 in the comparison
        friend constexpr auto operator<=>(const cell&, const cell&) = default;
    };

    template <class Integer>
    [[nodiscard]] static std::size_t size(Integer n)
    {
        return static_cast<std::size_t>(n);
    }
    [[nodiscard]] std::size_t end_of(std::size_t first) const
    {
        return std::min(first + streams_, in_row_);
    }
    [[nodiscard]] std::size_t place(std::int64_t channel, std::int64_t pixel) const
    {
        return size(channels_.input(channel, pixel));
    }

    /// An input that takes the place of another.
    struct change {
        cell of;
        std::size_t out, in; ///< where they stand now
        // NOLINTNEXTLINE(modernize-use-nullptr): clang 14 sees a 0 in the comparison
        friend constexpr auto operator<=>(const change&, const change&) = default;
    };
    /// What a swap of two channels changes, cell by cell. Within one cell nothing changes.
    void find_changes(std::int64_t a, std::int64_t b)
    {
        changes_.clear();
        for (std::int64_t pixel = 0; pixel < channels_.pixels; ++pixel) {
            const std::size_t of_a = place(a, pixel);
            const std::size_t of_b = place(b, pixel);
            if (cell_of(of_a) == cell_of(of_b))
                continue;
            changes_.push_back({cell_of(of_a), of_a, of_b});
            changes_.push_back({cell_of(of_b), of_b, of_a});
        }
        std::sort(changes_.begin(), changes_.end());
    }
    [[nodiscard]] cell cell_of(std::size_t at) const
    {
        const std::size_t stream = at / reuse_;
        return {stream / streams_ * streams_, at % reuse_};
    }

    [[nodiscard]] const double* column(const std::vector<double>& of, std::size_t k) const
    {
        return of.data() + k * rows_;
    }
    void swap(std::int64_t a, std::int64_t b)
    {
        for (std::int64_t pixel = 0; pixel < channels_.pixels; ++pixel) {
            const auto of_a =
                placed_.begin() + static_cast<std::ptrdiff_t>(place(a, pixel) * rows_);
            const auto of_b =
                placed_.begin() + static_cast<std::ptrdiff_t>(place(b, pixel) * rows_);
            std::swap_ranges(of_a, of_a + static_cast<std::ptrdiff_t>(rows_), of_b);
        }
    }

    /// Inserts a number into a list of `length` that falls, for every row.
    void insert(double* falling, std::size_t length, const double* number)
    {
        double* const carried = carried_.data();
        std::copy_n(number, rows_, carried);
        for (std::size_t k = 0; k < length; ++k, falling += rows_)
            for (std::size_t r = 0; r < rows_; ++r) {
                const double here = falling[r];
                falling[r] = std::max(here, carried[r]);
                carried[r] = std::min(here, carried[r]);
            }
        std::copy_n(carried, rows_, falling);
    }
    /// Takes a number that is in it out of such a list, which is then one shorter.
    void take_out(double* falling, std::size_t length, const double* number) const
    {
        for (std::size_t k = 1; k < length; ++k, falling += rows_)
            for (std::size_t r = 0; r < rows_; ++r)
                falling[r] = falling[r] > number[r] ? falling[r] : falling[rows_ + r];
    }

    [[nodiscard]] double above(double value) const { return std::max(value - least_kept_, 0.0); }

    /// By how much the changes change Σ max(v - λ, 0).
    [[nodiscard]] double gain()
    {
        std::fill(gain_.begin(), gain_.end(), 0.0);
        for (std::size_t i = 0; i < changes_.size();) {
            const std::size_t first = changes_[i].of.first;
            const std::size_t width = end_of(first) - first;
            const std::size_t numbers = width * rows_;
            const double* const now = column(values_, first);
            std::copy_n(now, numbers, changed_.begin());
            while (i < changes_.size() && changes_[i].of.first == first) {
                const cell of = changes_[i].of;
                const double* const before = column(sorted_, first * reuse_ + of.cycle * width);
                std::copy_n(before, numbers, falling_.begin());
                for (; i < changes_.size() && changes_[i].of == of; ++i) {
                    take_out(falling_.data(), width, column(placed_, changes_[i].out));
                    insert(falling_.data(), width - 1, column(placed_, changes_[i].in));
                }
                for (std::size_t k = 0; k < numbers; ++k)
                    changed_[k] += falling_[k] - before[k];
            }
            for (std::size_t k = 0; k < width; ++k)
                for (std::size_t r = 0; r < rows_; ++r)
                    gain_[r] += above(changed_[k * rows_ + r]) - above(now[k * rows_ + r]);
        }
        return std::accumulate(gain_.begin(), gain_.end(), 0.0);
    }

    /// Sorts all cells of the block of a first multiplier, in every row, and adds them up.
    void recount(std::size_t first)
    {
        const std::size_t width = end_of(first) - first;
        double* const values = values_.data() + first * rows_;
        std::fill_n(values, width * rows_, 0.0);
        for (std::size_t cycle = 0; cycle < reuse_; ++cycle) {
            double* const falling = sorted_.data() + (first * reuse_ + cycle * width) * rows_;
            for (std::size_t k = 0; k < width; ++k)
                insert(falling, k, column(placed_, (first + k) * reuse_ + cycle));
            for (std::size_t k = 0; k < width * rows_; ++k)
                values[k] += falling[k];
        }
    }
    void recount_changed()
    {
        for (std::size_t i = 0; i < changes_.size(); ++i)
            if (i == 0 || changes_[i].of.first != changes_[i - 1].of.first)
                recount(changes_[i].of.first);
    }

    /// Finds λ and F.
    void count()
    {
        ranked_ = values_;
        const auto last = ranked_.begin() + static_cast<std::ptrdiff_t>(kept_ - 1);
        std::nth_element(ranked_.begin(), last, ranked_.end(), std::greater<>());
        least_kept_ = *last;
        kept_value_ = static_cast<double>(kept_) * least_kept_;
        for (const double value : values_)
            kept_value_ += above(value);
    }

    input_channels channels_;
    std::size_t rows_;
    std::size_t row_;     ///< inputs of a row
    std::size_t reuse_;   ///< cycles
    std::size_t in_row_;  ///< multipliers of a row
    std::size_t streams_; ///< of a block
    std::size_t kept_;    ///< K
    // Of each of these, one number for every row.
    std::vector<double> placed_; ///< importances in the present order
    /// The same sorted within each cell: block by block, there cycle by cycle.
    std::vector<double> sorted_;
    std::vector<double> values_; ///< v, block by block, falling in each
    double least_kept_ = 0;      ///< λ
    double kept_value_ = 0;      ///< F
    std::vector<change> changes_;
    std::vector<double> changed_; ///< values of a block, as they would be
    std::vector<double> falling_; ///< of a cell
    std::vector<double> carried_;
    std::vector<double> gain_;
    std::vector<double> ranked_;
};

/// K, and what else `best_order` needs to be so.
[[nodiscard]] inline std::int64_t ensure_orderable(const grouping& groups,
    const input_channels& channels, std::span<const double> importances, double keep)
{
    const weight_matrix& m = groups.matrix();
    ensure(groups.how().kind == structure_kind::n_of_m,
        "an order of inputs is looked for under N:M, which chooses among neighbours",
        given{"structure", to_string(groups.how().kind)});
    ensure(channels.channels * channels.pixels == m.n_in(),
        "channels and pixels are those of the matrix", given{"channels", channels.channels},
        given{"pixels", channels.pixels}, given{"inputs", m.n_in()});
    ensure(static_cast<std::int64_t>(importances.size()) == m.weights(),
        "an order is found by the importance of every weight",
        given{"importances", importances.size()}, given{"weights", m.weights()});
    for (std::size_t i = 0; i < importances.size(); ++i)
        ensure(importances[i] >= 0 && is_finite(importances[i]),
            "the importance of a weight is finite and not negative", given{"weight", i},
            given{"importance", importances[i]});
    ensure(keep >= 0 && keep <= 1, "a part of the multipliers is between 0 and 1",
        given{"keep", keep});
    return std::max<std::int64_t>(std::llround(keep * static_cast<double>(m.multipliers())), 1);
}

} // namespace detail

/// What a matrix under N:M keeps of its importances if a part of its multipliers stays and each
/// takes the best inputs that an order leaves it: the sum of the groups that are worth most.
/// \param importances  one for each weight, in hardware order and as the inputs are
/// \param keep         part of the multipliers that stays, 0 … 1, rounded to whole ones; at least
///                     one
/// \throws std::invalid_argument if the structure is not N:M, or a number or size is wrong
[[nodiscard]] inline double kept_value(const grouping& groups, const input_channels& channels,
    std::span<const double> importances, double keep, const input_permutation& order)
{
    const std::int64_t kept = detail::ensure_orderable(groups, channels, importances, keep);
    return detail::block_values(groups, channels, importances, order, kept).kept_value();
}

/// An order of the input channels of a matrix under N:M that keeps at least as much as the one it
/// begins with, and that no swap of two channels makes better unless the steps ran out.
/// The same numbers give the same order on every machine and every run.
/// \param start  the order to begin with; the others as of `kept_value`
/// \throws std::invalid_argument as `kept_value`, or if there are to be fewer steps than none
[[nodiscard]] inline input_permutation best_order(const grouping& groups,
    const input_channels& channels, std::span<const double> importances, double keep,
    const input_permutation& start, const order_search& how = {})
{
    const std::int64_t kept = detail::ensure_orderable(groups, channels, importances, keep);
    ensure(how.steps >= 0, "a search takes no fewer steps than none", given{"steps", how.steps});
    detail::block_values values(groups, channels, importances, start, kept);
    std::vector<std::uint32_t> channel_at(start.channels().begin(), start.channels().end());
    const weight_matrix& m = groups.matrix();
    // At reuse factor 1 a multiplier has one weight, whoever stands beside it; and if all stay,
    // nothing is chosen.
    if (m.reuse_factor == 1 || kept == m.multipliers())
        return start;
    const std::int64_t pairs = channels.channels * (channels.channels - 1) / 2;
    std::int64_t in_vain = 0; // pairs since the last swap
    for (std::int64_t a = 0, b = 0, left = how.steps; left > 0 && in_vain < pairs; --left) {
        if (++b == channels.channels) {
            a = a + 2 == channels.channels ? 0 : a + 1;
            b = a + 1;
        }
        ++in_vain;
        if (values.swap_if_better(a, b)) {
            std::swap(
                channel_at[static_cast<std::size_t>(a)], channel_at[static_cast<std::size_t>(b)]);
            in_vain = 0;
        }
    }
    return input_permutation(std::move(channel_at));
}

} // namespace espalier
