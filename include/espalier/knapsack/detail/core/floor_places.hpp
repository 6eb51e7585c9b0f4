// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/floor_combinations.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

// Floors in the core. Components that have items of a class with a floor are not independent: what
// one gives up another must keep. So those of them that are in the core become one place, whose
// choices are combinations of theirs (floor_combinations.hpp). Most classes have no floor that
// binds, and of one that does only a few components are ever in doubt, so there are few
// combinations; and the searches of the core know no floors.

namespace espalier::detail {

class floor_places {
public:
    /// \param gaps, forced_losses  see priced_floors
    floor_places(const std::vector<component_floor>& floors, std::vector<double> gaps,
        std::vector<double> forced_losses, const component_choices& at)
        : floors_(floors), gaps_(std::move(gaps)), forced_losses_(std::move(forced_losses)), at_(at)
    {
        if (floors.empty())
            return;
        cluster_of_floor_.resize(floors.size());
        std::iota(cluster_of_floor_.begin(), cluster_of_floor_.end(), std::uint32_t{0});
        cluster_.assign(at.parts.size(), none_);
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            for (const std::uint32_t c : floors[f].components) {
                if (cluster_[c] == none_)
                    cluster_[c] = f; // the first of its floors, to begin with
                cluster_of_floor_[root(f)] = root(cluster_[c]);
            }
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            cluster_of_floor_[f] = root(f);
        for (std::uint32_t& cluster : cluster_)
            if (cluster != none_)
                cluster = cluster_of_floor_[cluster];
        classes_.resize(floors.size());
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            classes_[cluster_of_floor_[f]].push_back(floors[f].a_class);
    }

    /// Whether a component has items of a class with a floor, as far as it matters here.
    [[nodiscard]] bool has_floor(std::size_t c) const
    {
        return !cluster_.empty() && cluster_[c] != none_;
    }

    /// Classes with floors that a component has items of, or one that it is tied to has.
    [[nodiscard]] std::span<const std::uint32_t> classes_with_floor(std::size_t c) const
    {
        if (!has_floor(c))
            return {};
        return classes_[cluster_[c]];
    }

    /// What choices of component c may lose at the bonuses beyond what they lose against its
    /// present choice.
    [[nodiscard]] double gap_of(std::size_t c) const
    {
        return has_floor(c) ? std::max(gaps_[cluster_[c]], 0.0) : 0.0;
    }
    /// What the bounds with bonuses have in excess of the present choices that keep floors exactly.
    [[nodiscard]] double total_gap() const
    {
        double sum = 0;
        for (const double gap : gaps_)
            sum += std::max(gap, 0.0);
        return sum;
    }

    /// What present choices that were made by bonuses lose by keeping more than the floors ask for;
    /// after `join`, those of the floors that no listed place takes care of.
    [[nodiscard]] double surplus_loss() const
    {
        double lost = 0;
        for (std::size_t f = 0; f < floors_.size(); ++f) {
            const auto& [a_class, missing, its_components, was_broken] = floors_[f];
            if ((joined_.empty() || joined_[cluster_of_floor_[f]] == 0) && gaps_[f] < 0)
                lost += at_.bonus[a_class] *
                        static_cast<double>(at_.used_by(its_components).kept(a_class) - missing);
        }
        return std::max(lost, 0.0);
    }

    /// Replaces components that share floors by one place for all of them.
    /// \param limit  combinations that lose more are left out
    /// \return what the cheapest of those loses that were too many; ∞ if there were not
    double join(std::vector<listed_place>& listed, double limit, budget& limits)
    {
        joined_.assign(floors_.size(), 0);
        double left_out = std::numeric_limits<double>::infinity();
        // A floor none of whose components is in the core is kept as it is by their bases.
        std::vector<std::vector<listed_place>> of_cluster(floors_.size());
        std::vector<listed_place> others;
        for (listed_place& place : listed) {
            const std::uint32_t c = place.components.front();
            if (has_floor(c))
                of_cluster[cluster_[c]].push_back(std::move(place));
            else
                others.push_back(std::move(place));
        }
        listed = std::move(others);
        for (std::uint32_t cluster = 0; cluster < of_cluster.size(); ++cluster) {
            if (of_cluster[cluster].empty())
                continue;
            std::vector<std::uint32_t> its_floors;
            for (std::uint32_t f = 0; f < floors_.size(); ++f)
                if (cluster_of_floor_[f] == cluster)
                    its_floors.push_back(f);
            floor_combinations made(floors_, its_floors, at_, forced_losses_, of_cluster[cluster]);
            listed_place place = made.list(limit, std::max(gaps_[cluster], 0.0), limits, left_out);
            if (place.choices.empty()) { // not even the present one was listed
                left_out = 0;
                continue;
            }
            joined_[cluster] = 1;
            listed.push_back(std::move(place));
        }
        return left_out;
    }

private:
    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    const std::vector<component_floor>& floors_;
    std::vector<double> gaps_;
    std::vector<double> forced_losses_; ///< by component
    const component_choices& at_;
    std::vector<std::uint32_t> cluster_of_floor_;     ///< named by one of its floors
    std::vector<std::uint32_t> cluster_;              ///< by component
    std::vector<std::vector<std::uint32_t>> classes_; ///< with floors, by cluster
    std::vector<std::uint8_t> joined_;                ///< by cluster

    /// Floors that share a component, or are tied by others that do, have one root (union–find).
    [[nodiscard]] std::uint32_t root(std::uint32_t f) const
    {
        while (cluster_of_floor_[f] != f)
            f = cluster_of_floor_[f];
        return f;
    }
};

} // namespace espalier::detail
