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
// The search swaps two channels at a time, in the order of their places. Of a swap only the blocks
// that change are looked at, with λ the present K-th largest value, which makes the right-hand side
// F as it is and no less than F as it would be. What gains there is done and F counted in full, and
// what does not gain then is undone, so F never falls. No clock decides: steps are counted.

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
          values_(rows_ * in_row_)
    {
        const std::vector<std::size_t> input_at = channels.inputs_under(order);
        for (std::size_t r = 0; r < rows_; ++r)
            for (std::size_t place = 0; place < row_; ++place)
                placed_[r * row_ + place] = importances[r * row_ + input_at[place]];
        for (std::size_t first = 0; first < in_row_; first += streams_)
            recount(first);
        count();
    }

    /// F of the present order.
    [[nodiscard]] double kept_value() const { return kept_value_; }

    /// Swaps the channels at two places if that keeps more.
    bool swap_if_better(std::int64_t a, std::int64_t b)
    {
        find_cells(a, b);
        if (cells_.empty() || !(gain(a, b) > 0))
            return false;
        swap(a, b);
        const double before = kept_value_;
        recount_changed();
        count();
        // Sums of doubles in another order differ in their last bits; that is no gain.
        if (kept_value_ > before * (1 + 1e-12))
            return true;
        swap(a, b);
        recount_changed();
        count();
        return false;
    }

private:
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

    /// The cells that a swap of two channels changes, those of a block side by side. Within one
    /// cell nothing changes.
    void find_cells(std::int64_t a, std::int64_t b)
    {
        cells_.clear();
        for (std::int64_t pixel = 0; pixel < channels_.pixels; ++pixel) {
            const cell of_a = cell_of(place(a, pixel));
            const cell of_b = cell_of(place(b, pixel));
            if (of_a == of_b)
                continue;
            cells_.push_back(of_a);
            cells_.push_back(of_b);
        }
        std::sort(cells_.begin(), cells_.end());
        cells_.erase(std::unique(cells_.begin(), cells_.end()), cells_.end());
    }
    [[nodiscard]] cell cell_of(std::size_t at) const
    {
        const std::size_t stream = at / reuse_;
        return {stream / streams_ * streams_, at % reuse_};
    }

    void swap_row(std::size_t row, std::int64_t a, std::int64_t b)
    {
        double* const inputs = placed_.data() + row * row_;
        for (std::int64_t pixel = 0; pixel < channels_.pixels; ++pixel)
            std::swap(inputs[place(a, pixel)], inputs[place(b, pixel)]);
    }
    void swap(std::int64_t a, std::int64_t b)
    {
        for (std::size_t r = 0; r < rows_; ++r)
            swap_row(r, a, b);
    }

    /// The importances of a cell, best first.
    void sort_cell(std::size_t row, const cell& c, std::span<double> falling) const
    {
        const double* const inputs = placed_.data() + row * row_;
        for (std::size_t k = 0; k < falling.size(); ++k) {
            const double importance = inputs[(c.first + k) * reuse_ + c.cycle];
            std::size_t at = k;
            for (; at > 0 && falling[at - 1] < importance; --at)
                falling[at] = falling[at - 1];
            falling[at] = importance;
        }
    }
    [[nodiscard]] double above(std::span<const double> values) const
    {
        double sum = 0;
        for (const double value : values)
            sum += std::max(value - least_kept_, 0.0);
        return sum;
    }

    /// By how much a swap changes Σ max(v - λ, 0).
    [[nodiscard]] double gain(std::int64_t a, std::int64_t b)
    {
        double sum = 0;
        changed_.resize(streams_);
        falling_.resize(streams_);
        for (std::size_t r = 0; r < rows_; ++r) {
            swap_row(r, a, b);
            for (std::size_t i = 0; i < cells_.size();) {
                const std::size_t first = cells_[i].first;
                const std::size_t width = end_of(first) - first;
                const std::span<const double> now{&values_[r * in_row_ + first], width};
                const std::span changed(changed_.data(), width);
                const std::span falling(falling_.data(), width);
                std::copy(now.begin(), now.end(), changed.begin());
                for (; i < cells_.size() && cells_[i].first == first; ++i) {
                    sort_cell(r, cells_[i], falling);
                    const double* const before =
                        &sorted_[r * row_ + first * reuse_ + cells_[i].cycle * width];
                    for (std::size_t k = 0; k < width; ++k)
                        changed[k] += falling[k] - before[k];
                }
                sum += above(changed) - above(now);
            }
            swap_row(r, a, b);
        }
        return sum;
    }

    /// Sorts all cells of the block of a first multiplier, in every row, and adds them up.
    void recount(std::size_t first)
    {
        const std::size_t width = end_of(first) - first;
        for (std::size_t r = 0; r < rows_; ++r) {
            double* const values = &values_[r * in_row_ + first];
            std::fill_n(values, width, 0.0);
            for (std::size_t cycle = 0; cycle < reuse_; ++cycle) {
                const std::span falling(&sorted_[r * row_ + first * reuse_ + cycle * width], width);
                sort_cell(r, {first, cycle}, falling);
                for (std::size_t k = 0; k < width; ++k)
                    values[k] += falling[k];
            }
        }
    }
    void recount_changed()
    {
        for (std::size_t i = 0; i < cells_.size(); ++i)
            if (i == 0 || cells_[i].first != cells_[i - 1].first)
                recount(cells_[i].first);
    }

    /// Finds λ and F. The sum is in the order of the multipliers, whatever a selection does to it.
    void count()
    {
        ranked_ = values_;
        const auto last = ranked_.begin() + static_cast<std::ptrdiff_t>(kept_ - 1);
        std::nth_element(ranked_.begin(), last, ranked_.end(), std::greater<>());
        least_kept_ = *last;
        kept_value_ = static_cast<double>(kept_) * least_kept_ + above(values_);
    }

    input_channels channels_;
    std::size_t rows_;
    std::size_t row_;            ///< inputs of a row
    std::size_t reuse_;          ///< cycles
    std::size_t in_row_;         ///< multipliers of a row
    std::size_t streams_;        ///< of a block
    std::size_t kept_;           ///< K
    std::vector<double> placed_; ///< importances in the present order
    /// The same sorted within each cell: of a row block by block, there cycle by cycle.
    std::vector<double> sorted_;
    std::vector<double> values_; ///< v, of a row block by block, falling in each
    double least_kept_ = 0;      ///< λ
    double kept_value_ = 0;      ///< F
    std::vector<cell> cells_;
    std::vector<double> changed_;
    std::vector<double> falling_;
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
    std::int64_t left = how.steps;
    for (bool gains = true; gains && left > 0;) {
        gains = false;
        for (std::int64_t a = 0; a < channels.channels && left > 0; ++a)
            for (std::int64_t b = a + 1; b < channels.channels && left > 0; ++b, --left)
                if (values.swap_if_better(a, b)) {
                    std::swap(channel_at[static_cast<std::size_t>(a)],
                        channel_at[static_cast<std::size_t>(b)]);
                    gains = true;
                }
    }
    return input_permutation(std::move(channel_at));
}

} // namespace espalier
