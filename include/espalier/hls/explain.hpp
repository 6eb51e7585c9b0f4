// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/detail/matrix_explainer.hpp>
#include <espalier/hls/finding.hpp>
#include <espalier/hls/hardware_flow.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/model/zeros.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

// A mask frees hardware only if the flow that builds the network takes it out. Here it is asked,
// before anything is synthesised, what of the pruned multipliers and memory columns would stay, and
// why. What stays is counted against the best that could be: hardware with the kept multipliers
// alone, their weights side by side in memory.

namespace espalier {

/// A weight matrix that was pruned.
struct pruned_matrix {
    std::span<const std::uint8_t> mask; ///< for each weight, 0 if it is pruned
    layout order;                       ///< of the mask and of the weights
    /// Before pruning, if they are known: only so can be said which were constants of few digits.
    std::span<const float> weights{};
};

/// What of the pruned groups a flow would not free, and why. Pruned multipliers and what stays of
/// them are counted as `recount` counts: whole multipliers of the dense hardware, and memory
/// columns against a packed memory. Where multipliers choose their weights (N:M, free rows), this
/// is what their masks free on a fixed map, as hls4ml has it; what their own schedule needs is
/// counted by `recount` with the structure.
/// \param matrices  one for each weight matrix, in the order of `matrices_of` over the layers
/// \param flow      with the thresholds of its tools: products in LUTs, small ROMs, digits of
///                  constants
/// \return one finding for each matrix and reason, in the order of the matrices; none if everything
///         that was pruned is freed
/// \throws std::invalid_argument if a layer is not sound, hls4ml would round its reuse factor (the
///         mask is then one of other groups), or a number of matrices, mask entries or
///         weights is wrong
[[nodiscard]] inline std::vector<finding> explain(std::span<const layer_spec> layers,
    std::span<const pruned_matrix> matrices, const hardware_flow& flow = {})
{
    std::vector<finding> found;
    std::size_t i = 0;
    std::size_t position = 0;
    for (const layer_spec& unnamed : layers) {
        ensure_sound(unnamed);
        layer_spec layer = named(unnamed, position++);
        const strategy asked = layer.strategy;
        const strategy_answer built =
            flow.is_hls4ml ? strategy_built_for(layer) : strategy_answer{asked};
        if (built.has_kernel)
            layer.strategy = built.strategy;
        // There hls4ml has no unrolled kernel, either; that of resource then has constants.
        if (flow.is_hls4ml && asked == strategy::resource_unrolled && layer.reuse_factor == 1 &&
            layer.strategy == asked)
            layer.strategy = strategy::resource;
        if (flow.is_hls4ml && built.has_kernel)
            ensure_legal(layer);
        for (const weight_matrix& m : matrices_of(layer)) {
            ensure(i < matrices.size(), "there is a mask for each weight matrix",
                given{"masks", matrices.size()}, given{"layer", layer.name.view()});
            const auto [mask, order, weights] = matrices[i++];
            ensure(static_cast<std::int64_t>(mask.size()) == m.weights(),
                "a mask has an entry for every weight", given{"given", mask.size()},
                given{"weights", m.weights()});
            ensure(weights.empty() || weights.size() == mask.size(),
                "there is a weight for every entry of a mask", given{"weights", weights.size()},
                given{"entries", mask.size()});
            std::vector<std::uint8_t> kept(mask.size());
            std::vector<float> values(weights.size());
            for (std::size_t offset = 0; offset < mask.size(); ++offset) {
                const auto flat = static_cast<std::size_t>(
                    to_hardware(m, order, static_cast<std::int64_t>(offset)));
                kept[flat] = mask[offset] != 0 ? 1 : 0;
                if (!weights.empty())
                    values[flat] = weights[offset];
            }
            detail::matrix_explainer of_matrix(m, std::move(kept), flow, found);
            const std::string what =
                std::string(to_string(m.kind)) + " under " + std::string(to_string(m.io));
            if (!of_matrix.is_pruned())
                continue;
            if (!built.has_kernel)
                of_matrix.nothing_is_freed(unfreed::no_kernel, "hls4ml has no kernel for a " +
                                                                   what + " with the strategy " +
                                                                   std::string(to_string(asked)));
            else if (flow.is_hls4ml && !saves_zeros(m))
                of_matrix.nothing_is_freed(
                    asked == m.strategy ? unfreed::zeros_multiplied : unfreed::built_as_resource,
                    asked == m.strategy ? std::string(zeros_are_multiplied)
                                        : "hls4ml builds resource for a " + what +
                                              ", which multiplies by every zero; latency leaves "
                                              "them out");
            else
                of_matrix.explain(values);
        }
    }
    ensure(i == matrices.size(), "there is a mask for each weight matrix",
        given{"masks", matrices.size()}, given{"matrices", i});
    return found;
}

/// \overload
/// \param masks  as `pruner::masks` has them
/// \param order  in which all of them count the weights
[[nodiscard]] inline std::vector<finding> explain(std::span<const layer_spec> layers,
    std::span<const std::vector<std::uint8_t>> masks, layout order, const hardware_flow& flow = {})
{
    std::vector<pruned_matrix> matrices;
    for (const std::vector<std::uint8_t>& mask : masks)
        matrices.push_back({.mask = mask, .order = order});
    return explain(layers, matrices, flow);
}

} // namespace espalier
