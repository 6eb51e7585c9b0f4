// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

// Clock cycles. A matrix-vector product with reuse factor RF takes a new input every RF cycles
// (hardware words: initiation interval; matrix words: weights per multiplier) and answers after the
// reuse loop, the multiplier's pipeline and the adder tree. The interval is a property of the loops
// of hls4ml's kernels; the latency depends on the clock and is an estimate.

namespace espalier {

/// Clock cycles of an inference.
struct timing {
    std::int64_t interval = 0; ///< cycles between two inferences (initiation interval)
    std::int64_t latency = 0;  ///< cycles from the first input to the last output

    friend constexpr bool operator==(const timing&, const timing&) = default;
};

namespace detail {

/// Registers in and behind a pipelined DSP multiplier (UG579: three for full speed).
inline constexpr std::int64_t multiplier_stages = 3;

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

/// Cycles from the last step of the reuse loop to the sum: the multiplier's pipeline and the adder
/// tree over the products that one output adds up in one cycle (the loop adds the rest over time).
constexpr std::int64_t pipeline_depth(const weight_matrix& m)
{
    const std::int64_t summands = m.is_depthwise() ? m.n_in() / m.channels : m.n_in();
    return multiplier_stages + ceil_log2(ceil_div(summands, m.reuse_factor));
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

/// Cycles between two inferences of one matrix.
constexpr std::int64_t interval_of(const layer_spec& s, const weight_matrix& m)
{
    const std::int64_t products = times(m.reuse_factor, m.invocations);
    if (!is_convolution(s.kind) || s.io == io_type::io_parallel ||
        m.role == matrix_role::pointwise_kernel)
        return products;
    // Under io_stream a pixel arrives at a time and an output is computed when its window is
    // complete. The latency strategy pipelines that loop at an interval of RF, window or not.
    const std::int64_t read = pixels_read(s);
    return s.strategy == strategy::latency ? times(m.reuse_factor, read)
                                           : plus(products, read - m.invocations);
}

} // namespace detail

/// Timing of one matrix of a layer, as if it were alone. A recurrent kernel answers once for each
/// time step before the next may start. \throws std::invalid_argument if it takes more than 2^60
/// cycles
[[nodiscard]] constexpr timing timing_of(const layer_spec& s, const weight_matrix& m)
{
    const std::int64_t depth = detail::pipeline_depth(m);
    if (is_recurrent(s.kind)) {
        const std::int64_t cycles = detail::times(m.reuse_factor + depth, s.timesteps);
        return {cycles, cycles};
    }
    const std::int64_t interval = detail::interval_of(s, m);
    return {interval, detail::plus(interval, depth)};
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

/// Timing of a layer: a convolution takes RF cycles for each group of parallel output pixels (under
/// io_stream for each pixel, and one for each input pixel that completes no window); the kernels of
/// a recurrent layer run together; the two parts of a separable convolution overlap.
/// \throws std::invalid_argument if the layer is not sound or takes more than 2^60 cycles
[[nodiscard]] constexpr timing timing_of(const layer_spec& s)
{
    ensure_sound(s);
    if (!has_matrices(s.kind))
        return detail::timing_without_matrices(s);
    timing result;
    std::int64_t behind_the_loops = 0;
    for (const weight_matrix& m : matrices_of(s)) {
        const timing alone = timing_of(s, m);
        result.interval = std::max(result.interval, alone.interval);
        behind_the_loops += alone.latency - alone.interval;
    }
    result.latency = detail::plus(result.interval, behind_the_loops);
    return result;
}

/// Timing of layers in a row (hls4ml's dataflow style): the slowest sets the interval, the
/// latencies add up. \throws std::invalid_argument as above
[[nodiscard]] constexpr timing timing_of(std::span<const layer_spec> layers)
{
    timing result;
    for (const layer_spec& s : layers) {
        const timing t = timing_of(s);
        result.interval = std::max(result.interval, t.interval);
        result.latency = detail::plus(result.latency, t.latency);
    }
    return result;
}

} // namespace espalier
