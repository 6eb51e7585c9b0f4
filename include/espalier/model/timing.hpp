// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/legality.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

// Clock cycles. A matrix-vector product with reuse factor RF takes a new input every RF cycles
// (hardware words: initiation interval; matrix words: weights per multiplier) and answers after the
// reuse loop, the multiplier's pipeline and the adder tree. The interval is a property of the loops
// and exact for hls4ml's kernels; the latency depends on the clock and is an estimate.

namespace espalier {

struct timing {
    std::int64_t interval = 0; ///< cycles between two inferences (initiation interval)
    std::int64_t latency = 0;  ///< cycles from the first input to the last output

    friend constexpr bool operator==(const timing&, const timing&) = default;
};

namespace detail {

/// Registers in and behind a pipelined DSP multiplier (UG579: three for full speed).
inline constexpr std::int64_t multiplier_stages = 3;

constexpr timing timing_of(const weight_matrix& m)
{
    const std::int64_t summands = m.is_depthwise() ? m.n_in() / m.channels : m.n_in();
    const std::int64_t interval = m.reuse_factor * m.invocations;
    // Products that one output adds up in one cycle; the reuse loop adds the rest over time.
    const std::int64_t at_once = ceil_div(summands, m.reuse_factor);
    return {interval, interval + multiplier_stages + ceil_log2(at_once)};
}

} // namespace detail

/// Timing of a layer: convolutions take RF cycles for each group of parallel output pixels (for each
/// pixel under io_stream), recurrent layers run both kernels at each time step, one after the other
/// because the state is needed; the two parts of a separable convolution overlap.
[[nodiscard]] constexpr timing timing_of(const layer_spec& s)
{
    ensure_sound(s);
    timing result;
    const layer_matrices matrices = matrices_of(s);
    if (is_recurrent(s.kind)) {
        // Input and recurrent kernel start together; the state is ready when the slower is done.
        std::int64_t step = 0;
        for (const weight_matrix& m : matrices) {
            weight_matrix once = m;
            once.invocations = 1;
            step = std::max(step, detail::timing_of(once).latency);
        }
        return {step * s.timesteps, step * s.timesteps};
    }
    std::int64_t behind_the_loops = 0;
    for (const weight_matrix& m : matrices) {
        const timing t = detail::timing_of(m);
        result.interval = std::max(result.interval, t.interval);
        behind_the_loops += t.latency - t.interval;
    }
    result.latency = result.interval + behind_the_loops;
    return result;
}

/// Timing of layers in a row (hls4ml's dataflow style): the slowest sets the interval, the latencies
/// add up.
[[nodiscard]] constexpr timing timing_of(std::span<const layer_spec> layers)
{
    timing result;
    for (const layer_spec& s : layers) {
        const timing t = timing_of(s);
        result.interval = std::max(result.interval, t.interval);
        result.latency += t.latency;
    }
    return result;
}

} // namespace espalier
