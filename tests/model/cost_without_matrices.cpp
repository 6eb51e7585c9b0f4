// SPDX-License-Identifier: Apache-2.0
#include "check_both.hpp"

#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <vector>

using namespace espalier;

namespace {

constexpr cost_policy synthesis = cost_policy::hls;

constexpr layer_spec act(activation_function f, int inputs, precision data, io_type io)
{
    return activation{.name = "act", .function = f, .inputs = inputs, .io = io, .data = data};
}

/// The words of one of hls4ml's tables, built as its kernels build them: the argument of word i,
/// the function, the fixed-point format (a sigmoid is truncated, a softmax rounded and saturated).
std::vector<std::int64_t> table_of(activation_function f, const precision& format, int words)
{
    const double step = std::ldexp(1.0, format.integer - format.width);
    std::vector<std::int64_t> table;
    for (int i = 0; i < words; ++i) {
        const double over_16 = 16.0 * (i - words / 2.0) / words;
        const double below_0 = -8.0 * i / words;
        const double x = f == activation_function::tanh ? over_16 / 2
                         : f == activation_function::elu || f == activation_function::selu
                             ? below_0
                             : over_16;
        const double y = f == activation_function::sigmoid    ? 1 / (1 + std::exp(-x))
                         : f == activation_function::tanh     ? std::tanh(x)
                         : f == activation_function::softsign ? x / (std::fabs(x) + 1)
                         : f == activation_function::softplus ? std::log(std::exp(x) + 1)
                         : f == activation_function::elu      ? std::exp(x) - 1
                         : f == activation_function::selu
                             ? 1.0507009873554805 * 1.6732632423543772 * (std::exp(x) - 1)
                             : std::exp(-std::ldexp(1.0, 6) * i / words);
        table.push_back(static_cast<std::int64_t>(
            f == activation_function::softmax ? std::floor(y / step + 0.5) : std::floor(y / step)));
    }
    return table;
}

/// Bits that are needed to tell its words: a column that is the same in all is none, and one that
/// repeats another is none.
int stored_bits(const std::vector<std::int64_t>& table, int width)
{
    std::vector<std::vector<bool>> columns;
    for (int b = 0; b < width; ++b) {
        std::vector<bool> column;
        for (const std::int64_t word : table)
            column.push_back(((word >> b) & 1) != 0);
        bool is_new = std::vector<bool>(column.size(), column.front()) != column;
        for (const auto& other : columns)
            is_new = is_new && other != column;
        if (is_new)
            columns.push_back(column);
    }
    return static_cast<int>(columns.size());
}

/// DSP blocks of a batch normalisation.
constexpr std::int64_t dsp_of(int inputs, int channels, int reuse_factor, io_type io)
{
    return cost(batch_norm{.inputs = inputs,
                    .channels = channels,
                    .reuse_factor = reuse_factor,
                    .io = io,
                    .weight = {16, 6}})
        .dsp;
}

} // namespace

TEST_CASE("a table stores the bits in which hls4ml's values differ")
{
    constexpr precision formats[]{{18, 8}, {16, 6}, {24, 8}, {12, 6}};
    for (const precision& format : formats)
        for (const auto f :
            {activation_function::sigmoid, activation_function::tanh, activation_function::softsign,
                activation_function::softplus, activation_function::elu, activation_function::selu,
                activation_function::softmax}) {
            CAPTURE(to_string(f));
            CAPTURE(format.width);
            CHECK(table_bits(f, format) == stored_bits(table_of(f, format, 1024), format.width));
        }
    for (const auto f : {activation_function::linear, activation_function::relu,
             activation_function::leaky_relu, activation_function::hard_sigmoid})
        CHECK(table_bits(f, {18, 8}) == 0);
    CHECK_BOTH(table_bits(activation_function::sigmoid, {8, 10}) == 0); // no fraction
    CHECK_BOTH(table_bits(activation_function::softplus, {8, 1}) == 8); // all there are
}

TEST_CASE("tables take the block RAM of synthesis reports")
{
    const auto bram18_of = [](activation_function f, int inputs, precision data,
                               io_type io = io_type::io_parallel) {
        return cost(act(f, inputs, data, io), synthesis).bram18;
    };
    // Vivado HLS 2019.2, the activations of a GRU of 5 units and a sigmoid behind it.
    CHECK(bram18_of(activation_function::tanh, 5, {18, 8}) == 3);
    CHECK(bram18_of(activation_function::sigmoid, 10, {18, 8}) == 5);
    CHECK(bram18_of(activation_function::sigmoid, 1, {18, 8}) == 1);
    // Vitis HLS 2025.1, softmax of 3 classes: 2 for the exponentials, 1 for the inverse, 3 DSP.
    constexpr resources three =
        cost(act(activation_function::softmax, 3, {16, 6}, io_type::io_parallel), synthesis);
    CHECK_BOTH(three.bram18 == 3);
    CHECK_BOTH(three.dsp == 3);
    // Vivado HLS 2019.2, 13 classes that share one product: 2 block RAMs, 1 DSP.
    constexpr resources shared = cost(activation{.function = activation_function::softmax,
                                          .inputs = 13,
                                          .reuse_factor = 13,
                                          .io = io_type::io_stream,
                                          .data = {16, 6}},
        synthesis);
    CHECK_BOTH(shared.bram18 == 2);
    CHECK_BOTH(shared.dsp == 1);
    // Vitis HLS 2023.2, 10 classes: 10 DSP and 5 block RAMs. HLS takes two cycles to read, which
    // the model does not know.
    constexpr resources ten =
        cost(act(activation_function::softmax, 10, {21, 10}, io_type::io_stream), synthesis);
    CHECK_BOTH(ten.dsp == 10);
    CHECK_BOTH(ten.bram18 == 6);
}

TEST_CASE("a table that is small or addressed by few bits")
{
    // 64 words of 10 bits are below 1,024 bits: LUTs of 64×1, for each of four readers.
    constexpr layer_spec small = activation{
        .function = activation_function::sigmoid, .inputs = 4, .data = {16, 6}, .table_size = 64};
    CHECK_BOTH(cost(small, synthesis).bram18 == 0);
    CHECK_BOTH(cost(small, synthesis).lut == 8 * 4 * 16 + 4 * 10);
    // 4,096 words are three times 4K×4.
    constexpr layer_spec large = activation{
        .function = activation_function::sigmoid, .inputs = 2, .data = {16, 6}, .table_size = 4096};
    CHECK_BOTH(cost(large, synthesis).bram18 == 3);
    // Of a softmax of 6-bit values 64 words can be reached: 64×11 and 64×18, the latter in block
    // RAM (1,152 bits).
    constexpr layer_spec narrow =
        activation{.function = activation_function::softmax, .inputs = 4, .data = {6, 3}};
    CHECK_BOTH(cost(narrow, synthesis).bram18 == 1);
    // As the paper counts, a RAMB36 for every two readers.
    constexpr cost_policy paper = cost_policy::paper;
    CHECK_BOTH(cost(large, paper).bram18 == 2 * 4);
}

TEST_CASE("batch normalisation has a multiplier for each value, shared by the reuse factor")
{
    CHECK_BOTH(dsp_of(64, 0, 1, io_type::io_parallel) == 64);
    CHECK_BOTH(dsp_of(64, 0, 4, io_type::io_parallel) == 16);
    CHECK_BOTH(dsp_of(64, 0, 5, io_type::io_parallel) == 13);
    // An image is normalised at once, or pixel by pixel.
    CHECK_BOTH(dsp_of(8 * 8 * 6, 6, 1, io_type::io_parallel) == 384);
    CHECK_BOTH(dsp_of(8 * 8 * 6, 6, 1, io_type::io_stream) == 6);
    CHECK_BOTH(dsp_of(8 * 8 * 6, 6, 2, io_type::io_stream) == 3);
    // 8-bit scales are multiplied in LUTs.
    constexpr resources narrow = cost(batch_norm{.inputs = 10, .weight = {8, 2}});
    CHECK_BOTH(narrow.dsp == 0);
    CHECK_BOTH(narrow.lut == 10 * (lut_product(8, 8) + 8));
}

TEST_CASE("what has no products and no table needs neither DSP nor block RAM")
{
    for (const auto f :
        {activation_function::linear, activation_function::relu, activation_function::hard_sigmoid})
        for (const io_type io : {io_type::io_parallel, io_type::io_stream}) {
            const resources need = cost(act(f, 8, {16, 6}, io), synthesis);
            CHECK(need.dsp == 0);
            CHECK(need.bram18 == 0);
        }
    for (const pool_op op : {pool_op::max, pool_op::average})
        for (const io_type io : {io_type::io_parallel, io_type::io_stream}) {
            const resources need = cost(pool2d{.height = 8,
                                            .width = 8,
                                            .channels = 3,
                                            .pool_op = op,
                                            .io = io,
                                            .data = {16, 6}},
                synthesis);
            CHECK(need.dsp == 0);
            CHECK(need.bram18 == 0);
            CHECK(need.lut > 0);
        }
    CHECK(cost(act(activation_function::leaky_relu, 8, {16, 6}, io_type::io_parallel)).dsp == 8);
    CHECK(cost(act(activation_function::selu, 8, {16, 6}, io_type::io_parallel)).dsp == 8);
}

TEST_CASE("LUTs and flip-flops beside synthesis reports, as docs/model.md states them")
{
    struct row {
        layer_spec layer;
        std::int64_t lut, ff; // reported; 0: not compared
        int lut_off, ff_off;  // percent, model over report
    };
    const auto pool = [](int extent, int channels, int bits) -> layer_spec {
        return pool2d{.height = extent,
            .width = extent,
            .channels = channels,
            .io = io_type::io_stream,
            .data = {bits, 1}};
    };
    constexpr auto parallel = io_type::io_parallel;
    constexpr auto streamed = io_type::io_stream;
    const row rows[]{{act(activation_function::relu, 8, {16, 6}, parallel), 304, 0, 0, 0},
        {act(activation_function::tanh, 5, {18, 8}, parallel), 744, 0, -3, 0},
        {act(activation_function::sigmoid, 1, {18, 8}, parallel), 155, 0, -7, 0},
        {act(activation_function::softmax, 3, {16, 6}, parallel), 309, 736, 32, -72},
        {act(activation_function::softmax, 10, {21, 10}, streamed), 1825, 611, -15, 28},
        {act(activation_function::hard_sigmoid, 6, {22, 14}, streamed), 1165, 228, -9, 16},
        {act(activation_function::hard_sigmoid, 16, {25, 14}, streamed), 3250, 671, -2, 19},
        {act(activation_function::hard_sigmoid, 16, {34, 19}, streamed), 3728, 1094, 17, -1},
        {act(activation_function::hard_sigmoid, 16, {30, 15}, streamed), 3600, 1030, 7, -7},
        {pool(24, 6, 8), 1363, 808, -5, 8}, {pool(8, 16, 8), 2608, 1845, -6, 0},
        {pool(62, 4, 6), 1411, 623, -28, 5}};
    for (const row& r : rows) {
        const resources need = cost(r.layer, synthesis);
        CAPTURE(to_string(r.layer.kind));
        CAPTURE(r.lut);
        const auto off = [](std::int64_t model, std::int64_t report) {
            return static_cast<int>(std::lround(
                100.0 * static_cast<double>(model - report) / static_cast<double>(report)));
        };
        CHECK(off(need.lut, r.lut) == r.lut_off);
        if (r.ff > 0)
            CHECK(off(need.ff, r.ff) == r.ff_off);
    }
}

TEST_CASE("a streamed layer takes a pixel in each cycle")
{
    constexpr auto stream_of = [](int pixels, int channels) -> layer_spec {
        return activation{.inputs = pixels * channels,
            .channels = channels,
            .io = io_type::io_stream,
            .data = {16, 6}};
    };
    // Vivado HLS 2019.2 reports 3,847 and 844 cycles, Vitis HLS 2023.2 580 (hard_tanh).
    CHECK_BOTH(timing_of(stream_of(62 * 62, 4)) == (timing{3844, 3847}));
    CHECK_BOTH(timing_of(stream_of(29 * 29, 4)) == (timing{841, 844}));
    constexpr layer_spec pool =
        pool2d{.height = 62, .width = 62, .channels = 4, .io = io_type::io_stream, .data = {6, 0}};
    CHECK_BOTH(timing_of(pool) == (timing{3844, 3847}));
    constexpr layer_spec norm = batch_norm{.inputs = 64, .reuse_factor = 4, .weight = {16, 6}};
    CHECK_BOTH(timing_of(norm).interval == 4);
    // A softmax of 3: 9 cycles in the report.
    constexpr layer_spec three =
        activation{.function = activation_function::softmax, .inputs = 3, .data = {16, 6}};
    CHECK_BOTH(timing_of(three) == (timing{1, 8}));
    constexpr layer_spec relu = activation{.inputs = 64, .data = {16, 6}};
    CHECK_BOTH(timing_of(relu) == (timing{1, 1}));
}

TEST_CASE("what a layer without matrices may not be")
{
    const layer_spec bad[]{activation{.inputs = 0}, activation{.inputs = 10, .channels = 3},
        activation{.inputs = 10, .channels = -5}, activation{.inputs = 10, .table_size = 1},
        activation{.inputs = 10, .table = {65, 8}}, batch_norm{.inputs = 4, .reuse_factor = 5},
        batch_norm{.inputs = 8, .channels = 2, .reuse_factor = 3, .io = io_type::io_stream},
        pool2d{.height = 0, .width = 4, .channels = 1},
        pool2d{.height = 1, .width = 4, .channels = 1},
        pool2d{.height = 4, .width = 4, .channels = 1, .stride_height = 0},
        pool2d{.height = 1 << 30, .width = 1 << 30, .channels = 1 << 30},
        pool2d{.height = 5,
            .width = 5,
            .channels = 1,
            .padding = padding::same,
            .io = io_type::io_stream}};
    for (const layer_spec& s : bad)
        CHECK_THROWS_AS((void)cost(s), std::invalid_argument);
    CHECK_THROWS_AS(
        (void)legal_reuse_factors(layer_spec(activation{.inputs = 4})), std::invalid_argument);
    CHECK(cost(pool2d{.height = 4,
                   .width = 4,
                   .channels = 1,
                   .padding = padding::same,
                   .io = io_type::io_stream})
              .lut > 0); // nothing to pad
}
