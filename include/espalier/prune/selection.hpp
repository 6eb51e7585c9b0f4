// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/split_offsets.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

// From layers to a knapsack problem and from its answer to masks. Here groups meet the resources
// they hang on. A resource unit (a DSP block, a soft multiplier, a memory column) that serves one
// group alone is part of that group's own cost; one that serves several is a shared unit of the
// problem, paid once while any of them is kept. That single rule covers the paper's structures
// (everything private), multipliers that straddle memory columns, filters that share a multiplier,
// and DSP blocks that hold two multipliers.
//
// Two cases have no fixed place for a group: kept multipliers of a packed memory lie side by side
// (in it and in DSP blocks that hold two), and kept weights under the latency strategy share
// multipliers as HLS likes. There the groups take slots in the order of their value, best first,
// and the units belong to slots. A best choice then keeps a prefix, which fills ⌈kept·W/36⌉ columns
// or ⌈kept/RF⌉ multipliers, just as the hardware.

namespace espalier {

struct selection_options {
    /// Of all layers; none: single multipliers with linked memory columns, which never keep less
    /// than the paper's consecutive ones at the same budget (docs/benchmarks.md), and single
    /// weights where weights have no fixed multiplier (latency strategy).
    std::optional<espalier::structure> structure{};
    /// One for each layer, overriding `structure`; empty: `structure` everywhere.
    std::vector<espalier::structure> structures{};
    layout framework = layout::pytorch;
    cost_policy costs{};
    /// Groups of each weight matrix that stay whatever the budget, so that no layer is removed.
    std::size_t keep_at_least = 1;
};

class selection {
public:
    /// Resources of the knapsack problem, by index.
    enum : std::size_t { dsp, bram18, lut, resource_count };

    /// \throws std::invalid_argument if a layer is not sound, a structure does not suit its layer,
    ///         or the number of structures is neither 0 nor the number of layers
    explicit selection(std::span<const layer_spec> layers, selection_options options = {})
        : options_(std::move(options))
    {
        ensure(!layers.empty(), "a network has at least one layer");
        ensure(options_.structures.empty() || options_.structures.size() == layers.size(),
            "structures are given for every layer or for none",
            given{"structures", options_.structures.size()}, given{"layers", layers.size()});
        problem_.resources = resource_count;
        problem_.shared.first.push_back(0);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            ensure_sound(layers[i]);
            for (const weight_matrix& m : matrices_of(layers[i]))
                add_matrix(m, structure_for(m, i));
        }
        problem_.shared.users = slots_;
        std::vector<std::uint8_t> all(problem_.class_of.size(), 1);
        problem_.values.assign(all.size(), 0.0);
        total_ = usage_of(all);
    }

    [[nodiscard]] std::size_t matrices() const { return parts_.size(); }
    [[nodiscard]] const grouping& groups_of(std::size_t matrix) const
    {
        return parts_[matrix].groups;
    }
    /// Index of the first item of a matrix; its groups follow one by one.
    [[nodiscard]] std::size_t first_item(std::size_t matrix) const
    {
        return parts_[matrix].first_item;
    }
    /// Number of groups of all matrices together: the items of the problem.
    [[nodiscard]] std::size_t items() const { return problem_.class_of.size(); }
    [[nodiscard]] layout framework() const { return options_.framework; }
    [[nodiscard]] const cost_policy& costs() const { return options_.costs; }
    /// What pruning can free at most: DSP blocks, block RAM and the LUTs of soft multipliers.
    [[nodiscard]] const resources& total() const { return total_; }

    /// The knapsack problem for the values of all groups under a budget. Of the budget the fields
    /// dsp, bram18 and lut count (lut: soft multipliers only).
    /// \param values  one for each item, ≥ 0
    /// \return valid until the next call
    const knapsack_problem& pose(std::vector<double> values, const resources& budget)
    {
        ensure(values.size() == items(), "every group has a value", given{"values", values.size()},
            given{"groups", items()});
        problem_.values = std::move(values);
        problem_.capacity = {budget.dsp, budget.bram18, budget.lut};
        for (const part& p : parts_)
            if (p.ranked)
                assign_slots(p);
        return problem_;
    }

    /// Resources of the last posed problem that a choice takes.
    [[nodiscard]] resources usage_of(std::span<const std::uint8_t> keep) const
    {
        ensure(keep.size() == items(), "a choice has an entry for every group",
            given{"given", keep.size()}, given{"groups", items()});
        const resource_vector used = usage(problem_, keep);
        return {.dsp = used[dsp], .bram18 = used[bram18], .lut = used[lut]};
    }

    /// Writes the mask of one matrix in the framework's order: 1 where the weight is kept, else 0.
    /// \param keep  one entry for each item of the whole problem
    /// \param mask  as many entries as the matrix has weights
    template <class Number>
    void write_mask(
        std::span<const std::uint8_t> keep, std::size_t matrix, std::span<Number> mask) const
    {
        const part& p = parts_[matrix];
        const weight_matrix& m = p.groups.matrix();
        ensure(static_cast<std::int64_t>(mask.size()) == m.weights(),
            "a mask has an entry for every weight", given{"given", mask.size()},
            given{"weights", m.weights()});
        ensure(keep.size() == items(), "a choice has an entry for every group",
            given{"given", keep.size()}, given{"groups", items()});
        const std::uint8_t* const kept = keep.data() + p.first_item;
        visit_weights(p.groups, options_.framework, [&](std::int64_t offset, std::int64_t group) {
            mask[static_cast<std::size_t>(offset)] = static_cast<Number>(kept[group]);
        });
    }

    /// Price of each item: Σ prices · own cost, and an equal part of each unit it shares.
    [[nodiscard]] std::vector<double> priced(std::span<const double> prices) const
    {
        ensure(prices.size() == resource_count, "there is a price for every resource",
            given{"prices", prices.size()});
        const auto value_of = [&](const resource_vector& cost) {
            double sum = 0;
            for (std::size_t r = 0; r < resource_count; ++r)
                sum += prices[r] * static_cast<double>(cost[r]);
            return sum;
        };
        std::vector<double> price(items());
        for (std::size_t i = 0; i < items(); ++i)
            price[i] = value_of(problem_.class_costs[problem_.class_of[i]]);
        for (std::size_t u = 0; u < problem_.shared.size(); ++u) {
            const auto users = problem_.shared.users_of(u);
            const double each = value_of(problem_.shared.costs[problem_.shared.kind[u]]) /
                                static_cast<double>(users.size());
            for (const std::uint32_t user : users)
                price[user] += each;
        }
        return price;
    }

private:
    struct part {
        grouping groups;
        std::size_t first_item = 0;
        std::size_t first_unit = 0; ///< of its shared units
        std::size_t end_unit = 0;
        bool ranked = false; ///< groups take slots in the order of their value
    };

    [[nodiscard]] structure structure_for(const weight_matrix& m, std::size_t layer) const
    {
        if (!options_.structures.empty())
            return options_.structures[layer];
        if (options_.structure)
            return *options_.structure;
        return m.strategy == strategy::latency && m.reuse_factor > 1 ? structure::weights
                                                                     : structure::multipliers;
    }

    void add_matrix(const weight_matrix& m, const structure& how)
    {
        part p{.groups = grouping(m, how),
            .first_item = problem_.class_of.size(),
            .first_unit = problem_.shared.size()};
        const bool pooled = m.strategy == strategy::latency && m.reuse_factor > 1;
        const bool packed = how.memory == memory_layout::packed && has_weight_memory(m);
        ensure(!pooled || how.kind == structure_kind::weight,
            "under the latency strategy with a reuse factor above 1 multipliers are shared freely, "
            "so only single weights can be pruned",
            given{"reuse_factor", m.reuse_factor});
        ensure(!packed || how.kind == structure_kind::multiplier,
            "a packed memory is filled multiplier by multiplier, so its structure is the "
            "multiplier");
        p.ranked = pooled || packed;
        ensure(items() + static_cast<std::size_t>(p.groups.groups()) <
                   std::numeric_limits<std::uint32_t>::max(),
            "a problem has fewer than 2^32 - 1 groups", given{"groups", p.groups.groups()});

        const auto groups = static_cast<std::size_t>(p.groups.groups());
        std::vector<resource_vector> own(groups, resource_vector{});
        attach_multipliers(p, pooled, own);
        attach_columns(p, own);
        p.end_unit = problem_.shared.size();

        // Items of equal cost are one class; a matrix has a handful at most.
        std::map<resource_vector, std::uint32_t> class_of_cost;
        std::vector<std::size_t> members(problem_.classes(), 0);
        for (const resource_vector& cost : own) {
            const auto [at, is_new] =
                class_of_cost.try_emplace(cost, static_cast<std::uint32_t>(problem_.classes()));
            if (is_new) {
                problem_.class_costs.push_back(cost);
                members.push_back(0);
            }
            ++members[at->second];
            problem_.class_of.push_back(at->second);
        }
        // The guard against an empty layer sits on its largest class.
        problem_.floors.resize(problem_.classes(), 0);
        const auto largest = static_cast<std::size_t>(
            std::max_element(members.begin(), members.end()) - members.begin());
        problem_.floors[largest] = std::min(options_.keep_at_least, members[largest]);
        parts_.push_back(p);
    }

    /// DSP blocks, or the LUTs of soft multipliers.
    void attach_multipliers(const part& p, bool pooled, std::vector<resource_vector>& own)
    {
        const weight_matrix& m = p.groups.matrix();
        const product_cost product = product_of(m, options_.costs);
        resource_vector cost{};
        std::int64_t multipliers_each = 1;
        if (product.blocks > 0) {
            cost[dsp] = product.blocks * m.copies;
            multipliers_each = product.sharing;
        } else {
            cost[lut] = lut_product(m.weight.width, m.data.width) * m.copies;
        }
        // Pooled weights take slots, and slot by slot they fill the multipliers as weights do.
        // Packed multipliers take slots where a DSP block holds several; alone in it, they keep
        // their own.
        const bool by_slot = pooled || (p.ranked && multipliers_each > 1);
        for (std::int64_t g = 0; g < m.multipliers(); g += multipliers_each) {
            const index_range multipliers{g, std::min(g + multipliers_each, m.multipliers())};
            attach(p, cost, weights_of(m, multipliers), by_slot, own);
        }
    }

    void attach_columns(const part& p, std::vector<resource_vector>& own)
    {
        const weight_matrix& m = p.groups.matrix();
        const weight_memory memory = memory_of(m, options_.costs.memory);
        resource_vector cost{};
        cost[bram18] = memory.bram18_per_column;
        for (std::int64_t j = 0; j < memory.columns(); ++j)
            attach(p, cost, weights_of_column(m, memory, j), p.ranked, own);
    }

    /// Gives one unit to the groups of the weights it serves (or, by rank, to the slots).
    void attach(const part& p, const resource_vector& cost, index_range weights, bool by_slot,
        std::vector<resource_vector>& own)
    {
        users_.clear();
        if (p.groups.is_contiguous()) {
            for (auto g = p.groups.group_of(weights.first);
                 g <= p.groups.group_of(weights.last - 1); ++g)
                users_.push_back(static_cast<std::uint32_t>(g));
        } else {
            for (const std::int64_t flat : weights)
                users_.push_back(static_cast<std::uint32_t>(p.groups.group_of(flat)));
            std::sort(users_.begin(), users_.end());
            users_.erase(std::unique(users_.begin(), users_.end()), users_.end());
        }
        if (users_.size() == 1 && !by_slot) {
            for (std::size_t r = 0; r < resource_count; ++r)
                own[users_.front()][r] += cost[r];
            return;
        }
        shared_units& shared = problem_.shared;
        const auto known = std::find(shared.costs.begin(), shared.costs.end(), cost);
        shared.kind.push_back(static_cast<std::uint32_t>(known - shared.costs.begin()));
        if (known == shared.costs.end())
            shared.costs.push_back(cost);
        for (const std::uint32_t user : users_)
            slots_.push_back(static_cast<std::uint32_t>(p.first_item + user));
        shared.first.push_back(slots_.size());
    }

    /// Lets the groups of a ranked matrix take their slots: best value first, ties by index.
    void assign_slots(const part& p)
    {
        std::vector<std::uint32_t> order(static_cast<std::size_t>(p.groups.groups()));
        std::iota(order.begin(), order.end(), static_cast<std::uint32_t>(p.first_item));
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return problem_.values[a] > problem_.values[b];
        });
        shared_units& shared = problem_.shared;
        for (std::size_t u = p.first_unit; u < p.end_unit; ++u) {
            for (std::size_t i = shared.first[u]; i < shared.first[u + 1]; ++i)
                shared.users[i] = order[slots_[i] - p.first_item];
            std::sort(shared.users.begin() + static_cast<std::ptrdiff_t>(shared.first[u]),
                shared.users.begin() + static_cast<std::ptrdiff_t>(shared.first[u + 1]));
        }
    }

    selection_options options_;
    std::vector<part> parts_;
    knapsack_problem problem_;
    std::vector<std::uint32_t> slots_; ///< users of the shared units as slots; the values decide
                                       ///< which group takes which slot of a ranked matrix
    std::vector<std::uint32_t> users_; ///< scratch of attach
    resources total_;
};

} // namespace espalier
