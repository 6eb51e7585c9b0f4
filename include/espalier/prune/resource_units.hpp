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
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

// What the groups of a matrix hang on. A resource unit is the smallest thing that pruning can free:
// the DSP blocks of a product (or of the several products that share a block), the LUTs of a soft
// multiplier, a column of a bank of the weight memory. Each serves a range of flat weights, and its
// users are the groups with a weight in that range.
//
// Units of every kind lie along the flat index, and so do most groups: who walks the units in order
// finds the users of each right behind those of the one before, without a search and without a
// table.

namespace espalier {

/// What a unit is part of.
enum class unit_type : std::uint8_t {
    product, ///< DSP blocks of one product or of all that share them, or LUTs of a soft multiplier;
             ///< with the selector that the only multiplier of a block has to itself
    selector, ///< that a multiplier has to itself, where its DSP block holds others as well
    column,   ///< a column of a bank of the weight memory
    adder,    ///< LUTs that add up a constant, whether it is multiplied in a DSP or shifted
};

/// Units of a matrix that are alike.
struct unit_kind {
    unit_type type = unit_type::product;
    std::int64_t count = 0; ///< before anything is pruned
    resources cost{};       ///< of one of them

    friend constexpr bool operator==(const unit_kind&, const unit_kind&) = default;
};

/// LUTs of a constant of two digits at reuse factor 1: one addition of shifted data
/// (`lut_shifted_addition`). A constant of one digit takes none and one of more a product, but what
/// stays is charged this all the same, for training moves it. Of all copies.
[[nodiscard]] constexpr std::int64_t lut_constant(const weight_matrix& m, const fabric_policy& how)
{
    return part_of_luts(lut_shifted_addition(m) * m.copies, how);
}

/// A matrix has at most products, a last one that is built for fewer bits, and six banks.
inline constexpr std::size_t max_unit_kinds = 8;

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
    resource_units(const grouping& groups, const cost_policy& costs) : groups_(groups)
    {
        const weight_matrix& m = groups.matrix();
        const structure& how = groups.how();
        pooled_ = m.strategy == strategy::latency && m.reuse_factor > 1;
        packed_ = how.memory == memory_layout::packed && has_weight_memory(m);
        memory_ = packed_ ? packed_memory_of(m, costs.memory) : memory_of(m, costs.memory);
        ensure(!pooled_ || how.kind == structure_kind::weight,
            "under the latency strategy with a reuse factor above 1 multipliers are shared freely, "
            "so only single weights can be pruned",
            given{"reuse_factor", m.reuse_factor});
        ensure(!packed_ || how.kind == structure_kind::multiplier || is_assignable(how.kind),
            "a packed memory is filled multiplier by multiplier, so its structure is the "
            "multiplier");
        add_products(costs);
        for (std::size_t bank = 0; bank < memory_.banks.size(); ++bank)
            add({.type = unit_type::column,
                .count = memory_.columns(bank),
                .cost = {.bram18 = memory_.banks[bank].bram18}});
        if (has_states())
            add({.type = unit_type::adder,
                .count = m.weights(),
                .cost = {.lut = lut_constant(m, costs.fabric)}});
    }

    [[nodiscard]] const grouping& groups() const { return groups_; }
    /// Whether a group has two states in which it stays (structure_kind::constant): as it is or
    /// with two signed digits.
    [[nodiscard]] bool has_states() const { return groups_.how().kind == structure_kind::constant; }
    /// Of the units: the groups; where these have states, first all groups, each with two digits at
    /// least, and then what makes each of them whole. A group that is whole uses its adder as well,
    /// so who pays for the second has the first for nothing: the two are never kept the other way
    /// round where that is worth anything.
    [[nodiscard]] std::int64_t users() const { return groups_.groups() * (has_states() ? 2 : 1); }

    /// Whether groups take slots in the order of their value, and the users of a unit are slots:
    /// where the memory is packed, and where multipliers are pooled (latency strategy).
    [[nodiscard]] bool is_ranked() const { return pooled_ || packed_; }
    /// Whether units of a type serve slots and not groups. Packed multipliers keep their DSP block
    /// wherever their weights go, unless it holds several.
    [[nodiscard]] bool serves_slots(unit_type type) const
    {
        return type == unit_type::column
                   ? is_ranked()
                   : type == unit_type::product && (pooled_ || (packed_ && sharing_ > 1));
    }

    /// The units by what they are and cost, products before columns.
    [[nodiscard]] std::span<const unit_kind> kinds() const
    {
        return std::span(kinds_).first(kind_count_);
    }
    /// Need of all units.
    [[nodiscard]] resources total() const
    {
        resources all;
        for (const unit_kind& kind : kinds())
            all += kind.count * kind.cost;
        return all;
    }

    /// Calls visit(kind, users) for every unit, kind after kind, each in the order of the hardware.
    /// `users` are the groups (or slots, or states) of this matrix that the unit serves, ascending
    /// and at least one: an index_range where groups are contiguous, else some range of indices.
    template <class Visit>
    void each(Visit&& visit) const
    {
        if (groups_.is_contiguous())
            each<detail::touched_ranges>(visit);
        else
            each<detail::touched_sets>(visit);
    }

private:
    void add(const unit_kind& kind)
    {
        ensure(kind.count < std::numeric_limits<std::uint32_t>::max(),
            "a matrix has fewer than 2^32 - 1 units of a resource", given{"units", kind.count});
        kinds_[kind_count_++] = kind;
    }
    void add_products(const cost_policy& costs)
    {
        const weight_matrix& m = groups_.matrix();
        const product_cost product = product_of(m, costs);
        const product_cost last = last_product_of(m, costs);
        const std::int64_t selector = part_of_luts(
            lut_own_selector(m, groups_.how(), lut_inputs_of(costs.dsp)) * m.copies, costs.fabric);
        const auto cost_of = [&](const product_cost& p, int weight_width) {
            const std::int64_t soft =
                part_of_luts(p.soft_in_unit() * lut_product(weight_width, m.data.width) * m.copies,
                    costs.fabric);
            return resources{
                .dsp = p.blocks * m.copies, .lut = soft + (p.sharing == 1 ? selector : 0)};
        };
        sharing_ = product.sharing;
        const std::int64_t alone = last == product ? 0 : 1;
        if (m.multipliers() > alone)
            add({.type = unit_type::product,
                .count = ceil_div(m.multipliers() - alone, sharing_),
                .cost = cost_of(product, m.weight.width)});
        if (alone > 0)
            add({.type = unit_type::product,
                .count = 1,
                .cost = cost_of(last, without_sign_bits(m.weight).width)});
        if (sharing_ > 1 && selector > 0)
            add({.type = unit_type::selector, .count = m.multipliers(), .cost = {.lut = selector}});
    }

    template <class Touched, class Visit>
    void each(Visit&& visit) const
    {
        const weight_matrix& m = groups_.matrix();
        std::size_t kind = 0;
        Touched by_product(groups_);
        for (std::int64_t g = 0; kind < kind_count_ && kinds_[kind].type == unit_type::product;
             ++kind)
            for (std::int64_t unit = 0; unit < kinds_[kind].count; ++unit, g += sharing_) {
                const index_range multipliers{g, std::min(g + sharing_, m.multipliers())};
                if (has_states()) {
                    visit(kind, index_range{groups_.groups() + multipliers.first,
                                    groups_.groups() + multipliers.last});
                    continue;
                }
                visit(kind, by_product.in(pooled_ ? slots_of_pooled(m, multipliers)
                                                  : weights_of(m, multipliers)));
            }
        if (kind < kind_count_ && kinds_[kind].type == unit_type::selector) {
            for (std::int64_t g = 0; g < groups_.groups(); ++g)
                visit(kind, index_range{g, g + 1});
            ++kind;
        }
        if (has_states()) {
            for (std::int64_t g = 0; g < groups_.groups(); ++g)
                visit(kind, std::array{g, groups_.groups() + g});
            return;
        }
        for (std::size_t bank = 0; kind < kind_count_; ++kind, ++bank) {
            Touched by_column(groups_);
            for (std::int64_t j = 0; j < kinds_[kind].count; ++j)
                visit(kind, by_column.in(weights_of_column(m, memory_, j, bank)));
        }
    }

    grouping groups_;
    weight_memory memory_;
    std::array<unit_kind, max_unit_kinds> kinds_{};
    std::size_t kind_count_ = 0;
    std::int64_t sharing_ = 1; ///< multipliers in a DSP block
    bool pooled_ = false;      ///< HLS shares the multipliers among the kept weights as it likes
    bool packed_ = false;      ///< kept multipliers lie side by side in the memory
};

} // namespace espalier
