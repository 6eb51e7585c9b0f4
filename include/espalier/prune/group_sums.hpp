// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/grouping.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/split_offsets.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

// Sums over the weights of each group, at the speed of the memory that holds the weights. A ranking
// reads every weight once in each round and does next to nothing with it, so what counts is the
// order of reading: always along the framework's tensor, whatever the order of the hardware.
//
//   hardware order (PyTorch dense)    groups are runs of weights in a row
//   outputs in a row (Keras, dlib)    groups run across the rows: whole rows are added to rows of
//                                     sums, and a tile of finished sums is turned round in cache
//   anything else (PyTorch conv)      weights are copied into hardware order, output by output
//
// Sums are formed in double, in an order that depends on the shape, the structure and the layout
// alone: the same weights give the same bits on every run.

namespace espalier {

namespace detail {

/// Tells the memory what will be read soon. A summation is so little work that a core which waits
/// for its loads one cache line at a time leaves half of the bandwidth unused.
inline void prefetch([[maybe_unused]] const void* at)
{
#if defined(__GNUC__)
    __builtin_prefetch(at, 0);
#endif
}
/// The same for what will be written soon.
inline void prefetch_to_write([[maybe_unused]] const void* at)
{
#if defined(__GNUC__)
    __builtin_prefetch(at, 1);
#endif
}
inline constexpr std::int64_t prefetch_distance = 256; ///< weights: a quarter of a 4 KB page
inline constexpr std::int64_t line_floats = 16;        ///< of a cache line of 64 bytes
inline constexpr std::int64_t line_doubles = 8;

/// Σ term(w) over each of `count` runs of `width` weights, one run behind the other.
/// \param end  one past the last weight that may be read ahead
template <class Term>
void sum_runs(const float* weights, const float* end, std::int64_t count, std::int64_t width,
    Term&& term, double* sums)
{
    const auto ahead = [end](const float* at) {
        prefetch(end - at > prefetch_distance ? at + prefetch_distance : at);
    };
    std::int64_t run = 0;
    if (width < 16) {
        // Short runs, eight at a time: eight sums that need not wait for one another.
        for (; run + 8 <= count; run += 8) {
            const float* const w = weights + run * width;
            for (std::int64_t k = 0; k < 8 * width; k += line_floats)
                ahead(w + k);
            std::array<double, 8> sum{};
            for (std::int64_t k = 0; k < width; ++k)
                for (std::size_t j = 0; j < 8; ++j)
                    sum[j] += term(w[static_cast<std::int64_t>(j) * width + k]);
            std::copy(sum.begin(), sum.end(), sums + run);
        }
        for (; run < count; ++run) {
            double sum = 0;
            for (std::int64_t k = 0; k < width; ++k)
                sum += term(weights[run * width + k]);
            sums[run] = sum;
        }
        return;
    }
    for (; run < count; ++run) {
        // Long runs: four sums inside the run, of every fourth weight, and one of the rest.
        const float* const w = weights + run * width;
        std::array<double, 4> sum{};
        const auto add_four = [&](std::int64_t k) {
            for (std::size_t j = 0; j < 4; ++j)
                sum[j] += term(w[k + static_cast<std::int64_t>(j)]);
        };
        std::int64_t k = 0;
        for (; k + line_floats <= width; k += line_floats) {
            ahead(w + k);
            for (std::int64_t four = k; four < k + line_floats; four += 4)
                add_four(four);
        }
        for (; k + 4 <= width; k += 4)
            add_four(k);
        double rest = 0;
        for (; k < width; ++k)
            rest += term(w[k]);
        sums[run] = (sum[0] + sum[2]) + (sum[1] + sum[3]) + rest;
    }
}

/// Four rows of weights on their way into a row of sums.
using four_rows = std::array<const float*, 4>;

/// Adds term(w) of each weight of four rows to the sum below it, or starts the sums with them.
/// \param next  the rows that will be added after these
template <bool Start, class Term>
void add_rows(
    const four_rows& row, const four_rows& next, std::int64_t length, Term&& term, double* sum)
{
    const auto add = [&](std::int64_t k) {
        const double before = Start ? 0.0 : sum[k];
        sum[k] = before + term(row[0][k]) + term(row[1][k]) + term(row[2][k]) + term(row[3][k]);
    };
    std::int64_t k = 0;
    for (; k + line_floats <= length; k += line_floats) {
        for (const float* const r : next)
            prefetch(r + k);
        for (std::int64_t j = k; j < k + line_floats; ++j)
            add(j);
    }
    for (; k < length; ++k)
        add(k);
}

/// Groups that are ranges of the hardware order, where the outputs lie in a row in the framework.
template <class Term>
void sum_across_rows(const grouping& groups, const split_offsets& offsets, const float* weights,
    Term&& term, std::span<double> sums)
{
    const std::int64_t n_in = groups.matrix().n_in();
    const std::int64_t width = groups.range(0).size();
    // Neither a group nor an output ends inside a piece of this many inputs.
    const std::int64_t piece = std::gcd(width, n_in);
    const std::int64_t pieces_of_group = width / piece;
    if (pieces_of_group > 1)
        std::fill(sums.begin(), sums.end(), 0.0);

    // The tile of sums fits the second-level cache, and both its sides are long enough that the
    // pages of weights and of results are visited seldom.
    const std::int64_t tile_outputs = std::min<std::int64_t>(512, offsets.rows());
    const std::int64_t tile_pieces = std::min<std::int64_t>(64, n_in / piece);
    const std::int64_t stride =
        tile_outputs + line_doubles; // not a power of two: cache sets differ
    std::vector<double> tile(static_cast<std::size_t>(tile_pieces * stride));

    for (std::int64_t out = 0; out < offsets.rows(); out += tile_outputs) {
        const std::int64_t outputs = std::min(tile_outputs, offsets.rows() - out);
        const auto row = [&](std::int64_t in) { return weights + offsets.of_input(in) + out; };
        const auto four = [&](std::int64_t in) {
            return four_rows{row(in), row(in + 1), row(in + 2), row(in + 3)};
        };
        for (std::int64_t in = 0; in < n_in; in += tile_pieces * piece) {
            const std::int64_t pieces = std::min(tile_pieces, (n_in - in) / piece);
            for (std::int64_t p = 0; p < pieces; ++p) {
                double* const sum = tile.data() + p * stride;
                std::int64_t i = in + p * piece;
                const std::int64_t end = i + piece;
                if (piece < 4) {
                    std::fill_n(sum, outputs, 0.0);
                } else {
                    add_rows<true>(four(i), four(std::min(i + 4, n_in - 4)), outputs, term, sum);
                    for (i += 4; i + 4 <= end; i += 4)
                        add_rows<false>(
                            four(i), four(std::min(i + 4, n_in - 4)), outputs, term, sum);
                }
                for (; i < end; ++i) {
                    const float* const last = row(i);
                    for (std::int64_t o = 0; o < outputs; ++o)
                        sum[o] += term(last[o]);
                }
            }
            for (std::int64_t o = 0; o < outputs; ++o) {
                const std::int64_t flat = (out + o) * n_in + in;
                const double* const sum = tile.data() + o;
                double* const group = sums.data() + flat / width;
                // The same part of an output a few outputs on, if there is one.
                const std::int64_t later = std::min<std::int64_t>(4, outputs - 1 - o);
                const double* const soon = sums.data() + (flat + later * n_in) / width;
                for (std::int64_t g = 0; g < pieces / pieces_of_group; g += line_doubles)
                    prefetch_to_write(soon + g);
                if (pieces_of_group == 1) {
                    for (std::int64_t p = 0; p < pieces; ++p)
                        group[p] = sum[p * stride];
                } else {
                    std::int64_t group_end = (width - flat % width) / piece;
                    for (std::int64_t p = 0, g = 0; p < pieces; ++g) {
                        double part = 0;
                        for (; p < std::min(pieces, group_end); ++p)
                            part += sum[p * stride];
                        group[g] += part;
                        group_end += pieces_of_group;
                    }
                }
            }
        }
    }
}

} // namespace detail

/// Σ term(w) over the weights of each group of a matrix.
/// \param weights  all weights of the matrix in the framework's order
/// \param term     float → double
/// \param sums     one for each group; what they held is forgotten
template <class Term>
void group_sums(const grouping& groups, layout framework, std::span<const float> weights,
    Term&& term, std::span<double> sums)
{
    const weight_matrix& m = groups.matrix();
    const float* const first = weights.data();
    const auto sum_ranges = [&](const float* from, std::int64_t group, std::int64_t last) {
        // The last group of all may be shorter than the others.
        const std::int64_t width = groups.range(0).size();
        const std::int64_t full = groups.range(last - 1).size() == width ? last : last - 1;
        const float* const end = from + (groups.range(last - 1).last - groups.range(group).first);
        double* const to = sums.data() + group;
        detail::sum_runs(from, end, full - group, width, term, to);
        if (full < last)
            detail::sum_runs(from + (full - group) * width, end, 1, groups.range(full).size(), term,
                to + (full - group));
    };
    if (groups.is_contiguous() && detail::order_is_hardware(m, framework)) {
        sum_ranges(first, 0, groups.groups());
        return;
    }
    const split_offsets offsets(m, framework);
    if (groups.is_contiguous() && offsets.outputs_in_a_row()) {
        detail::sum_across_rows(groups, offsets, first, term, sums);
        return;
    }
    if (groups.is_contiguous()) {
        // Output by output into hardware order; what is left of a group waits for the next output.
        const std::int64_t width = groups.range(0).size();
        std::vector<float> waiting(static_cast<std::size_t>(width + m.n_in()));
        std::int64_t count = 0, group = 0;
        for (std::int64_t out = 0; out < offsets.rows(); ++out) {
            offsets.copy_row(first, out, waiting.data() + count);
            count += m.n_in();
            const bool at_end = out + 1 == offsets.rows();
            const std::int64_t last = at_end ? groups.groups() : group + count / width;
            if (last == group)
                continue;
            sum_ranges(waiting.data(), group, last);
            const std::int64_t summed = std::min(count, (last - group) * width);
            std::copy(waiting.data() + summed, waiting.data() + count, waiting.data());
            count -= summed;
            group = last;
        }
        return;
    }
    std::fill(sums.begin(), sums.end(), 0.0);
    std::int64_t flat = 0;
    for (std::int64_t out = 0; out < offsets.rows(); ++out) {
        const float* const row = first + offsets.of_row(out);
        for (std::int64_t in = 0; in < m.n_in(); ++in, ++flat)
            sums[static_cast<std::size_t>(groups.group_of(flat))] +=
                term(row[offsets.of_input(in)]);
    }
}

} // namespace espalier
