// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/component_oracle.hpp>
#include <espalier/knapsack/detail/components.hpp>
#include <espalier/knapsack/detail/pattern.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/detail/workers.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

// What all components choose at the prices λ: the choice of each, its margin (what the second-best
// choice loses), and what the choices use together.

namespace espalier::detail {

class component_choices {
public:
    const components& parts;
    const std::vector<resource_vector> class_costs;
    const std::vector<resource_vector> kind_costs;
    const std::size_t rows;

    std::array<double, max_resources> price{}; ///< λ
    std::vector<double> margin;                ///< by component: loss of its second-best choice
    resource_vector total_usage{};             ///< of all choices

    component_choices(const components& the_parts, std::vector<resource_vector> of_classes,
        std::vector<resource_vector> of_kinds, std::size_t the_rows, const workers& crew)
        : parts(the_parts),
          class_costs(std::move(of_classes)),
          kind_costs(std::move(of_kinds)),
          rows(the_rows),
          crew_(crew),
          oracles_(crew.parts(the_parts.size(), grain_), component_oracle(the_parts))
    {}

    /// Counts what choices use. Costs are multiplied in at the end, once per class and kind.
    class tally {
    public:
        explicit tally(const component_choices& of)
            : of_(of), classes_(of.class_costs.size(), 0), kinds_(of.kind_costs.size(), 0)
        {}
        void add(std::size_t c, const std::uint64_t* choice)
        {
            of_.parts.look(c).usage(
                choice, [&](std::uint32_t a_class, int items) { classes_[a_class] += items; },
                [&](std::uint32_t kind) { ++kinds_[kind]; });
        }
        [[nodiscard]] resource_vector usage() const
        {
            resource_vector sum{};
            for (std::size_t r = 0; r < of_.rows; ++r) {
                for (std::size_t c = 0; c < classes_.size(); ++c)
                    sum[r] += classes_[c] * of_.class_costs[c][r];
                for (std::size_t k = 0; k < kinds_.size(); ++k)
                    sum[r] += kinds_[k] * of_.kind_costs[k][r];
            }
            return sum;
        }

    private:
        const component_choices& of_;
        std::vector<std::int64_t> classes_;
        std::vector<std::int64_t> kinds_;
    };

    /// What is left of `room` without what a tally counts, or with it given back.
    [[nodiscard]] resource_vector less(
        resource_vector room, const resource_vector& usage, std::int64_t sign = 1) const
    {
        for (std::size_t r = 0; r < rows; ++r)
            room[r] -= sign * usage[r];
        return room;
    }

    [[nodiscard]] bool fits(const resource_vector& usage, const resource_vector& room) const
    {
        const resource_vector left = less(room, usage);
        return std::all_of(left.begin(), left.end(), [](auto amount) { return amount >= 0; });
    }
    /// Whether the choices fit together.
    [[nodiscard]] bool fit(const resource_vector& room) const { return fits(total_usage, room); }

    [[nodiscard]] bool keeps(std::size_t c, std::size_t item) const
    {
        return pattern::keeps(choice_of(c), item);
    }
    [[nodiscard]] resource_vector usage_of(std::size_t c) const
    {
        tally used(*this);
        used.add(c, choice_of(c));
        return used.usage();
    }
    [[nodiscard]] const std::uint64_t* choice_of(std::size_t c) const
    {
        return &choice_[choice_at(c)];
    }

    /// All choices, for `join`.
    [[nodiscard]] const std::vector<std::uint64_t>& choices() const { return choice_; }

    /// Makes the first choices up to an item, by position, and the second from there on.
    void join(const std::vector<std::uint64_t>& first, const std::vector<std::uint64_t>& second,
        std::size_t position)
    {
        tally used(*this);
        for (std::size_t c = 0; c < parts.size(); ++c) {
            const std::size_t count = parts.items(c);
            const std::size_t split = std::clamp(position, parts.first[c], parts.first[c] + count);
            for (std::size_t w = 0; w < parts.look(c).words(); ++w) {
                const std::size_t begin = parts.first[c] + w * pattern::items_per_word;
                const std::size_t here =
                    std::min(split - std::min(split, begin), pattern::items_per_word);
                const std::uint64_t mask = (std::uint64_t{1} << here) - 1;
                const std::size_t at = choice_at(c) + w;
                choice_[at] = (first[at] & mask) | (second[at] & ~mask);
            }
            used.add(c, choice_of(c));
        }
        total_usage = used.usage();
    }

    /// Worth of the best choices of some components at other prices, and what they use.
    std::pair<double, resource_vector> best_at(
        const std::array<double, max_resources>& prices, const std::vector<std::uint32_t>& some)
    {
        return best_at(prices, some.size(), [&](std::size_t k) { return some[k]; });
    }

    /// The worth of all best choices at other prices, and what they use together.
    std::pair<double, resource_vector> best_at(const std::array<double, max_resources>& prices)
    {
        return best_at(prices, parts.size(), [](std::size_t c) { return c; });
    }

    /// L(λ), an upper bound for all choices.
    [[nodiscard]] double lagrangian(const resource_vector& room)
    {
        careful_sum worth;
        for (std::size_t r = 0; r < rows; ++r)
            worth.add(price[r] * static_cast<double>(room[r]));
        worth.add(best_at(price).first);
        return worth.value();
    }

    /// The choices of component c that lose at most `limit`, see component_oracle.
    std::vector<alternative> list(std::size_t c, double limit, std::size_t most)
    {
        return oracles_.front().list(c, limit, rows, class_costs, kind_costs, most);
    }

    /// Solves all components at `price`: choices, margins, usage.
    void sweep()
    {
        choice_.resize(choice_at(parts.size()));
        margin.resize(parts.size());
        total_usage = {};
        static_cast<void>(solve_at_price(parts.size(), [](std::size_t c) { return c; }));
    }

    /// The same after the prices have moved from `before`, for those components whose margin is not
    /// more than the move can change it by, and some `reserve` besides. The others keep their
    /// choice; their margin becomes one that they have at least. The components that changed.
    std::vector<std::uint32_t> sweep_again(
        const std::array<double, max_resources>& before, double reserve)
    {
        std::vector<double> drift;
        for (const pattern& look : parts.patterns)
            drift.push_back(most_change(look, before));
        std::vector<std::uint32_t> near;
        tally used(*this);
        for (std::uint32_t c = 0; c < parts.size(); ++c) {
            const double its_drift = drift[parts.pattern_of[c]];
            if (margin[c] <= its_drift + reserve) {
                near.push_back(c);
                used.add(c, choice_of(c));
            } else {
                margin[c] -= its_drift;
            }
        }
        total_usage = less(total_usage, used.usage());
        return solve_at_price(near.size(), [&](std::size_t k) { return near[k]; });
    }

    /// Where components lose nothing by another choice, thousands may have made the same one, which
    /// together use far more of a resource than there is, or far less. Chooses for these anew, one
    /// after the other, such that `room` is filled as nearly as can be.
    /// \param nothing  a loss that may be rounding
    /// \returns what the new choices lose all the same
    double settle_ties(const resource_vector& room, double nothing)
    {
        // The square of what is used beyond the room, and of what is left of resources with a
        // price: where one is met, the others may still move it a little for their own sake.
        const auto distance = [&](const resource_vector& left) {
            double sum = 0;
            for (std::size_t r = 0; r < rows; ++r)
                if (left[r] < 0 || price[r] > 0) {
                    const auto capacity = std::max<std::int64_t>(std::abs(room[r]), 1);
                    const double part =
                        static_cast<double>(left[r]) / static_cast<double>(capacity);
                    sum += left[r] < 0 ? 4 * part * part : part * part;
                }
            return sum;
        };
        std::vector<std::uint32_t> tied;
        for (std::uint32_t c = 0; c < parts.size(); ++c)
            if (margin[c] <= nothing)
                tied.push_back(c);
        if (tied.size() < least_ties_)
            return 0;
        oracles_.front().price(price, rows, class_costs, kind_costs);
        resource_vector left = less(room, total_usage);
        std::vector<double> losses(tied.size(), 0.0);
        for (int pass = 0; pass < 4; ++pass) {
            const double before = distance(left);
            for (std::size_t k = 0; k < tied.size(); ++k)
                settle(tied[k], nothing, distance, left, losses[k]);
            if (distance(left) >= before)
                break;
        }
        total_usage = less(room, left);
        return std::accumulate(losses.begin(), losses.end(), 0.0);
    }

private:
    static constexpr std::size_t grain_ = 16'384;  // components
    static constexpr std::size_t least_ties_ = 64; // fewer are for the search to settle
    workers crew_;
    std::vector<component_oracle> oracles_; ///< one for each part that is solved side by side
    std::vector<std::uint64_t> choice_;     ///< words of the best choices, see choice_at

    /// Where the words of a component's choice begin: it has at most one more than its share.
    [[nodiscard]] std::size_t choice_at(std::size_t c) const
    {
        return parts.first[c] / pattern::items_per_word + c;
    }

    /// Makes the choice that brings `left` nearest to nothing.
    template <class Distance>
    void settle(std::size_t c, double nothing, const Distance& distance, resource_vector& left,
        double& loss)
    {
        double least = distance(left);
        const resource_vector without = less(left, usage_of(c), -1);
        for (const alternative& other : list(c, nothing, 256)) {
            const resource_vector with = less(without, other.usage);
            if (distance(with) < least) {
                least = distance(with);
                left = with;
                loss = other.loss;
                choose(c, other.keep);
            }
        }
    }

    void choose(std::size_t c, const std::vector<std::uint8_t>& keep)
    {
        std::uint64_t* words = &choice_[choice_at(c)];
        std::fill(words, words + parts.look(c).words(), 0);
        for (std::size_t k = 0; k < keep.size(); ++k)
            if (keep[k] != 0)
                pattern::keep(words, k);
    }

    /// By how much the worth of two choices can move apart between `before` and `price`.
    [[nodiscard]] double most_change(
        const pattern& look, const std::array<double, max_resources>& before) const
    {
        double sum = 0;
        const auto add = [&](const resource_vector& cost) {
            for (std::size_t r = 0; r < rows; ++r)
                sum += std::abs(price[r] - before[r]) * std::abs(static_cast<double>(cost[r]));
        };
        for (const std::uint32_t a_class : look.class_of)
            add(class_costs[a_class]);
        for (const std::uint32_t kind : look.unit_kind)
            add(kind_costs[kind]);
        return sum * (1 + 1e-9);
    }

    void set_prices(const std::array<double, max_resources>& prices)
    {
        for (component_oracle& oracle : oracles_)
            oracle.price(prices, rows, class_costs, kind_costs);
    }

    template <class Component>
    std::pair<double, resource_vector> best_at(const std::array<double, max_resources>& prices,
        std::size_t count, const Component& component)
    {
        set_prices(prices);
        std::vector<careful_sum> worths(workers::grains(count, grain_));
        std::vector<tally> used(crew_.parts(count, grain_), tally(*this));
        crew_.each_part(count, grain_, [&](std::size_t part, std::size_t first, std::size_t last) {
            for (std::size_t begin = first; begin < last; begin += grain_) {
                careful_sum& worth = worths[begin / grain_];
                oracles_[part].template solve<false>(
                    std::min(grain_, last - begin),
                    [&](std::size_t k) { return component(begin + k); },
                    [&](std::size_t c, double best, double, const std::uint64_t* choice) {
                        worth.add(best);
                        used[part].add(c, choice);
                    });
            }
        });
        careful_sum worth;
        for (const careful_sum& some : worths)
            worth.add(some.value());
        resource_vector usage{};
        for (const tally& some : used)
            usage = less(usage, some.usage(), -1);
        return {worth.value(), usage};
    }

    /// Solves some components at `price`, and adds their usage. Those that changed.
    template <class Component>
    std::vector<std::uint32_t> solve_at_price(std::size_t count, const Component& component)
    {
        set_prices(price);
        std::vector<tally> used(crew_.parts(count, grain_), tally(*this));
        std::vector<std::vector<std::uint32_t>> changed(used.size());
        crew_.each_part(count, grain_, [&](std::size_t part, std::size_t begin, std::size_t end) {
            oracles_[part].template solve<true>(
                end - begin, [&](std::size_t k) { return component(begin + k); },
                [&](std::size_t c, double best, double second, const std::uint64_t* choice) {
                    margin[c] = best - second;
                    std::uint64_t* known = &choice_[choice_at(c)];
                    const std::size_t words = parts.look(c).words();
                    if (!std::equal(choice, choice + words, known))
                        changed[part].push_back(static_cast<std::uint32_t>(c));
                    std::copy(choice, choice + words, known);
                    used[part].add(c, choice);
                });
        });
        for (std::size_t part = 0; part < used.size(); ++part) {
            total_usage = less(total_usage, used[part].usage(), -1);
            if (part > 0)
                changed.front().insert(
                    changed.front().end(), changed[part].begin(), changed[part].end());
        }
        return std::move(changed.front());
    }
};

} // namespace espalier::detail
