// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/choice_tally.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <vector>

namespace tests_of_choice_tally {

using namespace espalier;
using instances::dice;

TEST_CASE("choices are replaced, and tallies added up")
{
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        dice random(seed);
        const linked::setting of(random.one_in(2) ? linked::small_problem(12, false, random)
                                                  : linked::many_stars(200, 2, 3, random));
        const std::size_t rows = of.problem.resources;
        detail::component_choices at = of.choices();
        at.sweep();
        detail::choice_tally sum = at.tally();
        detail::choice_tally half = random.one_in(2) ? at.tally().of_many() : at.tally();
        detail::choice_tally quarter = at.tally().of_many();
        resource_vector total{};
        std::vector<std::int64_t> kept(of.problem.classes(), 0);
        CAPTURE(seed);
        for (std::size_t c = 0; c < of.parts.size(); ++c) {
            std::vector<std::uint8_t> keep(of.parts.items(c));
            for (std::uint8_t& one : keep)
                one = random.one_in(2);
            at.choose(c, keep);
            CHECK(at.kept_of(c) == keep);
            const linked::choice expected = linked::choice_of(of, c, keep);
            CHECK(at.usage_of(c) == expected.usage);
            total = detail::less(total, expected.usage, rows, -1);
            for (std::size_t a_class = 0; a_class < kept.size(); ++a_class)
                kept[a_class] += expected.kept[a_class];
            if (c % 2 == 0)
                sum.add(c, keep);
            else if (c % 4 == 1)
                half.add(c, at.choice_of(c));
            else
                quarter.add(c, at.choice_of(c));
        }
        quarter.add(half);
        quarter.close();
        quarter.close(); // once is enough
        sum.add(quarter);
        CHECK(sum.usage() == total);
        for (std::size_t a_class = 0; a_class < kept.size(); ++a_class)
            CHECK(sum.kept(a_class) == kept[a_class]);
    }
}

} // namespace tests_of_choice_tally
