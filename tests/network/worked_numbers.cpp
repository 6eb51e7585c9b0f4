// SPDX-License-Identifier: Apache-2.0
#include <espalier/network/fits.hpp>
#include <espalier/network/network.hpp>

#include <doctest/doctest.h>

using namespace espalier;

namespace {

/// 64×32 at reuse factor 4, the layer that papers and hls4ml's issues use for their examples.
constexpr dense example(int width)
{
    return {.inputs = 64, .outputs = 32, .reuse_factor = 4, .weight = {width, 8}};
}

} // namespace

TEST_CASE("the worked example of 64 by 32 at reuse factor 4 costs what the paper says")
{
    static_assert(cost(network<example(18)>).dsp == 512);
    static_assert(cost(network<example(18)>, cost_policy::paper).bram() == 256);
    static_assert(cost(network<example(16)>, cost_policy::paper).bram() == 228);
    CHECK(cost(example(18), cost_policy::paper).bram() == 256);
    CHECK(cost(example(16), cost_policy::paper).bram() == 228);
    CHECK(cost(example(36), cost_policy::paper).bram() == 512);
}
