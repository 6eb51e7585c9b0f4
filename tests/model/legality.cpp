// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

#include <algorithm>
#include <array>
#include <check_both.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;

namespace {

/// hls4ml's own conditions, term by term.
bool hls4ml_accepts(std::int64_t n_in, std::int64_t n_out, std::int64_t rf)
{
    const auto limit = static_cast<std::int64_t>(
        std::ceil(static_cast<double>(n_in * n_out) / static_cast<double>(std::min(n_in, rf))));
    bool accepted = limit % n_out == 0 || rf >= n_in;
    accepted = accepted && (rf % n_in == 0 || rf < n_in);
    accepted = accepted && (n_in * n_out) % rf == 0;
    return accepted;
}

std::vector<std::int64_t> listed(const legal_reuse_factors_range& range)
{
    std::vector<std::int64_t> values;
    for (const std::int64_t rf : range)
        values.push_back(rf);
    return values;
}

/// Compares the range with hls4ml's conditions at every reuse factor up to past the largest.
void compare_with_hls4ml(const weight_matrix& m, std::int64_t largest)
{
    const auto legal = legal_reuse_factors(m);
    std::vector<std::int64_t> expected;
    for (std::int64_t rf = 1; rf <= largest; ++rf)
        if (hls4ml_accepts(m.n_in(), m.n_out(), rf))
            expected.push_back(rf);
    if (m.strategy == strategy::resource_unrolled) { // neither the first, 1, nor the last
        expected.pop_back();
        if (!expected.empty())
            expected.erase(expected.begin());
    }
    REQUIRE(listed(legal) == expected);
    std::size_t next = 0;
    bool agrees = true;
    for (std::int64_t rf = -1; rf <= largest + 2; ++rf) {
        while (next < expected.size() && expected[next] < rf)
            ++next;
        const bool here = next < expected.size() && expected[next] == rf;
        const std::size_t after = next + (here ? 1 : 0);
        agrees = agrees && legal.contains(rf) == here &&
                 legal.below(rf) == (next > 0 ? expected[next - 1] : 0) &&
                 legal.above(rf) == (after < expected.size() ? expected[after] : 0);
    }
    REQUIRE(agrees);
}

constexpr conv2d small_image{
    .height = 8, .width = 6, .channels = 3, .filters = 4, .kernel_height = 3, .kernel_width = 3};

} // namespace

TEST_CASE("the legal reuse factors of a dense layer are hls4ml's, for all shapes up to 24 by 24")
{
    for (int n_in = 1; n_in <= 24; ++n_in)
        for (int n_out = 1; n_out <= 24; ++n_out)
            for (const strategy how : {strategy::resource, strategy::resource_unrolled})
                compare_with_hls4ml(
                    matrices_of(dense{.inputs = n_in, .outputs = n_out, .strategy = how})[0],
                    n_in * n_out);
}

TEST_CASE("the legal reuse factors of a dense layer are hls4ml's, for thousands of random shapes")
{
    std::mt19937 random(3);
    std::uniform_int_distribution extent(1, 90);
    for (int trial = 0; trial < 3000; ++trial) {
        const int n_in = extent(random);
        const int n_out = extent(random);
        compare_with_hls4ml(matrices_of(dense{.inputs = n_in, .outputs = n_out})[0], n_in * n_out);
    }
}

TEST_CASE("a convolution under io_parallel also keeps the reuse factor within its im2col inputs")
{
    std::mt19937 random(4);
    std::uniform_int_distribution extent(1, 6);
    for (int trial = 0; trial < 1000; ++trial) {
        conv2d layer{.height = 12,
            .width = 12,
            .channels = extent(random),
            .filters = extent(random) * 2,
            .kernel_height = extent(random),
            .kernel_width = extent(random)};
        const std::int64_t n_in =
            std::int64_t{layer.kernel_height} * layer.kernel_width * layer.channels;
        compare_with_hls4ml(matrices_of(layer)[0], n_in);
        layer.io = io_type::io_stream;
        compare_with_hls4ml(matrices_of(layer)[0], n_in * layer.filters);
    }
}

TEST_CASE("each kernel of a recurrent layer has legal reuse factors of its own")
{
    const layer_matrices lstm_matrices = matrices_of(lstm{.inputs = 6, .units = 10});
    compare_with_hls4ml(lstm_matrices[0], 6 * 40);
    compare_with_hls4ml(lstm_matrices[1], 10 * 40);
    const layer_matrices gru_matrices = matrices_of(gru{.inputs = 7, .units = 9});
    compare_with_hls4ml(gru_matrices[0], 7 * 27);
    compare_with_hls4ml(gru_matrices[1], 9 * 27);
}

TEST_CASE("the legal reuse factors of the reference designs")
{
    CHECK_BOTH(legal_reuse_factors(dense{.inputs = 400, .outputs = 120}).contains(25));
    CHECK_BOTH(legal_reuse_factors(dense{.inputs = 120, .outputs = 84}).contains(12));
    for (const int rf : {2, 4, 8, 16})
        for (const auto& layer : {dense{.inputs = 16, .outputs = 64},
                 dense{.inputs = 64, .outputs = 32}, dense{.inputs = 32, .outputs = 5}})
            CHECK(legal_reuse_factors(layer).contains(rf));
    for (const int rf : {3, 9, 27})
        CHECK(legal_reuse_factors(conv2d{.height = 32,
                                      .width = 32,
                                      .channels = 3,
                                      .filters = 16,
                                      .kernel_height = 3,
                                      .kernel_width = 3})
                  .contains(rf));
}

TEST_CASE("a legal reuse factor is found at once in a layer of a billion weights")
{
    constexpr auto legal = legal_reuse_factors(dense{.inputs = 1 << 15, .outputs = 1 << 15});
    CHECK_BOTH(legal.contains(1 << 20));
    CHECK_BOTH(legal.below((1 << 15) + 1) == 1 << 15);
    CHECK_BOTH(legal.above((1 << 15) + 1) == 1 << 16);
    // A prime number of inputs: 1 and itself, however far apart.
    constexpr auto prime = legal_reuse_factors(dense{.inputs = 1'000'000'007, .outputs = 7});
    CHECK_BOTH(prime.below(1'000'000) == 1 && prime.above(1'000'000) == 1'000'000'007);
    CHECK_BOTH(legal.below(std::numeric_limits<std::int64_t>::max()) == std::int64_t{1} << 30);
}

TEST_CASE("the latency strategy takes any reuse factor up to the number of weights")
{
    constexpr dense layer{.inputs = 3, .outputs = 4, .strategy = strategy::latency};
    CHECK(listed(legal_reuse_factors(layer)).size() == 12);
    CHECK_BOTH(!legal_reuse_factors(layer).contains(13));
}

TEST_CASE("an illegal reuse factor is refused with its legal neighbours")
{
    const dense layer{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 7};
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        "the reuse factor must be legal for the layer (layer = 'fc1', reuse_factor = 7, nearest "
        "legal below = 4, above = 8, n_in = 16, n_out = 64)",
        std::invalid_argument);
    // 10 divides 16·5 but neither divides nor is a multiple of 16.
    const dense subtle{.inputs = 16, .outputs = 5, .reuse_factor = 10};
    CHECK_THROWS_WITH_AS((void)ensure_legal(subtle),
        doctest::Contains("nearest legal below = 8, above = 16"), std::invalid_argument);
    const dense too_large{.inputs = 4, .outputs = 4, .reuse_factor = 17};
    CHECK_THROWS_WITH_AS((void)ensure_legal(too_large),
        doctest::Contains("nearest legal below = 16, above = 0"), std::invalid_argument);
}

TEST_CASE("the reuse factor of the second kernel is checked too")
{
    CHECK_BOTH(ensure_legal(
        lstm{.inputs = 6, .units = 10, .reuse_factor = 3, .recurrent_reuse_factor = 5}));
    const lstm wrong{
        .name = "l", .inputs = 6, .units = 10, .reuse_factor = 3, .recurrent_reuse_factor = 3};
    CHECK_THROWS_WITH_AS((void)ensure_legal(wrong),
        doctest::Contains("reuse_factor = 3, nearest legal below = 2, above = 5, n_in = 10"),
        std::invalid_argument);
    separable_conv2d separable{.height = 8,
        .width = 8,
        .channels = 4,
        .filters = 16,
        .kernel_height = 3,
        .kernel_width = 3,
        .reuse_factor = 9};
    CHECK_THROWS_WITH_AS((void)ensure_legal(separable),
        doctest::Contains("nearest legal below = 8, above = 16, n_in = 4, n_out = 16"),
        std::invalid_argument);
    separable.pointwise_reuse_factor = 8;
    CHECK(ensure_legal(separable));
}

TEST_CASE("the parallelization factor divides the output pixels, for every factor")
{
    conv2d layer = small_image; // 6 × 4 output pixels
    for (int factor = 1; factor <= 30; ++factor) {
        layer.parallelization_factor = factor;
        if (24 % factor == 0)
            CHECK(ensure_legal(layer));
        else
            CHECK_THROWS_AS((void)ensure_legal(layer), std::invalid_argument);
    }
    layer.parallelization_factor = 7;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("nearest legal below = 6, above = 8, output pixels = 24"),
        std::invalid_argument);
    layer.parallelization_factor = 25;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("nearest legal below = 24, above = 0"), std::invalid_argument);
    layer.parallelization_factor = 2;
    layer.io = io_type::io_stream;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("a parallelization factor above 1 needs a convolution under io_parallel"),
        std::invalid_argument);
}

TEST_CASE("each field of a layer is refused with a sentence of its own")
{
    struct mistake {
        std::function<void(layer_spec&)> make;
        const char* sentence;
    };
    const std::vector<mistake> in_convolutions{
        {[](auto& s) { s.height = 0; },
            "the image of a convolution has at least one row, column and channel"},
        {[](auto& s) { s.width = -1; },
            "the image of a convolution has at least one row, column and channel"},
        {[](auto& s) { s.channels = 0; },
            "the image of a convolution has at least one row, column and channel"},
        {[](auto& s) { s.filters = 0; }, "a convolution has at least one filter"},
        {[](auto& s) { s.kernel_height = 0; },
            "the kernel of a convolution has at least one row and column"},
        {[](auto& s) { s.kernel_width = -3; },
            "the kernel of a convolution has at least one row and column"},
        {[](auto& s) { s.stride_height = 0; }, "a stride is at least 1"},
        {[](auto& s) { s.stride_width = -1; }, "a stride is at least 1"},
        {[](auto& s) { s.kernel_height = 9; },
            "without padding the kernel is no larger than the image"},
        {[](auto& s) { s.kernel_width = 7; },
            "without padding the kernel is no larger than the image"},
        {[](auto& s) { s.parallelization_factor = 0; }, "a parallelization factor is at least 1"},
        {[](auto& s) { s.reuse_factor = 0; }, "a reuse factor is at least 1"},
        {[](auto& s) { s.channels = s.filters = 1 << 20; }, "a layer has at most 2^40 weights"},
        {[](auto& s) {
             s.channels = s.filters = 1 << 15;
             s.parallelization_factor = 1 << 7;
         },
            "a layer has at most 2^40 multiplications at once"},
    };
    for (const mistake& wrong : in_convolutions) {
        layer_spec spec = small_image;
        REQUIRE(ensure_sound(spec));
        wrong.make(spec);
        CHECK_THROWS_WITH_AS(
            (void)ensure_sound(spec), doctest::Contains(wrong.sentence), std::invalid_argument);
    }
    const std::vector<mistake> elsewhere{
        {[](auto& s) { s.inputs = 0; }, "a layer has at least one input"},
        {[](auto& s) { s.outputs = -2; }, "a layer has at least one output"},
        {[](auto& s) { s.timesteps = 0; }, "a sequence has at least one time step"},
        {[](auto& s) { s.second_reuse_factor = -1; }, "a reuse factor is at least 1"},
        {[](auto& s) { s.reuse_factor = -4; }, "a reuse factor is at least 1"},
        {[](auto& s) { s.weight.width = 0; }, "a fixed-point width is between 1 and 64 bits"},
        {[](auto& s) { s.data.width = 65; }, "a fixed-point width is between 1 and 64 bits"},
        {[](auto& s) { s.accum.width = -1; }, "a fixed-point width is between 1 and 64 bits"},
        {[](auto& s) { s.inputs = s.outputs = std::numeric_limits<int>::max(); },
            "a layer has at most 2^40 weights"},
    };
    for (const layer_spec& sound :
        {layer_spec(lstm{.inputs = 4, .units = 4}), layer_spec(dense{.inputs = 4, .outputs = 4})}) {
        for (const mistake& wrong : elsewhere) {
            layer_spec spec = sound;
            REQUIRE(ensure_sound(spec));
            wrong.make(spec);
            CHECK_THROWS_WITH_AS(
                (void)ensure_sound(spec), doctest::Contains(wrong.sentence), std::invalid_argument);
        }
    }
    for (const flattened_image image : {flattened_image{2, 2, 2}, {2, 2, 0}, {-1, -1, 12},
             {std::numeric_limits<int>::max(), std::numeric_limits<int>::max(), 4}})
        CHECK_THROWS_WITH_AS(
            (void)ensure_sound(dense{.inputs = 12, .outputs = 4, .flattened = image}),
            doctest::Contains("a flattened image has height * width * channels = inputs"),
            std::invalid_argument);
}
