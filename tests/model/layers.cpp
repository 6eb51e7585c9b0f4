// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <check_both.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace espalier;

namespace {

constexpr std::int64_t parameters(const layer_spec& s)
{
    std::int64_t sum = 0;
    for (const weight_matrix& m : matrices_of(s))
        sum += m.weights();
    return sum;
}

/// n_in·1000 + n_out of a 3×3 convolution.
constexpr std::int64_t shape(int channels, int filters)
{
    const auto m = matrices_of(conv2d{.height = 32,
        .width = 32,
        .channels = channels,
        .filters = filters,
        .kernel_height = 3,
        .kernel_width = 3})[0];
    return m.n_in() * 1'000 + m.n_out();
}

template <class Layer>
concept takes_filters = requires
{
    Layer{.filters = 3};
};
template <class Layer>
concept takes_units = requires
{
    Layer{.units = 3};
};
template <class Layer>
concept takes_parallelization_factor = requires
{
    Layer{.parallelization_factor = 3};
};

} // namespace

TEST_CASE("a kind of layer has just the fields that mean something for it")
{
    CHECK_BOTH(!takes_filters<dense>);
    CHECK_BOTH(takes_filters<conv1d> && takes_filters<conv2d> && takes_filters<separable_conv2d>);
    CHECK_BOTH(!takes_filters<depthwise_conv2d>);
    CHECK_BOTH(takes_units<lstm> && takes_units<gru>);
    CHECK_BOTH(!takes_units<dense> && !takes_units<conv2d>);
    CHECK_BOTH(takes_parallelization_factor<conv2d> && !takes_parallelization_factor<lstm>);
}

TEST_CASE("data and accumulator are as wide as the weights unless said otherwise")
{
    constexpr layer_spec same = dense{.inputs = 2, .outputs = 2, .weight = {18, 8}};
    CHECK_BOTH(same.data == precision{18, 8});
    CHECK_BOTH(same.accum == precision{18, 8});
    constexpr layer_spec data =
        conv1d{.width = 4, .channels = 2, .filters = 2, .weight = {8, 2}, .data = {12, 4}};
    CHECK_BOTH(data.weight == precision{8, 2});
    CHECK_BOTH(data.accum == precision{12, 4});
}

TEST_CASE("every field of a kind reaches the common description")
{
    constexpr layer_spec s = conv2d{.name = "c",
        .height = 9,
        .width = 8,
        .channels = 7,
        .filters = 6,
        .kernel_height = 5,
        .kernel_width = 4,
        .stride_height = 3,
        .stride_width = 2,
        .padding = padding::same,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 10,
        .parallelization_factor = 3,
        .io = io_type::io_parallel,
        .weight = {10, 1},
        .data = {11, 2},
        .accum = {12, 3}};
    constexpr layer_spec expected{.name = "c",
        .kind = layer_kind::conv2d,
        .height = 9,
        .width = 8,
        .channels = 7,
        .filters = 6,
        .kernel_height = 5,
        .kernel_width = 4,
        .stride_height = 3,
        .stride_width = 2,
        .padding = padding::same,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 10,
        .parallelization_factor = 3,
        .io = io_type::io_parallel,
        .weight = {10, 1},
        .data = {11, 2},
        .accum = {12, 3}};
    CHECK_BOTH(s == expected);

    constexpr layer_spec recurrent = gru{.name = "g",
        .inputs = 5,
        .units = 6,
        .timesteps = 7,
        .bidirectional = true,
        .reuse_factor = 5,
        .recurrent_reuse_factor = 3};
    CHECK_BOTH(recurrent.kind == layer_kind::gru && recurrent.inputs == 5 &&
               recurrent.outputs == 6 && recurrent.timesteps == 7 && recurrent.bidirectional &&
               recurrent.reuse_factor == 5 && recurrent.second_reuse_factor == 3);

    constexpr layer_spec after_flatten =
        dense{.inputs = 24, .outputs = 2, .flattened = {.height = 2, .width = 3, .channels = 4}};
    CHECK_BOTH(
        after_flatten.height == 2 && after_flatten.width == 3 && after_flatten.channels == 4);

    constexpr layer_spec line = conv1d{.width = 20, .channels = 2, .filters = 3, .kernel_width = 5};
    CHECK_BOTH(line.height == 1 && line.kernel_height == 1 && output_width(line) == 16 &&
               output_height(line) == 1);
}

TEST_CASE("a layer has the number of weights that Keras reports, biases aside")
{
    CHECK_BOTH(parameters(dense{.inputs = 16, .outputs = 64}) == 1'024);
    CHECK_BOTH(parameters(conv2d{.height = 32,
                   .width = 32,
                   .channels = 16,
                   .filters = 24,
                   .kernel_height = 3,
                   .kernel_width = 3}) == 3'456);
    CHECK_BOTH(
        parameters(conv1d{.width = 50, .channels = 4, .filters = 8, .kernel_width = 5}) == 160);
    CHECK_BOTH(
        parameters(depthwise_conv2d{
            .height = 8, .width = 8, .channels = 32, .kernel_height = 3, .kernel_width = 3}) ==
        288);
    CHECK_BOTH(parameters(separable_conv2d{.height = 8,
                   .width = 8,
                   .channels = 32,
                   .filters = 64,
                   .kernel_height = 3,
                   .kernel_width = 3}) == 288 + 2'048);
    CHECK_BOTH(parameters(lstm{.inputs = 10, .units = 20}) == 4 * (10 + 20) * 20);
    CHECK_BOTH(parameters(gru{.inputs = 10, .units = 20}) == 3 * (10 + 20) * 20);
    CHECK_BOTH(parameters(lstm{.inputs = 10, .units = 20, .bidirectional = true}) == 4'800);
}

TEST_CASE("the jets network of the paper has 4,256 weights")
{
    CHECK_BOTH(parameters(dense{.inputs = 16, .outputs = 64}) +
                   parameters(dense{.inputs = 64, .outputs = 32}) +
                   parameters(dense{.inputs = 32, .outputs = 32}) +
                   parameters(dense{.inputs = 32, .outputs = 5}) ==
               4'256);
}

TEST_CASE("convolutions are products of the shapes that im2col gives")
{
    CHECK_BOTH(shape(3, 16) == 27'016);
    CHECK_BOTH(shape(16, 16) == 144'016);
    CHECK_BOTH(shape(16, 24) == 144'024);
}

TEST_CASE("the output image is as large as counting the strides says")
{
    for (int extent = 1; extent <= 12; ++extent) {
        for (int kernel = 1; kernel <= extent; ++kernel) {
            for (int stride = 1; stride <= 13; ++stride) {
                int valid = 0;
                for (int at = 0; at + kernel <= extent; at += stride)
                    ++valid;
                int same = 0;
                for (int at = 0; at < extent; at += stride)
                    ++same;
                conv2d layer{.height = extent,
                    .width = extent,
                    .channels = 1,
                    .filters = 1,
                    .kernel_height = kernel,
                    .kernel_width = kernel,
                    .stride_height = stride,
                    .stride_width = stride};
                CHECK(output_height(layer) == valid);
                CHECK(output_width(layer) == valid);
                layer.padding = padding::same;
                CHECK(output_height(layer) == same);
                CHECK(output_width(layer) == same);
            }
        }
    }
}

TEST_CASE("a matrix is named after its layer, and after its role where there are several")
{
    CHECK(name_of(matrices_of(dense{.name = "fc1", .inputs = 2, .outputs = 2})[0]) == "fc1");
    const auto recurrent =
        matrices_of(lstm{.name = "enc", .inputs = 2, .units = 2, .bidirectional = true});
    CHECK(name_of(recurrent[0]) == "enc.kernel");
    CHECK(name_of(recurrent[1]) == "enc.recurrent_kernel");
    CHECK(name_of(recurrent[2]) == "enc.backward_kernel");
    CHECK(name_of(recurrent[3]) == "enc.backward_recurrent_kernel");
}

TEST_CASE("a name of 31 characters is held and a longer one refused")
{
    constexpr label longest("a234567890123456789012345678901");
    CHECK_BOTH(longest.view().size() == 31);
    CHECK_BOTH(label("fc1").view() == "fc1");
    CHECK_BOTH(label().empty() && !label("x").empty());
    CHECK_THROWS_WITH_AS((void)label(std::string_view("a2345678901234567890123456789012")),
        doctest::Contains("a layer name has at most 31 characters (length = 32)"),
        std::invalid_argument);
}
