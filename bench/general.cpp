// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

// The general multi-dimensional knapsack, all items different: instances after the recipe of Chu
// and Beasley (1998), with weights uniform in 0 … 1000, capacities a share of their sums, and
// values the mean weight of the item plus up to 500. Prints gap and time of `exact` as a table.
//
//     bench_general [seconds per instance]

int main(int count, char** arguments)
{
    using namespace espalier;
    const double limit = count > 1 ? std::atof(arguments[1]) : 5;
    std::printf("| constraints | items | tightness | status | gap | seconds |\n");
    std::printf("|--:|--:|--:|:--|--:|--:|\n");
    for (const std::size_t rows : {5U, 10U, 30U})
        for (const std::size_t items : {100U, 250U})
            for (const double tightness : {0.25, 0.5, 0.75}) {
                std::mt19937_64 dice(rows * 1000 + items + static_cast<unsigned>(100 * tightness));
                const auto below = [&](std::uint64_t n) { return dice() % n; };
                knapsack_problem problem;
                problem.resources = rows;
                problem.class_costs.resize(items);
                resource_vector total{};
                for (std::uint32_t item = 0; item < items; ++item) {
                    double mean = 0;
                    for (std::size_t r = 0; r < rows; ++r) {
                        const auto weight = static_cast<std::int64_t>(below(1001));
                        problem.class_costs[item][r] = weight;
                        total[r] += weight;
                        mean += static_cast<double>(weight) / static_cast<double>(rows);
                    }
                    problem.class_of.push_back(item);
                    problem.values.push_back(std::floor(mean + static_cast<double>(below(500))));
                }
                for (std::size_t r = 0; r < rows; ++r)
                    problem.capacity[r] =
                        static_cast<std::int64_t>(tightness * static_cast<double>(total[r]));
                const knapsack_solution best = exact{.time_limit = limit}(problem);
                std::printf("| %zu | %zu | %.2f | %s | %.2g | %.2f |\n", rows, items, tightness,
                    to_string(best.status).data(), best.gap(), best.seconds);
            }
    return 0;
}
