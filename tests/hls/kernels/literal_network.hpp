// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/kernel.hpp>
#include <espalier/model/quantize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// What the hardware of a network of kernels computes, loop by loop over weights, without schedules.

namespace literal_network {

namespace esp = espalier;
using numbers = std::vector<std::int64_t>;

inline std::int64_t at(const numbers& x, std::int64_t i)
{
    return x[static_cast<std::size_t>(i)];
}

/// One output of one window: inputs in the order of the weights.
inline std::int64_t output_of(const esp::kernel& k, const numbers& window, std::int64_t output)
{
    const esp::precision& w = k.layer.weight;
    const esp::precision& d = k.layer.data;
    const esp::precision product{w.width + d.width, w.integer + d.integer, true};
    const esp::fixed_point accum{k.layer.accum, k.accum_rounding};
    std::int64_t sum = esp::requantized(at(k.biases, output), k.bias, accum);
    const auto inputs = static_cast<std::int64_t>(window.size());
    const esp::precision wide{64, 64 - (accum.format.width - accum.format.integer)};
    for (std::int64_t i = 0; i < inputs; ++i) {
        sum += esp::requantized(at(k.weights, output * inputs + i) * at(window, i), product, accum);
        sum = esp::requantized(sum, wide, accum);
    }
    return esp::requantized(sum, accum.format, k.result);
}

inline numbers run(const esp::kernel& k, const numbers& x, const esp::kernel_wire&)
{
    const esp::layer_spec& s = k.layer;
    numbers y;
    if (!esp::is_convolution(s.kind)) {
        for (std::int64_t o = 0; o < s.outputs; ++o)
            y.push_back(output_of(k, x, o));
        return y;
    }
    const auto lost = [&](int extent, int kernel, int stride) {
        if (s.padding == esp::padding::valid)
            return 0;
        const int whole = (extent + stride - 1) / stride;
        return std::max((whole - 1) * stride + kernel - extent, 0) / 2;
    };
    const int top = lost(s.height, s.kernel_height, s.stride_height);
    const int left = lost(s.width, s.kernel_width, s.stride_width);
    for (int row = 0; row < esp::output_height(s); ++row)
        for (int column = 0; column < esp::output_width(s); ++column) {
            numbers window;
            for (int r = 0; r < s.kernel_height; ++r)
                for (int c = 0; c < s.kernel_width; ++c)
                    for (int channel = 0; channel < s.channels; ++channel) {
                        const int y_in = row * s.stride_height + r - top;
                        const int x_in = column * s.stride_width + c - left;
                        const bool inside =
                            y_in >= 0 && y_in < s.height && x_in >= 0 && x_in < s.width;
                        window.push_back(
                            inside ? at(x, (y_in * s.width + x_in) * s.channels + channel) : 0);
                    }
            for (std::int64_t o = 0; o < s.filters; ++o)
                y.push_back(output_of(k, window, o));
        }
    return y;
}

inline numbers run(const esp::relu_stage& s, const numbers& x, const esp::kernel_wire& wire)
{
    numbers y;
    for (const std::int64_t raw : x)
        y.push_back(esp::requantized(std::max<std::int64_t>(raw, 0), wire.format.format, s.result));
    return y;
}

inline numbers run(const esp::max_pool_stage& s, const numbers& x, const esp::kernel_wire& wire)
{
    numbers y;
    for (int row = 0; row + s.height <= wire.height; row += s.stride_height)
        for (int column = 0; column + s.width <= wire.width; column += s.stride_width)
            for (int channel = 0; channel < wire.channels; ++channel) {
                std::int64_t most = INT64_MIN;
                for (int r = 0; r < s.height; ++r)
                    for (int c = 0; c < s.width; ++c)
                        most = std::max(most,
                            at(x, ((row + r) * wire.width + column + c) * wire.channels + channel));
                y.push_back(most);
            }
    return y;
}

/// The answer of a network to one raw input.
inline numbers run(const esp::kernel_network& network, numbers x)
{
    const std::vector<esp::kernel_wire> wires = esp::wires_of(network);
    for (std::size_t i = 0; i < network.stages.size(); ++i)
        x = std::visit(
            [&](const auto& stage) { return run(stage, x, wires[i]); }, network.stages[i]);
    return x;
}

} // namespace literal_network
