// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/weight_view.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// From the numbers of a framework to those that the hardware stores: weights move to hardware
// order, a batch normalisation is folded into them, and they are quantised.

namespace espalier {

/// Weights and biases of one matrix as real numbers.
struct real_kernel {
    std::vector<double> weights{}; ///< in hardware order
    std::vector<double> biases{};  ///< one for each output; empty: none
};

/// The number formats of one kernel; in hls4ml's words weight_t, bias_t, accum_t and the result_t
/// of its layer.
struct kernel_formats {
    fixed_point weight{};
    fixed_point bias{};
    fixed_point accum{};
    fixed_point result{};

    friend constexpr bool operator==(const kernel_formats&, const kernel_formats&) = default;
};

/// Weights and biases of one matrix as the hardware stores them.
struct integer_kernel {
    kernel_formats formats{};
    std::vector<std::int64_t> weights{}; ///< raw, in hardware order
    std::vector<std::int64_t> biases{};  ///< raw, one for each output; empty: none
};

/// The formats of a layer that says nothing else: biases as weights, results as data, and what
/// leaves a format is truncated and wraps.
[[nodiscard]] constexpr kernel_formats formats_of(const layer_spec& s)
{
    return {.weight = s.weight, .bias = s.weight, .accum = s.accum, .result = s.data};
}

namespace detail {

/// Refuses raw integers that no number of a format has.
inline void ensure_within(std::span<const std::int64_t> raw, const precision& p)
{
    for (std::size_t i = 0; i < raw.size(); ++i)
        ensure(requantized(raw[i], {64, 64}, precision{p.width, p.width, p.is_signed}) == raw[i],
            "a raw integer is one of its format", given{"index", i}, given{"raw", raw[i]},
            given{"width", p.width}, given{"is_signed", p.is_signed});
}

} // namespace detail

/// Weights in the order of a framework to weights in that of the hardware.
/// \param weights  all weights of the matrix
/// \param biases   one for each output, or none
/// \throws std::invalid_argument if a number of weights or biases is wrong
template <class Number>
[[nodiscard]] real_kernel in_hardware_order(const weight_matrix& m, layout order,
    std::span<const Number> weights, std::span<const Number> biases = {})
{
    ensure(static_cast<std::int64_t>(weights.size()) == m.weights(),
        "a kernel needs every weight of its matrix", given{"given", weights.size()},
        given{"weights", m.weights()});
    ensure(biases.empty() || static_cast<std::int64_t>(biases.size()) == m.n_out(),
        "a kernel has one bias for each output, or none", given{"biases", biases.size()},
        given{"outputs", m.n_out()});
    real_kernel kernel;
    kernel.weights.reserve(weights.size());
    for (std::int64_t flat = 0; flat < m.weights(); ++flat)
        kernel.weights.push_back(
            static_cast<double>(weights[static_cast<std::size_t>(to_framework(m, order, flat))]));
    kernel.biases.assign(biases.begin(), biases.end());
    return kernel;
}
/// \overload
[[nodiscard]] inline real_kernel in_hardware_order(
    const weight_matrix& m, const weight_view& weights, std::span<const float> biases = {})
{
    std::vector<float> buffer;
    return in_hardware_order(m, weights.order(), weights.read(buffer), biases);
}

/// A batch normalisation as it was trained, one number for each channel; gamma or beta may be
/// empty.
struct batch_normalization {
    std::vector<double> gamma{}; ///< empty: 1
    std::vector<double> beta{};  ///< empty: 0
    std::vector<double> mean{};
    std::vector<double> variance{};
    double epsilon = 1e-3; ///< as Keras has it; PyTorch's is 1e-5

    /// What remains at inference: y = scale·x + shift.
    struct affine {
        std::vector<double> scale;
        std::vector<double> shift;
    };
    /// \throws std::invalid_argument if the numbers of channels differ or a variance plus epsilon
    ///         is not positive
    [[nodiscard]] affine at_inference() const
    {
        const std::size_t n = mean.size();
        ensure(variance.size() == n && (gamma.empty() || gamma.size() == n) &&
                   (beta.empty() || beta.size() == n),
            "a batch normalization has as many of each number as channels", given{"mean", n},
            given{"variance", variance.size()}, given{"gamma", gamma.size()},
            given{"beta", beta.size()});
        affine result;
        for (std::size_t i = 0; i < n; ++i) {
            ensure(variance[i] + epsilon > 0, "a variance plus epsilon is positive",
                given{"channel", i}, given{"variance", variance[i]}, given{"epsilon", epsilon});
            const double scale =
                (gamma.empty() ? 1.0 : gamma[i]) / std::sqrt(variance[i] + epsilon);
            result.scale.push_back(scale);
            result.shift.push_back((beta.empty() ? 0.0 : beta[i]) - scale * mean[i]);
        }
        return result;
    }
};

/// Folds the batch normalisation behind a kernel into its weights and biases.
/// \throws std::invalid_argument if it has another number of channels than the kernel has outputs
[[nodiscard]] inline real_kernel folded(
    const weight_matrix& m, real_kernel kernel, const batch_normalization& behind)
{
    const auto [scale, shift] = behind.at_inference();
    const auto outputs = static_cast<std::size_t>(m.n_out());
    ensure(scale.size() == outputs, "a batch normalization has a channel for each output before it",
        given{"channels", scale.size()}, given{"outputs", m.n_out()});
    for (std::size_t flat = 0; flat < kernel.weights.size(); ++flat)
        kernel.weights[flat] *=
            scale[m.is_depthwise() ? flat % outputs : flat / static_cast<std::size_t>(m.n_in())];
    kernel.biases.resize(outputs);
    for (std::size_t out = 0; out < outputs; ++out)
        kernel.biases[out] = kernel.biases[out] * scale[out] + shift[out];
    return kernel;
}

/// Raw integers of many real numbers.
/// \throws std::invalid_argument for NaN, infinity and a format that is not sound
template <class Number>
[[nodiscard]] std::vector<std::int64_t> quantized(
    std::span<const Number> numbers, const fixed_point& format)
{
    std::vector<std::int64_t> raw;
    raw.reserve(numbers.size());
    for (const Number number : numbers)
        raw.push_back(quantized(static_cast<double>(number), format));
    return raw;
}

/// A kernel as the hardware stores it.
[[nodiscard]] inline integer_kernel quantized(
    const real_kernel& kernel, const kernel_formats& formats)
{
    return {.formats = formats,
        .weights = quantized(std::span<const double>(kernel.weights), formats.weight),
        .biases = quantized(std::span<const double>(kernel.biases), formats.bias)};
}

} // namespace espalier
