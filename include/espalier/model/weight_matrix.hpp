// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What a layer comes down to: one or more weight matrices, each with its own set of multipliers and
// its own weight memory. A dense layer and a convolution (by im2col) are one matrix, a separable
// convolution and a recurrent layer are two, a bidirectional one four, and what only normalises,
// pools or activates has none (without_matrices.hpp). Everything after this point
// (mapping, memory, cost, grouping) knows matrices only, so a new kind of layer is a new case here
// and nowhere else.

namespace espalier {

/// Which of the matrices of its layer.
enum class matrix_role : std::uint8_t {
    kernel,
    recurrent_kernel,
    depthwise_kernel,
    pointwise_kernel,
    backward_kernel,
    backward_recurrent_kernel,
};

/// One weight matrix in hardware order. Its flat index counts, slowest axis first, over
/// (gate, unit, row, column, channel): flat = out·n_in + in for every layer but a depthwise one,
/// which has neither gates nor units and so counts over (row, column, channel). Which gate is which
/// is left to the framework, and so is the order of a streamed dense layer's inputs (layout.hpp).
struct weight_matrix {
    label layer{};
    layer_kind kind = layer_kind::dense;
    matrix_role role = matrix_role::kernel;

    std::int64_t gates = 1;    ///< 4 in an LSTM, 3 in a GRU, else 1
    std::int64_t units = 1;    ///< outputs of one gate: neurons, filters or units
    std::int64_t rows = 1;     ///< of the kernel, or of the image that was flattened
    std::int64_t columns = 1;  ///< likewise
    std::int64_t channels = 1; ///< likewise; inputs without an image order are all channels

    espalier::strategy strategy = espalier::strategy::resource;
    std::int64_t reuse_factor = 1;
    std::int64_t copies = 1;      ///< of the multipliers: the parallelisation factor
    std::int64_t invocations = 1; ///< matrix-vector products of one copy for each inference
    io_type io = io_type::io_parallel;
    precision weight{};
    precision data{};
    precision accum{};

    friend constexpr bool operator==(const weight_matrix&, const weight_matrix&) = default;

    [[nodiscard]] constexpr bool is_depthwise() const
    {
        return role == matrix_role::depthwise_kernel;
    }
    [[nodiscard]] constexpr bool is_recurrent_kernel() const
    {
        return role == matrix_role::recurrent_kernel ||
               role == matrix_role::backward_recurrent_kernel;
    }
    /// Inputs of one matrix-vector product: features, or kernel_height·kernel_width·channels.
    [[nodiscard]] constexpr std::int64_t n_in() const { return rows * columns * channels; }
    /// Outputs of one matrix-vector product.
    [[nodiscard]] constexpr std::int64_t n_out() const
    {
        return is_depthwise() ? channels : gates * units;
    }
    /// Number of weights.
    [[nodiscard]] constexpr std::int64_t weights() const { return gates * units * n_in(); }
    /// Multipliers of one copy, in hls4ml's words the block factor: ⌈weights / reuse factor⌉.
    [[nodiscard]] constexpr std::int64_t multipliers() const
    {
        return ceil_div(weights(), reuse_factor);
    }
};

/// Multipliers that the latency strategy takes at a reuse factor above 1, where HLS shares them as
/// it likes: hls4ml's limit, ⌈weights / RF⌉ - ⌊zeros / RF⌋, and none where nothing is left.
/// \param nonzero  weights that are not zero
[[nodiscard]] constexpr std::int64_t pooled_multipliers(
    const weight_matrix& m, std::int64_t nonzero)
{
    return nonzero > 0 ? m.multipliers() - (m.weights() - nonzero) / m.reuse_factor : 0;
}
/// The matrices of one layer, at most four, in the order in which frameworks hand them out.
class layer_matrices {
public:
    /// One more, of at most four.
    constexpr void push_back(const weight_matrix& m) { matrices_[size_++] = m; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr const weight_matrix* begin() const { return matrices_.data(); }
    [[nodiscard]] constexpr const weight_matrix* end() const { return matrices_.data() + size_; }
    [[nodiscard]] constexpr const weight_matrix& operator[](std::size_t i) const
    {
        return matrices_[i];
    }

private:
    std::array<weight_matrix, 4> matrices_{};
    std::size_t size_ = 0;
};

namespace detail {

constexpr int gates_of(layer_kind kind)
{
    return kind == layer_kind::lstm ? 4 : kind == layer_kind::gru ? 3 : 1;
}

/// What every matrix of a layer inherits from it.
constexpr weight_matrix matrix_of(const layer_spec& s, matrix_role role, int reuse_factor)
{
    weight_matrix m{.layer = s.name,
        .kind = s.kind,
        .role = role,
        .strategy = s.strategy,
        .reuse_factor = reuse_factor,
        .io = s.io,
        .weight = s.weight,
        .data = s.data,
        .accum = s.accum};
    if (is_convolution(s.kind)) {
        m.copies = s.parallelization_factor;
        m.invocations =
            ceil_div(std::int64_t{output_height(s)} * output_width(s), s.parallelization_factor);
    } else if (is_recurrent(s.kind)) {
        m.invocations = s.timesteps;
    }
    return m;
}

} // namespace detail

/// The weight matrices of a layer, none of one that has none. The spec must be sound (see
/// legality.hpp).
[[nodiscard]] constexpr layer_matrices matrices_of(const layer_spec& s)
{
    layer_matrices result;
    const int second_reuse = s.second_reuse_factor > 0 ? s.second_reuse_factor : s.reuse_factor;
    switch (s.kind) {
    case layer_kind::dense: {
        auto m = detail::matrix_of(s, matrix_role::kernel, s.reuse_factor);
        m.units = s.outputs;
        m.rows = s.channels > 0 ? s.height : 1;
        m.columns = s.channels > 0 ? s.width : 1;
        m.channels = s.channels > 0 ? s.channels : s.inputs;
        result.push_back(m);
        break;
    }
    case layer_kind::conv1d:
    case layer_kind::conv2d: {
        auto m = detail::matrix_of(s, matrix_role::kernel, s.reuse_factor);
        m.units = s.filters;
        m.rows = s.kernel_height;
        m.columns = s.kernel_width;
        m.channels = s.channels;
        result.push_back(m);
        break;
    }
    case layer_kind::depthwise_conv2d:
    case layer_kind::separable_conv2d: {
        auto m = detail::matrix_of(s, matrix_role::depthwise_kernel, s.reuse_factor);
        m.rows = s.kernel_height;
        m.columns = s.kernel_width;
        m.channels = s.channels;
        result.push_back(m);
        if (s.kind == layer_kind::separable_conv2d) {
            auto p = detail::matrix_of(s, matrix_role::pointwise_kernel, second_reuse);
            p.units = s.filters;
            p.channels = s.channels;
            result.push_back(p);
        }
        break;
    }
    case layer_kind::lstm:
    case layer_kind::gru:
        for (int direction = 0; direction < (s.bidirectional ? 2 : 1); ++direction) {
            auto m = detail::matrix_of(s,
                direction == 0 ? matrix_role::kernel : matrix_role::backward_kernel,
                s.reuse_factor);
            m.gates = detail::gates_of(s.kind);
            m.units = s.outputs;
            m.channels = s.inputs;
            result.push_back(m);
            auto r = detail::matrix_of(s,
                direction == 0 ? matrix_role::recurrent_kernel
                               : matrix_role::backward_recurrent_kernel,
                second_reuse);
            r.gates = m.gates;
            r.units = s.outputs;
            r.channels = s.outputs;
            result.push_back(r);
        }
        break;
    case layer_kind::batch_norm:
    case layer_kind::activation:
    case layer_kind::pool1d:
    case layer_kind::pool2d:
        break;
    }
    return result;
}

[[nodiscard]] constexpr std::string_view to_string(matrix_role role)
{
    switch (role) {
    case matrix_role::kernel:
        return "kernel";
    case matrix_role::recurrent_kernel:
        return "recurrent_kernel";
    case matrix_role::depthwise_kernel:
        return "depthwise_kernel";
    case matrix_role::pointwise_kernel:
        return "pointwise_kernel";
    case matrix_role::backward_kernel:
        return "backward_kernel";
    case matrix_role::backward_recurrent_kernel:
        return "backward_recurrent_kernel";
    }
    return "unknown";
}

/// A layer with a name: its own, or "layer3" after its position.
[[nodiscard]] inline layer_spec named(layer_spec s, std::size_t position)
{
    if (s.name.empty())
        s.name = label("layer" + std::to_string(position));
    return s;
}

/// "fc1" for a layer of one matrix, "encoder.recurrent_kernel" for one of several.
[[nodiscard]] inline std::string name_of(const weight_matrix& m)
{
    std::string name(m.layer.view());
    if (m.role != matrix_role::kernel || is_recurrent(m.kind))
        name.append(".").append(to_string(m.role));
    return name;
}

} // namespace espalier
