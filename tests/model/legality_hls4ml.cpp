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

/// A layer of one or two matrix products.
/// \param may_unroll  whether the layer can be unrolled at all
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

/// All recurrent layers of up to 5 inputs and 4 units.
template <class Layer>
tally recurrent(int gates, strategy how, io_type io, bool both_ways)
{
    tally t;
    for (int inputs = 1; inputs <= 5; ++inputs)
        for (int units = 1; units <= 4; ++units) {
            const int n_out = gates * units;
            for (int rf = 1; rf <= inputs * n_out + 1; ++rf)
                for (int second = 1; second <= units * n_out + 1; ++second) {
                    const wish asked{how, rf, second};
                    std::optional<wish> result = built(asked, !both_ways, inputs, n_out, units);
                    if (both_ways && io == io_type::io_stream)
                        result.reset(); // there is no kernel that reads a stream
                    t.compare(Layer{.inputs = inputs,
                                  .units = units,
                                  .bidirectional = both_ways,
                                  .strategy = how,
                                  .reuse_factor = rf,
                                  .recurrent_reuse_factor = second,
                                  .io = io},
                        asked, result);
                }
        }
    return t;
}

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
        for (const io_type io : {io_type::io_parallel, io_type::io_stream})
            for (const bool both_ways : {false, true}) {
                const tally t = recurrent<gru>(3, how, io, both_ways);
                CHECK(t.differ == 0);
                const bool none =
                    both_ways && (how == strategy::resource_unrolled || io == io_type::io_stream);
                CHECK((none ? t.accepted == 0 : t.accepted > 100));
                CHECK(t.refused > 10'000);
            }
}

TEST_CASE("an LSTM is legal where hls4ml builds what is asked for")
{
    for (const strategy how : fixed_maps) {
        const tally t = recurrent<lstm>(4, how, io_type::io_parallel, false);
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
