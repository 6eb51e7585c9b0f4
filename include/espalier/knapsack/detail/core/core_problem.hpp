// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/prices/price_vector.hpp>

#include <limits>

// The core problem: what prices and the best choice known leave undecided, as a multiple-choice
// knapsack. At the prices every place has a base, its best choice; it may make one of its changes
// instead, which loses something and uses more of some resources or less. A place is an item (kept
// or not), a component of items that share units (one of its other choices), or all components that
// a floor ties together. So the search need not know where a place came from.
//
// To be found: the changes that together lose least, where what is left of the resources in the end
// is lost at its price and must not be negative.

namespace espalier::detail {

struct core_problem {
    std::size_t rows = 0; ///< resources
    price_vector price{};
    resource_vector left{}; ///< where every place keeps its base; may be negative
    double base_loss = 0;   ///< what all bases lose together: 0 but for floors
    double unusable = 0;    ///< loss that no choice escapes beyond that, see lattice.hpp
    double tolerance = 0;   ///< improvements of the loss that are not worth a search

    // Places, in the order of their cheapest change.
    std::vector<std::size_t> first{0};  ///< place → its first change; one entry more than places
    std::vector<std::uint32_t> count{}; ///< how many equal places it stands for
    std::vector<double> loss{};         ///< of each change, ascending within a place, ≥ 0
    std::vector<std::uint32_t> kind{};  ///< of each change: index into `usages`
    std::vector<resource_vector> usages{}; ///< what changes use more than the base; may be negative

    [[nodiscard]] std::size_t places() const { return count.size(); }
    [[nodiscard]] std::size_t changes() const { return loss.size(); }
    [[nodiscard]] const resource_vector& usage(std::size_t change) const
    {
        return usages[kind[change]];
    }

    void add_change(double its_loss, std::uint32_t its_kind)
    {
        loss.push_back(its_loss);
        kind.push_back(its_kind);
    }
    /// Ends the changes of a place.
    void close(std::uint32_t equal_places)
    {
        first.push_back(loss.size());
        count.push_back(equal_places);
    }
};

/// What a search knows at its end.
struct search_result {
    double loss = std::numeric_limits<double>::infinity(); ///< of the best choice, scaled values
    double least_loss = 0;                                 ///< no choice loses less
    bool proven = false; ///< the choice is optimal, or, where the loss is infinite, there is none
};

/// How often each change is made; those of a place together no more often than its count.
using changes_made = std::vector<std::uint32_t>;

} // namespace espalier::detail
