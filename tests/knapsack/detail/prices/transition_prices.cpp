// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/transition_prices.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/linked.hpp>
#include <vector>

namespace tests_of_transition_prices {

using namespace espalier;
using instances::dice;

TEST_CASE("a transition costs its item, less its bonus, and the units that are not paid yet")
{
    std::size_t kept = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const linked::setting of(linked::small_problem(10, false, random));
        const std::size_t rows = of.problem.resources;
        detail::transition_prices prices(of.parts);
        for (int move = 0; move < 2; ++move) {
            const detail::price_vector price = linked::any_price(rows, 0.1, random);
            std::vector<double> bonus(of.problem.classes(), 0.0);
            const std::uint32_t with_bonus = static_cast<std::uint32_t>(random.below(bonus.size()));
            bonus[with_bonus] = random.unit();
            prices.price(price, rows, of.problem.class_costs, of.problem.shared.costs, bonus);
            if (move == 1) { // one class alone
                bonus[with_bonus] = 0.25;
                prices.price_class(with_bonus,
                    detail::price_of(of.problem.class_costs[with_bonus], price, rows) - 0.25);
            }
            CAPTURE(seed);
            for (std::size_t p = 0; p < of.parts.patterns.size(); ++p) {
                const detail::pattern& look = of.parts.patterns[p];
                const double* its = prices.of(p);
                for (std::size_t k = 0; k < look.size(); ++k)
                    for (std::size_t t = look.first_transition[k]; t < look.first_transition[k + 1];
                         ++t) {
                        if (!look.transitions[t].keeps)
                            continue;
                        const std::uint32_t c = look.class_of[k];
                        double sum =
                            detail::price_of(of.problem.class_costs[c], price, rows) - bonus[c];
                        for (std::size_t at = look.first_link[k]; at < look.first_link[k + 1]; ++at)
                            if ((look.transitions[t].from >> look.links[at].slot & 1) == 0)
                                sum += detail::price_of(
                                    of.problem.shared.costs[look.links[at].kind], price, rows);
                        CHECK(std::abs(its[t] - sum) < 1e-12);
                        CHECK(its[t] == prices.at(look, k, look.transitions[t].from));
                        ++kept;
                    }
            }
        }
    }
    CHECK(kept > 3'000);
}

} // namespace tests_of_transition_prices
