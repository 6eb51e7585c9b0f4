// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/unrolling.hpp>

#include <check_both.hpp>
#include <cstdint>

using namespace espalier;

TEST_CASE(
    "what is unrolled are the multipliers of one copy, or all products of the latency strategy")
{
    constexpr conv2d image{.height = 8,
        .width = 8,
        .channels = 4,
        .filters = 6,
        .kernel_height = 3,
        .kernel_width = 3,
        .reuse_factor = 9,
        .parallelization_factor = 4};
    CHECK_BOTH(unrolled(matrices_of(image)[0]) == 4 * 6);
    CHECK_BOTH(
        unrolled(matrices_of(dense{
            .inputs = 10, .outputs = 7, .strategy = strategy::latency, .reuse_factor = 70})[0]) ==
        70);
    CHECK_BOTH(unrolled(matrices_of(depthwise_conv2d{.height = 8,
                   .width = 8,
                   .channels = 5,
                   .kernel_height = 3,
                   .kernel_width = 3,
                   .strategy = strategy::latency})[0]) == 45);
}

TEST_CASE("the smallest reuse factor within a limit is the first that a search from 1 finds")
{
    int found = 0, none = 0;
    for (const strategy how : {strategy::latency, strategy::resource, strategy::resource_unrolled})
        for (const io_type io : {io_type::io_parallel, io_type::io_stream})
            for (int channels = 1; channels <= 12; ++channels)
                for (int filters = 1; filters <= 12; ++filters)
                    for (const std::int64_t most : {1, 2, 5, 12, 50, 200}) {
                        weight_matrix m = matrices_of(conv2d{.height = 8,
                            .width = 8,
                            .channels = channels,
                            .filters = filters,
                            .kernel_width = 2,
                            .strategy = how,
                            .io = io})[0];
                        const std::int64_t answer = reuse_factor_within(m, most);
                        std::int64_t expected = 0;
                        for (m.reuse_factor = 1; m.reuse_factor <= m.weights(); ++m.reuse_factor)
                            if (legal_reuse_factors(m).contains(m.reuse_factor) &&
                                unrolled(m) <= most) {
                                expected = m.reuse_factor;
                                break;
                            }
                        REQUIRE(answer == expected);
                        ++(answer > 0 ? found : none);
                    }
    CHECK(found > 1'000);
    CHECK(none > 1'000);
}
