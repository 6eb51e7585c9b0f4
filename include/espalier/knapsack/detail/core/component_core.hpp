// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/choice_writer.hpp>
#include <espalier/knapsack/detail/core/common_divisor.hpp>
#include <espalier/knapsack/detail/core/core_problem.hpp>
#include <espalier/knapsack/detail/core/lattice.hpp>
#include <espalier/knapsack/detail/core/repeated_places.hpp>
#include <espalier/knapsack/detail/entry/linked_items.hpp>
#include <espalier/knapsack/detail/prices/component_prices.hpp>
#include <espalier/knapsack/detail/prices/tie_settling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

// Components of items that share units as places of a core problem: the base is the best choice at
// the prices, the changes are the other choices that no choice of the component dominates. A
// component whose second-best choice loses too much is decided without a listing. Components that
// a floor ties together are one place (floor_places.hpp).

namespace espalier::detail {

class component_core {
public:
    std::vector<std::uint8_t> keep;  ///< the best choice so far, by item of the problem
    std::vector<std::uint32_t> core; ///< components of the last core
    double unusable = 0;
    double step = 0;
    double rounding = 0; ///< what choices that seemed to lose nothing lost together
    bool is_infeasible = false;

    /// \param items    what is to be chosen from; must outlive this, as must the problem
    /// \param problem  for its costs
    component_core(const linked_items& items, const knapsack_problem& problem, budget& limits,
        const workers& crew)
        : keep(problem.size(), 0),
          items_(items),
          parts_(items.parts),
          rows_(problem.resources),
          room_(items.room),
          crew_(crew),
          limits_(limits),
          at_(parts_, problem.class_costs, problem.shared.costs, rows_, crew)
    {}

    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] const price_vector& price() const { return at_.price; }

    /// Finds prices, the best choices at them, and what they lose where they fit together. Whether
    /// there is anything to search for.
    bool find_prices(search_result& result)
    {
        component_prices finder(at_, room_, items_.floors, limits_);
        if (!finder.find()) {
            is_infeasible = finder.is_infeasible;
            return false;
        }
        // What the floors leave behind at the prices, for the place that ties their components
        // together.
        gaps_ = finder.floors.gaps;
        forced_losses_ = finder.floors.forced_losses;
        // Floors that the choices keep anyway tie nothing together, as long as no search breaks
        // one.
        for (std::size_t f = 0; f < items_.floors.size(); ++f)
            is_tied_.push_back(items_.floors[f].was_broken || finder.floors.binds[f] != 0);
        tie_floors();
        rounding = settle_ties(at_, room_, nothing(), *places_, limits_, has_settled_);
        // Values that are multiples of one number make losses of feasible choices differ by that
        // much at least: an improvement by less is none. Not so where an item was left out for
        // being too small.
        common_divisor values(1e3 * nothing());
        if (items_.has_vanished)
            values.give_up();
        for (std::size_t at = 0; at < parts_.items() && !values.gave_up(); ++at)
            values.add(parts_.value[at]);
        step = values.step();
        // Units are paid like items are, so both span the lattice of what can be used.
        std::vector<resource_vector> all_costs = at_.class_costs;
        all_costs.insert(all_costs.end(), at_.kind_costs.begin(), at_.kind_costs.end());
        unusable = cost_lattice(all_costs, rows_).least_loss(room_, at_.price);
        begin(result);
        return true;
    }

    /// Ties components of floors together that a search has broken, and begins anew at the same
    /// prices. False: no prices were found for those floors, or choices were settled for ties.
    bool tie(const std::vector<std::uint32_t>& broken, search_result& result)
    {
        if (broken.empty() || has_settled_)
            return false;
        for (const std::uint32_t c : broken) {
            const auto at = std::find_if(items_.floors.begin(), items_.floors.end(),
                [&](const component_floor& floor) { return floor.a_class == c; });
            if (at == items_.floors.end() ||
                std::exchange(is_tied_[static_cast<std::size_t>(at - items_.floors.begin())], 1))
                return false;
        }
        tie_floors();
        begin(result);
        return true;
    }

    /// What the prices suggest, as far as it fits, with what it loses: where the budget ended
    /// before the search found a choice. The loss stays infinite where floors are not kept.
    void take_by_price(search_result& result)
    {
        std::fill(keep.begin(), keep.end(), std::uint8_t{0});
        compensated_sum value;
        resource_vector left = room_;
        std::vector<std::int64_t> kept(at_.class_costs.size(), 0);
        if (places_.has_value()) {
            for (const bool first : {true, false})
                for (std::uint32_t c = 0; c < parts_.size(); ++c)
                    if (places_->has_floor(c) == first)
                        writer_.write_if_fits(c, left, kept, value);
        } else {
            lagrangian_ = 0; // L(0)
            for (const double one : parts_.value)
                *lagrangian_ += std::max(one, 0.0);
        }
        if (std::any_of(items_.floors.begin(), items_.floors.end(),
                [&](const component_floor& one) { return kept[one.a_class] < one.missing; }))
            return;
        // Rather too much than too little: these are long sums.
        result.loss = std::max(lagrangian() - value.value(), 0.0) + rounding_slack * lagrangian();
    }

    /// Classes of which the choices at the prices keep fewer items than are missing.
    [[nodiscard]] std::vector<std::uint32_t> broken_floors(
        const std::vector<std::size_t>& missing) const
    {
        std::vector<std::uint32_t> broken;
        if (missing.empty())
            return broken;
        choice_tally used = at_.tally().of_many();
        for (std::size_t c = 0; c < parts_.size(); ++c)
            used.add(c, at_.choice_of(c));
        used.close();
        for (std::uint32_t c = 0; c < missing.size(); ++c)
            if (used.kept(c) < static_cast<std::int64_t>(missing[c]))
                broken.push_back(c);
        return broken;
    }

    /// L(λ), an upper bound for all choices: a sweep over all components the first time.
    [[nodiscard]] double lagrangian()
    {
        if (lagrangian_)
            return *lagrangian_;
        double bound = price_of(room_, at_.price, rows_) + at_.total_worth() - places_->total_gap();
        for (const component_floor& floor : items_.floors)
            bound -= at_.bonus[floor.a_class] * static_cast<double>(floor.missing);
        return lagrangian_.emplace(bound);
    }

    /// Improvements that are not worth a search, see item_core.
    [[nodiscard]] double tolerance() const { return std::max(step, nothing()); }

    /// A loss that may be rounding.
    [[nodiscard]] double nothing() const
    {
        double total = rounding_of(at_.price, room_, rows_);
        for (const component_floor& floor : items_.floors)
            total += 4 * std::numeric_limits<double>::epsilon() * at_.bonus[floor.a_class] *
                     static_cast<double>(std::max<std::int64_t>(floor.missing, 0));
        return total;
    }

    /// Of few components not all at once: a better choice makes listing the others cheaper.
    [[nodiscard]] std::size_t first_places() const
    {
        return std::min(tuning::first_components(rows_), parts_.size() / 4 + 1);
    }
    /// The margins are losses of cheapest changes, known without a listing.
    [[nodiscard]] double loss_of_rank(std::size_t rank) const { return of_rank(at_.margin, rank); }

    /// With all places in the core, the loss from which on it grows.
    [[nodiscard]] double largest_loss() const
    {
        const double margin = *std::max_element(at_.margin.begin(), at_.margin.end());
        return std::max(std::isfinite(margin) ? margin : 0.0, nothing());
    }
    /// Keeping nothing loses all of the bound; where floors forbid that, no search comes so far.
    [[nodiscard]] double loss_of_nothing() { return lagrangian(); }
    // Listings see all that loses less than their limit, whatever the limit is.
    [[nodiscard]] static double reached() { return std::numeric_limits<double>::infinity(); }
    static void reach(double, budget&) {}

    /// Lists the choices of the components in doubt, and makes a core problem of them
    /// (core_search.hpp).
    double gather(double limit, std::size_t count, core_problem& problem)
    {
        problem = {.rows = rows_, .price = at_.price};
        problem.unusable = unusable;
        problem.tolerance = tolerance();
        problem.left = less(room_, at_.total_usage, rows_);
        core.clear();
        listed_.clear();
        double left_out = list_components(limit, count);
        left_out = std::min(left_out, places_->join(listed_, limit, limits_));
        problem.base_loss = places_->surplus_loss();

        // A place begins with its base: what is left is counted as if every place had it, and what
        // bases lose against the best choices (floors make them) is lost from the beginning.
        core_problem each{.rows = rows_};
        doubtful_.clear();
        for (std::uint32_t k = 0; k < listed_.size(); ++k) {
            const std::vector<alternative>& choices = listed_[k].choices;
            const alternative& base = choices.front();
            for (const std::uint32_t c : listed_[k].components)
                add(problem.left, at_.usage_of(c), rows_);
            add(problem.left, base.usage, rows_, -1);
            problem.base_loss += base.loss;
            if (choices.size() == 1)
                continue;
            for (std::size_t which = 1; which < choices.size(); ++which) {
                each.add_change(choices[which].loss - base.loss,
                    static_cast<std::uint32_t>(each.usages.size()));
                each.usages.push_back(less(choices[which].usage, base.usage, rows_));
            }
            each.close(1);
            doubtful_.push_back(k);
        }
        merged_ = merge_equal_places(each, problem);
        first_change_ = problem.first;
        return left_out;
    }

    /// Writes the bases of the core, then the changes that were made of them.
    void take(const changes_made& made)
    {
        writer_.write_all();
        for (const listed_place& place : listed_)
            writer_.write(place, place.choices.front());
        for (std::size_t merged = 0; merged < merged_.first_in_order.size(); ++merged) {
            std::size_t at = merged_.first_in_order[merged];
            for (std::size_t k = first_change_[merged]; k < first_change_[merged + 1]; ++k)
                for (std::uint32_t n = 0; n < made[k]; ++n) {
                    const listed_place& place = listed_[doubtful_[merged_.order[at++]]];
                    writer_.write(place, place.choices[1 + k - first_change_[merged]]);
                }
        }
    }

private:
    /// Makes one place of the components of each floor that is tied.
    void tie_floors()
    {
        floors_.clear();
        std::vector<double> gaps;
        for (std::size_t f = 0; f < items_.floors.size(); ++f)
            if (is_tied_[f] != 0) {
                floors_.push_back(items_.floors[f]);
                gaps.push_back(gaps_[f]);
            }
        places_.emplace(floors_, gaps, forced_losses_, at_);
    }

    /// From the choices at the prices, where they fit together.
    void begin(search_result& result)
    {
        result = {};
        if (!at_.fit(room_))
            return;
        result.loss = places_->surplus_loss() +
                      price_of(less(room_, at_.total_usage, rows_), at_.price, rows_);
        writer_.write_all();
    }

    /// Choices of a component: many where there are few components, which then are long.
    [[nodiscard]] std::size_t most_listed() const
    {
        return std::max(
            tuning::least_listed, std::min(tuning::all_listed / parts_.size(),
                                      tuning::most_listed_bytes / (parts_.items() + 1)));
    }

    const linked_items& items_;
    const components& parts_;
    std::size_t rows_;
    resource_vector room_;
    workers crew_;
    budget& limits_;
    component_choices at_;
    std::vector<double> gaps_;            ///< of all floors, see priced_floors
    std::vector<double> forced_losses_;   ///< by component, see priced_floors
    std::vector<std::uint8_t> is_tied_;   ///< by floor: `places_` takes care of it
    std::vector<component_floor> floors_; ///< those
    bool has_settled_ = false;            ///< see settle_ties
    std::optional<floor_places> places_;
    std::optional<double> lagrangian_;
    choice_writer writer_{at_, keep, crew_};
    std::vector<listed_place> listed_;
    std::vector<std::uint32_t> doubtful_; ///< those with several choices
    merged_places merged_;
    std::vector<std::size_t> first_change_; ///< merged place → its first change
    std::vector<double> unlisted_; ///< by component: limits it had too many choices for; NaN: none

    /// Of equal components, thousands would do no better than a few.
    double list_components(double limit, std::size_t count)
    {
        double left_out = std::numeric_limits<double>::infinity();
        // All that lose less than the limit, and of those at the limit no more than were asked for.
        const auto below = std::count_if(
            at_.margin.begin(), at_.margin.end(), [&](double margin) { return margin < limit; });
        std::size_t equal = count - std::min(count, static_cast<std::size_t>(below));
        at_.price_listings();
        for (std::uint32_t c = 0; c < parts_.size(); ++c) {
            const double margin = at_.margin[c];
            if (!(margin < limit) && !(margin == limit && equal > 0))
                continue;
            equal -= margin == limit;
            listed_place place{.components = {c}};
            if (unlisted_.empty() || !(limit >= unlisted_[c]))
                place.choices = at_.list(c, std::max(limit, nothing()) + places_->gap_of(c),
                    places_->classes_with_floor(c), most_listed(), limits_);
            core.push_back(c);
            if (place.choices.empty()) {
                unlisted_.resize(parts_.size(), std::numeric_limits<double>::quiet_NaN());
                unlisted_[c] = limit;
                left_out = std::min(left_out, margin);
                continue;
            }
            begin_with_choice(c, place.choices);
            listed_.push_back(std::move(place));
        }
        return left_out;
    }

    /// Moves the choice of the component to the front, before others that lose as little.
    void begin_with_choice(std::size_t c, std::vector<alternative>& listed) const
    {
        const auto chosen = std::find_if(listed.begin(), listed.end(), [&](const alternative& one) {
            for (std::size_t item = 0; item < one.keep.size(); ++item)
                if (at_.keeps(c, item) != (one.keep[item] != 0))
                    return false;
            return true;
        });
        if (chosen != listed.end())
            std::rotate(listed.begin(), chosen, chosen + 1);
    }
};

} // namespace espalier::detail
