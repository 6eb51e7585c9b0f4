// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/component_oracle.hpp>
#include <espalier/knapsack/detail/components.hpp>
#include <espalier/knapsack/detail/pattern.hpp>
#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
        std::vector<resource_vector> of_kinds, std::size_t the_rows)
        : parts(the_parts),
          class_costs(std::move(of_classes)),
          kind_costs(std::move(of_kinds)),
          rows(the_rows),
          oracle_(the_parts)
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

    /// Worth of the best choices of some components at other prices, and what they use.
    std::pair<double, resource_vector> best_at(
        const std::array<double, max_resources>& prices, const std::vector<std::uint32_t>& some)
    {
        oracle_.price(prices, rows, class_costs, kind_costs);
        tally used(*this);
        careful_sum worth;
        oracle_.solve<false>(
            some.size(), [&](std::size_t k) { return some[k]; },
            [&](std::size_t c, double best, double, const std::uint64_t* choice) {
                worth.add(best);
                used.add(c, choice);
            });
        return {worth.value(), used.usage()};
    }

    /// L(λ), an upper bound for all choices.
    [[nodiscard]] double lagrangian(const resource_vector& room)
    {
        careful_sum worth;
        for (std::size_t r = 0; r < rows; ++r)
            worth.add(price[r] * static_cast<double>(room[r]));
        oracle_.price(price, rows, class_costs, kind_costs);
        oracle_.solve<false>(
            parts.size(), [](std::size_t c) { return c; },
            [&](std::size_t, double best, double, const std::uint64_t*) { worth.add(best); });
        return worth.value();
    }

    /// The choices of component c that lose at most `limit`, see component_oracle.
    std::vector<alternative> list(std::size_t c, double limit, std::size_t most)
    {
        return oracle_.list(c, limit, rows, class_costs, kind_costs, most);
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

private:
    component_oracle oracle_;
    std::vector<std::uint64_t> choice_; ///< words of the best choices, see choice_at

    /// Where the words of a component's choice begin: it has at most one more than its share.
    [[nodiscard]] std::size_t choice_at(std::size_t c) const
    {
        return parts.first[c] / pattern::items_per_word + c;
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

    /// Solves some components at `price`, and adds their usage. Those that changed.
    template <class Component>
    std::vector<std::uint32_t> solve_at_price(std::size_t count, const Component& component)
    {
        oracle_.price(price, rows, class_costs, kind_costs);
        tally used(*this);
        std::vector<std::uint32_t> changed;
        oracle_.solve<true>(count, component,
            [&](std::size_t c, double best, double second, const std::uint64_t* choice) {
                margin[c] = best - second;
                std::uint64_t* known = &choice_[choice_at(c)];
                const std::size_t words = parts.look(c).words();
                if (!std::equal(choice, choice + words, known))
                    changed.push_back(static_cast<std::uint32_t>(c));
                std::copy(choice, choice + words, known);
                used.add(c, choice);
            });
        total_usage = less(total_usage, used.usage(), -1);
        return changed;
    }
};

} // namespace espalier::detail
