// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "raws.hpp"

#include <espalier/hls/integer_kernel.hpp>
#include <espalier/model/precision_of.hpp>

#include <algorithm>

// hls4ml's headers need each other in this order.
// clang-format off
#include <ap_fixed.h>
#include <ap_int.h>
#include <nnet_utils/nnet_common.h>
#include <nnet_utils/nnet_activation.h>
#include <nnet_utils/nnet_batchnorm.h>
#include <nnet_utils/nnet_conv2d.h>
#include <nnet_utils/nnet_dense.h>
#include <nnet_utils/nnet_pooling.h>
#include <nnet_utils/nnet_sepconv2d.h>
#include <nnet_utils/nnet_depthwise_product.h>
// clang-format on

// What hls4ml writes down for each layer, for any types and extents.

template <class Data, class Weight, class Bias, class Accum, class Result>
struct types {
    using data = Data;
    using weight = Weight;
    using bias = Bias;
    using accum = Accum;
    using result = Result;
    static constexpr esp::kernel_formats formats{esp::fixed_point_of<Weight>,
        esp::fixed_point_of<Bias>, esp::fixed_point_of<Accum>, esp::fixed_point_of<Result>};
};

template <class T, int In, int Out, int Rf, bool Latency>
struct dense_config : nnet::dense_config {
    using weight_t = typename T::weight;
    using bias_t = typename T::bias;
    using accum_t = typename T::accum;
    static const unsigned n_in = In;
    static const unsigned n_out = Out;
    static const unsigned reuse_factor = Rf;
    static const unsigned strategy = Latency ? nnet::latency : nnet::resource;
    static const unsigned multiplier_limit = DIV_ROUNDUP(In * Out, Rf);
    template <class x_T, class y_T>
    using product = nnet::product::mult<x_T, y_T>;
};

/// What hls4ml generates for each convolution: the pixels under the kernel.
template <class Data, class Config>
struct pixels_under_kernel {
    template <class Buffer>
    static void fill_buffer(const Data* data, Buffer& buffer, int position)
    {
        const int y = position / int(Config::out_width) * int(Config::stride_height);
        const int x = position % int(Config::out_width) * int(Config::stride_width);
        int at = 0;
        for (int row = y; row < y + int(Config::filt_height); ++row)
            for (int column = x; column < x + int(Config::filt_width); ++column)
                for (int c = 0; c < int(Config::n_chan); ++c) {
                    const int from_y = row - int(Config::pad_top);
                    const int from_x = column - int(Config::pad_left);
                    if (from_y >= 0 && from_y < int(Config::in_height) && from_x >= 0 &&
                        from_x < int(Config::in_width))
                        buffer[0][at++] =
                            data[(from_y * int(Config::in_width) + from_x) * int(Config::n_chan) +
                                 c];
                    else
                        buffer[0][at++] = 0;
                }
    }
};

/// Geometry of a convolution as hls4ml writes it down.
template <class T, int H, int W, int C, int F, int Kh, int Kw, int Sh, int Sw, bool Same, int Rf,
    bool Latency>
struct conv_config {
    static const unsigned in_height = H;
    static const unsigned in_width = W;
    static const unsigned n_chan = C;
    static const unsigned n_filt = F;
    static const unsigned filt_height = Kh;
    static const unsigned filt_width = Kw;
    static const unsigned stride_height = Sh;
    static const unsigned stride_width = Sw;
    static const unsigned out_height = Same ? (H + Sh - 1) / Sh : (H - Kh) / Sh + 1;
    static const unsigned out_width = Same ? (W + Sw - 1) / Sw : (W - Kw) / Sw + 1;
    static constexpr int pad_h = std::max(0, (int(out_height) - 1) * Sh + Kh - H);
    static constexpr int pad_w = std::max(0, (int(out_width) - 1) * Sw + Kw - W);
    static const unsigned pad_top = Same ? pad_h / 2 : 0;
    static const unsigned pad_left = Same ? pad_w / 2 : 0;
    static const unsigned n_pixels = 1;
    static const unsigned n_partitions = out_height * out_width;
    static const unsigned reuse_factor = Rf;
    static const unsigned strategy = Latency ? nnet::latency : nnet::resource;
    using weight_t = typename T::weight;
    using bias_t = typename T::bias;
    using accum_t = typename T::accum;
    using mult_config = dense_config<T, Kh * Kw * C, F, Rf, Latency>;

    template <class data_T, class CONFIG_T>
    using fill_buffer = pixels_under_kernel<data_T, CONFIG_T>;
};

template <class T, bool Max, int H, int W, int C, int P, int S, bool Same, bool Count>
struct pool_config : nnet::pooling2d_config {
    static const unsigned in_height = H;
    static const unsigned in_width = W;
    static const unsigned n_filt = C;
    static const unsigned pool_height = P;
    static const unsigned pool_width = P;
    static const unsigned stride_height = S;
    static const unsigned stride_width = S;
    static const unsigned out_height = Same ? (H + S - 1) / S : (H - P) / S + 1;
    static const unsigned out_width = Same ? (W + S - 1) / S : (W - P) / S + 1;
    static constexpr int pad_h = Same ? std::max(0, (int(out_height) - 1) * S + P - H) : 0;
    static constexpr int pad_w = Same ? std::max(0, (int(out_width) - 1) * S + P - W) : 0;
    static const unsigned pad_top = pad_h / 2;
    static const unsigned pad_bottom = pad_h - pad_h / 2;
    static const unsigned pad_left = pad_w / 2;
    static const unsigned pad_right = pad_w - pad_w / 2;
    static const bool count_pad = Count;
    static const nnet::Pool_Op pool_op = Max ? nnet::Max : nnet::Average;
    using accum_t = typename T::accum;
};

struct relu_config : nnet::activ_config {
    static const unsigned n_in = 60;
};
template <class T>
struct norm_config : nnet::batchnorm_config {
    static const unsigned n_in = 60;
    static const unsigned n_filt = 3;
    static const unsigned n_scale_bias = 3;
    using scale_t = typename T::weight;
    using bias_t = typename T::bias;
};
