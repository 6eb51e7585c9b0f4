// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/core/column_bounds.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <knapsack/core_problems.hpp>
#include <vector>

namespace tests_of_column_bounds {

using namespace espalier;
using instances::dice;

TEST_CASE("bounds are tightened together with those that follow, and undone to the last")
{
    std::size_t followed = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        dice random(seed);
        const detail::core_problem core = core_problems::any(
            {.rows = 1 + random.below(2), .places = 2 + random.below(8)}, random);
        const detail::core_columns columns(core);
        detail::bounded_columns program;
        std::vector<double> most;
        for (std::size_t j = 0; j < columns.size(); ++j) {
            most.push_back(static_cast<double>(core.count[columns[j].place]));
            program.add(-core.loss[columns[j].change], columns[j].a_class, most.back());
        }
        detail::column_bounds bounds(columns, program, most);
        std::vector<std::vector<double>> lower;
        std::vector<std::vector<double>> upper;
        std::vector<std::size_t> marks;
        CAPTURE(seed);
        for (int step = 0; step < 4; ++step) {
            lower.push_back(program.lower);
            upper.push_back(program.upper);
            marks.push_back(bounds.mark());
            const std::size_t j = random.below(columns.size());
            if (program.lower[j] == program.upper[j])
                continue;
            const bool up = random.one_in(2);
            bounds.restrict(j, up ? program.upper[j] : program.lower[j],
                up ? program.upper[j] : program.lower[j]);
            CHECK(program.lower[j] == program.upper[j]);
            for (std::size_t k = 0; k < columns.size(); ++k) {
                CHECK(program.lower[k] >= lower.back()[k]);
                CHECK(program.upper[k] <= upper.back()[k]);
                const bool changed =
                    program.lower[k] != lower.back()[k] || program.upper[k] != upper.back()[k];
                followed += changed && k != j;
                if (!changed || k == j)
                    continue;
                // Only columns that use the same, or are of the same place.
                const auto& [begin, end] = columns.range_of(j);
                CHECK((k >= begin && k < end));
            }
            if (!columns.is_single(j) && up) {
                const auto& [begin, end] = columns.range_of(j);
                for (std::size_t k = begin; k < end; ++k)
                    CHECK((k == j || program.upper[k] == 0));
            }
        }
        while (!marks.empty()) {
            bounds.undo(marks.back());
            CHECK(program.lower == lower.back());
            CHECK(program.upper == upper.back());
            marks.pop_back();
            lower.pop_back();
            upper.pop_back();
        }
    }
    CHECK(followed > 200);
}

} // namespace tests_of_column_bounds
