// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

// Groups: the sets of weights that are kept or pruned together. A structure says how the weights
// of a matrix fall into groups; membership is closed form both ways, so a grouping is a few
// integers however large the layer is. What pruning a group frees is a separate question, because
// several groups may hang on one multiplier or one memory column (prune/selection.hpp).

namespace espalier {

/// Which weights make a group.
enum class structure_kind : std::uint8_t {
    weight,      ///< every weight alone
    multiplier,  ///< the reuse_factor weights of one multiplier
    consecutive, ///< the paper's C consecutive multipliers, so that a group covers a memory column
    neuron,      ///< all weights of one output: a neuron or a filter
    block,       ///< block_outputs × block_inputs tiles of the matrix
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

    friend constexpr bool operator==(const structure&, const structure&) = default;

    static const structure weights, multipliers, packed_multipliers, consecutive, neurons;
};

inline constexpr structure structure::weights{structure_kind::weight};
inline constexpr structure structure::multipliers{structure_kind::multiplier};
inline constexpr structure structure::packed_multipliers{
    structure_kind::multiplier, memory_layout::packed};
inline constexpr structure structure::consecutive{structure_kind::consecutive};
inline constexpr structure structure::neurons{structure_kind::neuron};

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

/// The groups of one matrix under one structure.
class grouping {
public:
    /// Divides a matrix.
    /// \throws std::invalid_argument if a block has no extent, if a depthwise matrix is to be cut
    ///         into blocks, or if the strategy has no fixed map and the structure needs one
    constexpr grouping(const weight_matrix& m, const structure& s) : matrix_(m), structure_(s)
    {
        const bool mapped = m.strategy != strategy::latency || m.reuse_factor == 1;
        switch (s.kind) {
        case structure_kind::weight:
            width_ = 1;
            break;
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

    /// Whether each group is a contiguous range of flat indices (all but blocks and the outputs of
    /// a depthwise kernel).
    [[nodiscard]] constexpr bool is_contiguous() const
    {
        return structure_.kind != structure_kind::block && !is_depthwise_neuron();
    }
    /// The flat indices of a contiguous group; the last group may be shorter than the others.
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
        return is_depthwise_neuron() ? flat % matrix_.channels : flat / width_;
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
        return is_depthwise_neuron() ? k * matrix_.channels + group : range(group).first + k;
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
};

} // namespace espalier
