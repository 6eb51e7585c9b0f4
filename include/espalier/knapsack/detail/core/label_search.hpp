// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/core/core_problem.hpp>

#include <algorithm>
#include <limits>

// The proof by dynamic programming over what is left of the resources, after Pisinger's minimal
// core algorithm for the knapsack (1997), carried over to several resources.
//
// At the prices λ everything has a best choice. The optimal choice differs from it in a few places,
// the changes, each of which loses something, and what is left of the resources at the end is lost
// at its price. So: stage by stage, in the order of rising loss, each state "this much left, this
// much lost" either makes one of the changes of the stage or none. What is left may be negative on
// the way. Two states with the same left differ in nothing but their loss, and only the better one
// goes on; costs in hardware are small integers, so there are few states, where branch and bound
// would meet every combination of changes that leads to them.
//
// A state that would go on must make at least one more change, and as many more as are needed to
// mend what is overdrawn, and to use up what the best choice known could not afford to leave. Each
// of them loses at least what the next stage loses. A state for which that is too much is dropped;
// when none is left, the best choice known is optimal.

namespace espalier::detail {

class label_search {
public:
    double loss;           ///< of the best choice known
    bool improved = false; ///< it was found here
    bool gave_up = false;  ///< too many states, or amounts too large to be packed

    /// \param known  loss of the best choice known; infinite if there is none
    label_search(const core_problem& core, double known) : loss(known), core_(core)
    {
        const std::size_t rows = core.rows;
        if (rows > most_rows_) {
            gave_up = true;
            return;
        }
        // Bounds on how many more changes a state needs: to mend what is overdrawn, each change
        // frees so much at most; to use up what the incumbent could not afford to leave, each takes
        // so much at most.
        resource_vector frees{}; // the most of each resource that one change gives back
        resource_vector takes{}; // and uses up
        for (const resource_vector& usage : core.usages)
            for (std::size_t r = 0; r < rows; ++r) {
                frees[r] = std::max(frees[r], -usage[r]);
                takes[r] = std::max(takes[r], usage[r]);
            }
        const std::int64_t half = std::int64_t{1} << (bits_of(rows) - 1);
        double worth = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            price_[r] = core.price[r];
            slack_of_[r] = price_[r] > 1e-300 ? 1 / price_[r] : 1e300;
            per_freed_[r] = frees[r] > 0 ? 1 / static_cast<double>(frees[r]) : 1e300;
            per_taken_[r] = takes[r] > 0 ? 1 / static_cast<double>(takes[r]) : 1e300;
            worth += price_[r] * static_cast<double>(takes[r]);
            farthest_[r] = half - 1 - std::max(frees[r], takes[r]);
            if (core.left[r] > farthest_[r] || core.left[r] < -farthest_[r]) {
                gave_up = true;
                return;
            }
        }
        per_worth_ = worth > 0 ? 1 / worth : 1e300;
        states_.push_back({zero_of(rows) + pack(core.left, rows), core.base_loss, none});
        for_rows([&]<std::size_t Rows>() { consider<Rows>(states_.front(), none); });
    }

    /// Searches for a choice that loses less. Whether it came to the end, so that `loss` is the
    /// least that is possible, up to the tolerance.
    bool run(allowance& limits)
    {
        for_rows([&]<std::size_t Rows>() { run_stages<Rows>(limits); });
        return !gave_up;
    }

    /// The changes of the best choice, where `improved`.
    [[nodiscard]] changes_made made() const
    {
        changes_made result(core_.changes(), 0);
        for (std::uint32_t at = best_; at != none; at = trail_[at].before)
            ++result[trail_[at].change];
        return result;
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    /// One change made on the way to a state.
    struct step {
        std::uint32_t before; ///< the change made before, or `none`
        std::uint32_t change; ///< by the caller's number
    };

    struct state {
        std::uint64_t left; ///< packed, resource 0 in the highest bits
        double loss;
        std::uint32_t last; ///< the last change, in the trail
    };

    static constexpr std::size_t most_rows_ = 4;

    const core_problem& core_;
    std::array<double, most_rows_> price_{};
    std::array<double, most_rows_> slack_of_{};  ///< 1 / price
    std::array<double, most_rows_> per_freed_{}; ///< 1 / the most that a change frees
    std::array<double, most_rows_> per_taken_{};
    double per_worth_ = 0; ///< 1 / the most that a change can take, at the prices
    std::array<std::int64_t, most_rows_> farthest_{};
    std::vector<state> states_; ///< by falling `left`
    std::vector<state> origin_; ///< states before a stage
    std::vector<state> made_;
    std::vector<state> merged_;
    std::vector<step> trail_;
    std::uint32_t best_ = none;

    /// Calls `run<rows>()`: the compiler unrolls all that is done per resource.
    template <class Run>
    void for_rows(Run run) const
    {
        switch (core_.rows) {
        case 1:
            return run.template operator()<1>();
        case 2:
            return run.template operator()<2>();
        case 3:
            return run.template operator()<3>();
        default:
            return run.template operator()<most_rows_>();
        }
    }

    /// What is left of all resources in one word of 64 bits: states are sorted and merged by
    /// comparing words, and a change is one subtraction. A field has 64 bits over the number of
    /// resources, 40 at most.
    static constexpr std::size_t bits_of(std::size_t rows)
    {
        return std::min<std::size_t>(64 / rows, 40);
    }
    static constexpr std::size_t shift_of(std::size_t rows, std::size_t r)
    {
        return (rows - 1 - r) * bits_of(rows);
    }
    /// The fields are biased by half their range, so that their order is that of the amounts.
    static constexpr std::uint64_t zero_of(std::size_t rows)
    {
        std::uint64_t all = 0;
        for (std::size_t r = 0; r < rows; ++r)
            all |= std::uint64_t{1} << (shift_of(rows, r) + bits_of(rows) - 1);
        return all;
    }
    template <std::size_t Rows>
    static std::int64_t left(std::uint64_t packed, std::size_t r)
    {
        constexpr std::size_t bits = bits_of(Rows);
        const std::uint64_t field = packed << (64 - bits - shift_of(Rows, r)) >> (64 - bits);
        return static_cast<std::int64_t>(field) - (std::int64_t{1} << (bits - 1));
    }
    template <std::size_t Rows>
    static bool is_overdrawn(std::uint64_t packed)
    {
        return (packed & zero_of(Rows)) != zero_of(Rows);
    }
    /// The fields as a sum, so that negative amounts borrow from the field above and give it back.
    static std::uint64_t pack(const resource_vector& amounts, std::size_t rows)
    {
        std::uint64_t packed = 0;
        for (std::size_t r = 0; r < rows; ++r)
            packed += static_cast<std::uint64_t>(amounts[r]) << shift_of(rows, r);
        return packed;
    }

    /// Whether a state that makes another change can end better than the best choice known.
    template <std::size_t Rows>
    [[nodiscard]] bool is_hopeful(const state& s, double next)
    {
        const double most =
            loss - core_.tolerance - core_.unusable - s.loss; // for all further changes
        if (!(next < most))
            return false;
        double changes = 1;
        double worth = 0;
        for (std::size_t r = 0; r < Rows; ++r) {
            const auto much = static_cast<double>(left<Rows>(s.left, r));
            const double over = much - (loss - s.loss) * slack_of_[r];
            changes = std::max({changes, -much * per_freed_[r], over * per_taken_[r]});
            worth += much * price_[r];
        }
        changes = std::max(changes, (worth - (loss - s.loss)) * per_worth_);
        // There is no half a change; a little less than the next integer, against rounding.
        if (changes < 1e6)
            changes = static_cast<double>(static_cast<int>(changes + (1 - 1e-9)));
        if (!(changes * next < most))
            return false;
        for (std::size_t r = 0; r < Rows; ++r) {
            const std::int64_t amount = left<Rows>(s.left, r);
            gave_up = gave_up || amount > farthest_[r] || amount < -farthest_[r];
        }
        return true;
    }

    /// Takes note of a state that ends better than the best choice known.
    template <std::size_t Rows>
    void consider(const state& s, std::uint32_t change)
    {
        if (is_overdrawn<Rows>(s.left))
            return;
        double total = s.loss;
        for (std::size_t r = 0; r < Rows; ++r)
            total += price_[r] * static_cast<double>(left<Rows>(s.left, r));
        if (!(total < loss - core_.tolerance))
            return;
        loss = total;
        improved = true;
        best_ = none;
        if (change != none) {
            best_ = static_cast<std::uint32_t>(trail_.size());
            trail_.push_back({s.last, change});
        }
    }

    /// Whether any choice could still be better, if every further change loses at least `next`.
    [[nodiscard]] bool is_open(double next) const
    {
        return !gave_up && !states_.empty() &&
               core_.base_loss + next + core_.unusable < loss - core_.tolerance;
    }

    /// Stage after stage, as long as any further change could be worth while.
    template <std::size_t Rows>
    void run_stages(allowance& limits)
    {
        // Equal places are as many stages.
        const auto cheapest = [&](std::size_t place) {
            return place < core_.places() ? core_.loss[core_.first[place]]
                                          : std::numeric_limits<double>::infinity();
        };
        for (std::size_t place = 0; is_open(cheapest(place)); ++place)
            for (std::uint32_t nth = 1; nth <= core_.count[place] && !gave_up; ++nth) {
                const bool is_last = nth == core_.count[place];
                run_stage<Rows>(place, cheapest(is_last ? place + 1 : place), limits);
            }
    }

    /// A stage: each state makes one of the changes of a place, or none of them.
    /// \param next  what any change of a later stage loses at least
    template <std::size_t Rows>
    void run_stage(std::size_t place, double next, allowance& limits)
    {
        const std::size_t first = core_.first[place];
        const std::size_t end = core_.first[place + 1];
        if (end - first > 1)
            origin_ = states_;
        for (std::size_t change = first; change < end; ++change) {
            if (!limits.spend(6 * (states_.size() + 1))) {
                gave_up = true;
                return;
            }
            make<Rows>(end - first > 1 ? origin_ : states_, change, next);
            merge<Rows>(static_cast<std::uint32_t>(change), next, change + 1 == end);
        }
        if (states_.size() > tuning::most_states || trail_.size() > tuning::longest_trail)
            gave_up = true;
    }

    /// The states that one change makes of those in `from`.
    template <std::size_t Rows>
    void make(const std::vector<state>& from, std::size_t change, double next)
    {
        const std::uint64_t usage = pack(core_.usage(change), Rows);
        const double its_loss = core_.loss[change];
        made_.resize(from.size());
        std::size_t count = 0;
        for (const state& s : from) {
            const state to{s.left - usage, s.loss + its_loss, s.last};
            consider<Rows>(to, static_cast<std::uint32_t>(change));
            made_[count] = to;
            count += is_hopeful<Rows>(to, next);
        }
        made_.resize(count);
    }

    /// Puts the states made among the others. Of two with the same left the better one stays; and
    /// one that has more left of the last resource, the others being equal, stays alone if it is
    /// also worth no less.
    template <std::size_t Rows>
    void merge(std::uint32_t change, double next, bool is_last)
    {
        merged_.resize(states_.size() + made_.size());
        std::size_t count = 0;
        double best_worth = std::numeric_limits<double>::infinity();
        const auto keep = [&](const state& s) {
            if (count != 0 && s.left >> bits_of(Rows) != merged_[count - 1].left >> bits_of(Rows))
                best_worth = std::numeric_limits<double>::infinity();
            const double worth =
                s.loss + price_[Rows - 1] * static_cast<double>(left<Rows>(s.left, Rows - 1));
            if (!(worth < best_worth))
                return false;
            best_worth = worth;
            merged_[count++] = s;
            return true;
        };
        std::size_t a = 0;
        const auto keep_old = [&] {
            if (!is_last || is_hopeful<Rows>(states_[a], next))
                keep(states_[a]);
            ++a;
        };
        for (const state& s : made_) {
            while (a < states_.size() && states_[a].left > s.left)
                keep_old();
            if (a < states_.size() && states_[a].left == s.left) {
                if (states_[a].loss <= s.loss)
                    continue;
                ++a;
            }
            if (keep(s)) {
                merged_[count - 1].last = static_cast<std::uint32_t>(trail_.size());
                trail_.push_back({s.last, change});
            }
        }
        while (a < states_.size())
            keep_old();
        merged_.resize(count);
        states_.swap(merged_);
    }
};

} // namespace espalier::detail
