// SPDX-License-Identifier: Apache-2.0
#pragma once

// After the emitted kernels: hls4ml's headers and what they are configured with.
#include "configs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <nnet_utils/nnet_conv2d_stream.h>
#include <nnet_utils/nnet_types.h>
#include <vector>

// An emitted kernel and hls4ml's own kernel of the same layer with the same inputs.

namespace hls4ml_kernels {

inline long long compared = 0;
inline long long different = 0;

template <class Kernel>
using types_of = types<typename Kernel::data_t, typename Kernel::weight_t, typename Kernel::bias_t,
    typename Kernel::accum_t, typename Kernel::result_t>;

inline void compare(const char* what, const integers& theirs, const integers& ours)
{
    ++compared;
    if (theirs != ours && ++different <= 20)
        std::printf("%s: hls4ml's kernel gives %lld first, the emitted one %lld\n", what,
            static_cast<long long>(theirs.at(0)), static_cast<long long>(ours.at(0)));
}

/// (in, out) from (out, in), as hls4ml's kernels under latency have their weights.
inline integers in_order(const integers& weights, int n_in, int n_out, bool latency)
{
    integers result = weights;
    for (int out = 0; latency && out < n_out; ++out)
        for (int in = 0; in < n_in; ++in)
            result[static_cast<std::size_t>(in * n_out + out)] =
                weights[static_cast<std::size_t>(out * n_in + in)];
    return result;
}

template <class Kernel, int In, int Out, int Rf, bool Latency, class Top>
void dense(Top top, const integers& weights, const integers& biases)
{
    using T = types_of<Kernel>;
    using config = dense_config<T, In, Out, Rf, Latency>;
    auto w = array_of<typename T::weight>(in_order(weights, In, Out, Latency));
    auto b = array_of<typename T::bias>(biases);
    for (int i = 0; i < 20; ++i) {
        auto x = array_of<typename T::data>(random_raws<typename T::data>(In));
        typename T::result theirs[Out], ours[Out];
        if constexpr (Latency)
            nnet::dense_latency<typename T::data, typename T::result, config>(
                x.get(), theirs, w.get(), b.get());
        else
            nnet::dense_resource<typename T::data, typename T::result, config>(
                x.get(), theirs, w.get(), b.get());
        top(x.get(), ours);
        compare(Latency ? "dense, latency" : "dense, resource", raws_of(theirs, Out),
            raws_of(ours, Out));
    }
}

template <class Kernel, bool Same, int Rf, bool Latency>
using config_of = conv_config<types_of<Kernel>, Kernel::height, Kernel::width, Kernel::channels,
    Kernel::filters, Kernel::kernel_height, Kernel::kernel_width, Kernel::stride_height,
    Kernel::stride_width, Same, Rf, Latency>;

template <class Kernel, bool Same, int Rf, bool Latency, class Top>
void convolution(Top top, const integers& weights, const integers& biases)
{
    using T = types_of<Kernel>;
    using config = config_of<Kernel, Same, Rf, Latency>;
    constexpr std::size_t inputs =
        std::size_t{config::in_height} * config::in_width * config::n_chan;
    constexpr std::size_t outputs =
        std::size_t{config::out_height} * config::out_width * config::n_filt;
    auto w = array_of<typename T::weight>(
        in_order(weights, config::mult_config::n_in, config::n_filt, Latency));
    auto b = array_of<typename T::bias>(biases);
    for (int i = 0; i < 5; ++i) {
        auto x = array_of<typename T::data>(random_raws<typename T::data>(inputs));
        typename T::result theirs[outputs], ours[outputs];
        if constexpr (Latency)
            nnet::conv_2d_latency_cl<typename T::data, typename T::result, config>(
                x.get(), theirs, w.get(), b.get());
        else
            nnet::conv_2d_resource_cl<typename T::data, typename T::result, config>(
                x.get(), theirs, w.get(), b.get());
        top(x.get(), ours);
        compare(Latency ? "conv2d, latency" : "conv2d, resource", raws_of(theirs, outputs),
            raws_of(ours, outputs));
    }
}

/// What hls4ml writes down for a convolution under io_stream.
template <class Kernel, int Rf, bool Latency>
struct stream_config : config_of<Kernel, false, Rf, Latency> {
    using base = config_of<Kernel, false, Rf, Latency>;
    static const unsigned pad_bottom = 0;
    static const unsigned pad_right = 0;
    static const unsigned kernel_size = base::filt_height * base::filt_width;
    struct mult_config : base::mult_config {
        template <class Data, class Result, class Config>
        using kernel = std::conditional_t<Latency, nnet::DenseLatency<Data, Result, Config>,
            std::conditional_t<(Rf <= int(base::mult_config::n_in)),
                nnet::DenseResource_rf_leq_nin<Data, Result, Config>,
                nnet::DenseResource_rf_gt_nin_rem0<Data, Result, Config>>>;
    };
};

template <class Kernel, int Rf, bool Latency, class Top>
void streamed_convolution(Top top, const integers& weights, const integers& biases)
{
    using T = types_of<Kernel>;
    using config = stream_config<Kernel, Rf, Latency>;
    using in_pixel = nnet::array<typename T::data, config::n_chan>;
    using out_pixel = nnet::array<typename T::result, config::n_filt>;
    auto w = array_of<typename T::weight>(
        in_order(weights, config::mult_config::n_in, config::n_filt, Latency));
    auto b = array_of<typename T::bias>(biases);
    for (int i = 0; i < 5; ++i) {
        hls::stream<in_pixel> their_input;
        hls::stream<out_pixel> their_output;
        hls::stream<espalier_kernels::pixel<typename T::data, Kernel::channels>> our_input;
        hls::stream<espalier_kernels::pixel<typename T::result, Kernel::filters>> our_output;
        for (int p = 0; p < Kernel::height * Kernel::width; ++p) {
            auto x = array_of<typename T::data>(random_raws<typename T::data>(config::n_chan));
            in_pixel theirs;
            espalier_kernels::pixel<typename T::data, Kernel::channels> ours;
            for (int c = 0; c < Kernel::channels; ++c)
                theirs[static_cast<std::size_t>(c)] = ours.at[c] = x[static_cast<std::size_t>(c)];
            their_input.write(theirs);
            our_input.write(ours);
        }
        nnet::conv_2d_buffer_cl<in_pixel, out_pixel, config>(
            their_input, their_output, w.get(), b.get());
        top(our_input, our_output);
        integers all_theirs, all_ours;
        while (!their_output.empty()) {
            const out_pixel pixel = their_output.read();
            std::ranges::copy(raws_of(&pixel[0], Kernel::filters), std::back_inserter(all_theirs));
        }
        while (!our_output.empty()) {
            const auto pixel = our_output.read();
            std::ranges::copy(raws_of(&pixel.at[0], Kernel::filters), std::back_inserter(all_ours));
        }
        compare(Latency ? "conv2d, latency, io_stream" : "conv2d, resource, io_stream", all_theirs,
            all_ours);
    }
}

} // namespace hls4ml_kernels
