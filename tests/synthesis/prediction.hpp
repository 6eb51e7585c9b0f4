// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reports.hpp"

#include <espalier/model/cost.hpp>
#include <espalier/model/expected_sharing.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the model says about a report, from nothing but what the row says about the design: shape,
// formats, reuse factor, strategy, device, clock, and how many weights have how many digits.

namespace synthesis {

using namespace espalier;

/// DSP blocks, block RAM, LUTs, flip-flops and cycles of one row.
struct figures {
    resources need{};
    timing cycles{};
    std::optional<std::int64_t> layer_interval{}; ///< where the row is the kernel of a layer
};

/// The policy that a row was synthesised with.
inline cost_policy policy_of(const report& row)
{
    cost_policy policy = cost_policy::hls;
    policy.dsp = row.text("device").starts_with("xc7") ? dsp_family::dsp48e1 : dsp_family::dsp48e2;
    policy.fabric.clock_ps = static_cast<int>(std::lround(1'000 * row.real("clock_ns")));
    if (row.text("multiply_binding") == "fabric") {
        policy.lut_below_wide = 1'000;
        policy.fused_additions = false;
    }
    if (row.text("multiply_binding") == "dsp")
        policy.lut_below = policy.lut_below_wide = 0;
    // The project's own defines.h and the names of types in its reports (tests/data/README.md).
    if (row.text("source") == "Berk-Bilgin/ML-fpga") {
        policy.fabric.accum_rounding =
            row.number("accum_width") == 28 ? rounding::rnd_zero : rounding::rnd;
        policy.fabric.accum_overflow = overflow::sat;
    }
    return policy;
}

inline precision format_of(const report& row, const std::string& of)
{
    return {.width = row.number(of + "_width"),
        .integer = row.number(of + "_int"),
        .is_signed = of == "accum" || row.number(of + "_signed") == 1};
}

/// The layer of a row, or the layer around its kernel.
inline layer_spec layer_of(const report& row)
{
    const std::string& kind = row.text("kind");
    const strategy how = row.text("strategy") == "latency" ? strategy::latency : strategy::resource;
    const io_type io =
        row.text("io_type") == "io_stream" ? io_type::io_stream : io_type::io_parallel;
    layer_spec s;
    if (kind == "dense") {
        s = dense{.inputs = row.number("n_in"), .outputs = row.number("n_out")};
    } else if (kind == "gru") {
        s = gru{.inputs = row.number("n_in"), .units = row.number("n_out")};
    } else if (kind == "lstm") {
        s = lstm{.inputs = row.number("n_in"), .units = row.number("n_out")};
    } else {
        s = conv2d{.height = row.number("in_h"),
            .width = row.number("in_w"),
            .channels = row.number("channels"),
            .filters = row.number("filters"),
            .kernel_height = row.number("kernel_h"),
            .kernel_width = row.number("kernel_w"),
            .stride_height = row.number("stride_h"),
            .stride_width = row.number("stride_w")};
        s.kind = kind == "conv1d" ? layer_kind::conv1d : layer_kind::conv2d;
    }
    if (is_recurrent(s.kind)) {
        s.timesteps = row.number("timesteps");
        s.second_reuse_factor = row.number("recurrent_reuse_factor");
    }
    s.strategy = how;
    s.io = io;
    s.reuse_factor = row.number("reuse_factor");
    s.weight = format_of(row, "weight");
    s.data = format_of(row, "data");
    s.accum = format_of(row, "accum");
    return s;
}

/// The counts of a row's weights; none where they are not published or are read from a memory.
inline std::optional<constant_counts> counts_of(
    const report& row, const weight_matrix& m, const cost_policy& policy)
{
    if (has_weight_memory(m) || !row.has("nonzero_weights"))
        return std::nullopt;
    const bool classified = row.has("csd1");
    const std::int64_t nonzero = row.integer("nonzero_weights");
    const std::int64_t one = classified ? row.integer("csd1") : 0;
    const std::int64_t two = classified ? row.integer("csd2") : 0;
    const std::int64_t more = nonzero - one - two;
    const product_cost product = product_of(m, policy);
    constant_counts counts;
    counts.zeros = m.weights() - nonzero;
    counts.one_digit = one;
    counts.two_digits = counts.additions = two;
    counts.by_adders = one + two;
    counts.products = more;
    counts.soft_products = product.blocks == 0 ? more : 0;
    counts.dsp = product.dsp_for(more - counts.soft_products);
    return sharing_on_average(m, counts, policy);
}

/// The row of the kernel that is a matrix of a recurrent layer: of the same design, and reported on
/// its own. Null if there is none.
inline const report* kernel_of(
    const report& layer, const weight_matrix& m, const std::vector<report>& rows)
{
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const report& row) {
        return row.text("unit") == "kernel" && row.text("kind") == "dense" &&
               row.text("source") == layer.text("source") &&
               row.text("device") == layer.text("device") &&
               row.text("version") == layer.text("version") && row.integer("n_in") == m.n_in() &&
               row.integer("n_out") == m.n_out() && row.integer("reuse_factor") == m.reuse_factor &&
               row.integer("weight_width") == m.weight.width;
    });
    return found == rows.end() ? nullptr : &*found;
}

/// A recurrent layer. The weights of its kernels are in rows of their own where these are known.
inline resources recurrent_need(const report& row, const layer_spec& s,
    const std::vector<report>& rows, const cost_policy& policy)
{
    resources need = gates_cost(s, policy);
    for (const weight_matrix& m : matrices_of(s)) {
        const report* kernel = kernel_of(row, m, rows);
        const auto counts = kernel != nullptr ? counts_of(*kernel, m, policy) : std::nullopt;
        need += counts ? cost(m, *counts, policy) : cost(m, policy);
    }
    return need;
}

/// \param rows  all of the data
/// \throws std::invalid_argument for rows of networks, which are not one layer
inline figures predict(const report& row, const std::vector<report>& rows)
{
    const cost_policy policy = policy_of(row);
    const layer_spec s = layer_of(row);
    if (is_recurrent(s.kind))
        return {recurrent_need(row, s, rows, policy), timing_of(s, policy), {}};
    const weight_matrix m = matrices_of(s)[0];
    const std::optional<constant_counts> counts = counts_of(row, m, policy);
    figures result;
    result.need = counts ? cost(m, *counts, policy) : cost(m, policy);
    const timing product = counts ? product_timing(m, *counts, policy) : product_timing(m, policy);
    const timing around = counts ? timing_of(s, m, *counts, policy) : timing_of(s, m, policy);
    const bool is_layer = row.text("unit") == "layer";
    result.cycles = is_layer ? around : product;
    if (is_layer)
        result.need += window_cost(s, policy);
    else if (is_convolution(s.kind) && row.has("layer_II") && row.integer("layer_II") > 0)
        result.layer_interval = around.interval;
    return result;
}

} // namespace synthesis
