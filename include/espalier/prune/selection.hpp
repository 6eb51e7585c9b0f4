// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/split_offsets.hpp>
#include <espalier/model/weight_assignment.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/assign.hpp>
#include <espalier/prune/custom_resource.hpp>
#include <espalier/prune/detail/matrix_items.hpp>
#include <espalier/prune/layer_rule.hpp>
#include <espalier/prune/resource_units.hpp>
#include <espalier/prune/weight_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// What is a group and what it costs.
struct selection_options {
    /// Of all layers; none: single multipliers with linked memory columns, which never keep less
    /// than the paper's consecutive ones at the same budget (docs/benchmarks.md), and single
    /// weights where weights have no fixed multiplier (latency strategy).
    std::optional<espalier::structure> structure{};
    cost_policy costs{};
    /// Groups of each weight matrix that stay whatever the budget, so that no layer is removed: of
    /// those of equal cost that are most in number, or, where they do not fit, of the cheapest.
    std::size_t keep_at_least = 1;
    /// Of the user's own, beside those of the FPGA; their amounts are `resources::custom`.
    std::vector<custom_resource> custom{};
    /// Where a layer differs from the rest.
    std::vector<layer_rule> rules{};
};

/// The items of one layer, in a row.
struct layer_items {
    std::string name;
    std::size_t first_item = 0;
    std::size_t items = 0;
    resources total{}; ///< what pruning the layer can free at most
};

/// The groups of a network as the items of a knapsack problem.
class selection {
public:
    /// Resources of the knapsack problem, by index.
    enum : std::size_t {
        dsp = detail::dsp_index,                  ///< DSP blocks
        bram18 = detail::bram18_index,            ///< block RAM, in halves of 36-Kb blocks
        lut = detail::lut_index,                  ///< LUTs of soft multipliers
        first_custom = detail::first_custom_index ///< of the user's own
    };

    /// Groups the weights of all layers and counts what the groups cost.
    /// \throws std::invalid_argument if a layer is not sound, two have one name, a structure does
    /// not
    ///         suit its layer, or a rule is for no layer
    explicit selection(std::span<const layer_spec> layers, selection_options options = {})
        : options_(std::move(options))
    {
        ensure(!layers.empty(), "a network has at least one layer");
        std::vector<layer_spec> all;
        std::vector<weight_matrix> matrices;
        for (const layer_spec& layer : layers) {
            ensure_sound(layer);
            all.push_back(named(layer, all.size()));
            const auto of_layer = matrices_of(all.back());
            matrices.insert(matrices.end(), of_layer.begin(), of_layer.end());
        }
        ensure(!matrices.empty(), "a network that is pruned has a layer with weights");
        beyond_matrices_ = cost_beyond_matrices(all, options_.costs);
        ensure_distinct_names(all);
        ensure_sound(options_.rules, matrices);
        ensure_sound(options_.custom);
        for (const weight_matrix& m : matrices) {
            rules_.push_back(rule_for(options_.rules, m));
            const layer_rule& rule = rules_.back();
            const structure how =
                rule.structure ? *rule.structure : options_.structure.value_or(default_for(m));
            matrices_.push_back({.units = resource_units(grouping(m, how), options_.costs),
                .keep_at_least = rule.keep_at_least.value_or(options_.keep_at_least),
                .keep_share = rule.keep_share.value_or(0),
                .first_item = items_});
            groups_.push_back(matrices_.back().units.groups());
            items_ += matrices_.back().size();
            ensure(items_ < std::numeric_limits<std::uint32_t>::max(),
                "a problem has fewer than 2^32 - 1 groups", given{"groups", items_});
        }
        assignments_.resize(matrices_.size());
        problem_ = detail::costs_of(matrices_, options_.custom);
        for (const detail::matrix_items& matrix : matrices_) {
            const std::string_view name = matrix.units.groups().matrix().layer.view();
            if (layers_.empty() || layers_.back().name != name)
                layers_.push_back({.name = std::string(name), .first_item = matrix.first_item});
            layers_.back().items += matrix.size();
            layers_.back().total += matrix.total;
            total_ += matrix.total;
        }
    }

    [[nodiscard]] std::span<const layer_items> layers() const { return layers_; }
    [[nodiscard]] std::size_t matrices() const { return matrices_.size(); }
    /// The groups of a matrix; matrices are counted over all layers.
    [[nodiscard]] const grouping& groups_of(std::size_t matrix) const { return groups_[matrix]; }
    /// Whether the groups of a matrix are multipliers whose weights are to be assigned.
    [[nodiscard]] bool is_assignable(std::size_t matrix) const
    {
        return espalier::is_assignable(groups_[matrix].how().kind);
    }
    /// Gives the multipliers of a matrix the weights that are best for them (assign.hpp). What
    /// `groups_of` returned before is then of another choice.
    /// \param importances  one for each weight in hardware order
    /// \param input_at     for each place of a row the input that stands there; empty: all as they
    ///                     are
    void assign(std::size_t matrix, std::span<const double> importances,
        std::span<const std::size_t> input_at = {})
    {
        const grouping& slots = matrices_[matrix].units.groups();
        auto assignment = std::make_shared<const weight_assignment>(
            input_at.empty() ? espalier::assign(slots, importances)
                             : espalier::assign(slots, importances, input_at));
        groups_[matrix] = slots.assigned(*assignment);
        assignments_[matrix] = std::move(assignment);
    }
    /// All that the rules say of a matrix.
    [[nodiscard]] const layer_rule& rule_of(std::size_t matrix) const { return rules_[matrix]; }
    /// Index of the first item of a matrix; its groups follow one by one.
    [[nodiscard]] std::size_t first_item(std::size_t matrix) const
    {
        return matrices_[matrix].first_item;
    }
    /// Number of groups of all matrices together: the items of the problem.
    [[nodiscard]] std::size_t items() const { return items_; }
    [[nodiscard]] const cost_policy& costs() const { return options_.costs; }
    /// Number of resources of the problem.
    [[nodiscard]] std::size_t resource_count() const { return problem_.resources; }
    /// What pruning can free at most: DSP blocks, block RAM, the LUTs of soft multipliers, and what
    /// is the user's own.
    [[nodiscard]] const resources& total() const { return total_; }

    /// What layers without weights and the FIFOs between all layers take, which stays
    /// (cost_beyond_matrices).
    [[nodiscard]] const resources& beyond_matrices() const { return beyond_matrices_; }

    /// The knapsack problem for the values of all groups under a budget. Of the budget the fields
    /// dsp, bram18, lut (soft multipliers only) and custom count.
    /// \param values  one for each item, ≥ 0
    /// \return valid until the next call
    const knapsack_problem& pose(std::vector<double> values, const resources& budget)
    {
        ensure(values.size() == items(), "every group has a value", given{"values", values.size()},
            given{"groups", items()});
        problem_.values = std::move(values);
        problem_.capacity = detail::amounts_of(budget);
        detail::set_floors(problem_, matrices_);
        if (!detail::floors_fit(problem_))
            detail::set_floors(problem_, matrices_, true);
        for (const detail::matrix_items& matrix : matrices_)
            if (matrix.units.is_ranked())
                detail::assign_slots(problem_, matrix);
        return problem_;
    }

    /// Resources of the last posed problem that a choice takes.
    [[nodiscard]] resources usage_of(std::span<const std::uint8_t> keep) const
    {
        ensure(keep.size() == items(), "a choice has an entry for every group",
            given{"given", keep.size()}, given{"groups", items()});
        // How many units of each cost, and only then what they cost.
        std::vector<std::int64_t> kept_of_class(problem_.classes(), 0);
        for (std::size_t i = 0; i < items(); ++i)
            kept_of_class[problem_.class_of[i]] += keep[i] != 0 ? 1 : 0;
        const shared_units& shared = problem_.shared;
        std::vector<std::int64_t> used_of_kind(shared.costs.size(), 0);
        for (std::size_t u = 0; u < shared.size(); ++u) {
            const auto users = shared.users_of(u);
            const bool is_used = std::any_of(
                users.begin(), users.end(), [&](std::uint32_t user) { return keep[user] != 0; });
            used_of_kind[shared.kind[u]] += is_used ? 1 : 0;
        }
        resources used;
        for (std::size_t c = 0; c < kept_of_class.size(); ++c)
            used += kept_of_class[c] * detail::resources_of(problem_.class_costs[c]);
        for (std::size_t k = 0; k < used_of_kind.size(); ++k)
            used += used_of_kind[k] * detail::resources_of(shared.costs[k]);
        return used;
    }

    /// Whether the groups of a matrix have two states in which they stay
    /// (structure_kind::constant). Its items are then first all groups, worth what they are with
    /// two signed digits, and behind them what each is worth more as it is.
    [[nodiscard]] bool has_states(std::size_t matrix) const
    {
        return matrices_[matrix].units.has_states();
    }

    /// Writes the mask of one matrix: 1 where the weight is kept, else 0.
    /// \param keep   one entry for each item of the whole problem
    /// \param order  in which the framework stores the weights of the matrix
    /// \param mask   as many entries as the matrix has weights, in that order
    template <class Number>
    void write_mask(std::span<const std::uint8_t> keep, std::size_t matrix, layout order,
        std::span<Number> mask) const
    {
        const grouping& groups = groups_of(matrix);
        ensure(static_cast<std::int64_t>(mask.size()) == groups.matrix().weights(),
            "a mask has an entry for every weight", given{"given", mask.size()},
            given{"weights", groups.matrix().weights()});
        visit_states(keep, matrix, order, [&](std::int64_t offset, weight_state state) {
            mask[static_cast<std::size_t>(offset)] =
                static_cast<Number>(state == weight_state::pruned ? 0 : 1);
        });
    }
    /// The same with the states of the weights.
    void write_states(std::span<const std::uint8_t> keep, std::size_t matrix, layout order,
        std::span<std::uint8_t> states) const
    {
        ensure(static_cast<std::int64_t>(states.size()) == groups_of(matrix).matrix().weights(),
            "a mask has an entry for every weight", given{"given", states.size()},
            given{"weights", groups_of(matrix).matrix().weights()});
        visit_states(keep, matrix, order, [&](std::int64_t offset, weight_state state) {
            states[static_cast<std::size_t>(offset)] = static_cast<std::uint8_t>(state);
        });
    }

    /// Price of each item: Σ prices · own cost, and an equal part of each unit it shares.
    [[nodiscard]] std::vector<double> priced(std::span<const double> prices) const
    {
        ensure(prices.size() == resource_count(), "there is a price for every resource",
            given{"prices", prices.size()});
        const auto values_of = [&](const std::vector<resource_vector>& costs) {
            std::vector<double> values;
            for (const resource_vector& cost : costs) {
                values.push_back(0);
                for (std::size_t r = 0; r < resource_count(); ++r)
                    values.back() += prices[r] * static_cast<double>(cost[r]);
            }
            return values;
        };
        const std::vector<double> of_class = values_of(problem_.class_costs);
        const std::vector<double> of_kind = values_of(problem_.shared.costs);
        std::vector<double> price(items());
        for (std::size_t i = 0; i < items(); ++i)
            price[i] = of_class[problem_.class_of[i]];
        for (std::size_t u = 0; u < problem_.shared.size(); ++u) {
            const auto users = problem_.shared.users_of(u);
            const double each =
                of_kind[problem_.shared.kind[u]] / static_cast<double>(users.size());
            for (const std::uint32_t user : users)
                price[user] += each;
        }
        return price;
    }

private:
    template <class Visit>
    void visit_states(
        std::span<const std::uint8_t> keep, std::size_t matrix, layout order, Visit&& visit) const
    {
        ensure(keep.size() == items(), "a choice has an entry for every group",
            given{"given", keep.size()}, given{"groups", items()});
        const std::uint8_t* const kept = keep.data() + first_item(matrix);
        const grouping& groups = groups_of(matrix);
        if (!has_states(matrix)) {
            visit_weights(groups, order, [&](std::int64_t offset, std::int64_t group) {
                visit(offset, kept[group] != 0 ? weight_state::kept : weight_state::pruned);
            });
            return;
        }
        const std::uint8_t* const whole = kept + groups.groups();
        visit_weights(groups, order, [&](std::int64_t offset, std::int64_t group) {
            visit(offset, whole[group] != 0  ? weight_state::kept
                          : kept[group] != 0 ? weight_state::two_digits
                                             : weight_state::pruned);
        });
    }

    [[nodiscard]] static structure default_for(const weight_matrix& m)
    {
        return m.strategy == strategy::latency && m.reuse_factor > 1 ? structure::weights
                                                                     : structure::multipliers;
    }

    selection_options options_;
    std::vector<layer_rule> rules_; ///< what all of them say, one for each matrix
    std::vector<detail::matrix_items> matrices_;
    /// What the groups of each matrix refer to; shared by copies of a selection, and never changed.
    std::vector<std::shared_ptr<const weight_assignment>> assignments_;
    std::vector<grouping> groups_;
    std::vector<layer_items> layers_;
    std::size_t items_ = 0;
    knapsack_problem problem_; ///< of ranked matrices, the values decide who uses which unit
    resources total_;
    resources beyond_matrices_;
};

} // namespace espalier
