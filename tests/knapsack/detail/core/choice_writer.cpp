// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/choice_writer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <vector>

namespace tests_of_choice_writer {

using namespace espalier;
using instances::dice;

TEST_CASE(
    "what is written are the best choices, but for those written otherwise until the next time")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        dice random(seed);
        const linked::setting of(linked::many_stars(60, 2, 2, random));
        detail::component_choices at = of.choices();
        at.price = linked::any_price(2, 0.1, random);
        at.sweep();
        std::vector<std::uint8_t> best(of.problem.size(), 0);
        for (std::size_t c = 0; c < of.parts.size(); ++c)
            for (std::size_t k = 0; k < of.parts.items(c); ++k)
                best[of.parts.item[of.parts.first[c] + k]] = at.keeps(c, k);
        std::vector<std::uint8_t> keep(of.problem.size(), 9);
        detail::choice_writer writer(at, keep, {});
        writer.write_all();
        CHECK(keep == best);
        for (int time = 0; time < 3; ++time) {
            detail::listed_place place;
            detail::alternative other;
            std::vector<std::uint8_t> expected = best;
            for (std::uint32_t c = 0; c < of.parts.size(); ++c)
                if (random.one_in(4)) {
                    place.components.push_back(c);
                    for (std::size_t at_item = of.parts.first[c]; at_item < of.parts.first[c + 1];
                         ++at_item) {
                        other.keep.push_back(random.one_in(2));
                        expected[of.parts.item[at_item]] = other.keep.back();
                    }
                }
            writer.write(place, other);
            CHECK(keep == expected);
            writer.write_all();
            CHECK(keep == best);
        }
        // As far as they fit, one after the other.
        std::fill(keep.begin(), keep.end(), std::uint8_t{0});
        resource_vector left = of.problem.capacity;
        std::vector<std::int64_t> kept(of.problem.classes(), 0);
        compensated_sum value;
        for (std::uint32_t c = 0; c < of.parts.size(); ++c) {
            const resource_vector before = left;
            writer.write_if_fits(c, left, kept, value);
            const resource_vector after = detail::less(before, at.usage_of(c), 2);
            CHECK(left == (detail::is_within(after, 2) ? after : before));
        }
        CHECK(detail::less(of.problem.capacity, usage(of.problem, keep), 2) == left);
        double sum = 0;
        std::vector<std::int64_t> counted(of.problem.classes(), 0);
        for (std::size_t i = 0; i < keep.size(); ++i) {
            sum += keep[i] != 0 ? of.problem.values[i] : 0.0;
            counted[of.problem.class_of[i]] += keep[i];
        }
        CHECK(kept == counted);
        CHECK(value.value() == doctest::Approx(sum));
    }
}

} // namespace tests_of_choice_writer
