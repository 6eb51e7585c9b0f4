// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/fabric.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_assignment.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

// Groups: the sets of weights that are kept or pruned together. A structure says how the weights
// of a matrix fall into groups; membership is closed form both ways, so a grouping is a few
// integers however large the layer is. What pruning a group frees is a separate question, because
// several groups may hang on one multiplier or one memory column (prune/selection.hpp).
//
// Two structures leave open which weights a multiplier works on. A row of n_in inputs has
// S = n_in/RF multipliers, and in each cycle S inputs, one of each stream: stream s brings the
// inputs s·RF … s·RF + RF - 1. Under `n_of_m` the streams of a row are cut into blocks of M, and
// each of the M multipliers of a block takes, cycle by cycle, any one of its M inputs; under
// `free_row` it takes any RF weights of the row. Their groups are those of the multipliers until an
// assignment says which weights these have (prune/assign.hpp).

namespace espalier {

/// Which weights make a group.
enum class structure_kind : std::uint8_t {
    weight,      ///< every weight alone
    multiplier,  ///< the reuse_factor weights of one multiplier
    consecutive, ///< the paper's C consecutive multipliers, so that a group covers a memory column
    neuron,      ///< all weights of one output: a neuron or a filter
    block,       ///< block_outputs × block_inputs tiles of the matrix
    n_of_m,      ///< one multiplier, which takes any one of M adjacent streams in each cycle
    free_row,    ///< one multiplier, which takes any reuse_factor weights of its row
    constant,    ///< one weight at reuse factor 1, which may also stay with two signed digits
};

/// Where the weights of kept multipliers lie in the memory word.
enum class memory_layout : std::uint8_t {
    in_place, ///< where they were: a column is free once every multiplier on it is pruned (hls4ml)
    packed,   ///< side by side: the kept multipliers fill the first columns, and the first DSP
              ///< blocks where one holds several (code generated after pruning can do that)
};

/// How the weights of a matrix are divided into groups.
struct structure {
    structure_kind kind = structure_kind::consecutive;
    memory_layout memory = memory_layout::in_place;
    int block_outputs = 1; ///< block only
    int block_inputs = 1;  ///< block only
    int streams = 4;       ///< n_of_m only: M; a row with fewer is one block

    friend constexpr bool operator==(const structure&, const structure&) = default;

    static const structure weights, multipliers, packed_multipliers, consecutive, neurons,
        free_rows, constants;
    /// N:M over the inputs of M adjacent streams; N is for the budget to say, block by block.
    [[nodiscard]] static constexpr structure n_of(int m)
    {
        return {.kind = structure_kind::n_of_m, .memory = memory_layout::packed, .streams = m};
    }
};

inline constexpr structure structure::weights{structure_kind::weight};
inline constexpr structure structure::multipliers{structure_kind::multiplier};
inline constexpr structure structure::packed_multipliers{
    structure_kind::multiplier, memory_layout::packed};
inline constexpr structure structure::consecutive{structure_kind::consecutive};
inline constexpr structure structure::neurons{structure_kind::neuron};
inline constexpr structure structure::free_rows{structure_kind::free_row, memory_layout::packed};
inline constexpr structure structure::constants{structure_kind::constant};

/// Whether a structure leaves open which weights a multiplier works on.
[[nodiscard]] constexpr bool is_assignable(structure_kind kind)
{
    return kind == structure_kind::n_of_m || kind == structure_kind::free_row;
}

[[nodiscard]] constexpr std::string_view to_string(structure_kind kind)
{
    switch (kind) {
    case structure_kind::weight:
        return "weight";
    case structure_kind::multiplier:
        return "multiplier";
    case structure_kind::consecutive:
        return "consecutive multipliers";
    case structure_kind::neuron:
        return "neuron";
    case structure_kind::block:
        return "block";
    case structure_kind::n_of_m:
        return "N:M";
    case structure_kind::free_row:
        return "free row";
    case structure_kind::constant:
        return "constant";
    }
    return "unknown";
}

/// The paper's C: consecutive multipliers that together cover a 36-bit memory column wherever they
/// start, 36/W if W divides 36, else ⌈72/W⌉. 1 where the weights are in no memory.
[[nodiscard]] constexpr std::int64_t consecutive_multipliers(const weight_matrix& m)
{
    if (!has_weight_memory(m))
        return 1;
    return 36 % m.weight.width == 0 ? 36 / m.weight.width : ceil_div(72, m.weight.width);
}

/// LUTs of a selector of one of several streams, and of the table that says which in each cycle: a
/// LUT for each bit of the choice and 64 cycles (16 on ECP5).
[[nodiscard]] constexpr std::int64_t chosen_selector_luts(
    const weight_matrix& m, std::int64_t streams, int lut_inputs = 6)
{
    return m.data.width * selector_luts(streams, lut_inputs) +
           ceil_log2(streams) * ceil_div(m.reuse_factor, std::int64_t{1} << lut_inputs);
}

/// LUTs of the selector that each multiplier has to itself because it may take several weights: one
/// of M streams with its table or, where that is less, one of the RF inputs that it was given,
/// which the counter tells. 0 where multipliers of all rows share their selectors. Of one copy of
/// the matrix.
[[nodiscard]] constexpr std::int64_t lut_own_selector(
    const weight_matrix& m, const structure& s, int lut_inputs = 6)
{
    if (!is_assignable(s.kind))
        return 0;
    const std::int64_t of_inputs = m.data.width * selector_luts(m.reuse_factor, lut_inputs);
    return s.kind == structure_kind::free_row
               ? of_inputs
               : std::min(of_inputs,
                     chosen_selector_luts(m,
                         std::min<std::int64_t>(s.streams, m.n_in() / m.reuse_factor), lut_inputs));
}

/// The groups of one matrix under one structure.
class grouping {
public:
    /// Divides a matrix.
    /// \throws std::invalid_argument if a block has no extent, if a depthwise matrix is to be cut
    ///         into blocks, if the strategy has no fixed map and the structure needs one, or if
    ///         weights are to be assigned and a multiplier serves several rows
    constexpr grouping(const weight_matrix& m, const structure& s) : matrix_(m), structure_(s)
    {
        const bool mapped = m.strategy != strategy::latency || m.reuse_factor == 1;
        switch (s.kind) {
        case structure_kind::constant:
            ensure(m.reuse_factor == 1,
                "a weight may stay with two signed digits where it is a constant, at reuse factor "
                "1",
                given{"reuse_factor", m.reuse_factor});
            [[fallthrough]];
        case structure_kind::weight:
            width_ = 1;
            break;
        case structure_kind::n_of_m:
        case structure_kind::free_row:
            ensure(s.memory == memory_layout::packed,
                "multipliers that take any of several weights have a packed memory");
            ensure(s.streams >= 1, "an N:M block has at least one stream", given{"M", s.streams});
            ensure(!m.is_depthwise(),
                "a depthwise kernel has an input for each weight, so no multiplier chooses among "
                "several");
            ensure(m.n_in() % m.reuse_factor == 0,
                "weights are assigned to multipliers within a row, so the reuse factor divides the "
                "inputs of the row",
                given{"reuse_factor", m.reuse_factor}, given{"inputs", m.n_in()});
            [[fallthrough]];
        case structure_kind::multiplier:
        case structure_kind::consecutive:
            ensure(mapped,
                "the latency strategy has no fixed weight to multiplier map at a reuse factor "
                "above 1, so its weights cannot be grouped by multiplier",
                given{"reuse_factor", m.reuse_factor});
            width_ = m.reuse_factor *
                     (s.kind == structure_kind::consecutive ? consecutive_multipliers(m) : 1);
            break;
        case structure_kind::neuron:
            width_ = m.n_in();
            break;
        case structure_kind::block:
            ensure(s.block_outputs >= 1 && s.block_inputs >= 1,
                "a block has at least one output and one input",
                given{"block_outputs", s.block_outputs}, given{"block_inputs", s.block_inputs});
            ensure(!m.is_depthwise(), "a depthwise kernel has no matrix to cut into blocks");
            break;
        }
        if (s.kind == structure_kind::block) {
            blocks_across_ = ceil_div(m.n_in(), s.block_inputs);
            groups_ = blocks_across_ * ceil_div(m.n_out(), s.block_outputs);
        } else if (is_depthwise_neuron()) {
            groups_ = m.channels;
        } else {
            groups_ = ceil_div(m.weights(), width_);
        }
    }

    [[nodiscard]] constexpr const weight_matrix& matrix() const { return matrix_; }
    [[nodiscard]] constexpr const structure& how() const { return structure_; }
    [[nodiscard]] constexpr std::int64_t groups() const { return groups_; }

    /// The same groups, but of the weights that an assignment gives the multipliers. Refers to it.
    /// \throws std::invalid_argument if the structure leaves nothing open, or for another matrix
    [[nodiscard]] constexpr grouping assigned(const weight_assignment& assignment) const
    {
        ensure(is_assignable(structure_.kind),
            "weights are assigned to multipliers under n_of_m and free_row only");
        ensure(assignment.weights() == matrix_.weights(),
            "an assignment has a slot for every weight of the matrix",
            given{"given", assignment.weights()}, given{"weights", matrix_.weights()});
        grouping result = *this;
        result.assignment_ = &assignment;
        return result;
    }

    /// Whether each group is a contiguous range of flat indices (all but blocks, the outputs of a
    /// depthwise kernel, and assigned multipliers).
    [[nodiscard]] constexpr bool is_contiguous() const
    {
        return structure_.kind != structure_kind::block && !is_depthwise_neuron() &&
               assignment_ == nullptr;
    }
    /// The flat indices of a contiguous group, of an assigned one the slots; the last group may be
    /// shorter than the others.
    [[nodiscard]] constexpr index_range range(std::int64_t group) const
    {
        return {group * width_, std::min((group + 1) * width_, matrix_.weights())};
    }

    /// The group of the weight with a flat hardware index.
    [[nodiscard]] constexpr std::int64_t group_of(std::int64_t flat) const
    {
        if (structure_.kind == structure_kind::block) {
            const std::int64_t out = flat / matrix_.n_in();
            const std::int64_t in = flat % matrix_.n_in();
            return out / structure_.block_outputs * blocks_across_ + in / structure_.block_inputs;
        }
        if (is_depthwise_neuron())
            return flat % matrix_.channels;
        return (assignment_ != nullptr ? assignment_->slot_of(flat) : flat) / width_;
    }

    /// Number of weights of a group.
    [[nodiscard]] constexpr std::int64_t size(std::int64_t group) const
    {
        if (structure_.kind == structure_kind::block)
            return block_rows(group).size() * block_columns(group).size();
        return is_depthwise_neuron() ? matrix_.n_in() / matrix_.channels : range(group).size();
    }
    /// Flat hardware index of the k-th weight of a group.
    [[nodiscard]] constexpr std::int64_t member(std::int64_t group, std::int64_t k) const
    {
        if (structure_.kind == structure_kind::block) {
            const index_range across = block_columns(group);
            return (block_rows(group).first + k / across.size()) * matrix_.n_in() + across.first +
                   k % across.size();
        }
        if (is_depthwise_neuron())
            return k * matrix_.channels + group;
        const std::int64_t slot = range(group).first + k;
        return assignment_ != nullptr ? assignment_->weight_in(slot) : slot;
    }
    /// The flat hardware indices of a group as a lazy range.
    [[nodiscard]] constexpr auto members(std::int64_t group) const
    {
        return computed_range(
            size(group), [self = *this, group](std::int64_t k) { return self.member(group, k); });
    }

    friend constexpr bool operator==(const grouping&, const grouping&) = default;

private:
    [[nodiscard]] constexpr bool is_depthwise_neuron() const
    {
        return structure_.kind == structure_kind::neuron && matrix_.is_depthwise();
    }
    [[nodiscard]] constexpr index_range block_rows(std::int64_t group) const
    {
        const std::int64_t first = group / blocks_across_ * structure_.block_outputs;
        return {first, std::min(first + structure_.block_outputs, matrix_.n_out())};
    }
    [[nodiscard]] constexpr index_range block_columns(std::int64_t group) const
    {
        const std::int64_t first = group % blocks_across_ * structure_.block_inputs;
        return {first, std::min(first + structure_.block_inputs, matrix_.n_in())};
    }

    weight_matrix matrix_;
    structure structure_;
    std::int64_t width_ = 1; ///< weights of a full group, where groups are contiguous
    std::int64_t groups_ = 0;
    std::int64_t blocks_across_ = 1;
    const weight_assignment* assignment_ = nullptr;
};

} // namespace espalier
