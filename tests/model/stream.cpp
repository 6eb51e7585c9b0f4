// SPDX-License-Identifier: Apache-2.0
#include "check_both.hpp"

#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/stream.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>

using namespace espalier;

TEST_CASE("a FIFO takes the block RAM that synthesis reports")
{
    struct row {
        std::int64_t depth, bits, bram18;
    };
    constexpr row rows[]{// Vitis HLS 2023.2, xczu9eg
        {1, 400, 0}, {1, 544, 0}, {1, 128, 0}, {576, 132, 8}, {576, 48, 3}, {144, 48, 3},
        {64, 400, 23}, {64, 128, 8}, {16, 128, 8},
        // Vivado HLS 2019.2, xczu5ev
        {1, 16, 0}, {3844, 16, 4}, {3844, 6, 2}, {961, 16, 1}, {841, 16, 1}, {841, 6, 1},
        {196, 16, 1}};
    for (const row& r : rows) {
        CAPTURE(r.depth);
        CAPTURE(r.bits);
        CHECK(cost(stream{r.depth, r.bits}).bram18 == r.bram18);
    }
    // Up to 1,024 bits or two words wait in shift registers, 32 words in a LUT.
    CHECK_BOTH(cost(stream{64, 16}).bram18 == 0);
    CHECK_BOTH(cost(stream{65, 16}).bram18 == 1);
    CHECK_BOTH(cost(stream{2, 1000}).bram18 == 0);
    CHECK_BOTH(cost(stream{3, 1000}).bram18 == 56);
    CHECK_BOTH(cost(stream{64, 16}).lut - cost(stream{32, 16}).lut == 16);
    CHECK_BOTH(cost(stream{}) == resources{});
}

namespace {

constexpr auto through_fifos = io_type::io_stream;

/// A LeNet as a public report of Vitis HLS 2023.2 has it, with the widths of its types.
constexpr std::array<layer_spec, 14> pooled_lenet{conv2d{.height = 28,
                                                      .width = 28,
                                                      .channels = 1,
                                                      .filters = 6,
                                                      .kernel_height = 5,
                                                      .kernel_width = 5,
                                                      .strategy = strategy::latency,
                                                      .io = through_fifos,
                                                      .weight = {8, 1},
                                                      .data = {8, 4},
                                                      .accum = {22, 14}},
    activation{.function = activation_function::hard_sigmoid,
        .inputs = 576 * 6,
        .channels = 6,
        .io = through_fifos,
        .data = {22, 14}},
    pool2d{.height = 24, .width = 24, .channels = 6, .io = through_fifos, .data = {8, 1}},
    conv2d{.height = 12,
        .width = 12,
        .channels = 6,
        .filters = 16,
        .kernel_height = 5,
        .kernel_width = 5,
        .strategy = strategy::latency,
        .io = through_fifos,
        .weight = {8, 1},
        .accum = {25, 14}},
    activation{.function = activation_function::hard_sigmoid,
        .inputs = 64 * 16,
        .channels = 16,
        .io = through_fifos,
        .data = {25, 14}},
    pool2d{.height = 8, .width = 8, .channels = 16, .io = through_fifos, .data = {8, 1}},
    dense{.inputs = 256,
        .outputs = 16,
        .strategy = strategy::latency,
        .io = through_fifos,
        .weight = {8, 1}},
    batch_norm{.inputs = 16, .io = through_fifos, .weight = {8, 1}, .data = {25, 14}},
    activation{.function = activation_function::hard_sigmoid,
        .inputs = 16,
        .io = through_fifos,
        .data = {34, 19}},
    dense{.inputs = 16,
        .outputs = 16,
        .strategy = strategy::latency,
        .io = through_fifos,
        .weight = {8, 1}},
    batch_norm{.inputs = 16, .io = through_fifos, .weight = {8, 1}, .data = {21, 10}},
    activation{.function = activation_function::hard_sigmoid,
        .inputs = 16,
        .io = through_fifos,
        .data = {30, 15}},
    dense{.inputs = 16,
        .outputs = 10,
        .strategy = strategy::latency,
        .io = through_fifos,
        .weight = {8, 1}},
    activation{.function = activation_function::softmax,
        .inputs = 10,
        .io = through_fifos,
        .data = {21, 10}}};

} // namespace

TEST_CASE("the FIFOs of a whole network take what its report says")
{
    CHECK_BOTH(cost_of_streams(pooled_lenet).bram18 == 53);
    // The last word of the network goes out of the design.
    CHECK_BOTH(cost_of_streams(std::span(pooled_lenet).first(1)) == resources{});
    constexpr stream first = stream_between(pooled_lenet[0], pooled_lenet[1]);
    CHECK_BOTH(first == stream{576, 132});
    constexpr stream pooled = stream_between(pooled_lenet[5], pooled_lenet[6]);
    CHECK_BOTH(pooled == stream{16, 128});
    constexpr stream last = stream_between(pooled_lenet[12], pooled_lenet[13]);
    CHECK_BOTH(last == stream{1, 210});
}

TEST_CASE("the cost of layers in a row has the FIFOs if the policy says so")
{
    constexpr cost_policy with = cost_policy::hls;
    cost_policy without = with;
    without.streams = false;
    resources sum;
    for (const layer_spec& s : pooled_lenet)
        sum += cost(s, with);
    CHECK(cost(pooled_lenet, with) == sum + cost_of_streams(pooled_lenet));
    CHECK(cost(pooled_lenet, without) == sum);
    resources unpruned;
    for (const layer_spec& s : pooled_lenet)
        for (const weight_matrix& m : matrices_of(s))
            unpruned += cost(m, with);
    CHECK(cost(pooled_lenet, with) == unpruned + cost_beyond_matrices(pooled_lenet, with));
}

TEST_CASE("where there is no FIFO, and where there is one more")
{
    constexpr layer_spec parallel = dense{.inputs = 8, .outputs = 600, .weight = {16, 6}};
    layer_spec in_stream = parallel;
    in_stream.io = through_fifos;
    CHECK(stream_between(parallel, in_stream) == stream{});
    CHECK(stream_between(in_stream, parallel) == stream{});
    CHECK(stream_between(in_stream, in_stream) == stream{1, 9600});
    // hls4ml pads in a layer of its own: 10×10 pixels of 3 channels of 16 bits, 6 KB in 3 × 1K×18.
    constexpr layer_spec same = conv2d{.height = 8,
        .width = 8,
        .channels = 3,
        .filters = 4,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = padding::same,
        .io = through_fifos,
        .weight = {16, 6}};
    CHECK_BOTH(stream_of_padding(same) == stream{100, 48});
    CHECK(cost_of_streams(std::span(&same, 1)).bram18 == 3);
    layer_spec other = same;
    other.kernel_height = other.kernel_width = 1;
    CHECK(stream_of_padding(other) == stream{});
    other = same;
    other.padding = padding::valid;
    CHECK(stream_of_padding(other) == stream{});
    other = same;
    other.io = io_type::io_parallel;
    CHECK(stream_of_padding(other) == stream{});
    // Both directions of a recurrent layer, whose last state goes on.
    layer_spec both =
        lstm{.inputs = 8, .units = 10, .timesteps = 5, .bidirectional = true, .io = through_fifos};
    CHECK(output_channels(both) == 20);
    CHECK(output_pixels(both) == 1);
}
