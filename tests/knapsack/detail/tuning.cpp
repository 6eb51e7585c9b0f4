// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/entry/pattern.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

// What one number asks of others, so that whoever turns one knows where it ends.

namespace tests_of_tuning {

using namespace espalier;
using namespace espalier::detail;

TEST_CASE("a word of a choice has room for the state that it came from")
{
    static_assert(pattern::items_per_word + tuning::widest_frontier <= 64);
    // Transitions number states with 16 bits, and what an item forgets is a byte.
    static_assert((std::size_t{1} << tuning::widest_frontier) - 1 <=
                  std::numeric_limits<std::uint16_t>::max());
    static_assert(tuning::widest_frontier <= std::numeric_limits<std::uint8_t>::digits);
    static_assert(tuning::narrow_frontier <= tuning::widest_frontier);
    pattern widest;
    widest.slots = tuning::widest_frontier;
    CHECK(widest.states() == 256);
}

TEST_CASE("samples and cores grow")
{
    static_assert(tuning::sample_growth > 1 && tuning::component_sample_growth > 1);
    static_assert(tuning::core_growth > 1);
    static_assert(tuning::first_items(1) > 0 && tuning::first_components(max_resources) > 0);
    static_assert(tuning::brief.labels < tuning::on_the_way.labels);
    static_assert(tuning::brief.nodes < tuning::on_the_way.nodes);
    // A sample of numbers is worth drawing only where a rank is far below its size.
    static_assert(tuning::rank_samples / 4 > 32);
}

TEST_CASE("what is remembered is numbered with 32 bits")
{
    static_assert(tuning::longest_trail < std::numeric_limits<std::uint32_t>::max());
    static_assert(tuning::most_states <= tuning::longest_trail);
    static_assert(400 * tuning::all_listed < std::numeric_limits<std::uint32_t>::max());
    // Cases multiply into entries below 2^30 without overflow.
    static_assert(tuning::most_cases < (std::int64_t{1} << 30));
}

} // namespace tests_of_tuning
