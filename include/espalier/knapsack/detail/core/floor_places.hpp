// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/budget.hpp>
#include <espalier/knapsack/detail/prices/component_choices.hpp>
#include <espalier/knapsack/detail/prices/component_oracle.hpp>
#include <espalier/knapsack/detail/prices/floor_bonuses.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// Floors in the core. Components that have items of a class with a floor are not independent: what
// one gives up another must keep. So those of them that are in the core become one place, whose
// choices are the combinations of their choices that keep the floor together with the components
// outside. Most classes have no floor that binds, and of one that does only a few components are
// ever in doubt, so there are few combinations; and the searches of the core know no floors.
//
// A combination loses what its components lose at the prices and bonuses, and for every item that it
// keeps beyond the floor the bonus, which was added without need.

namespace espalier::detail {

/// Components in the core with all choices that matter; the first is the base.
struct listed_place {
    std::vector<std::uint32_t> components;
    std::vector<alternative> choices{}; ///< `keep` component after component
};

class floor_places {
public:
    /// \param gaps  see component_prices
    floor_places(const std::vector<component_floor>& floors, std::vector<double> gaps,
        const component_choices& at)
        : floors_(floors),
          gaps_(std::move(gaps)),
          at_(at),
          floor_of_class_(at.class_costs.size(), none_)
    {
        if (floors.empty())
            return;
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            floor_of_class_[floors[f].a_class] = f;
        cluster_of_floor_.resize(floors.size());
        std::iota(cluster_of_floor_.begin(), cluster_of_floor_.end(), std::uint32_t{0});
        std::vector<std::uint32_t> first_floor(at.parts.size(), none_);
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            for (const std::uint32_t c : floors[f].components) {
                if (first_floor[c] == none_)
                    first_floor[c] = f;
                cluster_of_floor_[root(f)] = root(first_floor[c]);
            }
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            cluster_of_floor_[f] = root(f);
        cluster_ = std::move(first_floor);
        for (std::uint32_t& cluster : cluster_)
            if (cluster != none_)
                cluster = cluster_of_floor_[cluster];
        classes_.resize(floors.size());
        for (std::uint32_t f = 0; f < floors.size(); ++f)
            classes_[cluster_of_floor_[f]].push_back(floors[f].a_class);
    }

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

    /// What choices of component c may lose at the bonuses beyond what they lose against its present
    /// choice.
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
        for (std::size_t f = 0; f < floors_.size(); ++f)
            if (!is_joined(f) && gaps_[f] < 0)
                lost += bonus(f) * static_cast<double>(kept_by(f) - floors_[f].missing);
        return std::max(lost, 0.0);
    }

    /// Replaces components that share floors by one place for all of them.
    /// \param limit  combinations that lose more are left out
    /// \return what the cheapest of those loses that were too many; ∞ if there were not
    double join(std::vector<listed_place>& listed, double limit, budget& limits)
    {
        joined_.assign(floors_.size(), 0);
        double left_out = std::numeric_limits<double>::infinity();
        std::map<std::uint32_t, std::vector<listed_place>> of_cluster;
        std::vector<listed_place> others;
        for (listed_place& place : listed) {
            const std::uint32_t c = place.components.front();
            if (has_floor(c))
                of_cluster[cluster_[c]].push_back(std::move(place));
            else
                others.push_back(std::move(place));
        }
        listed = std::move(others);
        for (auto& [cluster, members] : of_cluster) {
            combination made(*this, cluster, members, limit + std::max(gaps_[cluster], 0.0));
            left_out = std::min(left_out, made.run(limits));
            listed_place place = made.place();
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
    static constexpr std::size_t most_ = 2'000; ///< combinations on the way

    const std::vector<component_floor>& floors_;
    std::vector<double> gaps_;
    const component_choices& at_;
    std::vector<std::uint32_t> floor_of_class_;
    std::vector<std::uint32_t> cluster_of_floor_; ///< named by one of its floors
    std::vector<std::uint32_t> cluster_;          ///< by component
    std::vector<std::vector<std::uint32_t>> classes_; ///< with floors, by cluster
    std::vector<std::uint8_t> joined_;            ///< by cluster

    [[nodiscard]] std::uint32_t root(std::uint32_t f) const
    {
        while (cluster_of_floor_[f] != f)
            f = cluster_of_floor_[f];
        return f;
    }
    [[nodiscard]] bool is_joined(std::size_t f) const
    {
        return !joined_.empty() && joined_[cluster_of_floor_[f]] != 0;
    }
    [[nodiscard]] double bonus(std::size_t f) const { return at_.bonus[floors_[f].a_class]; }
    /// Items of the class that the present choices keep.
    [[nodiscard]] std::int64_t kept_by(std::size_t f) const
    {
        return at_.used_by(floors_[f].components).kept(floors_[f].a_class);
    }

    /// All combinations of the choices of some components, by dynamic programming over the
    /// components.
    class combination {
    public:
        combination(const floor_places& owner, std::uint32_t cluster,
            const std::vector<listed_place>& members, double limit)
            : owner_(owner), members_(members), limit_(limit), rows_(owner.at_.rows)
        {
            for (std::uint32_t f = 0; f < owner.floors_.size(); ++f)
                if (owner.cluster_of_floor_[f] == cluster)
                    floors_.push_back(f);
            label begin;
            begin.total = -std::max(owner.gaps_[cluster], 0.0);
            for (const std::uint32_t f : floors_) {
                // Kept by the components outside.
                std::int64_t kept = owner.kept_by(f);
                for (const listed_place& member : members)
                    kept -= owner.at_.used_by(member.components)
                                .kept(owner.floors_[f].a_class);
                begin.total += owner.bonus(f) *
                               static_cast<double>(kept - owner.floors_[f].missing);
                begin.kept.push_back(kept);
            }
            labels_.push_back(begin);
            now_.push_back(0);
        }

        double run(budget& limits)
        {
            double left_out = std::numeric_limits<double>::infinity();
            for (std::uint32_t m = 0; m < members_.size(); ++m) {
                std::vector<std::uint32_t> next;
                const std::vector<std::vector<std::int64_t>> kept = kept_by_choices(m);
                for (const std::uint32_t from : now_)
                    for (std::uint32_t k = 0; k < members_[m].choices.size(); ++k) {
                        const double loss = labels_[from].loss + members_[m].choices[k].loss;
                        if (loss > limit_ && k != 0)
                            continue;
                        next.push_back(static_cast<std::uint32_t>(labels_.size()));
                        labels_.push_back(extended(from, m, k, loss, kept[k]));
                    }
                drop_dominated(next);
                if (next.size() > most_) {
                    const auto cut = next.begin() + static_cast<std::ptrdiff_t>(most_);
                    std::nth_element(
                        next.begin(), cut, next.end(), [&](std::uint32_t a, std::uint32_t b) {
                            return labels_[a].loss != labels_[b].loss
                                       ? labels_[a].loss < labels_[b].loss
                                       : a < b;
                        });
                    left_out = std::min(left_out, labels_[*cut].loss);
                    next.resize(most_);
                }
                now_.swap(next);
                limits.spend(100 * now_.size() * members_[m].choices.size());
            }
            return left_out;
        }

        [[nodiscard]] listed_place place() const
        {
            listed_place result;
            for (const listed_place& member : members_)
                result.components.insert(
                    result.components.end(), member.components.begin(), member.components.end());
            for (const std::uint32_t index : now_)
                if (keeps_floors(labels_[index]))
                    result.choices.push_back(choice(index));
            sort_by_loss(result.choices);
            return result;
        }

    private:
        struct label {
            double loss = 0;  ///< of the components
            double total = 0; ///< with the bonuses of what is kept beyond the floors
            resource_vector usage{};
            std::vector<std::int64_t> kept{}; ///< by floor of the cluster
            std::uint32_t parent = 0;
            std::uint32_t choice = 0; ///< of the last component
        };

        const floor_places& owner_;
        const std::vector<listed_place>& members_;
        double limit_;
        std::size_t rows_;
        std::vector<std::uint32_t> floors_;
        std::vector<label> labels_;
        std::vector<std::uint32_t> now_;

        /// Items that each choice of a member keeps, for each floor.
        [[nodiscard]] std::vector<std::vector<std::int64_t>> kept_by_choices(std::size_t m) const
        {
            const std::uint32_t c = members_[m].components.front();
            const pattern& look = owner_.at_.parts.look(c);
            std::vector<std::vector<std::int64_t>> result;
            for (const alternative& one : members_[m].choices) {
                result.emplace_back(floors_.size(), 0);
                for (std::size_t k = 0; k < look.size(); ++k)
                    for (std::size_t f = 0; f < floors_.size(); ++f)
                        result.back()[f] += one.keep[k] != 0 &&
                                            owner_.floor_of_class_[look.class_of[k]] == floors_[f];
            }
            return result;
        }

        [[nodiscard]] label extended(std::uint32_t from, std::uint32_t m, std::uint32_t k,
            double loss, const std::vector<std::int64_t>& kept) const
        {
            label one = labels_[from];
            one.parent = from;
            one.choice = k;
            one.loss = loss;
            one.total += members_[m].choices[k].loss;
            one.usage = less(one.usage, members_[m].choices[k].usage, rows_, -1);
            for (std::size_t f = 0; f < floors_.size(); ++f) {
                one.kept[f] += kept[f];
                one.total += owner_.bonus(floors_[f]) * static_cast<double>(kept[f]);
            }
            return one;
        }

        [[nodiscard]] bool keeps_floors(const label& one) const
        {
            for (std::size_t f = 0; f < floors_.size(); ++f)
                if (one.kept[f] < owner_.floors_[floors_[f]].missing)
                    return false;
            return true;
        }

        /// The value of a combination, but for a constant.
        [[nodiscard]] double value(const label& one) const
        {
            return price_of(one.usage, owner_.at_.price, rows_) - one.total;
        }

        void drop_dominated(std::vector<std::uint32_t>& some) const
        {
            std::vector<double> worth(labels_.size());
            for (const std::uint32_t index : some)
                worth[index] = value(labels_[index]);
            std::sort(some.begin(), some.end(), [&](std::uint32_t a, std::uint32_t b) {
                return worth[a] != worth[b] ? worth[a] > worth[b] : a < b;
            });
            std::size_t left = 0;
            for (const std::uint32_t index : some) {
                bool is_dominated = false;
                for (std::size_t k = left; k-- > 0 && !is_dominated;)
                    is_dominated = dominates(labels_[some[k]], labels_[index]);
                if (!is_dominated)
                    some[left++] = index;
            }
            some.resize(left);
        }

        /// Whether one combination uses no more than another and keeps no less, as far as floors
        /// ask for it.
        [[nodiscard]] bool dominates(const label& one, const label& other) const
        {
            for (std::size_t r = 0; r < rows_; ++r)
                if (one.usage[r] > other.usage[r])
                    return false;
            for (std::size_t f = 0; f < floors_.size(); ++f)
                if (one.kept[f] <
                    std::min(other.kept[f], owner_.floors_[floors_[f]].missing))
                    return false;
            return true;
        }

        [[nodiscard]] alternative choice(std::uint32_t index) const
        {
            std::vector<std::uint32_t> made(members_.size());
            alternative one{
                .loss = std::max(labels_[index].total, 0.0), .usage = labels_[index].usage};
            for (std::size_t m = members_.size(); m-- > 0; index = labels_[index].parent)
                made[m] = labels_[index].choice;
            for (std::size_t m = 0; m < members_.size(); ++m) {
                const std::vector<std::uint8_t>& keep = members_[m].choices[made[m]].keep;
                one.keep.insert(one.keep.end(), keep.begin(), keep.end());
            }
            return one;
        }
    };
};

} // namespace espalier::detail
