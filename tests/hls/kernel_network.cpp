// SPDX-License-Identifier: Apache-2.0
// What becomes of layers that have several matrices.
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <variant>
#include <vector>

using namespace espalier;

TEST_CASE("a separable convolution becomes two stages, and its reference is that of the whole")
{
    constexpr precision data{8, 8}, weight{5, 5}, between{20, 20}, sum{40, 40};
    std::mt19937_64 random(5);
    const auto drawn = [&](std::size_t count) {
        std::vector<std::int64_t> numbers(count);
        for (std::int64_t& n : numbers)
            n = static_cast<std::int64_t>(random() % 31) - 15;
        return numbers;
    };
    constexpr int height = 5, width = 4, channels = 3, filters = 2, rows = 3, columns = 2;
    const layer_spec layer = separable_conv2d{.name = "a name of twenty-five, so",
        .height = height,
        .width = width,
        .channels = channels,
        .filters = filters,
        .kernel_height = rows,
        .kernel_width = columns,
        .stride_height = 2,
        .reuse_factor = 6,
        .pointwise_reuse_factor = 3,
        .weight = weight,
        .data = data,
        .accum = sum};
    const integer_kernel first{
        {weight, weight, sum, between}, drawn(rows * columns * channels), {1, -2, 3}};
    const integer_kernel second{{weight, weight, sum, sum}, drawn(filters * channels), {-7, 5}};
    kernel_network network("net", {height, width, channels}, data, io_type::io_stream);
    network.add(layer, {first, second}, memory_layout::packed);

    REQUIRE(network.stages().size() == 2);
    const auto& depthwise = std::get<product_stage>(network.stages()[0].layer);
    const auto& pointwise = std::get<product_stage>(network.stages()[1].layer);
    CHECK(depthwise.layer.name == layer.name);
    CHECK(pointwise.layer.name == label("a name of twenty-five, so_point"));
    CHECK(depthwise.schedule.cycles() == 6);
    CHECK(pointwise.schedule.cycles() == 3);
    CHECK(pointwise.schedule.memory() == memory_layout::packed);
    CHECK(network.stages()[0].out.format.format == between);
    CHECK(network.stages()[1].in.shape == image_shape{2, 3, channels});
    CHECK(network.wire().shape == image_shape{2, 3, filters});

    // Whole numbers without overflow, added up as a separable convolution is defined.
    const std::vector<std::int64_t> image = drawn(height * width * channels);
    std::vector<std::int64_t> expected;
    for (int y = 0; y + rows <= height; y += 2)
        for (int x = 0; x + columns <= width; ++x)
            for (int f = 0; f < filters; ++f) {
                std::int64_t result = second.biases[static_cast<std::size_t>(f)];
                for (int c = 0; c < channels; ++c) {
                    std::int64_t of_channel = first.biases[static_cast<std::size_t>(c)];
                    for (int ky = 0; ky < rows; ++ky)
                        for (int kx = 0; kx < columns; ++kx)
                            of_channel += first.weights[static_cast<std::size_t>(
                                              (ky * columns + kx) * channels + c)] *
                                          image[static_cast<std::size_t>(
                                              ((y + ky) * width + x + kx) * channels + c)];
                    result +=
                        second.weights[static_cast<std::size_t>(f * channels + c)] * of_channel;
                }
                expected.push_back(result);
            }
    CHECK(network.reference().run(image) == expected);

    // A part that is refused leaves nothing of the other.
    kernel_network other("net", {height, width, channels}, data, io_type::io_stream);
    integer_kernel wide = second;
    wide.formats.result = precision{60, 60};
    CHECK_THROWS(other.add(layer, {first, wide}));
    CHECK(other.stages().empty());
    CHECK(other.reference().output_shape() == image_shape{height, width, channels});
    CHECK_THROWS(network.add(layer, first));
    CHECK(network.stages().size() == 2);
}
