// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

// The product of a matrix and a vector, bit for bit as hls4ml's kernels compute it:
//
//   accum = (accum_t) bias;
//   accum = (accum_t) (accum + (accum_t) (weight · input));   once for each input; products exact
//   result = (result_t) accum;
//
// Two things make it fast. Weights of zero are left out, which changes nothing: whatever the modes,
// their product is 0 and the accumulator stays. And where the accumulator wraps, or where weights
// and data are such that it cannot overflow, the terms are added as they are and brought into the
// accumulator's format once: wrapping is arithmetic modulo a power of two, in which the order and
// the number of times do not matter. (Rounding does matter, so each term has its own.) Only where
// an accumulator may saturate, it goes step by step and in the order of the hardware: cycle by
// cycle under the strategies with a fixed map, input by input under latency.

namespace espalier {

/// A matrix with its weights, ready to be multiplied.
class integer_product {
public:
    /// \param kernel  the raw integers must be in their formats
    /// \param data    the format of the inputs
    /// \throws std::invalid_argument if a number of weights or biases is wrong or one is outside
    /// its
    ///         format, if a product or a sum could need more than 64 bits
    integer_product(const weight_matrix& m, const precision& data, const integer_kernel& kernel)
        : formats_(kernel.formats),
          product_{m.weight.width + data.width, m.weight.integer + data.integer, true}
    {
        const kernel_formats& f = formats_;
        for (const fixed_point& format : {f.weight, f.bias, f.accum, f.result})
            ensure_sound(format);
        ensure_sound(data);
        ensure(f.weight.format == m.weight && f.accum.format == m.accum,
            "a kernel has the weight and accum precisions of its layer",
            given{"layer", m.layer.view()}, given{"weight.width", f.weight.format.width},
            given{"accum.width", f.accum.format.width});
        ensure(product_.width <= 63, "a product has at most 63 bits in integer arithmetic",
            given{"layer", m.layer.view()}, given{"weight.width", m.weight.width},
            given{"data.width", data.width});
        ensure(f.accum.overflow == overflow::wrap || f.accum.format.width <= 62,
            "an accumulator that saturates has at most 62 bits in integer arithmetic",
            given{"layer", m.layer.view()}, given{"accum.width", f.accum.format.width});
        ensure(static_cast<std::int64_t>(kernel.weights.size()) == m.weights(),
            "a kernel needs every weight of its matrix", given{"given", kernel.weights.size()},
            given{"weights", m.weights()});
        ensure(
            kernel.biases.empty() || static_cast<std::int64_t>(kernel.biases.size()) == m.n_out(),
            "a kernel has one bias for each output, or none", given{"biases", kernel.biases.size()},
            given{"outputs", m.n_out()});
        detail::ensure_within(kernel.weights, m.weight);
        detail::ensure_within(kernel.biases, f.bias.format);
        keep_terms(m, kernel);
        dropped_ = detail::fraction_of(product_) - detail::fraction_of(m.accum);
        step_by_step_ = dropped_ > 62 || dropped_ < -63 ||
                        (f.accum.overflow != overflow::wrap && may_overflow(data));
    }

    [[nodiscard]] std::size_t outputs() const { return starts_.size(); }
    [[nodiscard]] const fixed_point& result() const { return formats_.result; }
    /// Whether the accumulator is brought into its format after every term.
    [[nodiscard]] bool goes_step_by_step() const { return step_by_step_; }

    /// Multiplies.
    /// \param inputs   raw, in the format of the data: n_in of them, or rows·columns·channels of a
    ///                 depthwise kernel
    /// \param results  takes as many raw integers as there are outputs
    void operator()(std::span<const std::int64_t> inputs, std::span<std::int64_t> results) const
    {
        if (step_by_step_)
            return literally(inputs, results);
        // A template for each mode: the loop over the terms has no branch.
        switch (dropped_ > 0 ? formats_.accum.rounding : rounding::trn) {
        case rounding::trn:
            return at_once<rounding::trn>(inputs, results);
        case rounding::trn_zero:
            return at_once<rounding::trn_zero>(inputs, results);
        case rounding::rnd:
            return at_once<rounding::rnd>(inputs, results);
        case rounding::rnd_zero:
            return at_once<rounding::rnd_zero>(inputs, results);
        case rounding::rnd_inf:
            return at_once<rounding::rnd_inf>(inputs, results);
        case rounding::rnd_min_inf:
            return at_once<rounding::rnd_min_inf>(inputs, results);
        case rounding::rnd_conv:
            return at_once<rounding::rnd_conv>(inputs, results);
        }
    }

private:
    struct term {
        std::int64_t weight = 0;
        std::size_t input = 0;
    };

    /// Sorts the weights that are not zero by output, and there as the hardware adds them.
    void keep_terms(const weight_matrix& m, const integer_kernel& kernel)
    {
        const auto n_in = static_cast<std::size_t>(m.n_in());
        const auto n_out = static_cast<std::size_t>(m.n_out());
        const bool by_cycle = m.strategy != strategy::latency;
        const auto reuse_factor = static_cast<std::size_t>(m.reuse_factor);
        std::vector<std::size_t> flat_indices;
        for (std::size_t out = 0; out < n_out; ++out) {
            flat_indices.clear();
            if (m.is_depthwise())
                for (std::size_t flat = out; flat < n_in; flat += n_out)
                    flat_indices.push_back(flat);
            else
                for (std::size_t in = 0; in < n_in; ++in)
                    flat_indices.push_back(out * n_in + in);
            if (by_cycle)
                std::ranges::sort(flat_indices, {},
                    [&](std::size_t flat) { return std::pair(flat % reuse_factor, flat); });
            for (const std::size_t flat : flat_indices)
                if (kernel.weights[flat] != 0)
                    terms_.push_back({kernel.weights[flat], m.is_depthwise() ? flat : flat % n_in});
            ends_.push_back(terms_.size());
            starts_.push_back(kernel.biases.empty() ? 0
                                                    : requantized(kernel.biases[out],
                                                          formats_.bias.format, formats_.accum));
        }
    }

    [[nodiscard]] std::span<const term> terms_of(std::size_t out) const
    {
        const std::size_t first = out == 0 ? 0 : ends_[out - 1];
        return std::span(terms_).subspan(first, ends_[out] - first);
    }

    /// Whether there are inputs with which a sum leaves the accumulator's range. Sums of magnitudes
    /// as doubles, with a margin far above their rounding error.
    [[nodiscard]] bool may_overflow(const precision& data) const
    {
        const double most = std::ldexp(1.0, data.is_signed ? data.width - 1 : data.width);
        const double step = std::ldexp(1.0, -static_cast<int>(dropped_));
        const auto largest = static_cast<double>(largest_raw(formats_.accum.format));
        for (std::size_t out = 0; out < outputs(); ++out) {
            double sum = std::abs(static_cast<double>(starts_[out]));
            for (const term& t : terms_of(out)) {
                if (t.weight < 0 && !formats_.accum.format.is_signed)
                    return true;
                sum += std::abs(static_cast<double>(t.weight)) * most * step + 1; // 1: rounding
            }
            if (sum > largest * (1 - 1e-6))
                return true;
        }
        return !formats_.accum.format.is_signed && data.is_signed;
    }

    template <rounding Mode>
    void at_once(std::span<const std::int64_t> inputs, std::span<std::int64_t> results) const
    {
        const fixed_point wrapped{.format = formats_.accum.format};
        for (std::size_t out = 0; out < outputs(); ++out) {
            std::uint64_t sum = 0; // modulo 2^64
            for (const term& t : terms_of(out))
                sum += static_cast<std::uint64_t>(
                    shifted<Mode>(t.weight * inputs[t.input], std::max<std::int64_t>(dropped_, 0)));
            if (dropped_ < 0)
                sum <<= -dropped_;
            sum += static_cast<std::uint64_t>(starts_[out]);
            finish(detail::brought_into(
                       wrapped, {sum, formats_.accum.format.is_signed && sum >> 63 != 0}),
                results[out]);
        }
    }

    /// value / 2^dropped as an integer, for 0 ≤ dropped ≤ 62.
    template <rounding Mode>
    static std::int64_t shifted(std::int64_t value, std::int64_t dropped)
    {
        const std::int64_t lower = value >> dropped;
        if constexpr (Mode == rounding::trn)
            return lower;
        const auto bits = static_cast<std::uint64_t>(value);
        const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
        return lower + (rounds_up(Mode, value < 0, lower % 2 != 0, (bits & half) != 0,
                            (bits & (half - 1)) != 0)
                               ? 1
                               : 0);
    }

    void literally(std::span<const std::int64_t> inputs, std::span<std::int64_t> results) const
    {
        // The sum of two numbers of the accumulator's format, modulo 2^64 where that wraps anyway.
        const precision& accum = formats_.accum.format;
        const precision sum_of_two{64, 64 - accum.width + accum.integer, true};
        for (std::size_t out = 0; out < outputs(); ++out) {
            std::int64_t sum = starts_[out];
            for (const term& t : terms_of(out)) {
                const std::int64_t product =
                    requantized(t.weight * inputs[t.input], product_, formats_.accum);
                sum = requantized(static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) +
                                                            static_cast<std::uint64_t>(product)),
                    sum_of_two, formats_.accum);
            }
            finish(sum, results[out]);
        }
    }

    void finish(std::int64_t accum, std::int64_t& result) const
    {
        result = requantized(accum, formats_.accum.format, formats_.result);
    }

    kernel_formats formats_;
    precision product_; ///< exact, signed whatever its factors are
    std::vector<term> terms_;
    std::vector<std::size_t> ends_;    ///< of each output's terms
    std::vector<std::int64_t> starts_; ///< the biases in the accumulator's format
    std::int64_t dropped_ = 0;         ///< bits of a product right of the accumulator's last
    bool step_by_step_ = false;
};

} // namespace espalier
