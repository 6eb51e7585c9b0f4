// SPDX-License-Identifier: Apache-2.0
#include "framework_order.hpp"
#include "hardware_loops.hpp"
#include "random_layers.hpp"

#include <espalier/model/layout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

// Recurrent layers, computed twice as in layout.cpp: with each framework's own tensors, and by the
// loops of the hardware with the weights moved by the library.

using namespace espalier;
using framework_order::moved;
using hardware_loops::integer;
using random_layers::between;

namespace {

double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

using numbers = std::vector<double>;

numbers random_reals(std::mt19937_64& random, integer count)
{
    numbers result(static_cast<std::size_t>(count));
    for (double& x : result)
        x = static_cast<double>(random() % 2001) / 1000 - 1;
    return result;
}

/// x · W for a kernel of shape (in, gates · units): entry `gate · units + unit`.
double keras_gate(const numbers& x, const numbers& kernel, std::size_t gates, std::size_t units,
    std::size_t gate, std::size_t unit)
{
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += x[i] * kernel[i * gates * units + gate * units + unit];
    return sum;
}
/// W · x for a weight of shape (gates · hidden, in).
double pytorch_gate(
    const numbers& x, const numbers& weight, std::size_t hidden, std::size_t gate, std::size_t unit)
{
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += x[i] * weight[(gate * hidden + unit) * x.size() + i];
    return sum;
}

struct lstm_state {
    numbers h, c;
};

/// One step of an LSTM from the sums of its four gates.
template <class Gate>
lstm_state lstm_step(const lstm_state& before, Gate&& sum, std::size_t input, std::size_t forget,
    std::size_t cell, std::size_t output)
{
    lstm_state after = before;
    for (std::size_t u = 0; u < before.h.size(); ++u) {
        after.c[u] = sigmoid(sum(forget, u)) * before.c[u] +
                     sigmoid(sum(input, u)) * std::tanh(sum(cell, u));
        after.h[u] = sigmoid(sum(output, u)) * std::tanh(after.c[u]);
    }
    return after;
}

/// One step of a GRU from the sums of its gates over the input and over the state, the reset gate
/// applied after the matrix product (Keras: reset_after; PyTorch has no other).
template <class InputGate, class StateGate>
numbers gru_step(const numbers& h, InputGate&& in, StateGate&& rec, std::size_t update,
    std::size_t reset, std::size_t candidate)
{
    numbers after = h;
    for (std::size_t u = 0; u < h.size(); ++u) {
        const double z = sigmoid(in(update, u) + rec(update, u));
        const double r = sigmoid(in(reset, u) + rec(reset, u));
        const double n = std::tanh(in(candidate, u) + r * rec(candidate, u));
        after[u] = (1 - z) * n + z * h[u];
    }
    return after;
}

double distance(const numbers& a, const numbers& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

} // namespace

TEST_CASE("an LSTM gives the same states with both kernels moved to the hardware, both ways")
{
    std::mt19937_64 random(17);
    for (int i = 0; i < 60; ++i) {
        const int inputs = between(random, 1, 12), hidden = between(random, 2, 10);
        layer_spec s =
            lstm{.inputs = inputs, .units = hidden, .timesteps = 5, .bidirectional = true};
        random_layers::draw_reuse_factors(random, s);
        const layer_matrices m = matrices_of(s);
        REQUIRE(m.size() == 4);
        std::vector<numbers> weights;
        for (const weight_matrix& matrix : m)
            weights.push_back(random_reals(random, matrix.weights()));
        std::vector<numbers> sequence;
        for (int t = 0; t < s.timesteps; ++t)
            sequence.push_back(random_reals(random, inputs));
        const auto units = static_cast<std::size_t>(hidden);

        for (std::size_t direction = 0; direction < 2; ++direction) {
            if (direction == 1)
                std::reverse(sequence.begin(), sequence.end());
            const numbers& kernel = weights[2 * direction];
            const numbers& recurrent = weights[2 * direction + 1];
            const lstm_state start{numbers(units, 0.0), numbers(units, 0.0)};
            lstm_state keras = start, pytorch = start, from_keras = start, from_pytorch = start;
            const auto on_hardware = [&](const lstm_state& before, const numbers& x, layout l) {
                const weight_matrix& k = m[2 * direction];
                const weight_matrix& r = m[2 * direction + 1];
                numbers sums = hardware_loops::product(k, moved(k, l, kernel), x);
                const numbers more = hardware_loops::product(r, moved(r, l, recurrent), before.h);
                for (std::size_t o = 0; o < sums.size(); ++o)
                    sums[o] += more[o];
                return lstm_step(
                    before, [&](std::size_t gate, std::size_t u) { return sums[gate * units + u]; },
                    0, 1, 2, 3);
            };
            for (const numbers& x : sequence) {
                // Keras stores the gates as i, f, c, o; PyTorch as i, f, g, o.
                keras = lstm_step(
                    keras,
                    [&, h = keras.h](std::size_t gate, std::size_t u) {
                        return keras_gate(x, kernel, 4, units, gate, u) +
                               keras_gate(h, recurrent, 4, units, gate, u);
                    },
                    0, 1, 2, 3);
                pytorch = lstm_step(
                    pytorch,
                    [&, h = pytorch.h](std::size_t gate, std::size_t u) {
                        return pytorch_gate(x, kernel, units, gate, u) +
                               pytorch_gate(h, recurrent, units, gate, u);
                    },
                    0, 1, 2, 3);
                from_keras = on_hardware(from_keras, x, layout::keras);
                from_pytorch = on_hardware(from_pytorch, x, layout::pytorch);
            }
            CHECK(distance(keras.h, from_keras.h) < 1e-12);
            CHECK(distance(pytorch.h, from_pytorch.h) < 1e-12);
            CHECK(distance(keras.h, pytorch.h) > 1e-6); // the same numbers in two orders
        }
    }
}

TEST_CASE("a GRU gives the same states with both kernels moved to the hardware, both ways")
{
    std::mt19937_64 random(18);
    for (int i = 0; i < 60; ++i) {
        const int inputs = between(random, 1, 12), hidden = between(random, 2, 10);
        layer_spec s =
            gru{.inputs = inputs, .units = hidden, .timesteps = 5, .bidirectional = true};
        random_layers::draw_reuse_factors(random, s);
        const layer_matrices m = matrices_of(s);
        REQUIRE(m.size() == 4);
        std::vector<numbers> weights;
        for (const weight_matrix& matrix : m)
            weights.push_back(random_reals(random, matrix.weights()));
        std::vector<numbers> sequence;
        for (int t = 0; t < s.timesteps; ++t)
            sequence.push_back(random_reals(random, inputs));
        const auto units = static_cast<std::size_t>(hidden);

        for (std::size_t direction = 0; direction < 2; ++direction) {
            if (direction == 1)
                std::reverse(sequence.begin(), sequence.end());
            const numbers& kernel = weights[2 * direction];
            const numbers& recurrent = weights[2 * direction + 1];
            const numbers start(units, 0.0);
            numbers keras = start, pytorch = start, from_keras = start, from_pytorch = start;
            // hls4ml's kernel is told which of the first two sums is which: `pytorch_order`.
            const auto on_hardware = [&](const numbers& h, const numbers& x, layout l) {
                const weight_matrix& k = m[2 * direction];
                const weight_matrix& r = m[2 * direction + 1];
                const numbers in = hardware_loops::product(k, moved(k, l, kernel), x);
                const numbers rec = hardware_loops::product(r, moved(r, l, recurrent), h);
                const std::size_t update = l == layout::pytorch ? 1 : 0, reset = 1 - update;
                return gru_step(
                    h, [&](std::size_t gate, std::size_t u) { return in[gate * units + u]; },
                    [&](std::size_t gate, std::size_t u) { return rec[gate * units + u]; }, update,
                    reset, 2);
            };
            for (const numbers& x : sequence) {
                // Keras stores the gates as z, r, h; PyTorch as r, z, n.
                keras = gru_step(
                    keras,
                    [&](std::size_t g, std::size_t u) {
                        return keras_gate(x, kernel, 3, units, g, u);
                    },
                    [&](std::size_t g, std::size_t u) {
                        return keras_gate(keras, recurrent, 3, units, g, u);
                    },
                    0, 1, 2);
                pytorch = gru_step(
                    pytorch,
                    [&](std::size_t g, std::size_t u) {
                        return pytorch_gate(x, kernel, units, g, u);
                    },
                    [&](std::size_t g, std::size_t u) {
                        return pytorch_gate(pytorch, recurrent, units, g, u);
                    },
                    1, 0, 2);
                from_keras = on_hardware(from_keras, x, layout::keras);
                from_pytorch = on_hardware(from_pytorch, x, layout::pytorch);
            }
            CHECK(distance(keras, from_keras) < 1e-12);
            CHECK(distance(pytorch, from_pytorch) < 1e-12);
            CHECK(distance(keras, pytorch) > 1e-6); // the same numbers in two orders
        }
    }
}
