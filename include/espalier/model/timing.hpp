// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/adder_tree.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

// Clock cycles, as the reports of C synthesis give them. A matrix-vector product with reuse factor
// RF takes a new input every RF cycles (hardware words: initiation interval; matrix words: weights
// per multiplier) and answers after the reuse loop, the multiplier's pipeline and the adder tree.
// The reuse loops are those of hls4ml's kernels; what is added to them around a convolution or a
// recurrent step was read from reports (docs/model.md) and depends on clock and device.

namespace espalier {

/// Clock cycles of an inference.
struct timing {
    std::int64_t interval = 0; ///< cycles between two inferences (initiation interval)
    std::int64_t latency = 0;  ///< cycles from the first input to the last output

    friend constexpr bool operator==(const timing&, const timing&) = default;
};

namespace detail {

/// Cycles from the operands of the last shared product to what is added up: the registers of a
/// 7-series DSP block (UG479: three for full speed); the product of a faster family, and one in
/// LUTs, takes a cycle.
constexpr std::int64_t product_stages(const weight_matrix& m, const cost_policy& policy)
{
    return policy.dsp == dsp_family::dsp48e1 && product_of(m, policy).blocks > 0 ? 3 : 1;
}

/// Cycles more, from a clock below 4 ns on, until a shared product has been added up: seen at 3.33
/// ns and not at 5 ns.
constexpr std::int64_t fast_clock_stages(const cost_policy& policy)
{
    return policy.fabric.clock_ps < 4'000 ? 1 : 0;
}

/// What reports add to the reuse loop for each pixel that a streamed convolution reads and for each
/// step of a recurrent layer.
inline constexpr std::int64_t cycles_of_pixel = 11;
inline constexpr std::int64_t cycles_of_pipelined_pixel = 3;
inline constexpr std::int64_t cycles_of_step = 9;

inline constexpr std::int64_t most_cycles = std::int64_t{1} << 60;

constexpr std::int64_t times(std::int64_t a, std::int64_t b)
{
    ensure(a <= most_cycles / b, "an inference takes at most 2^60 cycles", given{"cycles", a},
        given{"times", b});
    return a * b;
}
constexpr std::int64_t plus(std::int64_t a, std::int64_t b)
{
    ensure(a <= most_cycles - b, "an inference takes at most 2^60 cycles", given{"cycles", a},
        given{"and", b});
    return a + b;
}

/// Pixels that a streamed convolution reads: hls4ml pads in a layer of its own, so the rim counts.
constexpr std::int64_t pixels_read(const layer_spec& s)
{
    if (s.padding == padding::valid)
        return std::int64_t{s.height} * s.width;
    const auto padded = [](std::int64_t in, std::int64_t out, std::int64_t kernel,
                            std::int64_t stride) {
        return std::max(in, (out - 1) * stride + kernel);
    };
    return times(padded(s.height, output_height(s), s.kernel_height, s.stride_height),
        padded(s.width, output_width(s), s.kernel_width, s.stride_width));
}

} // namespace detail

namespace detail {

/// \param products     of constants that have to be multiplied
/// \param multipliers  that share them at a reuse factor above 1
constexpr timing product_timing_of(const weight_matrix& m, const cost_policy& policy,
    std::int64_t products, std::int64_t multipliers)
{
    const std::int64_t summands = m.is_depthwise() ? m.n_in() / m.channels : m.n_in();
    const std::int64_t stages = adder_tree_stages(policy, summands);
    if (m.reuse_factor == 1)
        return {1, stages};
    const std::int64_t behind = product_stages(m, policy);
    if (m.strategy != strategy::latency)
        return {m.reuse_factor, m.reuse_factor + 1 + behind};
    // The schedule ends when the last product is added, and the next begins no earlier.
    const std::int64_t turns = multipliers > 0 ? ceil_div(products, multipliers) : 0;
    const std::int64_t last = turns + behind + fast_clock_stages(policy);
    const std::int64_t interval = std::min(m.reuse_factor, std::max(stages + 1, last));
    return {interval, std::max(interval - 1, stages)};
}

} // namespace detail

/// Timing of one matrix-vector product, whatever the weights.
[[nodiscard]] constexpr timing product_timing(
    const weight_matrix& m, const cost_policy& policy = {})
{
    return detail::product_timing_of(m, policy, m.weights(), m.multipliers());
}
/// The same when synthesis knows the weights: under the latency strategy it is the constants that
/// have to be multiplied which share hls4ml's limit of multipliers.
[[nodiscard]] constexpr timing product_timing(
    const weight_matrix& m, const constant_counts& counts, const cost_policy& policy = {})
{
    return detail::product_timing_of(
        m, policy, counts.products, pooled_multipliers(m, m.weights() - counts.zeros));
}

namespace detail {

/// Timing of a matrix of a layer in whose place its product has been timed.
constexpr timing timing_around(
    const layer_spec& s, const weight_matrix& m, const cost_policy& policy, const timing& product)
{
    if (is_recurrent(s.kind)) {
        const std::int64_t cycles = times(
            plus(m.reuse_factor, cycles_of_step + 2 * product_stages(m, policy)), s.timesteps);
        return {cycles, cycles};
    }
    if (!is_convolution(s.kind))
        return product;
    if (s.io == io_type::io_parallel) {
        const std::int64_t interval = times(product.interval, m.invocations);
        return {interval, plus(interval, adder_tree_stages(policy, m.n_in()))};
    }
    // Under io_stream a pixel arrives at a time, and a report takes every one for one that
    // completes a window. At reuse factor 1 the latency strategy pipelines that loop.
    const std::int64_t pixels =
        m.role == matrix_role::pointwise_kernel ? m.invocations : pixels_read(s);
    if (s.strategy == strategy::latency && m.reuse_factor == 1) {
        const std::int64_t interval = plus(pixels, product.latency + 5);
        return {interval, interval};
    }
    const std::int64_t each = s.strategy == strategy::latency
                                  ? product.interval + cycles_of_pipelined_pixel
                              : m.reuse_factor == 1 ? product.latency + 6
                                                    : m.reuse_factor + cycles_of_pixel;
    const std::int64_t interval = times(each, pixels);
    return {interval, interval};
}

} // namespace detail

/// Timing of one matrix of a layer, as if it were alone. A recurrent kernel answers once for each
/// time step before the next may start.
/// \throws std::invalid_argument if it takes more than 2^60 cycles
[[nodiscard]] constexpr timing timing_of(
    const layer_spec& s, const weight_matrix& m, const cost_policy& policy = {})
{
    return detail::timing_around(s, m, policy, product_timing(m, policy));
}
/// The same when synthesis knows the weights.
[[nodiscard]] constexpr timing timing_of(const layer_spec& s, const weight_matrix& m,
    const constant_counts& counts, const cost_policy& policy = {})
{
    return detail::timing_around(s, m, policy, product_timing(m, counts, policy));
}

namespace detail {

/// A layer without matrices takes a pixel in every cycle under io_stream, and everything at once
/// under io_parallel; its products are shared. Behind the last pixel come 3 cycles in all reports,
/// behind the two tables of a softmax about 5 and the adder tree.
constexpr timing timing_without_matrices(const layer_spec& s)
{
    const bool is_softmax = s.function == activation_function::softmax;
    const bool is_streamed = s.io == io_type::io_stream;
    const std::int64_t steps = is_streamed && is_pooling(s.kind) ? std::int64_t{s.height} * s.width
                               : is_streamed || is_softmax       ? output_pixels(s)
                                                                 : 1;
    const bool is_shared =
        s.kind == layer_kind::batch_norm || is_softmax || (is_pooling(s.kind) && !is_streamed);
    const std::int64_t interval = times(is_shared ? s.reuse_factor : 1, steps);
    if (is_softmax)
        return {interval, plus(interval, 5 + ceil_log2(output_channels(s)))};
    return {interval, plus(interval, is_streamed || s.kind == layer_kind::batch_norm ? 3 : 0)};
}

} // namespace detail

/// Timing of a layer: a convolution takes a product for each group of parallel output pixels (under
/// io_stream for each pixel that it reads); the kernels of a recurrent layer run together; the two
/// parts of a separable convolution overlap.
/// \throws std::invalid_argument if the layer is not sound or takes more than 2^60 cycles
[[nodiscard]] constexpr timing timing_of(const layer_spec& s, const cost_policy& policy = {})
{
    ensure_sound(s);
    if (!has_matrices(s.kind))
        return detail::timing_without_matrices(s);
    timing result;
    std::int64_t behind_the_loops = 0;
    for (const weight_matrix& m : matrices_of(s)) {
        const timing alone = timing_of(s, m, policy);
        result.interval = std::max(result.interval, alone.interval);
        behind_the_loops += alone.latency - alone.interval;
    }
    result.latency = detail::plus(result.interval, behind_the_loops);
    return result;
}

/// Timing of layers in a row (hls4ml's dataflow style): the slowest sets the interval. Under
/// io_parallel the latencies add up; streamed layers work at the same time, so that behind the
/// slowest come only the pipelines of the others.
/// \throws std::invalid_argument as above
[[nodiscard]] constexpr timing timing_of(
    std::span<const layer_spec> layers, const cost_policy& policy = {})
{
    timing result;
    std::int64_t slowest_stream = 0;
    for (const layer_spec& s : layers) {
        const timing t = timing_of(s, policy);
        result.interval = std::max(result.interval, t.interval);
        const bool is_streamed = s.io == io_type::io_stream;
        if (is_streamed)
            slowest_stream = std::max(slowest_stream, t.interval);
        result.latency =
            detail::plus(result.latency, is_streamed ? t.latency - t.interval : t.latency);
    }
    result.latency = detail::plus(result.latency, slowest_stream);
    return result;
}

} // namespace espalier
