// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/label.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/precision_of.hpp>

#include <cstdint>

// The layers of a project that hls4ml wrote, from the very structs that configure its kernels: a
// host program that includes a project's parameters.h asks
//
//   constexpr esp::layer_spec fc1 = esp::layer_of<config2, input_t>("fc1");
//
// None of hls4ml's headers is included here. What a layer is, is told by the members that its
// struct has:
//
//   dense       n_in, n_out, reuse_factor, strategy, io_type; weight_t, accum_t
//   conv1d      in_width, n_chan, filt_width, n_filt, stride_width, out_width, n_partitions, …
//   conv2d      the same and in_height, filt_height, stride_height, out_height
//   depthwise   a convolution whose mult_config multiplies with a kernel named Depthwise…
//   separable   depthwise_config and pointwise_config
//   LSTM, GRU   n_in, n_state, n_sequence, mult_config1, mult_config2
//
// The type of the data is not in them: it is a template argument of the kernel, beside the struct.
// Under io_stream it is an array of the channels of a pixel, and so says how data travel, too.

namespace espalier {

namespace detail {

template <class Config>
concept has_weights = requires
{
    typename Config::weight_t;
    typename Config::accum_t;
    Config::reuse_factor;
};
template <class Config>
concept is_recurrent_config = has_weights<Config> && requires
{
    Config::n_state;
    Config::n_in;
    Config::mult_config1::n_out;
    Config::mult_config2::reuse_factor;
};
template <class Config>
concept is_conv1d_config = has_weights<Config> && requires
{
    Config::filt_width;
    Config::n_filt;
    Config::n_chan;
    Config::in_width;
    Config::stride_width;
    Config::out_width;
};
template <class Config>
concept is_conv2d_config = is_conv1d_config<Config> && requires
{
    Config::filt_height;
    Config::in_height;
    Config::stride_height;
    Config::out_height;
};
template <class Config>
concept is_separable_config = is_conv1d_config<typename Config::depthwise_config> &&
    is_conv1d_config<typename Config::pointwise_config>;
template <class Config>
concept is_dense_config =
    has_weights<Config> && !is_conv1d_config<Config> && !is_recurrent_config<Config> && requires
{
    Config::n_in;
    Config::n_out;
};

/// Whether the matrix-vector product of a convolution is that of a depthwise one.
template <class Config>
constexpr bool is_depthwise_config()
{
    if constexpr (requires {
                      typename Config::mult_config::template kernel<int, int,
                          typename Config::mult_config>;
                  })
        return template_name<
            typename Config::mult_config::template kernel<int, int, typename Config::mult_config>>()
            .starts_with("Depthwise");
    else
        return false;
}

/// The enumeration `strategy` of hls4ml's nnet_common.h.
constexpr strategy strategy_of(unsigned value)
{
    ensure(value <= 2, "the strategy of a configuration is latency, resource or resource_unrolled",
        given{"strategy", value});
    return value == 0   ? strategy::latency
           : value == 1 ? strategy::resource
                        : strategy::resource_unrolled;
}

/// What the struct says of hardware; a convolution may say it in its mult_config.
template <class Config>
constexpr strategy strategy_of()
{
    if constexpr (requires { Config::strategy; })
        return strategy_of(static_cast<unsigned>(Config::strategy));
    else if constexpr (requires { Config::mult_config::strategy; })
        return strategy_of(static_cast<unsigned>(Config::mult_config::strategy));
    else if constexpr (requires { Config::mult_config1::strategy; })
        return strategy_of(static_cast<unsigned>(Config::mult_config1::strategy));
    else
        return strategy::latency; // hls4ml's default
}

template <class Data>
struct data_of {
    using type = Data;
    static constexpr bool is_stream = false;
};
template <class Data>
requires requires
{
    typename Data::value_type;
}
struct data_of<Data> {
    using type = typename Data::value_type;
    static constexpr bool is_stream = true;
};

/// Whether an axis is padded, by its extents alone: what is neither `same` nor `valid` is refused.
constexpr padding padding_of(
    int extent, int kernel, int stride, int output, const espalier::label& name)
{
    const bool is_same = output == (extent - 1) / stride + 1;
    const bool is_valid = extent >= kernel && output == (extent - kernel) / stride + 1;
    ensure(is_same || is_valid, "a convolution is padded to the size of its image or not at all",
        given{"layer", name.view()}, given{"extent", extent}, given{"kernel", kernel},
        given{"stride", stride}, given{"output", output});
    return is_valid ? padding::valid : padding::same;
}

template <class Config>
constexpr void set_convolution(layer_spec& s)
{
    s.kind = layer_kind::conv1d;
    s.height = 1;
    s.width = static_cast<int>(Config::in_width);
    s.channels = static_cast<int>(Config::n_chan);
    s.filters = static_cast<int>(Config::n_filt);
    s.kernel_width = static_cast<int>(Config::filt_width);
    s.stride_width = static_cast<int>(Config::stride_width);
    int outputs = static_cast<int>(Config::out_width);
    s.padding = padding_of(s.width, s.kernel_width, s.stride_width, outputs, s.name);
    if constexpr (is_conv2d_config<Config>) {
        s.kind = layer_kind::conv2d;
        s.height = static_cast<int>(Config::in_height);
        s.kernel_height = static_cast<int>(Config::filt_height);
        s.stride_height = static_cast<int>(Config::stride_height);
        const int rows = static_cast<int>(Config::out_height);
        const padding down = padding_of(s.height, s.kernel_height, s.stride_height, rows, s.name);
        // An axis may be both; the other one decides.
        if (down == padding::same)
            s.padding = padding::same;
        ensure(output_height(s) == rows && output_width(s) == outputs,
            "a convolution is padded on both axes or on none", given{"layer", s.name.view()},
            given{"out_height", rows}, given{"out_width", outputs});
        outputs *= rows;
    }
    if constexpr (requires { Config::n_partitions; })
        if (s.io == io_type::io_parallel)
            s.parallelization_factor = static_cast<int>(
                ceil_div(outputs, static_cast<std::int64_t>(Config::n_partitions)));
    if (is_depthwise_config<Config>()) {
        s.kind = layer_kind::depthwise_conv2d;
        s.depth_multiplier = s.filters / s.channels;
        s.filters = s.channels;
    }
}

} // namespace detail

/// A struct that configures a kernel with weights.
template <class Config>
concept layer_configuration = detail::is_dense_config<Config> || detail::is_conv1d_config<Config> ||
    detail::is_recurrent_config<Config> || detail::is_separable_config<Config>;

/// The layer that a struct of hls4ml's parameters.h configures.
/// \tparam Config  such as `config2`
/// \tparam Data    type of what the layer is given: a number (io_parallel), or an array of the
///                 numbers of a pixel with a `value_type` (io_stream)
/// \throws std::invalid_argument for what a layer here cannot be, such as uneven padding
template <layer_configuration Config, class Data>
[[nodiscard]] constexpr layer_spec layer_of(const label& name = {})
{
    layer_spec s{.name = name, .data = precision_of<typename detail::data_of<Data>::type>};
    s.io = detail::data_of<Data>::is_stream ? io_type::io_stream : io_type::io_parallel;
    if constexpr (detail::is_separable_config<Config>) {
        using pointwise = typename Config::pointwise_config;
        s = layer_of<typename Config::depthwise_config, Data>(name);
        s.kind = layer_kind::separable_conv2d;
        s.depth_multiplier = s.filters / s.channels;
        s.filters = static_cast<int>(pointwise::n_filt);
        s.second_reuse_factor = static_cast<int>(pointwise::reuse_factor);
    } else {
        s.reuse_factor = static_cast<int>(Config::reuse_factor);
        s.strategy = detail::strategy_of<Config>();
        s.weight = precision_of<typename Config::weight_t>;
        s.accum = precision_of<typename Config::accum_t>;
        if constexpr (detail::is_recurrent_config<Config>) {
            // Its own io_type is no io type: hls4ml 1.x writes the strategy there.
            s.inputs = static_cast<int>(Config::n_in);
            s.outputs = static_cast<int>(Config::n_state);
            s.kind = static_cast<int>(Config::mult_config1::n_out) == 4 * s.outputs
                         ? layer_kind::lstm
                         : layer_kind::gru;
            s.reuse_factor = static_cast<int>(Config::mult_config1::reuse_factor);
            s.second_reuse_factor = static_cast<int>(Config::mult_config2::reuse_factor);
            if constexpr (requires { Config::n_sequence; })
                s.timesteps = static_cast<int>(Config::n_sequence);
        } else if constexpr (detail::is_conv1d_config<Config>) {
            detail::set_convolution<Config>(s);
        } else {
            s.inputs = static_cast<int>(Config::n_in);
            s.outputs = static_cast<int>(Config::n_out);
            if constexpr (requires { Config::io_type; })
                s.io = static_cast<unsigned>(Config::io_type) == 0 ? io_type::io_parallel
                                                                   : io_type::io_stream;
        }
    }
    ensure_sound(s);
    return s;
}

} // namespace espalier
