// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

using namespace espalier;

TEST_CASE(
    "resource_unrolled is refused where hls4ml builds something else, with what it would take")
{
    dense layer{.name = "u", .inputs = 16, .outputs = 64, .strategy = strategy::resource_unrolled};
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        "the strategy resource_unrolled takes neither reuse factor 1 nor the largest (layer = 'u', "
        "reuse_factor = 1, nearest legal below = 0, above = 2, n_in = 16, n_out = 64)",
        std::invalid_argument);
    layer.reuse_factor = 1024;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("reuse_factor = 1024, nearest legal below = 512, above = 0"),
        std::invalid_argument);
    layer.reuse_factor = 3; // wrong whatever the strategy
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("the reuse factor must be legal for the layer (layer = 'u', "
                          "reuse_factor = 3, nearest legal below = 2, above = 4"),
        std::invalid_argument);
    layer.reuse_factor = 512;
    CHECK(ensure_legal(layer));
    std::vector<std::int64_t> legal;
    for (const std::int64_t rf : legal_reuse_factors(layer))
        legal.push_back(rf);
    CHECK(legal == std::vector<std::int64_t>{2, 4, 8, 16, 32, 64, 128, 256, 512});
    // A prime number of weights leaves nothing.
    const dense prime{.inputs = 1, .outputs = 7, .strategy = strategy::resource_unrolled};
    CHECK(legal_reuse_factors(prime).begin() == legal_reuse_factors(prime).end());
    CHECK_THROWS_WITH_AS((void)ensure_legal(prime),
        doctest::Contains("nearest legal below = 0, above = 0"), std::invalid_argument);
    // Only the input kernel decides whether hls4ml falls back to resource.
    lstm both{.inputs = 6,
        .units = 10,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 3,
        .recurrent_reuse_factor = 1};
    CHECK(ensure_legal(both));
    both.bidirectional = true;
    both.name = "b";
    CHECK_THROWS_WITH_AS((void)ensure_legal(both),
        "a bidirectional layer has the strategies latency and resource, under io_parallel only "
        "(layer = 'b', strategy = 'resource_unrolled', io = 'io_parallel', hls4ml builds = "
        "'resource')",
        std::invalid_argument);
    both.strategy = strategy::resource;
    both.recurrent_reuse_factor = 5;
    CHECK(ensure_legal(both));
    both.io = io_type::io_stream;
    CHECK_THROWS_WITH_AS((void)ensure_legal(both),
        doctest::Contains("io = 'io_stream', hls4ml builds = 'nothing'"), std::invalid_argument);
    layer_spec no_sequence = layer; // where the field means nothing
    no_sequence.bidirectional = true;
    CHECK(ensure_legal(no_sequence));
    conv2d image{.height = 8,
        .width = 6,
        .channels = 3,
        .filters = 4,
        .kernel_height = 3,
        .kernel_width = 3,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 9};
    CHECK_THROWS_WITH_AS((void)ensure_legal(image),
        "a convolution has the strategy resource_unrolled under io_stream only (layer = '', "
        "strategy = "
        "'resource_unrolled', io = 'io_parallel', hls4ml builds = 'resource')",
        std::invalid_argument);
    image.io = io_type::io_stream;
    CHECK(ensure_legal(image));
}

TEST_CASE(
    "a depthwise or separable layer is legal as it stands, and refused where it has no kernel")
{
    depthwise_conv2d layer{
        .name = "d", .height = 8, .width = 8, .channels = 4, .kernel_height = 3, .kernel_width = 3};
    CHECK(ensure_sound_and_legal(layer));
    CHECK(ensure_sound_and_legal(
        separable_conv2d{.height = 8, .width = 8, .channels = 4, .filters = 8}));
    layer.io = io_type::io_parallel;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        "a depthwise kernel has the strategy latency and, under io_stream, resource (layer = 'd', "
        "strategy = 'resource', io = 'io_parallel', hls4ml builds = 'nothing')",
        std::invalid_argument);
    layer.strategy = strategy::latency;
    layer.reuse_factor = 5;
    CHECK(ensure_legal(layer));
    layer.strategy = strategy::resource_unrolled;
    for (const io_type io : {io_type::io_parallel, io_type::io_stream}) {
        layer.io = io;
        CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
            doctest::Contains("hls4ml builds = 'latency'"), std::invalid_argument);
    }
    separable_conv2d separable{.height = 8, .width = 8, .channels = 4, .filters = 8};
    separable.io = io_type::io_parallel;
    CHECK_THROWS_AS((void)ensure_legal(separable), std::invalid_argument);
    separable.strategy = strategy::latency;
    CHECK(ensure_legal(separable));
}

TEST_CASE("a depth multiplier other than 1 is refused, however it is written")
{
    depthwise_conv2d layer{.height = 8, .width = 8, .channels = 4, .depth_multiplier = 2};
    CHECK_THROWS_WITH_AS((void)ensure_sound(layer),
        "the depth multiplier of a depthwise kernel is 1 (depth_multiplier = 2, channels = 4, "
        "filters = 4)",
        std::invalid_argument);
    separable_conv2d separable{
        .height = 8, .width = 8, .channels = 4, .filters = 8, .depth_multiplier = 0};
    CHECK_THROWS_AS((void)ensure_sound(separable), std::invalid_argument);
    separable.depth_multiplier = 1;
    CHECK(ensure_sound(separable)); // filters are those of the pointwise part
    layer.depth_multiplier = 1;
    layer_spec spec = layer;
    CHECK(ensure_sound(spec));
    spec.filters = 8;
    CHECK_THROWS_WITH_AS((void)ensure_sound(spec),
        doctest::Contains("(depth_multiplier = 1, channels = 4, filters = 8)"),
        std::invalid_argument);
}
