// SPDX-License-Identifier: Apache-2.0
#include "check_both.hpp"

#include <espalier/model/layer_of.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>

using namespace espalier;

// Structs as hls4ml writes them, with stand-ins for what it includes.

enum ap_q_mode { AP_TRN = 5 };
enum ap_o_mode { AP_WRAP = 3 };
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_fixed;

namespace nnet {
enum io_type { io_parallel = 0, io_stream };
enum strategy { latency, resource, resource_unrolled, distributed_arithmetic };
template <class T, unsigned N>
struct array {
    using value_type = T;
};
template <class Data, class Result, class Config>
class DenseLatency;
template <class Data, class Result, class Config>
class DepthwiseDenseLatency;
struct dense_config { // float, and other sizes: what the derived struct says counts
    typedef float weight_t;
    typedef float accum_t;
    static const unsigned n_in = 10;
    static const unsigned n_out = 10;
    static const unsigned reuse_factor = 1;
};
} // namespace nnet

namespace {

typedef ap_fixed<18, 8> weight18_t;
typedef ap_fixed<24, 12> accum24_t;
typedef ap_fixed<16, 6> input_t;

struct config2 : nnet::dense_config {
    static const unsigned n_in = 16;
    static const unsigned n_out = 64;
    static const unsigned io_type = nnet::io_stream;
    static const unsigned strategy = nnet::resource_unrolled;
    static const unsigned reuse_factor = 4;
    typedef accum24_t accum_t;
    typedef weight18_t weight_t;
};

template <unsigned Strategy, bool IsDepthwise>
struct mult_config : nnet::dense_config {
    static const unsigned strategy = Strategy;
    template <class Data, class Result, class Config>
    using kernel =
        std::conditional_t<IsDepthwise, nnet::DepthwiseDenseLatency<Data, Result, Config>,
            nnet::DenseLatency<Data, Result, Config>>;
};

template <unsigned Strategy, unsigned Height, unsigned Filters, unsigned OutHeight,
    unsigned OutWidth, bool IsDepthwise = false>
struct conv2d_config {
    static const unsigned in_height = Height;
    static const unsigned in_width = 12;
    static const unsigned n_chan = 3;
    static const unsigned filt_height = 3;
    static const unsigned filt_width = 5;
    static const unsigned n_filt = Filters;
    static const unsigned stride_height = 1;
    static const unsigned stride_width = 2;
    static const unsigned out_height = OutHeight;
    static const unsigned out_width = OutWidth;
    static const unsigned reuse_factor = 9;
    static const unsigned n_partitions = OutHeight * OutWidth / 2;
    typedef accum24_t accum_t;
    typedef weight18_t weight_t;
    typedef ::mult_config<Strategy, IsDepthwise> mult_config;
};

struct conv1d_config {
    static const unsigned in_width = 20;
    static const unsigned n_chan = 4;
    static const unsigned filt_width = 3;
    static const unsigned n_filt = 8;
    static const unsigned stride_width = 1;
    static const unsigned out_width = 20;
    static const unsigned reuse_factor = 3;
    static const unsigned strategy = nnet::resource;
    static const unsigned n_partitions = 1;
    typedef accum24_t accum_t;
    typedef weight18_t weight_t;
};

template <unsigned Gates>
struct recurrent_config {
    static const unsigned n_in = 6;
    static const unsigned n_state = 20;
    static const unsigned n_sequence = 15;
    static const unsigned io_type = nnet::resource; // as hls4ml writes it
    static const unsigned reuse_factor = 1;
    typedef accum24_t accum_t;
    typedef weight18_t weight_t;
    struct mult_config1 : nnet::dense_config {
        static const unsigned n_out = Gates * 20;
        static const unsigned strategy = nnet::resource;
        static const unsigned reuse_factor = 6;
    };
    struct mult_config2 : mult_config1 {
        static const unsigned reuse_factor = 20;
    };
};

struct separable_config {
    typedef conv2d_config<nnet::latency, 8, 3, 6, 4> depthwise_config;
    struct pointwise_config : conv2d_config<nnet::latency, 8, 16, 6, 4> {
        static const unsigned reuse_factor = 2;
    };
};

} // namespace

struct activation_config {
    static const unsigned n_in = 64;
    static const unsigned reuse_factor = 4;
};

TEST_CASE("a dense layer is what its struct says, not what the base of the struct says")
{
    CHECK_BOTH(layer_of<config2, input_t>("fc1") == layer_spec(dense{.name = "fc1",
                                                        .inputs = 16,
                                                        .outputs = 64,
                                                        .strategy = strategy::resource_unrolled,
                                                        .reuse_factor = 4,
                                                        .io = io_type::io_stream,
                                                        .weight = {18, 8},
                                                        .data = {16, 6},
                                                        .accum = {24, 12}}));
}

TEST_CASE("a convolution has its padding, its parallelisation and its way of data")
{
    conv2d expected{.height = 8,
        .width = 12,
        .channels = 3,
        .filters = 7,
        .kernel_height = 3,
        .kernel_width = 5,
        .stride_width = 2,
        .strategy = strategy::latency,
        .reuse_factor = 9,
        .parallelization_factor = 2,
        .weight = {18, 8},
        .data = {16, 6},
        .accum = {24, 12}};
    CHECK(layer_of<conv2d_config<nnet::latency, 8, 7, 6, 4>, input_t>() == layer_spec(expected));
    expected.parallelization_factor = 1;
    expected.io = io_type::io_stream;
    CHECK(layer_of<conv2d_config<nnet::latency, 8, 7, 6, 4>, nnet::array<input_t, 3>>() ==
          layer_spec(expected));
    expected.strategy = strategy::resource;
    expected.padding = padding::same;
    CHECK(layer_of<conv2d_config<nnet::resource, 8, 7, 8, 6>, nnet::array<input_t, 3>>() ==
          layer_spec(expected));

    CHECK_BOTH(layer_of<conv1d_config, input_t>("c") == layer_spec(conv1d{.name = "c",
                                                            .width = 20,
                                                            .channels = 4,
                                                            .filters = 8,
                                                            .kernel_width = 3,
                                                            .padding = padding::same,
                                                            .reuse_factor = 3,
                                                            .parallelization_factor = 20,
                                                            .weight = {18, 8},
                                                            .data = {16, 6},
                                                            .accum = {24, 12}}));
}

TEST_CASE("depthwise, separable and recurrent layers are told apart by their structs")
{
    constexpr layer_spec depthwise =
        layer_of<conv2d_config<nnet::latency, 8, 3, 6, 4, true>, nnet::array<input_t, 3>>();
    CHECK_BOTH(depthwise.kind == layer_kind::depthwise_conv2d);
    CHECK_BOTH(depthwise.filters == 3);

    constexpr layer_spec separable = layer_of<separable_config, nnet::array<input_t, 3>>("s");
    CHECK_BOTH(separable.kind == layer_kind::separable_conv2d);
    CHECK_BOTH(separable.filters == 16);
    CHECK_BOTH(separable.reuse_factor == 9);
    CHECK_BOTH(separable.second_reuse_factor == 2);
    CHECK_BOTH(separable.name.view() == "s");

    constexpr layer_spec lstm_layer = layer_of<recurrent_config<4>, input_t>();
    CHECK_BOTH(lstm_layer == layer_spec(lstm{.inputs = 6,
                                 .units = 20,
                                 .timesteps = 15,
                                 .reuse_factor = 6,
                                 .recurrent_reuse_factor = 20,
                                 .weight = {18, 8},
                                 .data = {16, 6},
                                 .accum = {24, 12}}));
    CHECK_BOTH(layer_of<recurrent_config<3>, input_t>().kind == layer_kind::gru);
    CHECK_BOTH(!layer_configuration<activation_config>);
}

TEST_CASE("what is no layer here is refused")
{
    CHECK_THROWS_WITH_AS((void)(layer_of<conv2d_config<nnet::latency, 8, 7, 7, 4>, input_t>("c")),
        "a convolution is padded to the size of its image or not at all (layer = 'c', extent = 8, "
        "kernel = 3, stride = 1, output = 7)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)(layer_of<conv2d_config<nnet::latency, 8, 7, 8, 4>, input_t>("c")),
        "a convolution is padded on both axes or on none (layer = 'c', out_height = 8, out_width = "
        "4)",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS(
        (void)(layer_of<conv2d_config<nnet::distributed_arithmetic, 8, 7, 6, 4>, input_t>()),
        "the strategy of a configuration is latency, resource or resource_unrolled (strategy = 3)",
        std::invalid_argument);
}

TEST_CASE("a name is also that of a pointer")
{
    const char* name = "fc1";
    CHECK(dense{.name = name, .inputs = 1, .outputs = 1}.name.view() == "fc1");
    name = nullptr;
    CHECK_THROWS_WITH_AS(
        (void)label(name), "a layer name is a text, not a null pointer", std::invalid_argument);
}
