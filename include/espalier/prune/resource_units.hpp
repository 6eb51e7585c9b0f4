// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

// What the groups of a matrix hang on. A resource unit is the smallest thing that pruning can free:
// the DSP blocks of a product (or of the several products that share a block), the LUTs of a soft
// multiplier, a column of the weight memory. Each serves a range of flat weights, and its users are
// the groups with a weight in that range.
//
// Both types of units lie along the flat index, and so do most groups: who walks the units in order
// finds the users of each right behind those of the one before, without a search and without a
// table.

namespace espalier {

/// What a unit is part of.
enum class unit_type : std::uint8_t {
    product, ///< DSP blocks of one product or of all that share them, or LUTs of a soft multiplier;
             ///< with the selector that it has to itself
    column,  ///< a column of the weight memory
};

namespace detail {

/// Finds the groups of one range of weights after the other, where groups are ranges themselves.
class touched_ranges {
public:
    explicit touched_ranges(const grouping& groups) : width_(groups.range(0).size()), end_(width_)
    {}
    /// \param weights  not empty, and beginning no earlier than the range of the last call
    [[nodiscard]] index_range in(index_range weights)
    {
        for (; end_ <= weights.first; end_ += width_)
            ++group_;
        std::int64_t last = group_ + 1;
        for (std::int64_t end = end_; end < weights.last; end += width_)
            ++last;
        return {group_, last};
    }

private:
    std::int64_t width_;     ///< weights of a full group
    std::int64_t group_ = 0; ///< the first that the last range touched
    std::int64_t end_;       ///< one past its last weight, were it full
};

/// The same where the weights of a group are scattered.
class touched_sets {
public:
    explicit touched_sets(const grouping& groups) : groups_(groups) {}
    /// Ascending, valid until the next call.
    [[nodiscard]] std::span<const std::uint32_t> in(index_range weights)
    {
        touched_.clear();
        for (const std::int64_t flat : weights) {
            const auto group = static_cast<std::uint32_t>(groups_.group_of(flat));
            if (touched_.empty() || touched_.back() != group)
                touched_.push_back(group);
        }
        std::sort(touched_.begin(), touched_.end());
        touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
        return touched_;
    }

private:
    grouping groups_;
    std::vector<std::uint32_t> touched_;
};

} // namespace detail

/// The resource units of a grouped matrix, before anything is pruned. Under a structure that
/// assigns weights to multipliers, units and groups count slots, whatever weights these have.
class resource_units {
public:
    /// Of a matrix and its groups, under a way of counting.
    /// \throws std::invalid_argument if the structure does not suit the matrix
    resource_units(const grouping& groups, const cost_policy& costs)
        : groups_(groups),
          product_(product_of(groups.matrix(), costs)),
          memory_(memory_of(groups.matrix(), costs.memory))
    {
        const weight_matrix& m = groups.matrix();
        const structure& how = groups.how();
        pooled_ = m.strategy == strategy::latency && m.reuse_factor > 1;
        packed_ = how.memory == memory_layout::packed && has_weight_memory(m);
        ensure(!pooled_ || how.kind == structure_kind::weight,
            "under the latency strategy with a reuse factor above 1 multipliers are shared freely, "
            "so only single weights can be pruned",
            given{"reuse_factor", m.reuse_factor});
        ensure(!packed_ || how.kind == structure_kind::multiplier || is_assignable(how.kind),
            "a packed memory is filled multiplier by multiplier, so its structure is the "
            "multiplier");
        for (const unit_type type : {unit_type::product, unit_type::column})
            ensure(count(type) < std::numeric_limits<std::uint32_t>::max(),
                "a matrix has fewer than 2^32 - 1 units of a resource",
                given{"units", count(type)});
    }

    [[nodiscard]] const grouping& groups() const { return groups_; }

    /// Whether groups take slots in the order of their value, and the users of a unit are slots:
    /// where the memory is packed, and where multipliers are pooled (latency strategy).
    [[nodiscard]] bool is_ranked() const { return pooled_ || packed_; }
    /// Whether units of a type serve slots and not groups. Packed multipliers keep their DSP block
    /// wherever their weights go, unless it holds several.
    [[nodiscard]] bool serves_slots(unit_type type) const
    {
        return type == unit_type::column ? is_ranked()
                                         : pooled_ || (packed_ && product_.sharing > 1);
    }

    /// How many units the matrix has before anything is pruned.
    [[nodiscard]] std::int64_t count(unit_type type) const
    {
        return type == unit_type::column ? memory_.columns()
                                         : ceil_div(groups_.matrix().multipliers(), sharing());
    }
    /// Need of one unit.
    [[nodiscard]] resources cost(unit_type type) const
    {
        const weight_matrix& m = groups_.matrix();
        if (type == unit_type::column)
            return {.bram18 = memory_.bram18_per_column};
        const std::int64_t selectors = sharing() * lut_own_selector(m, groups_.how());
        if (product_.blocks > 0)
            return {.dsp = product_.blocks * m.copies, .lut = selectors * m.copies};
        return {.lut = (lut_product(m.weight.width, m.data.width) + selectors) * m.copies};
    }
    /// Need of all units.
    [[nodiscard]] resources total() const
    {
        return count(unit_type::product) * cost(unit_type::product) +
               count(unit_type::column) * cost(unit_type::column);
    }

    /// Calls visit(type, users) for every unit, products before columns, each in the order of the
    /// hardware. `users` are the groups (or slots) of this matrix that the unit serves, ascending
    /// and at least one: an index_range where groups are contiguous, else a span of indices.
    template <class Visit>
    void each(Visit&& visit) const
    {
        if (groups_.is_contiguous())
            each<detail::touched_ranges>(visit);
        else
            each<detail::touched_sets>(visit);
    }

private:
    template <class Touched, class Visit>
    void each(Visit&& visit) const
    {
        const weight_matrix& m = groups_.matrix();
        Touched by_product(groups_);
        for (std::int64_t g = 0; g < m.multipliers(); g += sharing()) {
            const index_range multipliers{g, std::min(g + sharing(), m.multipliers())};
            visit(unit_type::product, by_product.in(weights_of(m, multipliers)));
        }
        Touched by_column(groups_);
        for (std::int64_t j = 0; j < memory_.columns(); ++j)
            visit(unit_type::column, by_column.in(weights_of_column(m, memory_, j)));
    }

    [[nodiscard]] std::int64_t sharing() const { return product_.sharing; }

    grouping groups_;
    product_cost product_;
    weight_memory memory_;
    bool pooled_ = false; ///< HLS shares the multipliers among the kept weights as it likes
    bool packed_ = false; ///< kept multipliers lie side by side in the memory
};

} // namespace espalier
