// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/integer_network.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/label.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A network that is to become HLS C++ or a circuit: the layers of an integer network together with
// the schedules of those that have weights. What an integer network does not take is refused by it,
// what has no kernel is refused here, and `reference()` says what the kernels have to compute.

namespace espalier {

/// HLS neither unrolls nor partitions more than this.
inline constexpr std::int64_t largest_unrolled = 4096;

/// What travels between two layers.
struct kernel_wire {
    image_shape shape{};
    fixed_point format{};
    bool is_stream = false; ///< pixel by pixel; else an array in the order (row, column, channel)

    [[nodiscard]] std::int64_t pixels() const { return shape.height * shape.width; }
};

/// A dense layer or a convolution.
struct product_stage {
    layer_spec layer;
    integer_kernel numbers; ///< with a bias for each output
    matrix_schedule schedule;
};

/// A layer of a network of kernels, with what it is given and what it gives.
struct kernel_stage {
    using layers =
        std::variant<product_stage, integer_relu, integer_cast, integer_pooling, integer_scale>;
    layers layer;
    kernel_wire in;
    kernel_wire out;
};

namespace detail {

/// Numbers go into and out of kernels as doubles, which hold 53 bits.
/// \param where  a layer, or the network if it is not named
inline void refuse_inexact(std::string_view where, const char* what, const precision& p)
{
    ensure(p.width <= 53 && fraction_of(p) >= -1000 && fraction_of(p) <= 1000,
        "a kernel takes numbers that a double holds: at most 53 bits, none far from the point",
        given{"where", where}, given{"what", std::string_view(what)}, given{"width", p.width},
        given{"integer", p.integer});
}

inline void refuse_unpartitioned(std::string_view layer, const char* what, std::int64_t size)
{
    ensure(size <= largest_unrolled,
        "HLS takes arrays of at most 4096 numbers apart; larger images travel by io_stream",
        given{"layer", layer}, given{"array", std::string_view(what)}, given{"size", size});
}

/// The depthwise layer that a separable convolution begins with.
inline layer_spec depthwise_part(layer_spec separable)
{
    separable.kind = layer_kind::depthwise_conv2d;
    separable.filters = separable.channels;
    separable.second_reuse_factor = 0;
    return separable;
}
/// The 1×1 convolution of what the depthwise one leaves.
/// \param data  its format
inline layer_spec pointwise_part(const layer_spec& separable, const precision& data)
{
    layer_spec part = separable;
    const std::string name = std::string(separable.name.view()).append("_pointwise");
    using text = espalier::label; // not the label of a search
    part.name = text(std::string_view(name).substr(0, text::capacity));
    part.kind = layer_kind::conv2d;
    part.height = output_height(separable);
    part.width = output_width(separable);
    part.kernel_height = part.kernel_width = 1;
    part.stride_height = part.stride_width = 1;
    part.padding = padding::valid;
    part.reuse_factor = static_cast<int>(matrices_of(separable)[1].reuse_factor);
    part.second_reuse_factor = 0;
    part.data = data;
    return part;
}

} // namespace detail

/// The layers of a network in the order of the data.
class kernel_network {
public:
    /// \param name   of the files, the namespace and what is in it
    /// \param input  shape of what the network is given
    /// \param io     how images travel: hls4ml has one IOType for a network; vectors are arrays
    kernel_network(std::string name, const image_shape& input, const fixed_point& format,
        io_type io = io_type::io_parallel)
        : name_(std::move(name)),
          input_{input, format, io == io_type::io_stream},
          reference_(input, format)
    {
        detail::refuse_inexact(name_, "input", format.format);
        refuse_unpartitioned_wire("input", input_);
    }

    /// Adds a dense layer or a convolution with its schedule.
    /// \throws std::invalid_argument if the layer does not fit what is before it or has no kernel,
    ///         or if its schedule leaves out a weight that is not zero; the network stays as it was
    kernel_network& add(
        const layer_spec& layer, integer_kernel numbers, const matrix_schedule& schedule)
    {
        const std::string_view name = layer.name.view();
        ensure_sound(layer);
        ensure(layer.kind == layer_kind::dense || layer.kind == layer_kind::conv1d ||
                   layer.kind == layer_kind::conv2d || layer.kind == layer_kind::depthwise_conv2d,
            "a layer that becomes a kernel is dense, conv1d, conv2d or depthwise",
            given{"layer", name}, given{"kind", to_string(layer.kind)});
        const weight_matrix m = matrices_of(layer)[0];
        ensure(schedule.matrix() == m, "a kernel has the schedule of its layer's matrix",
            given{"layer", name});
        ensure(layer.kind == layer_kind::dense || layer.io == io(),
            "the convolutions of a network have its io type", given{"layer", name},
            given{"io", to_string(layer.io)}, given{"network", to_string(io())});
        const kernel_formats& f = numbers.formats;
        detail::refuse_inexact(name, "weight", f.weight.format);
        detail::refuse_inexact(name, "bias", f.bias.format);
        detail::refuse_inexact(name, "result", f.result.format);
        detail::refuse_unpartitioned(name, "inputs of a product", m.n_in());
        detail::refuse_unpartitioned(name, "outputs of a product", m.n_out());
        ensure_met(name, numbers.weights, schedule);
        const kernel_wire before = wire();
        integer_network extended = reference_;
        extended.add(layer, numbers);
        kernel_wire after{
            extended.output_shape(), f.result, before.is_stream && is_convolution(layer.kind)};
        refuse_unpartitioned_wire(name, after);
        if (numbers.biases.empty())
            numbers.biases.assign(static_cast<std::size_t>(m.n_out()), 0);
        push({product_stage{layer, std::move(numbers), schedule}, before, after},
            std::move(extended));
        return *this;
    }
    /// Adds a dense layer or a convolution whose zero weights are pruned: multipliers that have no
    /// other are not built. A separable convolution becomes two stages.
    /// \param kernels  one for each matrix of the layer, in the order of `matrices_of`; the data of
    ///                 a second have the result format of the first
    kernel_network& add(const layer_spec& layer, const std::vector<integer_kernel>& kernels,
        memory_layout memory = memory_layout::in_place)
    {
        integer_network extended = reference_;
        extended.add(layer, kernels); // refuses what does not fit
        const auto add_to = [memory](kernel_network& net, const layer_spec& part,
                                const integer_kernel& numbers) {
            net.add(part, numbers,
                schedule_of(
                    matrices_of(part)[0], std::span<const std::int64_t>(numbers.weights), memory));
        };
        if (layer.kind != layer_kind::separable_conv2d) {
            add_to(*this, layer, kernels[0]);
            return *this;
        }
        kernel_network parts = *this;
        add_to(parts, detail::depthwise_part(layer), kernels[0]);
        add_to(parts, detail::pointwise_part(layer, kernels[0].formats.result.format), kernels[1]);
        parts.reference_ = std::move(extended); // of the whole, which tells if a part is wrong
        *this = std::move(parts);
        return *this;
    }
    /// \overload
    kernel_network& add(const layer_spec& layer, const integer_kernel& numbers,
        memory_layout memory = memory_layout::in_place)
    {
        return add(layer, std::vector<integer_kernel>{numbers}, memory);
    }
    /// The same where a structure says which weights multipliers may take (N:M and free rows).
    kernel_network& add(
        const layer_spec& layer, const integer_kernel& numbers, const structure& how)
    {
        ensure_sound(layer);
        return add(layer, numbers,
            schedule_of(
                matrices_of(layer)[0], std::span<const std::int64_t>(numbers.weights), how));
    }
    /// Adds y = max(x, 0).
    kernel_network& add(const integer_relu& relu) { return add_plain(relu, relu.result); }
    /// Adds a change of format.
    kernel_network& add(const integer_cast& cast) { return add_plain(cast, cast.result); }
    /// Adds a pooling of whole windows.
    kernel_network& add(integer_pooling pool)
    {
        ensure(pool.padding == padding::valid, "a pooling that becomes a kernel has whole windows",
            given{"stage", stages_.size()});
        if (pool.accum)
            detail::refuse_inexact(name_, "accum", pool.accum->format);
        pool.stride_height = pool.stride_height == 0 ? pool.height : pool.stride_height;
        pool.stride_width = pool.stride_width == 0 ? pool.width : pool.stride_width;
        return add_plain(pool, pool.result);
    }
    /// Adds a batch normalisation that was not folded.
    kernel_network& add(const integer_scale& norm)
    {
        detail::refuse_inexact(name_, "scale", norm.scale_format.format);
        detail::refuse_inexact(name_, "bias", norm.bias_format.format);
        return add_plain(norm, norm.result);
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] io_type io() const
    {
        return input_.is_stream ? io_type::io_stream : io_type::io_parallel;
    }
    [[nodiscard]] const kernel_wire& input() const { return input_; }
    [[nodiscard]] std::span<const kernel_stage> stages() const { return stages_; }
    /// What the last layer gives.
    [[nodiscard]] const kernel_wire& wire() const
    {
        return stages_.empty() ? input_ : stages_.back().out;
    }
    /// What the kernels compute.
    [[nodiscard]] const integer_network& reference() const { return reference_; }

private:
    static void refuse_unpartitioned_wire(std::string_view layer, const kernel_wire& wire)
    {
        if (!wire.is_stream)
            detail::refuse_unpartitioned(layer, "output", wire.shape.size());
    }
    static void ensure_met(std::string_view layer, const std::vector<std::int64_t>& weights,
        const matrix_schedule& schedule)
    {
        std::vector<bool> met(weights.size());
        for (std::int64_t k = 0; k < schedule.multipliers(); ++k)
            for (const schedule_slot& slot : schedule.slots(k))
                if (slot.weight >= 0 && slot.weight < static_cast<std::int64_t>(met.size()))
                    met[static_cast<std::size_t>(slot.weight)] = true;
        for (std::size_t i = 0; i < weights.size(); ++i)
            ensure(met[i] || weights[i] == 0, "a schedule meets every weight that is not zero",
                given{"layer", layer}, given{"weight", i}, given{"raw", weights[i]});
    }

    template <class Layer>
    kernel_network& add_plain(const Layer& layer, const std::optional<fixed_point>& result)
    {
        const kernel_wire before = wire();
        integer_network extended = reference_;
        extended.add(layer);
        const kernel_wire after{
            extended.output_shape(), result.value_or(before.format.format), before.is_stream};
        detail::refuse_inexact(name_, "result", after.format.format);
        refuse_unpartitioned_wire(name_, after);
        push({layer, before, after}, std::move(extended));
        return *this;
    }
    void push(kernel_stage stage, integer_network extended)
    {
        stages_.push_back(std::move(stage));
        reference_ = std::move(extended);
    }

    std::string name_;
    kernel_wire input_;
    std::vector<kernel_stage> stages_;
    integer_network reference_;
};

/// Refuses a network without layers.
inline void ensure_layers(const kernel_network& network)
{
    ensure(!network.stages().empty(), "a network of kernels has at least one layer",
        given{"network", std::string_view(network.name())});
}

} // namespace espalier
