// SPDX-License-Identifier: Apache-2.0
#include "hardware_loops.hpp"
#include "how_often.hpp"
#include "random_layers.hpp"

#include <espalier/model/legality.hpp>
#include <espalier/model/mapping.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <vector>

using namespace espalier;
using hardware_loops::comparison;
using hardware_loops::integer;
using hardware_loops::loop;

namespace {

comparison compare_layer(const layer_spec& s, std::mt19937_64& random)
{
    REQUIRE(ensure_sound(s));
    comparison result;
    for (const weight_matrix& m : matrices_of(s))
        result += hardware_loops::compare(m, random);
    return result;
}

comparison compare_random_layers(layer_kind kind, int layers, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    comparison result;
    for (int i = 0; i < layers; ++i) {
        layer_spec s = random_layers::layer_of(random, kind);
        random_layers::draw_reuse_factors(random, s);
        result += compare_layer(s, random);
    }
    return result;
}

} // namespace

TEST_CASE(
    "every weight of a small dense layer is met where the mapping says, at every reuse factor")
{
    std::mt19937_64 random(1);
    comparison result;
    for (int n_in = 1; n_in <= 7; ++n_in)
        for (int n_out = 1; n_out <= 7; ++n_out)
            for (int rf = 1; rf <= n_in * n_out + 1; ++rf)
                result += compare_layer(
                    dense{.inputs = n_in, .outputs = n_out, .reuse_factor = rf}, random);
    CHECK(result.matrices > 800);
    CHECK(result.disagreements == 0);
}

TEST_CASE("every weight of a random layer is met where the mapping says")
{
    for (const layer_kind kind : random_layers::kinds) {
        CAPTURE(to_string(kind));
        const comparison result = compare_random_layers(kind, how_often(700), 2);
        CHECK(result.matrices >= how_often(700));
        CHECK(result.loops >= result.matrices);
        CHECK(result.disagreements == 0);
    }
}

TEST_CASE(
    "random layers reach all loops, legal and illegal reuse factors and partly filled multipliers")
{
    // The comparison above would prove little if its layers never came here.
    std::mt19937_64 random(2);
    int within = 0, over = 0, only_general = 0, depthwise = 0, partly_filled = 0;
    for (const layer_kind kind : random_layers::kinds)
        for (int i = 0; i < 700; ++i) {
            layer_spec s = random_layers::layer_of(random, kind);
            random_layers::draw_reuse_factors(random, s);
            for (const weight_matrix& m : matrices_of(s)) {
                const auto loops = hardware_loops::loops_for(m);
                within += loops.back() == loop::within_one_output ? 1 : 0;
                over += loops.back() == loop::over_whole_outputs ? 1 : 0;
                only_general += loops.back() == loop::any ? 1 : 0;
                depthwise += loops.back() == loop::depthwise ? 1 : 0;
                partly_filled += m.weights() % m.reuse_factor != 0 ? 1 : 0;
            }
        }
    CHECK(within > 1000);
    CHECK(over > 500);
    CHECK(only_general > 1000);
    CHECK(depthwise > 1000);
    CHECK(partly_filled > 1000);
}

TEST_CASE("the loops of the legal reuse factors are exactly those that the hardware flow accepts")
{
    // hls4ml's rule as it is written there, against the shorter one of the library.
    for (int n_in = 1; n_in <= 24; ++n_in)
        for (int n_out = 1; n_out <= 24; ++n_out) {
            const weight_matrix m =
                matrices_of(dense{.inputs = n_in, .outputs = n_out, .reuse_factor = 1})[0];
            std::vector<integer> accepted;
            for (integer rf = 1; rf <= n_in * n_out; ++rf) {
                const integer limit =
                    hardware_loops::multipliers_for(n_in * n_out, std::min<integer>(n_in, rf));
                if ((limit % n_out == 0 || rf >= n_in) && (rf % n_in == 0 || rf < n_in) &&
                    n_in * n_out % rf == 0)
                    accepted.push_back(rf);
            }
            std::vector<integer> legal;
            for (const integer rf : legal_reuse_factors(m)) {
                legal.push_back(rf);
                weight_matrix at = m;
                at.reuse_factor = rf;
                CHECK(hardware_loops::loops_for(at).size() == 2); // one beside the general loop
            }
            CHECK(legal == accepted);
        }
}

TEST_CASE("a convolution is the product of its kernel matrix with every patch, in all its loops")
{
    std::mt19937_64 random(3);
    for (int i = 0; i < 300; ++i) {
        layer_spec s = random_layers::layer_of(
            random, i % 3 == 0 ? layer_kind::conv1d : layer_kind::conv2d, 24);
        s.padding = padding::valid;
        random_layers::draw_reuse_factors(random, s);
        const weight_matrix m = matrices_of(s)[0];
        const auto image = hardware_loops::whole_numbers(random, s.height * s.width * s.channels);
        const auto weights = hardware_loops::whole_numbers(random, m.weights());
        const auto pixel = [&](int y, int x, int c) {
            return image[static_cast<std::size_t>((y * s.width + x) * s.channels + c)];
        };
        int disagreements = 0;
        for (int oy = 0; oy < output_height(s); ++oy)
            for (int ox = 0; ox < output_width(s); ++ox) {
                const int y = oy * s.stride_height, x = ox * s.stride_width;
                std::vector<integer> patch; // what the line buffer hands to the multipliers
                for (int r = 0; r < s.kernel_height; ++r)
                    for (int k = 0; k < s.kernel_width; ++k)
                        for (int c = 0; c < s.channels; ++c)
                            patch.push_back(pixel(y + r, x + k, c));
                std::vector<integer> direct;
                for (int f = 0; f < s.filters; ++f) {
                    integer sum = 0;
                    for (int c = 0; c < s.channels; ++c)
                        for (int r = 0; r < s.kernel_height; ++r)
                            for (int k = 0; k < s.kernel_width; ++k)
                                sum += pixel(y + r, x + k, c) *
                                       weights[static_cast<std::size_t>(
                                           ((f * s.kernel_height + r) * s.kernel_width + k) *
                                               s.channels +
                                           c)];
                    direct.push_back(sum);
                }
                disagreements += hardware_loops::product(m, weights, patch) != direct ? 1 : 0;
            }
        CHECK(disagreements == 0);
    }
}

TEST_CASE("a parallelisation factor copies the multipliers and shares out the pixels")
{
    for (const int pf : {1, 2, 3, 6}) {
        const weight_matrix m = matrices_of(conv2d{.height = 5,
            .width = 8,
            .channels = 2,
            .filters = 4,
            .kernel_height = 3,
            .kernel_width = 3,
            .reuse_factor = 6,
            .parallelization_factor = pf})[0];
        CHECK(m.copies == pf);
        CHECK(m.invocations * pf == 18); // 3 × 6 output pixels
        CHECK(m.multipliers() == 12);    // of one copy, whatever the number of copies
    }
}

TEST_CASE("separable and bidirectional layers give every kernel its own multipliers")
{
    const layer_matrices separable = matrices_of(separable_conv2d{.height = 4,
        .width = 4,
        .channels = 6,
        .filters = 5,
        .kernel_height = 3,
        .kernel_width = 2,
        .reuse_factor = 4,
        .pointwise_reuse_factor = 3});
    REQUIRE(separable.size() == 2);
    CHECK(separable[0].weights() == 3 * 2 * 6);
    CHECK(separable[0].multipliers() == 9);
    CHECK(separable[1].weights() == 6 * 5);
    CHECK(separable[1].multipliers() == 10);

    const layer_matrices both_ways = matrices_of(gru{.inputs = 6,
        .units = 5,
        .bidirectional = true,
        .reuse_factor = 2,
        .recurrent_reuse_factor = 5});
    REQUIRE(both_ways.size() == 4);
    CHECK(both_ways[0].weights() == 6 * 15);
    CHECK(both_ways[1].weights() == 5 * 15);
    CHECK(both_ways[1].multipliers() == 15);
    CHECK(both_ways[2].role == matrix_role::backward_kernel);
    CHECK(both_ways[2].multipliers() == 45);
    CHECK(both_ways[3].role == matrix_role::backward_recurrent_kernel);
}

TEST_CASE("at reuse factor 1 every weight has a multiplier of its own and no memory")
{
    for (const strategy how :
        {strategy::latency, strategy::resource, strategy::resource_unrolled}) {
        const weight_matrix m =
            matrices_of(dense{.inputs = 5, .outputs = 3, .strategy = how, .reuse_factor = 1})[0];
        for (integer w = 0; w < 15; ++w) {
            const placement at = place(m, w);
            CHECK(at.multiplier == w);
            CHECK(at.cycle == 0);
            CHECK(at.end_bit == at.first_bit);
            CHECK(at.end_column == at.first_column);
        }
    }
}

TEST_CASE("a weight that does not exist has no place")
{
    const weight_matrix m = matrices_of(dense{.inputs = 5, .outputs = 3, .reuse_factor = 4})[0];
    CHECK_NOTHROW((void)place(m, 14));
    CHECK_THROWS_WITH_AS((void)place(m, 15),
        "a weight index is below the number of weights (index = 15, weights = 15)",
        std::invalid_argument);
    CHECK_THROWS_AS((void)place(m, -1), std::invalid_argument);
    CHECK_THROWS_AS((void)place(m, layout::keras, 15), std::invalid_argument);
}

TEST_CASE("the latency strategy has no map above reuse factor 1, and says so")
{
    const weight_matrix m = matrices_of(
        dense{.inputs = 5, .outputs = 3, .strategy = strategy::latency, .reuse_factor = 3})[0];
    CHECK_THROWS_WITH_AS((void)place(m, 0),
        "the latency strategy has no fixed weight to multiplier map at a reuse factor above 1 "
        "(reuse_factor = 3)",
        std::invalid_argument);
}

TEST_CASE("the mapping of a layer of 16 million weights is known to the compiler")
{
    constexpr weight_matrix m =
        matrices_of(dense{.inputs = 4096, .outputs = 4096, .reuse_factor = 64})[0];
    // The last weight by hand: the last multiplier in its last cycle.
    static_assert(m.multipliers() == 262'144);
    static_assert(place(m, 16'777'215).multiplier == 262'143);
    static_assert(place(m, 16'777'215).cycle == 63);
    // Keras: input 1 of neuron 2 is at 1·4096 + 2; in hardware at 2·4096 + 1, in cycle 1 of
    // multiplier 128, bits 2048 to 2063, so in memory columns 56 (2016 to 2051) and 57.
    constexpr placement at = place(m, layout::keras, 4098);
    static_assert(at.multiplier == 128 && at.cycle == 1 && at.output == 2 && at.input == 1);
    static_assert(at.first_bit == 2048 && at.end_bit == 2064);
    static_assert(at.first_column == 56 && at.end_column == 58);
    CHECK(place(m, layout::keras, 4098) == at);
}
