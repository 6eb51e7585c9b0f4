// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

// What hls4ml does with a layer that it is asked for, step by step as its Vivado and Vitis backends
// do it: change the strategy, round the reuse factors, and then stop in the kernel or not. A layer
// is legal if and only if what comes out is what was asked for.

using namespace espalier;

namespace {

struct wish {
    espalier::strategy strategy = strategy::resource;
    std::int64_t reuse_factor = 1;
    std::int64_t recurrent_reuse_factor = 0; ///< 0: there is no second kernel
    friend bool operator==(const wish&, const wish&) = default;
};

/// The list that hls4ml prints, tested value by value.
std::vector<std::int64_t> list_of(std::int64_t n_in, std::int64_t n_out)
{
    std::vector<std::int64_t> list;
    for (std::int64_t rf = 1; rf <= n_in * n_out; ++rf) {
        const std::int64_t factor = std::min(n_in, rf);
        const std::int64_t limit = (n_in * n_out + factor - 1) / factor;
        if ((limit % n_out == 0 || rf >= n_in) && (rf % n_in == 0 || rf < n_in) &&
            n_in * n_out % rf == 0)
            list.push_back(rf);
    }
    return list;
}

/// The nearest value of the list, the smaller of two that are equally near; 0 from an empty list,
/// where hls4ml raises.
std::int64_t nearest(const std::vector<std::int64_t>& list, std::int64_t rf)
{
    std::int64_t best = 0;
    for (const std::int64_t candidate : list)
        if (best == 0 || std::abs(candidate - rf) < std::abs(best - rf))
            best = candidate;
    return best;
}

std::int64_t rounded(std::int64_t n_in, std::int64_t n_out, std::int64_t rf, bool without_largest)
{
    std::vector<std::int64_t> list = list_of(n_in, n_out);
    if (without_largest)
        list.pop_back();
    return nearest(list, rf);
}

/// A layer of one or two matrix products. \param may_unroll whether the layer can be unrolled at
/// all
wish built(const wish& asked, bool may_unroll, std::int64_t n_in, std::int64_t n_out,
    std::int64_t recurrent_n_in = 0)
{
    if (asked.strategy == strategy::latency)
        return asked;
    const bool unrolls =
        asked.strategy == strategy::resource_unrolled && may_unroll && asked.reuse_factor != 1;
    wish result{unrolls ? strategy::resource_unrolled : strategy::resource,
        rounded(n_in, n_out, asked.reuse_factor, unrolls)};
    if (recurrent_n_in > 0)
        result.recurrent_reuse_factor =
            rounded(recurrent_n_in, n_out, asked.recurrent_reuse_factor, unrolls);
    return result;
}

bool is_accepted(const layer_spec& s)
{
    try {
        return ensure_sound_and_legal(s);
    } catch (const std::invalid_argument&) {
        return false;
    }
}

struct tally {
    int accepted = 0, refused = 0, differ = 0;

    void compare(const layer_spec& s, const wish& asked, const std::optional<wish>& result)
    {
        const bool expected = result == asked;
        const bool is = is_accepted(s);
        ++(is ? accepted : refused);
        differ += is != expected ? 1 : 0;
    }
};

constexpr strategy fixed_maps[] = {strategy::resource, strategy::resource_unrolled};

} // namespace

TEST_CASE("a dense layer is legal where hls4ml builds what is asked for, for all up to 24 by 24")
{
    for (const strategy how : fixed_maps) {
        tally t;
        for (int n_in = 1; n_in <= 24; ++n_in)
            for (int n_out = 1; n_out <= 24; ++n_out)
                for (int rf = 1; rf <= n_in * n_out + 2; ++rf) {
                    const wish asked{how, rf};
                    t.compare(
                        dense{
                            .inputs = n_in, .outputs = n_out, .strategy = how, .reuse_factor = rf},
                        asked, built(asked, true, n_in, n_out));
                }
        CHECK(t.differ == 0);
        CHECK(t.accepted > 2'000);
        CHECK(t.refused > 80'000);
    }
}

TEST_CASE("a convolution is legal where hls4ml builds what is asked for, streamed or not")
{
    for (const io_type io : {io_type::io_parallel, io_type::io_stream})
        for (const strategy how : fixed_maps) {
            tally t;
            for (int channels = 1; channels <= 6; ++channels)
                for (int kernel = 1; kernel <= 3; ++kernel)
                    for (int filters = 1; filters <= 8; ++filters) {
                        const int n_in = kernel * kernel * channels;
                        for (int rf = 1; rf <= n_in * filters + 2; ++rf) {
                            const wish asked{how, rf};
                            std::optional<wish> result =
                                built(asked, io == io_type::io_stream, n_in, filters);
                            // The kernel's own assertion.
                            if (io == io_type::io_parallel && result->reuse_factor > n_in)
                                result.reset();
                            t.compare(conv2d{.height = 8,
                                          .width = 8,
                                          .channels = channels,
                                          .filters = filters,
                                          .kernel_height = kernel,
                                          .kernel_width = kernel,
                                          .strategy = how,
                                          .reuse_factor = rf,
                                          .io = io},
                                asked, result);
                        }
                    }
            CHECK(t.differ == 0);
            const bool none = io == io_type::io_parallel && how == strategy::resource_unrolled;
            CHECK((none ? t.accepted == 0 : t.accepted > 400));
            CHECK(t.refused > 5'000);
        }
}

TEST_CASE("a recurrent layer is legal where hls4ml builds what is asked for, one way or both")
{
    for (const strategy how : fixed_maps)
        for (const bool both_ways : {false, true}) {
            tally t;
            for (int inputs = 1; inputs <= 5; ++inputs)
                for (int units = 1; units <= 5; ++units) {
                    const int n_out = 3 * units;
                    for (int rf = 1; rf <= inputs * n_out + 1; ++rf)
                        for (int second = 1; second <= units * n_out + 1; ++second) {
                            const wish asked{how, rf, second};
                            t.compare(gru{.inputs = inputs,
                                          .units = units,
                                          .bidirectional = both_ways,
                                          .strategy = how,
                                          .reuse_factor = rf,
                                          .recurrent_reuse_factor = second},
                                asked, built(asked, !both_ways, inputs, n_out, units));
                        }
                }
            CHECK(t.differ == 0);
            const bool none = both_ways && how == strategy::resource_unrolled;
            CHECK((none ? t.accepted == 0 : t.accepted > 200));
            CHECK(t.refused > 20'000);
        }
}

TEST_CASE("an LSTM is legal where hls4ml builds what is asked for")
{
    for (const strategy how : fixed_maps) {
        tally t;
        for (int inputs = 1; inputs <= 5; ++inputs)
            for (int units = 1; units <= 4; ++units) {
                const int n_out = 4 * units;
                for (int rf = 1; rf <= inputs * n_out + 1; ++rf)
                    for (int second = 1; second <= units * n_out + 1; ++second) {
                        const wish asked{how, rf, second};
                        t.compare(lstm{.inputs = inputs,
                                      .units = units,
                                      .strategy = how,
                                      .reuse_factor = rf,
                                      .recurrent_reuse_factor = second},
                            asked, built(asked, true, inputs, n_out, units));
                    }
            }
        CHECK(t.differ == 0);
        CHECK(t.accepted > 200);
    }
}

TEST_CASE("a depthwise layer is legal where hls4ml builds what is asked for")
{
    for (const io_type io : {io_type::io_parallel, io_type::io_stream})
        for (const strategy how :
            {strategy::latency, strategy::resource, strategy::resource_unrolled}) {
            tally t;
            for (int channels = 1; channels <= 8; ++channels)
                for (int kernel = 1; kernel <= 3; ++kernel) {
                    const int n_in = kernel * kernel * channels;
                    for (int rf = 1; rf <= n_in; ++rf) {
                        const wish asked{how, rf};
                        std::optional<wish> result = asked;
                        if (how == strategy::resource_unrolled)
                            result->strategy = strategy::latency;
                        else if (how == strategy::resource) {
                            // hls4ml takes the channels for outputs; its kernel has no more cycles
                            // than weights.
                            result = built(asked, false, n_in, channels);
                            if (io == io_type::io_parallel)
                                result.reset();
                        }
                        t.compare(depthwise_conv2d{.height = 8,
                                      .width = 8,
                                      .channels = channels,
                                      .kernel_height = kernel,
                                      .kernel_width = kernel,
                                      .strategy = how,
                                      .reuse_factor = rf,
                                      .io = io},
                            asked, result);
                    }
                }
            CHECK(t.differ == 0);
            const bool none = how == strategy::resource_unrolled ||
                              (how == strategy::resource && io == io_type::io_parallel);
            CHECK((none ? t.accepted == 0 : t.accepted > 100));
        }
}

TEST_CASE(
    "resource_unrolled is refused where hls4ml builds something else, with what it would take")
{
    dense layer{.name = "u", .inputs = 16, .outputs = 64, .strategy = strategy::resource_unrolled};
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        "the strategy resource_unrolled takes neither reuse factor 1 nor the largest (layer = 'u', "
        "reuse_factor = 1, nearest legal below = 0, above = 2, n_in = 16, n_out = 64)",
        std::invalid_argument);
    layer.reuse_factor = 1024;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("reuse_factor = 1024, nearest legal below = 512, above = 0"),
        std::invalid_argument);
    layer.reuse_factor = 3; // wrong whatever the strategy
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        doctest::Contains("the reuse factor must be legal for the layer (layer = 'u', "
                          "reuse_factor = 3, nearest legal below = 2, above = 4"),
        std::invalid_argument);
    layer.reuse_factor = 512;
    CHECK(ensure_legal(layer));
    std::vector<std::int64_t> legal;
    for (const std::int64_t rf : legal_reuse_factors(layer))
        legal.push_back(rf);
    CHECK(legal == std::vector<std::int64_t>{2, 4, 8, 16, 32, 64, 128, 256, 512});
    // A prime number of weights leaves nothing.
    const dense prime{.inputs = 1, .outputs = 7, .strategy = strategy::resource_unrolled};
    CHECK(legal_reuse_factors(prime).begin() == legal_reuse_factors(prime).end());
    CHECK_THROWS_WITH_AS((void)ensure_legal(prime),
        doctest::Contains("nearest legal below = 0, above = 0"), std::invalid_argument);
    // Only the input kernel decides whether hls4ml falls back to resource.
    lstm both{.inputs = 6,
        .units = 10,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 3,
        .recurrent_reuse_factor = 1};
    CHECK(ensure_legal(both));
    both.bidirectional = true;
    both.name = "b";
    CHECK_THROWS_WITH_AS((void)ensure_legal(both),
        "a bidirectional layer does not have the strategy resource_unrolled (layer = 'b', hls4ml "
        "builds = 'resource')",
        std::invalid_argument);
    conv2d image{.height = 8,
        .width = 6,
        .channels = 3,
        .filters = 4,
        .kernel_height = 3,
        .kernel_width = 3,
        .strategy = strategy::resource_unrolled,
        .reuse_factor = 9};
    CHECK_THROWS_WITH_AS((void)ensure_legal(image),
        "a convolution has the strategy resource_unrolled under io_stream only (layer = '', io = "
        "'io_parallel', hls4ml builds = 'resource')",
        std::invalid_argument);
    image.io = io_type::io_stream;
    CHECK(ensure_legal(image));
}

TEST_CASE(
    "a depthwise or separable layer is legal as it stands, and refused where it has no kernel")
{
    depthwise_conv2d layer{
        .name = "d", .height = 8, .width = 8, .channels = 4, .kernel_height = 3, .kernel_width = 3};
    CHECK(ensure_sound_and_legal(layer));
    CHECK(ensure_sound_and_legal(
        separable_conv2d{.height = 8, .width = 8, .channels = 4, .filters = 8}));
    layer.io = io_type::io_parallel;
    CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
        "a depthwise kernel has the strategy latency and, under io_stream, resource (layer = 'd', "
        "strategy = 'resource', io = 'io_parallel', hls4ml builds = 'nothing')",
        std::invalid_argument);
    layer.strategy = strategy::latency;
    layer.reuse_factor = 5;
    CHECK(ensure_legal(layer));
    layer.strategy = strategy::resource_unrolled;
    for (const io_type io : {io_type::io_parallel, io_type::io_stream}) {
        layer.io = io;
        CHECK_THROWS_WITH_AS((void)ensure_legal(layer),
            doctest::Contains("hls4ml builds = 'latency'"), std::invalid_argument);
    }
    separable_conv2d separable{.height = 8, .width = 8, .channels = 4, .filters = 8};
    separable.io = io_type::io_parallel;
    CHECK_THROWS_AS((void)ensure_legal(separable), std::invalid_argument);
    separable.strategy = strategy::latency;
    CHECK(ensure_legal(separable));
}

TEST_CASE("a depth multiplier other than 1 is refused, however it is written")
{
    depthwise_conv2d layer{.height = 8, .width = 8, .channels = 4, .depth_multiplier = 2};
    CHECK_THROWS_WITH_AS((void)ensure_sound(layer),
        "the depth multiplier of a depthwise kernel is 1 (depth_multiplier = 2, channels = 4, "
        "filters = 4)",
        std::invalid_argument);
    separable_conv2d separable{
        .height = 8, .width = 8, .channels = 4, .filters = 8, .depth_multiplier = 0};
    CHECK_THROWS_AS((void)ensure_sound(separable), std::invalid_argument);
    separable.depth_multiplier = 1;
    CHECK(ensure_sound(separable)); // filters are those of the pointwise part
    layer.depth_multiplier = 1;
    layer_spec spec = layer;
    CHECK(ensure_sound(spec));
    spec.filters = 8;
    CHECK_THROWS_WITH_AS((void)ensure_sound(spec),
        doctest::Contains("(depth_multiplier = 1, channels = 4, filters = 8)"),
        std::invalid_argument);
}
