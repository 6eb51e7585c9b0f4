// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/policy.hpp>

#include <doctest/doctest.h>

#include <cstdint>

// Orders that can be counted by hand, where hls4ml moves the weights or leaves them.

using namespace espalier;
using integer = std::int64_t;

TEST_CASE("the weights of a PyTorch layer behind a flatten, counted by hand under both kinds of io")
{
    const int h = 5, w = 5, c = 16, n_out = 12;
    dense layer{.inputs = h * w * c, .outputs = n_out, .flattened = {h, w, c}};
    const weight_matrix parallel = matrices_of(layer)[0];
    layer.io = io_type::io_stream;
    const weight_matrix streamed = matrices_of(layer)[0];
    layer.flattened = {};
    const weight_matrix without_image = matrices_of(layer)[0];
    integer offset = 0, differ = 0;
    for (int out = 0; out < n_out; ++out)
        for (int channel = 0; channel < c; ++channel)
            for (int row = 0; row < h; ++row)
                for (int column = 0; column < w; ++column, ++offset) {
                    const integer channels_last = ((out * h + row) * w + column) * c + channel;
                    differ +=
                        to_hardware(parallel, layout::pytorch, offset) != channels_last ||
                                to_framework(parallel, layout::pytorch, channels_last) != offset ||
                                to_hardware(streamed, layout::pytorch, offset) != offset ||
                                to_framework(streamed, layout::pytorch, offset) != offset ||
                                to_hardware(without_image, layout::pytorch, offset) != offset
                            ? 1
                            : 0;
                }
    CHECK(offset == parallel.weights());
    CHECK(differ == 0);
}

TEST_CASE("the weights of a PyTorch GRU or LSTM lie in the hardware as they lie in the tensor")
{
    // hls4ml transposes them on the way in and again for the strategy resource, and moves no gate.
    integer differ = 0, compared = 0;
    for (int inputs = 1; inputs <= 6; ++inputs)
        for (int units = 1; units <= 6; ++units)
            for (const layer_spec& s : {layer_spec(gru{.inputs = inputs, .units = units}),
                     layer_spec(lstm{.inputs = inputs, .units = units, .bidirectional = true})})
                for (const weight_matrix& m : matrices_of(s))
                    for (integer offset = 0; offset < m.weights(); ++offset, ++compared)
                        differ += to_hardware(m, layout::pytorch, offset) != offset ||
                                          to_framework(m, layout::pytorch, offset) != offset
                                      ? 1
                                      : 0;
    CHECK(compared > 5'000);
    CHECK(differ == 0);
}

TEST_CASE("the places of a small PyTorch GRU's weights, gate by gate")
{
    // 2 inputs, 2 units, reuse factor 4: a multiplier for each gate, 18 bits of the word each.
    constexpr weight_matrix m =
        matrices_of(gru{.inputs = 2, .units = 2, .reuse_factor = 4, .weight = {18, 8}})[0];
    for (int gate = 0; gate < 3; ++gate) // reset, update, candidate in (gates · units, in)
        for (int within = 0; within < 4; ++within) {
            const placement at =
                place(m, layout::pytorch, gate * 4 + within, cost_policy::paper.memory);
            CHECK(at.multiplier == gate);
            CHECK(at.cycle == within);
            CHECK(at.first_bit == gate * 18);
            CHECK(at.first_column == gate / 2);
        }
    // Keras has (in, gates · units), update first.
    CHECK(place(m, layout::keras, 0).multiplier == 0);
    CHECK(place(m, layout::keras, 2).multiplier == 1);
    CHECK(place(m, layout::keras, 11).multiplier == 2);
    CHECK(place(m, layout::keras, 11).cycle == 3);
}
