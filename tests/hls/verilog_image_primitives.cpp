// SPDX-License-Identifier: Apache-2.0
#include "hls/simulation.hpp"

#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_network.hpp>
#include <espalier/hls/verilog_testbench.hpp>
#include <espalier/hls/write_circuit.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

using namespace espalier;

namespace {

/// A network of one layer on images of 2 × 2 pixels.
template <class Layer>
kernel_network layer_on(const std::string& name, const precision& data, const Layer& layer)
{
    kernel_network net(name, {2, 2, 1}, {.format = data}, io_type::io_stream);
    net.add(layer);
    return net;
}
/// All raw numbers of a format twice, in an order that mixes them.
std::vector<std::int64_t> all_of(const precision& data)
{
    const std::int64_t count = std::int64_t{1} << data.width;
    std::vector<std::int64_t> raws;
    for (std::int64_t i = 0; i < 2 * count; ++i)
        raws.push_back((i * 37 + i / count * 11) % count - (data.is_signed ? count / 2 : 0));
    return raws;
}

/// What Icarus prints of networks, and of the answers that are expected of each.
std::string outcome(const std::vector<kernel_network>& networks,
    const std::vector<std::vector<std::int64_t>>& expected)
{
    std::vector<verilog_test> tests;
    for (std::size_t i = 0; i < networks.size(); ++i) {
        tests.push_back(verilog_test_of(
            networks[i], networks[i].name(), all_of(networks[i].input().format.format)));
        CHECK(tests.back().expected == expected[i]);
        tests.back().expected = expected[i];
    }
    return simulation::simulated(
        [&](std::ostream& out) {
            for (const kernel_network& net : networks)
                write_verilog_network(out, net.name(), net);
        },
        tests);
}

double value_of(std::int64_t raw, const precision& p)
{
    return std::ldexp(static_cast<double>(raw), p.integer - p.width);
}
/// Truncated and wrapped, as ap_fixed does by default, or saturated.
std::int64_t in_format(double value, const precision& p, overflow mode = overflow::wrap)
{
    const auto count = std::int64_t{1} << p.width;
    const auto steps =
        static_cast<std::int64_t>(std::floor(std::ldexp(value, p.width - p.integer)));
    if (mode == overflow::sat)
        return p.is_signed ? std::clamp(steps, -count / 2, count / 2 - 1)
                           : std::clamp<std::int64_t>(steps, 0, count - 1);
    const std::int64_t low = (steps % count + count) % count;
    return p.is_signed && low >= count / 2 ? low - count : low;
}

} // namespace

TEST_CASE("a max pooling in Verilog takes negative numbers for smaller than positive ones, and no "
          "number without sign for negative")
{
    std::vector<kernel_network> networks;
    std::vector<std::vector<std::int64_t>> expected;
    for (const precision data : {precision{6, 6}, precision{6, 6, false}}) {
        networks.push_back(layer_on("pool" + std::to_string(networks.size()), data,
            integer_pooling{.kind = pooling::max, .height = 2, .width = 2}));
        const auto raws = all_of(data);
        auto& answers = expected.emplace_back();
        for (std::size_t i = 0; i < raws.size(); i += 4)
            answers.push_back(std::max({raws[i], raws[i + 1], raws[i + 2], raws[i + 3]}));
    }
    CHECK(outcome(networks, expected) == "PASS\n");
}

TEST_CASE("an average pooling in Verilog adds up in the format of its accumulator")
{
    struct formats {
        precision data;
        precision accum;
        overflow mode = overflow::wrap;
    };
    // More and fewer bits right of the point, with and without sign, and too few left of it.
    const formats all[] = {{{8, 4}, {12, 6}}, {{8, 4}, {12, 4}}, {{8, 4}, {9, 7}},
        {{8, 4, false}, {11, 6, false}}, {{8, 4, false}, {14, 7}}, {{7, 2}, {9, 4, false}},
        {{7, 2, false}, {6, 4, false}}, {{7, 3}, {7, 4}}, {{8, 4}, {8, 4}, overflow::sat},
        {{8, 4, false}, {8, 4, false}, overflow::sat}, {{8, 4}, {7, 5}, overflow::sat}};
    std::vector<kernel_network> networks;
    std::vector<std::vector<std::int64_t>> expected;
    for (const formats& f : all) {
        networks.push_back(layer_on("mean" + std::to_string(networks.size()), f.data,
            integer_pooling{.kind = pooling::average,
                .height = 2,
                .width = 2,
                .accum = fixed_point{.format = f.accum, .overflow = f.mode},
                .result = fixed_point{.format = f.accum}}));
        const auto raws = all_of(f.data);
        auto& answers = expected.emplace_back();
        for (std::size_t i = 0; i < raws.size(); i += 4) {
            std::int64_t sum = 0;
            for (std::size_t j = i; j < i + 4; ++j)
                sum =
                    in_format(value_of(sum, f.accum) + value_of(raws[j], f.data), f.accum, f.mode);
            answers.push_back(static_cast<std::int64_t>(std::trunc(static_cast<double>(sum) / 4)));
        }
    }
    CHECK(outcome(networks, expected) == "PASS\n");
}

TEST_CASE("a normalisation in Verilog is exact for numbers with and without sign")
{
    struct formats {
        precision data;
        precision scale;
        precision bias;
    };
    // Biases with fewer and with more bits right of the point than the product has.
    const formats all[] = {{{6, 2}, {6, 1}, {8, 4}}, {{6, 2, false}, {6, 1}, {8, 4}},
        {{6, 5}, {5, 4}, {12, 3}}, {{6, 5, false}, {5, 4, false}, {12, 3}}};
    const precision result{24, 12};
    std::vector<kernel_network> networks;
    std::vector<std::vector<std::int64_t>> expected;
    for (const formats& f : all) {
        const std::int64_t scale = f.scale.is_signed ? -11 : 29, bias = -77;
        networks.push_back(layer_on("norm" + std::to_string(networks.size()), f.data,
            integer_scale{.scale_format = {.format = f.scale},
                .bias_format = {.format = f.bias},
                .result = {.format = result},
                .scale = {scale},
                .bias = {bias}}));
        auto& answers = expected.emplace_back();
        for (const std::int64_t raw : all_of(f.data))
            answers.push_back(in_format(
                value_of(raw, f.data) * value_of(scale, f.scale) + value_of(bias, f.bias), result));
    }
    CHECK(outcome(networks, expected) == "PASS\n");
}
