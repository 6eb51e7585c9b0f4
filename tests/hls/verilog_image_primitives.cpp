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
/// The number of a format that a value becomes, as the manual of ap_fixed has it.
std::int64_t in_format(double value, const fixed_point& f)
{
    const precision& p = f.format;
    const double exact = std::ldexp(value, p.width - p.integer);
    const double down = std::ceil(exact - 0.5), up = std::floor(exact + 0.5); // differ for ties
    const double rounded = f.rounding == rounding::trn           ? std::floor(exact)
                           : f.rounding == rounding::trn_zero    ? std::trunc(exact)
                           : f.rounding == rounding::rnd         ? up
                           : f.rounding == rounding::rnd_zero    ? (exact > 0 ? down : up)
                           : f.rounding == rounding::rnd_inf     ? (exact > 0 ? up : down)
                           : f.rounding == rounding::rnd_min_inf ? down
                                                                 : std::nearbyint(exact);
    const auto steps = static_cast<std::int64_t>(rounded);
    const auto count = std::int64_t{1} << p.width;
    const std::int64_t largest = p.is_signed ? count / 2 - 1 : count - 1;
    const std::int64_t smallest = !p.is_signed                      ? 0
                                  : f.overflow == overflow::sat_sym ? -largest
                                                                    : -largest - 1;
    if (f.overflow == overflow::wrap) {
        const std::int64_t low = (steps % count + count) % count;
        return low > largest ? low - count : low;
    }
    if (f.overflow == overflow::sat_zero && (steps < smallest || steps > largest))
        return 0;
    return std::clamp(steps, smallest, largest);
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
        const fixed_point accum{.format = f.accum, .overflow = f.mode};
        const auto raws = all_of(f.data);
        auto& answers = expected.emplace_back();
        for (std::size_t i = 0; i < raws.size(); i += 4) {
            std::int64_t sum = 0;
            for (std::size_t j = i; j < i + 4; ++j)
                sum = in_format(value_of(sum, f.accum) + value_of(raws[j], f.data), accum);
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
    const fixed_point result{.format = {24, 12}};
    std::vector<kernel_network> networks;
    std::vector<std::vector<std::int64_t>> expected;
    for (const formats& f : all) {
        const std::int64_t scale = f.scale.is_signed ? -11 : 29, bias = -77;
        networks.push_back(layer_on("norm" + std::to_string(networks.size()), f.data,
            integer_scale{.scale_format = {.format = f.scale},
                .bias_format = {.format = f.bias},
                .result = result,
                .scale = {scale},
                .bias = {bias}}));
        auto& answers = expected.emplace_back();
        for (const std::int64_t raw : all_of(f.data))
            answers.push_back(in_format(
                value_of(raw, f.data) * value_of(scale, f.scale) + value_of(bias, f.bias), result));
    }
    CHECK(outcome(networks, expected) == "PASS\n");
}

TEST_CASE("a change of format in Verilog has all modes of rounding and overflow")
{
    struct formats {
        precision from;
        precision to;
    };
    // Fewer bits on both sides, also of a sign; more right of the point; and all of them dropped.
    const formats all[] = {{{8, 4}, {5, 3}}, {{8, 4, false}, {5, 3}}, {{8, 4}, {5, 3, false}},
        {{6, 4}, {7, 3}}, {{6, 2}, {4, 6}}};
    std::vector<kernel_network> networks;
    std::vector<std::vector<std::int64_t>> expected;
    for (int mode = 0; mode < 28; ++mode)
        for (const formats& f : all) {
            const fixed_point to{.format = f.to,
                .rounding = static_cast<rounding>(mode % 7),
                .overflow = static_cast<overflow>(mode / 7)};
            networks.push_back(layer_on(
                "cast" + std::to_string(networks.size()), f.from, integer_cast{.result = to}));
            auto& answers = expected.emplace_back();
            for (const std::int64_t raw : all_of(f.from))
                answers.push_back(in_format(value_of(raw, f.from), to));
        }
    CHECK(outcome(networks, expected) == "PASS\n");
}
