// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/branch_and_bound.hpp>
#include <espalier/knapsack/detail/core/enumeration.hpp>
#include <espalier/knapsack/detail/core/label_search.hpp>
#include <espalier/knapsack/detail/core/repeated_places.hpp>

#include <algorithm>
#include <limits>

// From prices to a proof. Relative to the Lagrangian bound L(λ) every choice x has a loss that is a
// sum of parts that are not negative:
//
//     L(λ) − value(x) = λ·(capacity left by x) + Σ over places of what x loses there against the
//                       best that the place has at the prices.
//
// Let G be the loss of the best choice known. A place that would lose more than G by any change is
// decided (reduced cost fixing). What remains is the core. It is searched with the rest fixed,
// beginning with the places that lose least; a better choice lowers G and with it the number of
// places that matter, and when every change that loses less than G was in a core that was searched
// to the end, the choice is optimal.
//
// All of this adds and compares losses, which are small, and never the sum of ten million values;
// so the proof does not depend on how well that sum is known.

namespace espalier::detail {

/// What the search needs of a front end, items or components:
///     rows, unusable, step       resources; loss that no choice escapes; what two choices differ
///                                by at least, if they differ
///     first_places()             to begin with
///     double loss_of_rank(n)     the n-th smallest loss of a place's cheapest change, ∞ beyond
///     double largest_loss()      of the cheapest changes; ∞ if they have no others
///     double loss_of_nothing()   no feasible choice loses more
///     double reached()           no change beyond those that `gather` sees loses less than this
///     void reach(loss, limits)   widens what it sees, so that every change that loses less is seen
///     double gather(limit, n, core)
///                                lists the changes that lose less than `limit`, and of those that
///                                lose just as much enough to make it n places; what the cheapest
///                                of those that it could not list loses, ∞ if it listed all
///     void take(made)            makes these changes of the last core its choice
///     void exchange_items(result, limits)
///                                if there is one: may find a better choice in another way
template <class FrontEnd>
class core_search {
public:
    search_result result;
    bool is_covered = false; ///< the last core has every change that could make a better choice

    core_search(FrontEnd& front, budget& limits) : front_(front), limits_(limits) {}

    /// \param to_the_end  otherwise stop before the last core is searched
    void run(bool to_the_end)
    {
        // Dynamic programming and branch and bound each are quick where the other is lost, so both
        // try briefly before either tries for long.
        const std::array efforts{tuning::brief, tuning::effort{budget::no_limit, budget::no_limit}};
        for (std::size_t k = 0; k < efforts.size(); ++k) {
            grow(efforts[k], to_the_end);
            if (result.proven || limits_.is_spent() || !to_the_end || left_out_ < infinity_)
                return;
            if constexpr (requires { front_.exchange_items(result, limits_); })
                if (k == 0)
                    front_.exchange_items(result, limits_);
        }
    }

private:
    static constexpr double infinity_ = std::numeric_limits<double>::infinity();
    static constexpr std::size_t most_places_ = std::size_t{1} << 40U; // more than there can be
    static constexpr std::size_t everything_ = std::numeric_limits<std::size_t>::max();

    FrontEnd& front_;
    budget& limits_;
    core_problem core_;
    double left_out_ = infinity_; ///< see FrontEnd::gather

    /// What a change may lose and still matter.
    [[nodiscard]] double most_loss() const { return result.loss - front_.unusable - front_.step; }

    /// From a small core to one four times as large, and so on, until a core covers all changes
    /// that could make a better choice, or the budget ends. Cores on the way are for better
    /// choices: each lowers the loss that the last one has to cover.
    void grow(const tuning::effort& how, bool to_the_end)
    {
        double last_limit = 0;
        for (std::size_t size = front_.first_places();;
             size = std::min(tuning::core_growth * size, most_places_)) {
            double limit = std::max(front_.loss_of_rank(size), 4 * last_limit);
            if (limit == infinity_) {
                // All places, but each may have many choices: the loss grows step by step, from no
                // less than a part of what matters, as ties lose nothing but what is rounded.
                const double least =
                    result.loss < infinity_ ? most_loss() * tuning::least_of_gap : 0;
                limit = last_limit > 0 ? std::max(2 * last_limit, least) : front_.largest_loss();
                if (!(limit > 0) || (result.loss == infinity_ && limit >= front_.loss_of_nothing()))
                    limit = infinity_;
            }
            const bool covers = limit >= most_loss();
            if (covers) {
                limit = most_loss();
                front_.reach(result.loss - front_.unusable, limits_);
            }
            last_limit = limit;
            left_out_ = front_.gather(limit, covers ? everything_ : size, core_);
            leave_out_repeats(core_, result.loss);
            is_covered = covers && front_.reached() >= result.loss - front_.unusable;
            if (covers && !to_the_end && result.loss < infinity_)
                return;
            const bool complete = search(covers ? how : tuning::on_the_way);
            if (complete && left_out_ == infinity_ && limit >= most_loss() &&
                front_.reached() >= result.loss - front_.unusable) {
                result.proven = true;
                result.least_loss = result.loss;
                return;
            }
            if (limits_.is_spent() || covers) {
                const double outside =
                    std::min({limit, left_out_, front_.reached()}) + front_.unusable;
                const double inside = complete ? result.loss : least_inside_;
                result.least_loss =
                    std::max(result.least_loss, std::min({inside, outside, result.loss}));
                return;
            }
        }
    }

    double least_inside_ = 0; ///< no choice of the core loses less

    /// Searches the core. Whether it came to the end; a better choice is taken in any case.
    bool search(const tuning::effort& how)
    {
        allowance for_labels(limits_, how.labels);
        label_search labels(core_, result.loss);
        const bool complete = labels.run(for_labels);
        take(labels);
        if (complete)
            return true;
        if (enumeration::suits(core_)) {
            allowance for_all(limits_, budget::no_limit);
            enumeration trial(core_, result.loss);
            const bool is_done = trial.run(for_all);
            take(trial);
            if (is_done)
                return true;
        }
        allowance for_nodes(limits_, how.nodes);
        branch_and_bound tree(core_, result.loss);
        const bool is_done = tree.run(for_nodes);
        take(tree);
        least_inside_ = tree.least_loss;
        return is_done || least_inside_ >= result.loss - core_.tolerance;
    }

    /// Hands a better choice to the front end.
    template <class Search>
    void take(const Search& search)
    {
        if (!search.improved)
            return;
        result.loss = search.loss;
        front_.take(search.made());
    }
};

} // namespace espalier::detail
