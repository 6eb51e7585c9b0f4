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

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

// What is left of the hardware when the weights that a mask removes are removed: the loops run over
// the mask, and every multiplier, DSP block and bit of memory that a remaining weight touches is
// marked. Only the prices come from the library: DSP blocks and LUTs of one product, and the shapes
// of memory columns.

namespace needed_hardware {

using hardware_loops::integer;

/// Bits of the last weight of a memory word: its sign, and no further ones like it.
inline int bits_of_last(const espalier::weight_matrix& m, const espalier::cost_policy& costs)
{
    int bits = m.weight.width;
    if (costs.memory.sign_bits == espalier::sign_bits::kept || !m.weight.is_signed)
        return bits;
    for (int before = m.weight.integer; before > 1 && bits > 1; --before)
        --bits;
    return bits;
}

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
        // hls4ml takes away a multiplier for every RF zeros, however many weights it has.
        integer run = static_cast<integer>(multiplier_runs.size()), zeros = 0, left = 0;
        for (const bool weight : kept) {
            left += weight ? 1 : 0;
            if (!weight && ++zeros == m.reuse_factor) {
                zeros = 0;
                --run;
            }
        }
        for (integer g = 0; g < run && left > 0; ++g)
            multiplier_runs[static_cast<std::size_t>(g)] = true;
    } else {
        hardware_loops::run(m, [&](const hardware_loops::meeting& at) {
            if (kept[static_cast<std::size_t>(at.weight)])
                multiplier_runs[static_cast<std::size_t>(at.multiplier)] = true;
        });
    }

    // The last multiplier is built for fewer bits; of LUTs the difference is not counted.
    const int last_bits = bits_of_last(m, costs);
    const bool memory_is_read = espalier::has_weight_memory(m);
    int last_width = m.weight.width;
    // A product that shares its block with an addition is not built for fewer bits.
    const bool fused = espalier::is_fused(m, costs);
    if (memory_is_read && product.sharing == 1 && !fused)
        last_width = last_bits;
    espalier::product_cost last = product;
    if (last_width != m.weight.width)
        last = espalier::product_of(espalier::precision{last_width, 1}, m.data, costs);
    if (last == product)
        last_width = m.weight.width;

    std::vector<bool> in_memory = multiplier_runs;
    if (memory_use == espalier::memory_layout::packed && memory_is_read) {
        // Code written for what remains has no other multipliers.
        std::fill(in_memory.begin(), in_memory.end(), false);
        std::size_t filled = 0;
        for (const bool runs : multiplier_runs)
            if (runs)
                in_memory[filled++] = true;
        if (product.sharing > 1)
            multiplier_runs = in_memory;
    }

    // Of the LUTs of all copies of one part, what the policy leaves, in whole LUTs.
    const auto left_of = [&](std::int64_t luts) {
        const std::int64_t hundredths = luts * m.copies * costs.fabric.lut_percent;
        return hundredths / 100 + (hundredths % 100 > 0 ? 1 : 0);
    };
    espalier::resources need;
    // Two fused products that are added up: one is in the block, and LUTs for the other are held
    // ready as long as the block is there.
    const auto needs_block = [&](bool block_runs) {
        need.dsp += block_runs ? product.blocks * m.copies : 0;
        need.lut += block_runs && fused && m.reuse_factor < m.n_in()
                        ? left_of(espalier::lut_product(m.weight.width, m.data.width))
                        : 0;
    };
    integer in_block = 0; // multipliers that the present DSP block could hold so far
    bool block_runs = false;
    for (std::size_t g = 0; g < multiplier_runs.size(); ++g) {
        const bool runs = multiplier_runs[g];
        if (g + 1 == multiplier_runs.size() && last_width != m.weight.width) {
            need.dsp += runs ? last.blocks * m.copies : 0;
            need.lut += runs && last.blocks == 0
                            ? left_of(espalier::lut_product(last_width, m.data.width))
                            : 0;
            break;
        }
        if (in_block == product.sharing) {
            needs_block(block_runs);
            in_block = 0;
            block_runs = false;
        }
        ++in_block;
        block_runs = block_runs || runs;
        if (runs && product.blocks == 0)
            need.lut += left_of(espalier::lut_product(m.weight.width, m.data.width));
    }
    needs_block(block_runs);

    const bool trimmed = costs.memory.sign_bits == espalier::sign_bits::trimmed;
    for (const espalier::memory_bank& bank : memory.banks) {
        // One word of the memory, bit by bit.
        std::vector<bool> column_holds_something;
        integer in_column = bank.column_bits;
        for (std::size_t g = 0; g < in_memory.size(); ++g) {
            const bool short_one = trimmed || (memory_use == espalier::memory_layout::in_place &&
                                                  g + 1 == in_memory.size());
            for (int bit = 0; bit < (short_one ? last_bits : m.weight.width); ++bit) {
                if (in_column == bank.column_bits) {
                    column_holds_something.push_back(false);
                    in_column = 0;
                }
                ++in_column;
                if (in_memory[g])
                    column_holds_something.back() = true;
            }
        }
        for (const bool holds : column_holds_something)
            need.bram18 += holds ? bank.bram18 : 0;
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
    options.costs = one_of<cost_policy>(
        random, {cost_policy::hls, cost_policy::hls_block_rom, cost_policy::logic_synthesis,
                    cost_policy::paper, cost_policy::yosys});
    options.costs.dsp =
        one_of<dsp_family>(random, {dsp_family::dsp48e1, dsp_family::dsp48e2, dsp_family::dsp58,
                                       dsp_family::intel_variable_precision, dsp_family::agilex});
    if (random() % 2 == 0)
        options.costs.lut_below = one_of<int>(random, {2, 9, 10});
    if (random() % 2 == 0)
        options.costs.memory.shapes = one_of<memory_shapes>(
            random, {memory_shapes::only_1kx36, memory_shapes::best_aspect_ratio,
                        memory_shapes::intel_m20k, memory_shapes::mixed_aspect_ratios});
    if (random() % 2 == 0)
        options.costs.memory.min_bits = 0;
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
        if (kind == layer_kind::dense && random() % 8 == 0) {
            // So deep that its memory stands on several banks.
            s.height = s.width = s.channels = 0;
            s.inputs = between(random, 1025, 6000);
            s.outputs = between(random, 1, 4);
            s.reuse_factor = s.inputs / one_of<int>(random, {1, 1, 2, 5});
        }
        s.weight.width = random() % 2 == 0 ? one_of<int>(random, {10, 14, 16, 18, 20, 27, 32})
                                           : between(random, 1, 64);
        s.weight.integer = between(random, -2, s.weight.width + 2);
        s.data.width = between(random, 1, 40);
        if (random() % 4 == 0) {
            // Narrow, and the accumulator holds products as they are.
            s.weight.width = between(random, 3, 10);
            s.data.width = between(random, 3, 10);
            s.accum.width = s.weight.width + s.data.width + between(random, 0, 6);
            s.accum.integer = s.accum.width - (s.weight.width - s.weight.integer) -
                              (s.data.width - s.data.integer);
        }
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
