// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/of_rank.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <limits>
#include <vector>

namespace tests_of_of_rank {

using namespace espalier;
using instances::dice;

TEST_CASE("a value of some rank is the one that sorting puts there, in whatever order all are")
{
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice random(seed);
        std::vector<double> values(1 + random.below(seed % 3 == 0 ? 60'000 : 300));
        const std::size_t kind = random.below(5);
        for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = kind == 0   ? random.unit()
                        : kind == 1 ? static_cast<double>(k)
                        : kind == 2 ? -static_cast<double>(k)
                        : kind == 3 ? static_cast<double>(random.below(3))
                                    // What every second, third or twelfth says is no fair sample.
                                    : static_cast<double>(k % 12 == 0 ? 1 : k % 2);
        if (random.one_in(3))
            values[random.below(values.size())] = std::numeric_limits<double>::infinity();
        std::vector<double> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        CAPTURE(seed);
        const std::vector<double> before = values;
        for (const std::size_t rank :
            {std::size_t{0}, std::size_t{3}, std::size_t{40}, random.below(values.size()),
                random.below(values.size() / 20 + 1), values.size() - 1})
            if (rank < values.size())
                CHECK(detail::of_rank(values, rank) == sorted[rank]);
        CHECK(values == before);
        CHECK(detail::of_rank(values, values.size()) == std::numeric_limits<double>::infinity());
    }
    CHECK(detail::of_rank({}, 0) == std::numeric_limits<double>::infinity());
}

} // namespace tests_of_of_rank
