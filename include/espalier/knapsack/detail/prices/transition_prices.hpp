// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/entry/components.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>

// Prices of steps. Keeping an item across a state costs
//     λ·cost of its class − μ of its class + Σ λ·cost over those of its units that the state has
//     not paid,
// where λ are the prices of resources and μ the bonuses of floors. This depends on the pattern of a
// component alone, so a million components look their prices up in a table.

namespace espalier::detail {

/// What the steps of the dynamic programs over components cost at given prices: of each transition
/// of each pattern, worked out when the pattern is first asked for.
class transition_prices {
public:
    /// \param parts  must outlive this
    explicit transition_prices(const components& parts)
        : parts_(parts), first_price_(parts.patterns.size() + 1, 0), priced_(parts.patterns.size())
    {
        for (std::size_t p = 0; p < parts.patterns.size(); ++p)
            first_price_[p + 1] = first_price_[p] + parts.patterns[p].transitions.size();
        transition_price_.resize(first_price_.back());
    }

    /// Sets the prices for λ, and what an item of each class is worth beyond its value.
    void price(const price_vector& lambda, std::size_t rows,
        const std::vector<resource_vector>& class_costs,
        const std::vector<resource_vector>& kind_costs, const std::vector<double>& bonus)
    {
        class_price_.resize(class_costs.size());
        kind_price_.resize(kind_costs.size());
        for (std::size_t c = 0; c < class_costs.size(); ++c)
            class_price_[c] = price_of(class_costs[c], lambda, rows) - bonus[c];
        for (std::size_t k = 0; k < kind_costs.size(); ++k)
            kind_price_[k] = price_of(kind_costs[k], lambda, rows);
        ++times_;
    }

    /// Sets the price of one class alone.
    void price_class(std::size_t a_class, double price)
    {
        class_price_[a_class] = price;
        ++times_;
    }

    [[nodiscard]] double of_class(std::size_t a_class) const { return class_price_[a_class]; }
    [[nodiscard]] double of_kind(std::size_t kind) const { return kind_price_[kind]; }

    /// What keeping item k costs in a state: the item and those of its units that are not paid.
    [[nodiscard]] double at(const pattern& look, std::size_t k, std::size_t state) const
    {
        double sum = class_price_[look.class_of[k]];
        for (const pattern::link& unit : look.links_of(k))
            if (!(state >> unit.slot & 1U))
                sum += kind_price_[unit.kind];
        return sum;
    }

    /// Of the transitions of a pattern.
    const double* of(std::size_t its_pattern)
    {
        double* prices = transition_price_.data() + first_price_[its_pattern];
        if (priced_[its_pattern] == times_)
            return prices;
        priced_[its_pattern] = times_;
        const pattern& look = parts_.patterns[its_pattern];
        for (std::size_t k = 0; k < look.size(); ++k)
            for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1]; ++t)
                if (look.transitions[t].keeps)
                    prices[t] = at(look, k, look.transitions[t].from);
        return prices;
    }

private:
    const components& parts_;
    std::vector<double> class_price_;
    std::vector<double> kind_price_;
    std::size_t times_ = 0;                ///< how often prices were set
    std::vector<std::size_t> first_price_; ///< by pattern
    std::vector<std::size_t> priced_;      ///< by pattern: at which prices
    std::vector<double> transition_price_; ///< of the item and the units that it pays
};

} // namespace espalier::detail
