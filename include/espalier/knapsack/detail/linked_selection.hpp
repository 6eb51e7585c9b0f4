// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/branch_and_bound.hpp>
#include <espalier/knapsack/detail/component_oracle.hpp>
#include <espalier/knapsack/detail/components.hpp>
#include <espalier/knapsack/detail/relaxation.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

// The proof for items that share units: the same steps as for independent items (see
// selection.hpp), with components in the place of items.
//
// The best prices minimise the Lagrangian bound L(λ) = λ·room + Σ over components of their best
// worth at λ, a convex function that comes with a subgradient for free. It is minimised by cutting
// planes: the master program, over the choices that the components made at the prices tried so far,
// is a knapsack relaxation with one row per resource and one for "a mixture of choices", and its
// dual prices are the next ones to try. First on a sample of the components; then on those whose
// choice is not clear at the sample's prices, the others being fixed, until a sweep over all shows
// that no fixed one would change.
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
    bool proven = false;
    bool out_of_time = false;
    bool infeasible = false; ///< proven: nothing meets the rows
    std::size_t nodes = 0;
    double lagrangian = std::numeric_limits<double>::infinity(); ///< L(λ), of the chosen items
    std::array<double, max_resources> price{};
    std::vector<std::uint32_t> core; ///< components of the last core

    /// \param rows  resources, and behind them the floors that are enforced as rows
    linked_selection(const components& parts, std::vector<resource_vector> class_costs,
        std::vector<resource_vector> kind_costs, std::size_t rows, const resource_vector& room,
        std::size_t items)
        : keep(items, 0),
          parts_(parts),
          class_costs_(std::move(class_costs)),
          kind_costs_(std::move(kind_costs)),
          rows_(rows),
          room_(room),
          oracle_(parts)
    {}

    /// Losses that are not worth a search: what rounding does to a sum of a few prices.
    [[nodiscard]] double tolerance() const { return rounding_of(price, room_, rows_); }

    [[nodiscard]] bool has_answer() const { return loss < std::numeric_limits<double>::infinity(); }

    void run(const search_limits& given, const stopwatch& watch, bool to_the_end = true)
    {
        if (parts_.size() == 0) {
            proven = std::all_of(room_.begin(), room_.end(), [](auto r) { return r >= 0; });
            infeasible = !proven;
            loss = 0;
            return;
        }
        find_prices();
        ranked_ = margin_;
        std::vector<resource_vector> all_costs = class_costs_;
        all_costs.insert(all_costs.end(), kind_costs_.begin(), kind_costs_.end());
        const double unusable = cost_lattice(all_costs, rows_).least_loss(room_, price);
        for (std::size_t size = 30 + 10 * rows_;; size *= 3) {
            const double limit = margin_of_rank(size);
            const double most = loss - unusable;
            const bool covers = limit >= most;
            if (!gather(std::min(limit, most)))
                return stop(std::min(limit + unusable, loss)); // too many alternatives to list
            if (covers && !to_the_end && has_answer())
                return;
            search_limits limits = given;
            if (!covers)
                limits.nodes = to_the_end ? 2'000 : 50;
            const bool complete = search_core(limits, watch);
            if (complete && limit + unusable >= loss) {
                proven = true;
                least_loss = loss;
                infeasible = !(loss < std::numeric_limits<double>::infinity());
                return;
            }
            if (out_of_time || (covers && !complete))
                return stop(limit + unusable);
        }
    }

private:
    struct column {
        std::uint32_t place; ///< of the component in the core
        std::uint32_t which; ///< of its alternatives
    };

    const components& parts_;
    std::vector<resource_vector> class_costs_;
    std::vector<resource_vector> kind_costs_;
    std::size_t rows_;
    resource_vector room_;
    component_oracle oracle_;
    std::vector<std::uint8_t> choice_; ///< by position in parts_: the best choice at the prices
    std::vector<double> margin_;       ///< by component: loss of its second-best choice
    std::vector<double> ranked_;
    resource_vector total_usage_{};                      ///< of choice_
    std::vector<std::vector<alternative>> alternatives_; ///< by place in the core
    resource_vector core_room_{};

    void stop(double covered) { least_loss = std::min({least_loss, covered, loss}); }

    void add_usage(std::size_t c, const std::vector<std::uint8_t>& chosen, resource_vector& usage,
        std::int64_t sign) const
    {
        const auto add = [&](const resource_vector& cost) {
            for (std::size_t r = 0; r < rows_; ++r)
                usage[r] += sign * cost[r];
        };
        for (std::size_t k = 0; k < chosen.size(); ++k)
            if (chosen[k])
                add(class_costs_[parts_.class_of[parts_.first[c] + k]]);
        oracle_.units(c, chosen, [&](std::uint32_t kind) { add(kind_costs_[kind]); });
    }

    void set_price(const std::array<double, max_resources>& lambda)
    {
        oracle_.price(lambda, rows_, class_costs_, kind_costs_);
    }

    /// Solves all components at `price`: choices, margins, usage. The components that changed.
    std::vector<std::uint32_t> sweep()
    {
        set_price(price);
        const bool first = choice_.empty();
        choice_.resize(parts_.items());
        margin_.resize(parts_.size());
        total_usage_ = {};
        careful_sum worth;
        for (std::size_t r = 0; r < rows_; ++r)
            worth.add(price[r] * static_cast<double>(room_[r]));
        std::vector<std::uint32_t> changed;
        for (std::size_t c = 0; c < parts_.size(); ++c) {
            oracle_.solve<true>(c);
            worth.add(oracle_.best);
            margin_[c] = oracle_.best - oracle_.second;
            const auto at = choice_.begin() + static_cast<std::ptrdiff_t>(parts_.first[c]);
            if (first || !std::equal(oracle_.keep.begin(), oracle_.keep.end(), at)) {
                std::copy(oracle_.keep.begin(), oracle_.keep.end(), at);
                changed.push_back(static_cast<std::uint32_t>(c));
            }
            add_usage(c, oracle_.keep, total_usage_, 1);
        }
        lagrangian = worth.value();
        return changed;
    }

    [[nodiscard]] std::vector<std::uint8_t> choice_of(std::size_t c) const
    {
        return {choice_.begin() + static_cast<std::ptrdiff_t>(parts_.first[c]),
            choice_.begin() + static_cast<std::ptrdiff_t>(parts_.first[c + 1])};
    }

    void find_prices()
    {
        std::vector<std::uint32_t> some;
        const std::size_t wanted = 4'096;
        if (parts_.items() <= 3 * wanted) {
            some.resize(parts_.size());
            std::iota(some.begin(), some.end(), std::uint32_t{0});
            minimise(some, room_);
            static_cast<void>(sweep());
            return;
        }
        std::size_t sampled = wanted;
        minimise_sample(some, sampled, 0);
        if (parts_.items() > 64 * wanted) {
            sampled = 16 * wanted;
            minimise_sample(some, sampled, 0.15);
        }
        static_cast<void>(sweep());
        std::vector<std::uint8_t> is_active(parts_.size(), 0);
        ranked_ = margin_;
        const double clear = margin_of_rank(
            static_cast<std::size_t>(4 * std::sqrt(1.0 / static_cast<double>(some.size())) *
                                     static_cast<double>(parts_.size())));
        for (std::size_t c = 0; c < parts_.size(); ++c)
            is_active[c] = margin_[c] <= clear;
        const double close = 0.02 * margin_of_rank(30);
        for (;;) {
            some.clear();
            resource_vector room = room_;
            for (std::size_t r = 0; r < rows_; ++r)
                room[r] -= total_usage_[r];
            for (std::size_t c = 0; c < parts_.size(); ++c)
                if (is_active[c]) {
                    some.push_back(static_cast<std::uint32_t>(c));
                    add_usage(c, choice_of(c), room, 1);
                }
            minimise(some, room, 0.15, close);
            bool done = true;
            for (const std::uint32_t c : sweep())
                if (!is_active[c]) {
                    is_active[c] = 1;
                    done = false;
                }
            if (done)
                return;
        }
    }

    /// The prices of a sample of about so many items, with capacities in proportion.
    void minimise_sample(std::vector<std::uint32_t>& some, std::size_t items, double fence)
    {
        some.clear();
        sample(some, items * parts_.size() / parts_.items() + 1);
        std::size_t sampled = 0;
        double worth = 0;
        for (const std::uint32_t c : some)
            for (std::size_t at = parts_.first[c]; at < parts_.first[c + 1]; ++at) {
                ++sampled;
                worth += parts_.value[at];
            }
        resource_vector room{};
        for (std::size_t r = 0; r < rows_; ++r)
            room[r] = static_cast<std::int64_t>(static_cast<double>(room_[r]) *
                                                static_cast<double>(sampled) /
                                                static_cast<double>(parts_.items()));
        minimise(some, room, fence, 1e-6 * worth);
    }

    void sample(std::vector<std::uint32_t>& some, std::size_t count) const
    {
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t begin = k * parts_.size() / count;
            const std::size_t end = (k + 1) * parts_.size() / count;
            std::uint64_t mix = (k + 1) * 0x9e3779b97f4a7c15U;
            mix = (mix ^ (mix >> 29)) * 0xbf58476d1ce4e5b9U;
            if (end > begin)
                some.push_back(static_cast<std::uint32_t>(
                    begin + static_cast<std::size_t>(mix >> 33) % (end - begin)));
        }
    }

    /// Minimises the Lagrangian bound of some components by cutting planes, from `price` on.
    /// \param fence  how far from `price` the minimum is expected, as a share of the prices; 0: no
    ///               idea. Prices are kept within the fence until the minimum turns out beyond it.
    /// \param close  distance to the minimum that is close enough
    void minimise(const std::vector<std::uint32_t>& some, const resource_vector& room,
        double fence = 0, double close = 0)
    {
        const std::size_t rows = rows_ + 1; // the last: the weights of the mixture sum up to 1
        resource_vector master_room = room;
        master_room[rows_] = 1;
        std::vector<resource_vector> usages;
        std::vector<double> worths;
        double worth_of_all = 0;
        for (const std::uint32_t c : some)
            for (std::size_t at = parts_.first[c]; at < parts_.first[c + 1]; ++at)
                worth_of_all += parts_.value[at];
        add_penalty(master_room, worth_of_all, usages, worths);
        std::size_t fences = 0;
        if (fence > 0)
            fences = add_fence(fence, usages, worths);

        double least = std::numeric_limits<double>::infinity();
        std::array<double, max_resources> best_price = price;
        std::array<double, max_resources> at = price;
        for (int round = 0; round < 300; ++round) {
            set_price(at);
            resource_vector usage{};
            careful_sum worth; // at the prices `at`
            for (const std::uint32_t c : some) {
                oracle_.solve<false>(c);
                worth.add(oracle_.best);
                add_usage(c, oracle_.keep, usage, 1);
            }
            double bound = worth.value();
            double paid = 0;
            for (std::size_t r = 0; r < rows_; ++r) {
                bound += at[r] * static_cast<double>(room[r]);
                paid += at[r] * static_cast<double>(usage[r]);
            }
            if (bound < least) {
                least = bound;
                best_price = at;
            }
            usage[rows_] = 1;
            usages.push_back(usage);
            worths.push_back(worth.value() + paid);
            const scaled_costs scaled(rows, usages);
            relaxation master(usages, scaled, master_room, {});
            for (std::size_t k = 0; k < worths.size(); ++k)
                master.add(worths[k], static_cast<std::uint32_t>(k), k < fences ? 1e9 : 2);
            if (master.solve() != relaxation_status::optimal)
                break;
            if (least - master.bound <= std::max(close, 1e-11 * std::abs(least))) {
                bool beyond = false;
                for (std::size_t k = 0; k < fences; ++k)
                    beyond = beyond || master.value[k] > 1e-6;
                if (!beyond)
                    break;
                usages.erase(usages.begin(), usages.begin() + static_cast<std::ptrdiff_t>(fences));
                worths.erase(worths.begin(), worths.begin() + static_cast<std::ptrdiff_t>(fences));
                fences = 0;
                continue;
            }
            at = master.prices();
            at[rows_] = 0;
        }
        price = best_price;
        price[rows_] = 0;
    }

    /// Columns that buy a resource above its expected price and sell it below: they keep the master
    /// program's prices in between.
    std::size_t add_fence(
        double width, std::vector<resource_vector>& usages, std::vector<double>& worths) const
    {
        double total = 0;
        for (std::size_t r = 0; r < rows_; ++r)
            total += price[r] * static_cast<double>(std::max<std::int64_t>(room_[r], 0));
        std::size_t count = 0;
        for (std::size_t r = 0; r < rows_; ++r) {
            const auto capacity = static_cast<double>(std::max<std::int64_t>(room_[r], 1));
            const double by = width * std::max(price[r], 0.05 * total / capacity);
            resource_vector unit{};
            unit[r] = -1;
            usages.insert(usages.begin(), unit);
            worths.insert(worths.begin(), -(price[r] + by));
            ++count;
            if (price[r] - by > 0) {
                unit[r] = 1;
                usages.insert(usages.begin(), unit);
                worths.insert(worths.begin(), price[r] - by);
                ++count;
            }
        }
        return count;
    }

    /// Where even the empty choice breaks a row (a floor), a column that mends it at a prohibitive
    /// loss keeps the master program feasible.
    void add_penalty(const resource_vector& room, double worth_of_all,
        std::vector<resource_vector>& usages, std::vector<double>& worths) const
    {
        resource_vector mend{};
        bool needed = false;
        for (std::size_t r = 0; r < rows_; ++r)
            if (room[r] < 0) {
                mend[r] = room[r];
                needed = true;
            }
        if (!needed)
            return;
        usages.push_back(mend);
        worths.push_back(-1e3 * (worth_of_all + 1));
    }

    double margin_of_rank(std::size_t rank)
    {
        if (rank >= ranked_.size())
            return std::numeric_limits<double>::infinity();
        const auto at = ranked_.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(ranked_.begin(), at, ranked_.end());
        return *at;
    }

    /// Lists the alternatives of all components with a margin up to `limit`.
    bool gather(double limit)
    {
        core.clear();
        alternatives_.clear();
        core_room_ = room_;
        for (std::size_t r = 0; r < rows_; ++r)
            core_room_[r] -= total_usage_[r];
        set_price(price);
        for (std::size_t c = 0; c < parts_.size(); ++c)
            if (margin_[c] <= limit) {
                std::vector<alternative> listed =
                    oracle_.list(c, limit, rows_, class_costs_, kind_costs_, 20'000);
                if (listed.empty())
                    return false;
                add_usage(c, choice_of(c), core_room_, 1);
                for (std::size_t r = 0; r < rows_; ++r)
                    core_room_[r] -= listed.front().usage[r];
                core.push_back(static_cast<std::uint32_t>(c));
                alternatives_.push_back(std::move(listed));
            }
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
        const double unusable = round_room(room, costs, rows_, price);
        const scaled_costs scaled(rows_, costs);
        relaxation program(costs, scaled, room, price);
        for (std::size_t j = 0; j < columns.size(); ++j)
            program.add(-alternatives_[columns[j].place][columns[j].which].loss,
                static_cast<std::uint32_t>(j), 1);
        branch_and_bound tree(program, costs, rows_, room, price, tolerance());
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
        for (std::size_t c = 0; c < parts_.size(); ++c)
            for (std::size_t at = parts_.first[c]; at < parts_.first[c + 1]; ++at)
                keep[parts_.item[at]] = choice_[at];
        for (std::size_t place = 0; place < core.size(); ++place)
            write(core[place], alternatives_[place].front().keep);
        for (std::size_t j = 0; j < columns.size(); ++j)
            if (taken[j] > 0)
                write(
                    core[columns[j].place], alternatives_[columns[j].place][columns[j].which].keep);
    }
};

} // namespace espalier::detail
