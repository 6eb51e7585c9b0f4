// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/mapping.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

// The loops that run on the FPGA, written as they run there: the outer loop counts clock cycles,
// the inner one is unrolled, so its counter is the number of a multiplier. The indices are carried
// along step by step as in hls4ml's resource kernels; nothing here divides to find a place that the
// library finds by division. Every multiplication is reported to `meet`.

namespace hardware_loops {

using integer = std::int64_t;

/// One multiplication: in this cycle this multiplier takes this weight and this input, and its
/// product goes to this accumulator.
struct meeting {
    integer cycle;
    integer multiplier;
    integer weight;
    integer input;
    integer accumulator;
};

/// Multipliers that n_in·n_out weights need when each takes one weight in each of rf cycles.
inline integer multipliers_for(integer weights, integer rf)
{
    integer multipliers = 0;
    for (integer served = 0; served < weights; served += rf)
        ++multipliers;
    return multipliers;
}

/// Reuse factor up to n_in, of which it must be a divisor: all multipliers of an output row start
/// in the same phase, and an output is complete after a fixed number of them.
template <class Meet>
void rf_within_one_output(integer n_in, integer n_out, integer rf, Meet&& meet)
{
    const integer multiplier_limit = multipliers_for(n_in * n_out, rf);
    const integer multipliers_of_an_output = multiplier_limit / n_out;
    for (integer cycle = 0; cycle < rf; ++cycle) {
        integer w_index = cycle;
        integer in_index = cycle;
        integer out_index = 0;
        integer acc_step = 0;
        for (integer multiplier = 0; multiplier < multiplier_limit; ++multiplier) {
            meet(meeting{cycle, multiplier, w_index, in_index, out_index});
            w_index += rf;
            in_index += rf;
            if (in_index >= n_in)
                in_index = cycle;
            if (acc_step + 1 >= multipliers_of_an_output) {
                acc_step = 0;
                ++out_index;
            } else {
                ++acc_step;
            }
        }
    }
}

/// Reuse factor a multiple of n_in that divides n_in·n_out: one multiplier serves whole outputs,
/// one after the other; which one it is at follows the cycle.
template <class Meet>
void rf_over_whole_outputs(integer n_in, integer n_out, integer rf, Meet&& meet)
{
    const integer outputs_of_a_multiplier = rf / n_in;
    const integer block_factor = multipliers_for(n_in * n_out, rf);
    integer in_index = 0;
    integer first_output = 0;
    for (integer cycle = 0; cycle < rf; ++cycle) {
        integer w_index = cycle;
        integer out_index = first_output;
        for (integer multiplier = 0; multiplier < block_factor; ++multiplier) {
            meet(meeting{cycle, multiplier, w_index, in_index, out_index});
            w_index += rf;
            out_index += outputs_of_a_multiplier;
        }
        if (++in_index == n_in) {
            in_index = 0;
            ++first_output;
        }
    }
}

/// Any reuse factor: the weight's number tells its input and output, and a multiplier that has run
/// out of weights idles.
template <class Meet>
void any_rf(integer n_in, integer n_out, integer rf, Meet&& meet)
{
    const integer block_factor = multipliers_for(n_in * n_out, rf);
    for (integer cycle = 0; cycle < rf; ++cycle)
        for (integer multiplier = 0; multiplier < block_factor; ++multiplier) {
            const integer w_index = cycle + rf * multiplier;
            if (w_index >= n_in * n_out)
                continue;
            meet(meeting{cycle, multiplier, w_index, w_index % n_in, w_index / n_in});
        }
}

/// A depthwise kernel: weights and patch are both in (row, column, channel) order, so the input has
/// the weight's number and the accumulator is the channel.
template <class Meet>
void depthwise(integer n_in, integer channels, integer rf, Meet&& meet)
{
    const integer block_factor = multipliers_for(n_in, rf);
    for (integer cycle = 0; cycle < rf; ++cycle)
        for (integer multiplier = 0; multiplier < block_factor; ++multiplier) {
            const integer w_index = cycle + rf * multiplier;
            if (w_index >= n_in)
                continue;
            meet(meeting{cycle, multiplier, w_index, w_index, w_index % channels});
        }
}

/// Which of the loops above are defined for a matrix.
enum class loop { within_one_output, over_whole_outputs, any, depthwise };

inline std::vector<loop> loops_for(const espalier::weight_matrix& m)
{
    if (m.is_depthwise())
        return {loop::depthwise};
    std::vector<loop> loops{loop::any};
    const integer rf = m.reuse_factor;
    if (rf <= m.n_in() && m.n_in() % rf == 0)
        loops.push_back(loop::within_one_output);
    if (rf > m.n_in() && rf % m.n_in() == 0 && m.n_out() % (rf / m.n_in()) == 0)
        loops.push_back(loop::over_whole_outputs);
    return loops;
}

template <class Meet>
void run(loop which, const espalier::weight_matrix& m, Meet&& meet)
{
    switch (which) {
    case loop::within_one_output:
        return rf_within_one_output(m.n_in(), m.n_out(), m.reuse_factor, meet);
    case loop::over_whole_outputs:
        return rf_over_whole_outputs(m.n_in(), m.n_out(), m.reuse_factor, meet);
    case loop::any:
        return any_rf(m.n_in(), m.n_out(), m.reuse_factor, meet);
    case loop::depthwise:
        return depthwise(m.n_in(), m.n_out(), m.reuse_factor, meet);
    }
}

/// Runs the most special loop that is defined for the matrix, the one that hls4ml would take.
template <class Meet>
void run(const espalier::weight_matrix& m, Meet&& meet)
{
    run(loops_for(m).back(), m, meet);
}

/// What the accumulators hold after a matrix-vector product of the hardware.
/// \param weights  in hardware order
template <class Number>
std::vector<Number> product(const espalier::weight_matrix& m, const std::vector<Number>& weights,
    const std::vector<Number>& inputs)
{
    std::vector<Number> accumulators(static_cast<std::size_t>(m.n_out()), Number{});
    run(m, [&](const meeting& at) {
        accumulators[static_cast<std::size_t>(at.accumulator)] +=
            weights[static_cast<std::size_t>(at.weight)] *
            inputs[static_cast<std::size_t>(at.input)];
    });
    return accumulators;
}

/// Small whole numbers, so that sums are exact in any order.
inline std::vector<integer> whole_numbers(std::mt19937_64& random, integer count)
{
    std::vector<integer> numbers(static_cast<std::size_t>(count));
    for (integer& n : numbers)
        n = static_cast<integer>(random() % 2001) - 1000;
    return numbers;
}

/// What a comparison of the mapping with the loops has looked at.
struct comparison {
    integer matrices = 0;
    integer loops = 0;         ///< simulations: a matrix is run through every loop defined for it
    integer weights = 0;       ///< placements compared
    integer disagreements = 0; ///< placements or results that differ; must be 0

    comparison& operator+=(const comparison& other)
    {
        matrices += other.matrices;
        loops += other.loops;
        weights += other.weights;
        disagreements += other.disagreements;
        return *this;
    }
};

/// Compares where the library places every weight of a matrix with where the loops meet it, and
/// what the loops accumulate with the product by its definition.
inline comparison compare(const espalier::weight_matrix& m, std::mt19937_64& random)
{
    comparison result{.matrices = 1};
    const auto differ = [&](bool yes) { result.disagreements += yes ? 1 : 0; };
    const auto weights = whole_numbers(random, m.weights());
    const auto inputs = whole_numbers(random, m.n_in());

    // The product by definition, each weight taken once in the order of the file. A depthwise
    // kernel runs over rows and columns and has a product for each channel.
    std::vector<integer> expected(static_cast<std::size_t>(m.n_out()), 0);
    auto next = weights.begin();
    if (m.is_depthwise()) {
        auto x = inputs.begin();
        for (integer pixel = 0; pixel < m.rows * m.columns; ++pixel)
            for (integer& y : expected)
                y += *next++ * *x++;
    } else {
        for (integer& y : expected)
            for (const integer x : inputs)
                y += *next++ * x;
    }

    for (const loop which : loops_for(m)) {
        ++result.loops;
        std::vector<int> met(weights.size(), 0);
        std::vector<integer> accumulators(expected.size(), 0);
        std::vector<integer> work(static_cast<std::size_t>(m.multipliers()), 0);
        run(which, m, [&](const meeting& at) {
            if (at.weight >= m.weights() || at.multiplier >= m.multipliers())
                return differ(true);
            ++result.weights;
            ++met[static_cast<std::size_t>(at.weight)];
            ++work[static_cast<std::size_t>(at.multiplier)];
            accumulators[static_cast<std::size_t>(at.accumulator)] +=
                weights[static_cast<std::size_t>(at.weight)] *
                inputs[static_cast<std::size_t>(at.input)];
            const espalier::placement placed = espalier::place(m, at.weight);
            const espalier::index_range of_multiplier =
                espalier::weights_of_multiplier(m, at.multiplier);
            differ(placed.multiplier != at.multiplier || placed.cycle != at.cycle ||
                   placed.input != at.input || placed.output != at.accumulator ||
                   espalier::flat_index(m, at.multiplier, at.cycle) != at.weight ||
                   at.weight < of_multiplier.first || at.weight >= of_multiplier.last);
        });
        for (const int times : met)
            differ(times != 1);
        for (integer g = 0; g < m.multipliers(); ++g)
            differ(
                espalier::weights_of_multiplier(m, g).size() != work[static_cast<std::size_t>(g)] ||
                work[static_cast<std::size_t>(g)] == 0);
        differ(accumulators != expected);
    }
    return result;
}

} // namespace hardware_loops
