// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/branch_and_bound.hpp>
#include <espalier/knapsack/detail/common_divisor.hpp>
#include <espalier/knapsack/detail/component_choices.hpp>
#include <espalier/knapsack/detail/component_oracle.hpp>
#include <espalier/knapsack/detail/component_prices.hpp>
#include <espalier/knapsack/detail/components.hpp>
#include <espalier/knapsack/detail/joined_choices.hpp>
#include <espalier/knapsack/detail/label_search.hpp>
#include <espalier/knapsack/detail/lattice.hpp>
#include <espalier/knapsack/detail/relaxation.hpp>
#include <espalier/knapsack/detail/search_limits.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

// The proof for items that share units: the same steps as for independent items (see
// selection.hpp), with components in the place of items.
//
// A component whose second-best choice loses more than the gap is decided. The others make the
// core: every listed alternative to the best choice becomes a column, with what it loses and what
// it uses more or less than the best choice, and a component takes at most one of its columns.

namespace espalier::detail {

class linked_selection {
public:
    std::vector<std::uint8_t> keep; ///< the best choice so far, by item of the problem
    double loss = std::numeric_limits<double>::infinity();
    double least_loss = 0;
    double rounding = 0; ///< what choices that seemed to lose nothing lost together
    bool proven = false;
    bool out_of_time = false;
    bool infeasible = false; ///< proven: nothing meets the rows
    std::size_t nodes = 0;
    std::vector<std::uint32_t> core; ///< components of the last core

    /// \param rows  resources, and behind them the floors that are enforced as rows
    linked_selection(const components& parts, std::vector<resource_vector> class_costs,
        std::vector<resource_vector> kind_costs, std::size_t rows, const resource_vector& room,
        std::size_t items, const workers& crew)
        : keep(items, 0),
          parts_(parts),
          rows_(rows),
          room_(room),
          crew_(crew),
          at_(parts, std::move(class_costs), std::move(kind_costs), rows, crew)
    {}

    [[nodiscard]] const std::array<double, max_resources>& price() const { return at_.price; }

    /// Improvements that are not worth a search: what rounding does to a sum of a few prices, or
    /// what no improvement can be as little as.
    [[nodiscard]] double tolerance() const
    {
        return std::max(step_, rounding_of(at_.price, room_, rows_));
    }

    /// L(λ), an upper bound for all choices.
    [[nodiscard]] double lagrangian() { return at_.lagrangian(room_); }

    [[nodiscard]] bool has_answer() const { return loss < std::numeric_limits<double>::infinity(); }

    void run(const search_limits& given, const stopwatch& watch, bool to_the_end = true)
    {
        if (parts_.size() == 0) {
            proven = std::all_of(room_.begin(), room_.end(), [](auto r) { return r >= 0; });
            infeasible = !proven;
            loss = 0;
            return;
        }
        component_prices(at_, room_).find();
        settle_ties();
        ranked_ = at_.margin;
        common_divisor values(1e3 * rounding_of(at_.price, room_, rows_));
        for (std::size_t at = 0; at < parts_.items() && !values.gave_up(); ++at)
            values.add(parts_.value[at]);
        step_ = values.step();
        std::vector<resource_vector> all_costs = at_.class_costs;
        all_costs.insert(all_costs.end(), at_.kind_costs.begin(), at_.kind_costs.end());
        const double unusable = cost_lattice(all_costs, rows_).least_loss(room_, at_.price);
        take_choices();
        if (has_answer() && loss - unusable <= tolerance()) {
            least_loss = loss;
            proven = true;
            return;
        }
        if (!to_the_end) {
            search(given, watch, unusable, false);
            for (const auto& [component, limit] : unlisted_) // undecided as well
                core.push_back(static_cast<std::uint32_t>(component));
            return;
        }
        bool joined = false;
        for (const search_limits& effort : efforts(given)) {
            search(effort, watch, unusable, true);
            if (is_too_large_ && !proven && !joined) {
                joined = true;
                take_joined_choices();
                search(effort, watch, unusable, true);
            }
            if (proven || infeasible || out_of_time || is_lost_in_rounding())
                return;
        }
    }

private:
    struct column {
        std::uint32_t place; ///< of the component in the core
        std::uint32_t which; ///< of its alternatives
    };

    const components& parts_;
    std::size_t rows_;
    resource_vector room_;
    workers crew_;
    component_choices at_;
    std::vector<double> ranked_;                         ///< the margins, to be reordered
    std::vector<std::vector<alternative>> alternatives_; ///< by place in the core
    resource_vector core_room_{};

    double nothing_ = 0;                     ///< a loss that may be rounding
    double step_ = 0;                        ///< two choices differ by more than this or not at all
    bool is_too_large_ = false;              ///< some components had too many alternatives to list
    std::map<std::size_t, double> unlisted_; ///< such components, and up to which loss

    /// Whether the sum of all values would not show what a better choice could still gain.
    [[nodiscard]] bool is_lost_in_rounding()
    {
        return has_answer() && loss - least_loss <= std::numeric_limits<double>::epsilon() *
                                                        (at_.lagrangian(room_) - loss);
    }

    void settle_ties()
    {
        nothing_ = rounding_of(at_.price, room_, rows_);
        rounding = at_.settle_ties(room_, nothing_);
    }

    void write_choices()
    {
        crew_.each_part(parts_.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
            for (std::size_t c = begin; c < end; ++c)
                for (std::size_t at = parts_.first[c]; at < parts_.first[c + 1]; ++at)
                    keep[parts_.item[at]] = at_.keeps(c, at - parts_.first[c]);
        });
    }

    /// The best choices at the prices, where they fit together: they lose what they leave.
    void take_choices()
    {
        if (!at_.fit(room_))
            return;
        loss = 0;
        for (std::size_t r = 0; r < rows_; ++r)
            loss += at_.price[r] * static_cast<double>(room_[r] - at_.total_usage[r]);
        write_choices();
    }

    /// For problems whose core is too large to be searched, see joined_choices.hpp.
    void take_joined_choices()
    {
        const std::array<double, max_resources> best_price = at_.price;
        const double most = at_.lagrangian(room_);
        if (join_choices(at_, room_, most)) {
            careful_sum value;
            for (std::size_t c = 0; c < parts_.size(); ++c)
                for (std::size_t at = parts_.first[c]; at < parts_.first[c + 1]; ++at)
                    if (at_.keeps(c, at - parts_.first[c]))
                        value.add(parts_.value[at]);
            // Rather too much than too little: these are long sums.
            const double lost = std::max(most - value.value(), 0.0) + rounding_slack * most;
            if (lost < loss) {
                loss = lost;
                write_choices();
            }
        }
        at_.price = best_price;
        at_.sweep();
        settle_ties();
    }

    /// Searches a core that grows until it covers all that matters, or a limit is met.
    void search(
        const search_limits& given, const stopwatch& watch, double unusable, bool to_the_end)
    {
        for (std::size_t size = 30 + 10 * rows_;; size *= 3) {
            double limit = margin_of_rank(size);
            const double most = loss - unusable - step_;
            const bool covers = limit >= most;
            limit = std::min(limit, covers ? gather(most, parts_.size()) : gather(limit, size));
            if (covers && !to_the_end && has_answer())
                return;
            search_limits limits = given;
            if (!covers)
                limits.nodes = to_the_end ? 2'000 : 50;
            const bool complete =
                search_labels(limits, watch, unusable) || search_core(limits, watch);
            if (complete && limit + unusable >= loss - step_) {
                proven = true;
                least_loss = loss;
                infeasible = !(loss < std::numeric_limits<double>::infinity());
                return;
            }
            if (out_of_time || (covers && (!complete || is_too_large_)))
                return stop(limit + unusable);
        }
    }

    void stop(double covered) { least_loss = std::min({least_loss, covered, loss}); }

    double margin_of_rank(std::size_t rank)
    {
        if (rank >= ranked_.size())
            return std::numeric_limits<double>::infinity();
        const auto at = ranked_.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(ranked_.begin(), at, ranked_.end());
        return *at;
    }

    /// Lists the alternatives of all components with a margin below `limit`, and of those that have
    /// just this margin until there are `count`: of equal components, thousands would do no better.
    /// Components with too many alternatives are left out. The least margin of those; infinite if
    /// there are none.
    double gather(double limit, std::size_t count)
    {
        double left_out = std::numeric_limits<double>::infinity();
        core.clear();
        alternatives_.clear();
        core_room_ = at_.less(room_, at_.total_usage);
        const auto below = std::count_if(
            at_.margin.begin(), at_.margin.end(), [&](double margin) { return margin < limit; });
        std::size_t equal = count - std::min(count, static_cast<std::size_t>(below));
        for (std::size_t c = 0; c < parts_.size(); ++c)
            if (at_.margin[c] < limit || (at_.margin[c] == limit && equal > 0)) {
                equal -= at_.margin[c] == limit;
                const auto known = unlisted_.find(c);
                std::vector<alternative> listed;
                if (known == unlisted_.end() || limit < known->second)
                    listed = at_.list(c, std::max(limit, nothing_), 4'000);
                if (listed.empty()) {
                    unlisted_[c] = limit;
                    left_out = std::min(left_out, at_.margin[c]);
                    continue;
                }
                begin_with_choice(c, listed);
                core_room_ =
                    at_.less(at_.less(core_room_, at_.usage_of(c), -1), listed.front().usage);
                core.push_back(static_cast<std::uint32_t>(c));
                alternatives_.push_back(std::move(listed));
            }
        is_too_large_ = left_out < std::numeric_limits<double>::infinity();
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

    /// Searches the core by dynamic programming, component by component. Whether it came to the
    /// end; a better choice is taken over in any case.
    bool search_labels(const search_limits& limits, const stopwatch& watch, double unusable)
    {
        std::vector<column> columns;
        std::vector<double> losses;
        std::vector<resource_vector> usages;
        std::vector<std::size_t> first; // column of each stage
        resource_vector frees{};
        resource_vector takes{};
        // By the loss of the cheapest change: not the margin, whose choice may not be listed.
        const auto cheapest = [&](std::uint32_t place) { return alternatives_[place][1].loss; };
        std::vector<std::uint32_t> order;
        for (std::uint32_t place = 0; place < core.size(); ++place)
            if (alternatives_[place].size() > 1)
                order.push_back(place);
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return cheapest(a) != cheapest(b) ? cheapest(a) < cheapest(b) : a < b;
        });
        for (const std::uint32_t place : order) {
            first.push_back(columns.size());
            for (std::uint32_t which = 1; which < alternatives_[place].size(); ++which) {
                columns.push_back({place, which});
                losses.push_back(alternatives_[place][which].loss);
                usages.push_back(at_.less(
                    alternatives_[place][which].usage, alternatives_[place].front().usage));
                for (std::size_t r = 0; r < rows_; ++r) {
                    frees[r] = std::max(frees[r], -usages.back()[r]);
                    takes[r] = std::max(takes[r], usages.back()[r]);
                }
            }
        }
        first.push_back(columns.size());
        label_search search(
            rows_, core_room_, at_.price, frees, takes, loss, unusable, tolerance());
        const auto next_loss = [&](std::size_t stage) {
            return stage + 1 < first.size() ? losses[first[stage]]
                                            : std::numeric_limits<double>::infinity();
        };
        std::size_t stage = 0;
        for (; search.is_open(next_loss(stage)); ++stage) {
            if (search.work > work_of(limits) || watch.seconds() > limits.seconds)
                break;
            const std::size_t count = first[stage + 1] - first[stage];
            search.stage(static_cast<std::uint32_t>(first[stage]),
                std::span{losses}.subspan(first[stage], count),
                std::span{usages}.subspan(first[stage], count), next_loss(stage + 1));
        }
        if (search.improved) {
            loss = search.loss;
            std::vector<double> taken(columns.size(), 0);
            search.changes([&](std::uint32_t change) { taken[change] = 1; });
            take_over(taken, columns);
        }
        if (search.gave_up || search.is_open(next_loss(stage)))
            return false;
        least_loss = loss;
        return true;
    }

    bool search_core(const search_limits& limits, const stopwatch& watch)
    {
        std::vector<column> columns;
        std::vector<std::uint32_t> groups;
        std::vector<resource_vector> costs;
        for (std::uint32_t place = 0; place < core.size(); ++place)
            for (std::uint32_t which = 1; which < alternatives_[place].size(); ++which) {
                columns.push_back({place, which});
                groups.push_back(place);
                costs.push_back(alternatives_[place][which].usage);
                for (std::size_t r = 0; r < rows_; ++r)
                    costs.back()[r] -= alternatives_[place].front().usage[r];
            }
        resource_vector room = core_room_;
        const double unusable = round_room(room, costs, rows_, at_.price);
        const scaled_costs scaled(rows_, costs);
        relaxation program(costs, scaled, room, at_.price);
        for (std::size_t j = 0; j < columns.size(); ++j)
            program.add(-alternatives_[columns[j].place][columns[j].which].loss,
                static_cast<std::uint32_t>(j), 1);
        branch_and_bound tree(program, costs, rows_, room, at_.price, tolerance());
        tree.at_most_one_of(groups);
        tree.begin_with(unusable - loss);
        tree.search(limits, watch);
        nodes += tree.nodes;
        out_of_time = tree.out_of_time;
        if (tree.improved)
            take_over(tree.best, columns);
        loss = std::min(loss, unusable - tree.best_objective);
        least_loss = std::max(unusable - tree.bound, 0.0);
        return tree.complete;
    }

    void take_over(const std::vector<double>& taken, const std::vector<column>& columns)
    {
        const auto write = [&](std::size_t c, const std::vector<std::uint8_t>& chosen) {
            for (std::size_t k = 0; k < chosen.size(); ++k)
                keep[parts_.item[parts_.first[c] + k]] = chosen[k];
        };
        write_choices();
        for (std::size_t place = 0; place < core.size(); ++place)
            write(core[place], alternatives_[place].front().keep);
        for (std::size_t j = 0; j < columns.size(); ++j)
            if (taken[j] > 0)
                write(
                    core[columns[j].place], alternatives_[columns[j].place][columns[j].which].keep);
    }
};

} // namespace espalier::detail
