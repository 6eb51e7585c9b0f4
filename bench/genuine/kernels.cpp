// SPDX-License-Identifier: Apache-2.0
// The integer network against hls4ml's own kernels (nnet_utils) on the genuine ap_fixed, bit for
// bit: dense and convolutions under latency and resource, depthwise, pooling, ReLU, batch
// normalisation. Needs the headers of hls4ml's wheel (bench/genuine/run.sh has them).

#include "configs.hpp"

#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

long long compared = 0;
long long different = 0;

void compare(const char* what, const integers& theirs, const integers& ours)
{
    ++compared;
    if (theirs == ours || ++different > 20)
        return;
    std::printf("%s differs:\n hls4ml", what);
    for (std::size_t i = 0; i < std::min<std::size_t>(theirs.size(), 12); ++i)
        std::printf(" %lld", static_cast<long long>(theirs[i]));
    std::printf("\n ours  ");
    for (std::size_t i = 0; i < std::min<std::size_t>(ours.size(), 12); ++i)
        std::printf(" %lld", static_cast<long long>(ours[i]));
    std::printf("\n");
}

/// (in, out) from (out, in), as the kernels of strategy latency have their weights.
integers transposed(const integers& weights, int n_in, int n_out)
{
    integers result(weights.size());
    for (int out = 0; out < n_out; ++out)
        for (int in = 0; in < n_in; ++in)
            result[static_cast<std::size_t>(in * n_out + out)] =
                weights[static_cast<std::size_t>(out * n_in + in)];
    return result;
}

template <class T>
void add_types(esp::layer_spec& s)
{
    s.weight = T::formats.weight.format;
    s.data = esp::precision_of<typename T::data>;
    s.accum = T::formats.accum.format;
}

template <class T, int In, int Out, int Rf, bool Latency>
void dense(int repetitions)
{
    using config = dense_config<T, In, Out, Rf, Latency>;
    esp::layer_spec s = esp::dense{.inputs = In,
        .outputs = Out,
        .strategy = Latency ? esp::strategy::latency : esp::strategy::resource,
        .reuse_factor = Rf};
    add_types<T>(s);
    for (int i = 0; i < repetitions; ++i) {
        const esp::integer_kernel kernel{T::formats,
            random_raws<typename T::weight>(std::size_t{In} * Out),
            random_raws<typename T::bias>(Out)};
        const integers x = random_raws<typename T::data>(In);
        auto data = array_of<typename T::data>(x);
        auto weights = array_of<typename T::weight>(
            Latency ? transposed(kernel.weights, In, Out) : kernel.weights);
        auto biases = array_of<typename T::bias>(kernel.biases);
        auto results = std::make_unique<typename T::result[]>(Out);
        if constexpr (Latency)
            nnet::dense_latency<typename T::data, typename T::result, config>(
                data.get(), results.get(), weights.get(), biases.get());
        else
            nnet::dense_resource<typename T::data, typename T::result, config>(
                data.get(), results.get(), weights.get(), biases.get());
        esp::integer_network net({.channels = In}, esp::fixed_point_of<typename T::data>);
        net.add(s, kernel);
        compare("dense", raws_of(results.get(), Out), net.run(x));
    }
}

template <class T, bool Depthwise, int H, int W, int C, int F, int Kh, int Kw, int Sh, int Sw,
    bool Same, int Rf, bool Latency>
void conv(int repetitions)
{
    using config = conv_config<T, H, W, C, F, Kh, Kw, Sh, Sw, Same, Rf, Latency>;
    esp::layer_spec s = esp::conv2d{.height = H,
        .width = W,
        .channels = C,
        .filters = F,
        .kernel_height = Kh,
        .kernel_width = Kw,
        .stride_height = Sh,
        .stride_width = Sw,
        .padding = Same ? esp::padding::same : esp::padding::valid,
        .strategy = Latency ? esp::strategy::latency : esp::strategy::resource,
        .reuse_factor = Rf};
    if (Depthwise)
        s.kind = esp::layer_kind::depthwise_conv2d;
    add_types<T>(s);
    const auto n = static_cast<std::size_t>(esp::matrices_of(s)[0].weights());
    for (int i = 0; i < repetitions; ++i) {
        const esp::integer_kernel kernel{
            T::formats, random_raws<typename T::weight>(n), random_raws<typename T::bias>(F)};
        const integers x = random_raws<typename T::data>(std::size_t{H} * W * C);
        auto data = array_of<typename T::data>(x);
        auto weights = array_of<typename T::weight>(
            Latency && !Depthwise ? transposed(kernel.weights, Kh * Kw * C, F) : kernel.weights);
        auto biases = array_of<typename T::bias>(kernel.biases);
        constexpr std::size_t outputs = config::out_height * config::out_width * F;
        auto results = std::make_unique<typename T::result[]>(outputs);
        if constexpr (Depthwise)
            nnet::depthwise_conv_2d_latency_cl<typename T::data, typename T::result, config>(
                data.get(), results.get(), weights.get(), biases.get());
        else if constexpr (Latency)
            nnet::conv_2d_latency_cl<typename T::data, typename T::result, config>(
                data.get(), results.get(), weights.get(), biases.get());
        else
            nnet::conv_2d_resource_cl<typename T::data, typename T::result, config>(
                data.get(), results.get(), weights.get(), biases.get());
        esp::integer_network net({H, W, C}, esp::fixed_point_of<typename T::data>);
        net.add(s, kernel);
        compare(
            Depthwise ? "depthwise" : "convolution", raws_of(results.get(), outputs), net.run(x));
    }
}

/// The kernel of a depthwise convolution under resource, which hls4ml has for streams.
template <class T, int Pixels, int C, int Rf>
void depthwise_resource(int repetitions)
{
    using config = dense_config<T, Pixels * C, C, Rf, false>;
    esp::layer_spec s = esp::depthwise_conv2d{
        .height = 1, .width = Pixels, .channels = C, .kernel_width = Pixels, .reuse_factor = Rf};
    add_types<T>(s);
    for (int i = 0; i < repetitions; ++i) {
        const esp::integer_kernel kernel{T::formats,
            random_raws<typename T::weight>(std::size_t{Pixels} * C),
            random_raws<typename T::bias>(C)};
        const integers x = random_raws<typename T::data>(std::size_t{Pixels} * C);
        auto data = array_of<typename T::data>(x);
        auto weights = array_of<typename T::weight>(kernel.weights);
        auto biases = array_of<typename T::bias>(kernel.biases);
        auto results = std::make_unique<typename T::result[]>(C);
        if constexpr (Rf <= C)
            nnet::depthwise_product_resource_rf_leq_nout<typename T::data, typename T::result,
                config>(data.get(), results.get(), weights.get(), biases.get());
        else
            nnet::depthwise_product_resource_rf_gt_nout_rem0<typename T::data, typename T::result,
                config>(data.get(), results.get(), weights.get(), biases.get());
        esp::integer_network net({1, Pixels, C}, esp::fixed_point_of<typename T::data>);
        net.add(s, kernel);
        compare("depthwise, resource", raws_of(results.get(), C), net.run(x));
    }
}

template <class T, bool Max, int H, int W, int C, int P, int S, bool Same, bool Count>
void pool(int repetitions)
{
    using config = pool_config<T, Max, H, W, C, P, S, Same, Count>;
    for (int i = 0; i < repetitions; ++i) {
        const integers x = random_raws<typename T::data>(std::size_t{H} * W * C);
        auto data = array_of<typename T::data>(x);
        constexpr std::size_t outputs = config::out_height * config::out_width * C;
        auto results = std::make_unique<typename T::result[]>(outputs);
        nnet::pooling2d_cl<typename T::data, typename T::result, config>(data.get(), results.get());
        esp::integer_network net({H, W, C}, esp::fixed_point_of<typename T::data>);
        net.add(esp::integer_pooling{.kind = Max ? esp::pooling::max : esp::pooling::average,
            .height = P,
            .width = P,
            .stride_height = S,
            .stride_width = S,
            .padding = Same ? esp::padding::same : esp::padding::valid,
            .counts_padding = Count,
            .accum = T::formats.accum,
            .result = T::formats.result});
        compare("pooling", raws_of(results.get(), outputs), net.run(x));
    }
}

template <class T>
void relu_and_normalize(int repetitions)
{
    for (int i = 0; i < repetitions; ++i) {
        const integers x = random_raws<typename T::data>(60);
        auto data = array_of<typename T::data>(x);
        auto results = std::make_unique<typename T::result[]>(60);
        nnet::relu<typename T::data, typename T::result, relu_config>(data.get(), results.get());
        esp::integer_network net({5, 4, 3}, esp::fixed_point_of<typename T::data>);
        net.add(esp::integer_relu{T::formats.result});
        compare("relu", raws_of(results.get(), 60), net.run(x));

        const esp::integer_scale norm{T::formats.weight, T::formats.bias, T::formats.result,
            random_raws<typename T::weight>(3), random_raws<typename T::bias>(3)};
        auto scale = array_of<typename T::weight>(norm.scale);
        auto bias = array_of<typename T::bias>(norm.bias);
        nnet::normalize<typename T::data, typename T::result, norm_config<T>>(
            data.get(), results.get(), scale.get(), bias.get());
        esp::integer_network normalized({5, 4, 3}, esp::fixed_point_of<typename T::data>);
        normalized.add(norm);
        compare("batch normalisation", raws_of(results.get(), 60), normalized.run(x));
    }
}

template <class T>
void layers(int n)
{
    dense<T, 16, 5, 1, true>(n);
    dense<T, 16, 5, 4, true>(n);
    dense<T, 16, 5, 1, false>(n);
    dense<T, 16, 5, 4, false>(n);
    dense<T, 16, 5, 16, false>(n);
    dense<T, 12, 6, 36, false>(n);
    dense<T, 12, 6, 72, false>(n);
    conv<T, false, 7, 6, 3, 4, 3, 3, 1, 1, true, 1, true>(n);
    conv<T, false, 7, 6, 3, 4, 3, 2, 2, 1, false, 2, true>(n);
    conv<T, false, 7, 6, 3, 4, 3, 3, 2, 2, true, 9, false>(n);
    conv<T, false, 1, 9, 2, 3, 1, 4, 1, 3, true, 4, false>(n);
    conv<T, true, 6, 5, 3, 3, 3, 2, 1, 2, true, 1, true>(n);
    depthwise_resource<T, 6, 4, 2>(n);
    depthwise_resource<T, 6, 4, 12>(n);
    pool<T, true, 6, 6, 3, 2, 2, false, false>(n);
    pool<T, true, 7, 5, 2, 3, 2, false, false>(n);
    pool<T, false, 6, 6, 3, 2, 2, false, false>(n);
    pool<T, false, 7, 5, 2, 3, 2, false, false>(n);
    pool<T, false, 7, 5, 2, 3, 2, true, false>(n);
    pool<T, false, 7, 5, 2, 3, 2, true, true>(n);
    if (esp::precision_of<typename T::data>.is_signed)
        pool<T, true, 7, 5, 2, 3, 2, true, false>(n);
    relu_and_normalize<T>(n);
}

} // namespace

int main(int argc, char** argv)
{
    const int n = argc > 1 ? std::atoi(argv[1]) : 300;
    using paper = ap_fixed<18, 8>;
    layers<types<paper, paper, paper, paper, paper>>(n);
    layers<types<ap_fixed<16, 6>, ap_fixed<16, 6>, ap_fixed<16, 6>, ap_fixed<24, 12>,
        ap_fixed<16, 6, AP_RND_CONV, AP_SAT>>>(n);
    layers<types<ap_ufixed<8, 0, AP_RND, AP_SAT>, ap_fixed<6, 1>, ap_fixed<9, 3>,
        ap_fixed<12, 4, AP_RND, AP_SAT>, ap_ufixed<8, 2, AP_RND, AP_SAT>>>(n);
    layers<types<ap_fixed<8, 2>, ap_fixed<8, 2>, ap_fixed<8, 2>,
        ap_fixed<9, 3, AP_RND_CONV, AP_SAT_SYM>, ap_fixed<8, 3, AP_TRN_ZERO, AP_SAT_ZERO>>>(n);
    layers<types<ap_fixed<10, 3>, ap_ufixed<7, 1>, ap_fixed<5, 5>,
        ap_fixed<11, 4, AP_RND_MIN_INF, AP_SAT_ZERO>, ap_fixed<12, 2, AP_RND_ZERO, AP_SAT>>>(n);
    layers<types<ap_fixed<10, 3>, ap_fixed<7, 0>, ap_fixed<5, 2>, ap_fixed<12, 6, AP_RND_INF>,
        ap_fixed<12, 2, AP_RND_MIN_INF>>>(n);
    layers<types<ap_fixed<6, 3>, ap_fixed<7, 2>, ap_fixed<7, 2>,
        ap_fixed<20, 8, AP_TRN_ZERO, AP_SAT>, ap_ufixed<10, 4, AP_RND_INF, AP_SAT_SYM>>>(n);
    std::printf("%lld layers compared, %lld different\n", compared, different);
    return different == 0 ? 0 : 1;
}
