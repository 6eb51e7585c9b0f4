// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/framework_order.hpp"
#include "model/hardware_loops.hpp"
#include "model/random_layers.hpp"

#include <espalier/model/cost.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

// What is left of the hardware when the weights that a mask removes are removed: the loops run over
// the mask, and every multiplier, DSP block and bit of memory that a remaining weight touches is
// marked. Only the prices come from the library: DSP blocks and LUTs of one product, and the shape
// of a memory column.

namespace needed_hardware {

using hardware_loops::integer;

/// \param mask  in the framework's order, 0 where the weight is gone
inline espalier::resources of(const espalier::weight_matrix& m, espalier::layout framework,
    std::span<const std::uint8_t> mask, const espalier::cost_policy& costs,
    espalier::memory_layout memory_use)
{
    const espalier::product_cost product = espalier::product_of(m, costs);
    const espalier::weight_memory memory = espalier::memory_of(m, costs.memory);
    const std::vector<integer> hardware = framework_order::hardware_numbers(m, framework);
    std::vector<bool> kept(mask.size());
    for (std::size_t offset = 0; offset < mask.size(); ++offset)
        kept[static_cast<std::size_t>(hardware[offset])] = mask[offset] != 0;

    std::vector<bool> multiplier_runs(static_cast<std::size_t>(m.multipliers()), false);
    if (m.strategy == espalier::strategy::latency && m.reuse_factor > 1) {
        // HLS deals the remaining weights out to as few multipliers as can serve them.
        integer multiplier = -1, served = m.reuse_factor;
        for (const bool weight : kept) {
            if (!weight)
                continue;
            if (served == m.reuse_factor) {
                ++multiplier;
                served = 0;
            }
            multiplier_runs[static_cast<std::size_t>(multiplier)] = true;
            ++served;
        }
    } else {
        hardware_loops::run(m, [&](const hardware_loops::meeting& at) {
            if (kept[static_cast<std::size_t>(at.weight)])
                multiplier_runs[static_cast<std::size_t>(at.multiplier)] = true;
        });
    }

    if (memory_use == espalier::memory_layout::packed && espalier::has_weight_memory(m)) {
        // Code written for what remains has no other multipliers.
        std::vector<bool> remaining;
        for (const bool runs : multiplier_runs)
            if (runs)
                remaining.push_back(true);
        multiplier_runs = remaining;
    }

    espalier::resources need;
    for (integer copy = 0; copy < m.copies; ++copy) {
        integer in_block = 0; // multipliers that the present DSP block could hold so far
        bool block_runs = false;
        for (const bool runs : multiplier_runs) {
            if (in_block == product.sharing) {
                need.dsp += block_runs ? product.blocks : 0;
                in_block = 0;
                block_runs = false;
            }
            ++in_block;
            block_runs = block_runs || runs;
            if (runs && product.blocks == 0)
                need.lut += espalier::lut_product(m.weight.width, m.data.width);
        }
        need.dsp += block_runs ? product.blocks : 0;
    }

    if (memory.columns() > 0) {
        // One word of the memory, bit by bit.
        std::vector<bool> column_holds_something;
        integer in_column = memory.column_bits;
        for (const bool runs : multiplier_runs) {
            for (int bit = 0; bit < m.weight.width; ++bit) {
                if (in_column == memory.column_bits) {
                    column_holds_something.push_back(false);
                    in_column = 0;
                }
                ++in_column;
                if (runs)
                    column_holds_something.back() = true;
            }
        }
        for (const bool holds : column_holds_something)
            need.bram18 += holds ? memory.bram18_per_column : 0;
    }
    return need;
}

/// A random network with a random structure for each layer, and everything else random too.
struct random_selection {
    std::vector<espalier::layer_spec> layers;
    std::vector<espalier::structure> structures; ///< of each layer, as the rules say
    espalier::selection_options options;
    espalier::layout order{}; ///< of the weights
};

inline random_selection draw(std::mt19937_64& random)
{
    using namespace espalier;
    using random_layers::between;
    using random_layers::one_of;
    random_selection result;
    selection_options& options = result.options;
    options.costs.dsp =
        one_of<dsp_family>(random, {dsp_family::dsp48e1, dsp_family::dsp48e2, dsp_family::dsp58,
                                       dsp_family::intel_variable_precision, dsp_family::agilex});
    options.costs.lut_below = one_of<int>(random, {2, 9, 10});
    options.costs.memory.shapes = one_of<memory_shapes>(random,
        {memory_shapes::only_1kx36, memory_shapes::best_aspect_ratio, memory_shapes::intel_m20k});
    if (random() % 4 == 0)
        options.costs.memory.min_depth = 32;
    result.order =
        one_of<layout>(random, {layout::hardware, layout::keras, layout::keras_channels_first,
                                   layout::pytorch, layout::dlib});
    const int count = between(random, 1, 3);
    for (int i = 0; i < count; ++i) {
        const layer_kind kind =
            result.order == layout::dlib
                ? one_of<layer_kind>(random, {layer_kind::dense, layer_kind::conv2d})
                : one_of<layer_kind>(
                      random, {std::begin(random_layers::kinds), std::end(random_layers::kinds)});
        layer_spec s = random_layers::layer_of(random, kind, 32);
        random_layers::draw_reuse_factors(random, s);
        s.weight.width = between(random, 1, 64);
        s.data.width = between(random, 1, 40);
        if (is_convolution(kind))
            s.parallelization_factor = between(random, 1, 3);
        s.strategy = one_of<strategy>(random, {strategy::latency, strategy::resource,
                                                  strategy::resource, strategy::resource_unrolled});
        bool pooled = false, depthwise = false;
        for (const weight_matrix& m : matrices_of(s)) {
            pooled = pooled || (s.strategy == strategy::latency && m.reuse_factor > 1);
            depthwise = depthwise || m.is_depthwise();
        }
        const structure block{.kind = structure_kind::block,
            .block_outputs = between(random, 1, 6),
            .block_inputs = between(random, 1, 6)};
        std::vector<structure> choices{structure::weights};
        if (!pooled)
            choices = {structure::weights, structure::multipliers, structure::packed_multipliers,
                structure::packed_multipliers, structure::consecutive, structure::consecutive,
                structure::neurons};
        if (!pooled && !depthwise)
            choices.push_back(block);
        result.structures.push_back(one_of(random, choices));
        options.rules.push_back(
            {.layer = "layer" + std::to_string(i), .structure = result.structures.back()});
        result.layers.push_back(s);
    }
    return result;
}

} // namespace needed_hardware
