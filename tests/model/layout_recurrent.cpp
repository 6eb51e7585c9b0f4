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

/// One step from the sums of the gates over the input and over the state, in a framework's order.
struct lstm_cell {
    using layer = lstm;
    static constexpr std::size_t gates = 4;
    numbers h, c;

    explicit lstm_cell(std::size_t units) : h(units, 0.0), c(units, 0.0) {}

    /// Keras stores the gates as i, f, c, o; PyTorch as i, f, g, o.
    template <class InputGate, class StateGate>
    [[nodiscard]] lstm_cell next(InputGate&& in, StateGate&& rec, layout) const
    {
        const auto sum = [&](std::size_t gate, std::size_t u) {
            return in(gate, u) + rec(gate, u);
        };
        lstm_cell after = *this;
        for (std::size_t u = 0; u < h.size(); ++u) {
            after.c[u] = sigmoid(sum(1, u)) * c[u] + sigmoid(sum(0, u)) * std::tanh(sum(2, u));
            after.h[u] = sigmoid(sum(3, u)) * std::tanh(after.c[u]);
        }
        return after;
    }
};

/// The reset gate is applied after the matrix product (Keras: reset_after; PyTorch has no other).
struct gru_cell {
    using layer = gru;
    static constexpr std::size_t gates = 3;
    numbers h;

    explicit gru_cell(std::size_t units) : h(units, 0.0) {}

    /// Keras stores the gates as z, r, h; PyTorch as r, z, n. hls4ml's kernel is told which of the
    /// first two sums is which: `pytorch_order`.
    template <class InputGate, class StateGate>
    [[nodiscard]] gru_cell next(InputGate&& in, StateGate&& rec, layout order) const
    {
        const std::size_t update = order == layout::pytorch ? 1 : 0, reset = 1 - update;
        gru_cell after = *this;
        for (std::size_t u = 0; u < h.size(); ++u) {
            const double z = sigmoid(in(update, u) + rec(update, u));
            const double r = sigmoid(in(reset, u) + rec(reset, u));
            const double n = std::tanh(in(2, u) + r * rec(2, u));
            after.h[u] = (1 - z) * n + z * h[u];
        }
        return after;
    }
};

double distance(const numbers& a, const numbers& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

/// Sequences through random layers, in both directions.
template <class Cell>
void check_both_ways(unsigned seed)
{
    std::mt19937_64 random(seed);
    for (int i = 0; i < 60; ++i) {
        const int inputs = between(random, 1, 12), hidden = between(random, 2, 10);
        layer_spec s = typename Cell::layer{
            .inputs = inputs, .units = hidden, .timesteps = 5, .bidirectional = true};
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
            const auto in_keras = [&](const numbers& x, const numbers& w) {
                return [&](std::size_t gate, std::size_t u) {
                    return keras_gate(x, w, Cell::gates, units, gate, u);
                };
            };
            const auto in_pytorch = [&](const numbers& x, const numbers& w) {
                return [&](std::size_t gate, std::size_t u) {
                    return pytorch_gate(x, w, units, gate, u);
                };
            };
            const auto on_hardware = [&](const Cell& before, const numbers& x, layout l) {
                const auto sums = [&](const weight_matrix& of, const numbers& w, const numbers& v) {
                    return [sums = hardware_loops::product(of, moved(of, l, w), v), units](
                               std::size_t gate, std::size_t u) { return sums[gate * units + u]; };
                };
                return before.next(sums(m[2 * direction], kernel, x),
                    sums(m[2 * direction + 1], recurrent, before.h), l);
            };
            Cell keras(units), pytorch(units), from_keras(units), from_pytorch(units);
            for (const numbers& x : sequence) {
                keras =
                    keras.next(in_keras(x, kernel), in_keras(keras.h, recurrent), layout::keras);
                pytorch = pytorch.next(
                    in_pytorch(x, kernel), in_pytorch(pytorch.h, recurrent), layout::pytorch);
                from_keras = on_hardware(from_keras, x, layout::keras);
                from_pytorch = on_hardware(from_pytorch, x, layout::pytorch);
            }
            CHECK(distance(keras.h, from_keras.h) < 1e-12);
            CHECK(distance(pytorch.h, from_pytorch.h) < 1e-12);
            CHECK(distance(keras.h, pytorch.h) > 1e-6); // the same numbers in two orders
        }
    }
}

} // namespace

TEST_CASE("an LSTM gives the same states with both kernels moved to the hardware, both ways")
{
    check_both_ways<lstm_cell>(17);
}

TEST_CASE("a GRU gives the same states with both kernels moved to the hardware, both ways")
{
    check_both_ways<gru_cell>(18);
}
