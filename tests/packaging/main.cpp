// SPDX-License-Identifier: Apache-2.0
#include <espalier/espalier.hpp>

constexpr auto net =
    esp::network<esp::dense{.inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}}>;
static_assert(esp::cost(net).dsp == 256);

// As headers, `exact` would take half a minute to compile.
#ifdef ESPALIER_COMPILED
constexpr esp::exact solver;
#else
constexpr esp::greedy solver;
#endif

int main()
{
    const esp::knapsack_problem problem{.resources = 1,
        .values = {1.0, 2.0},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1}};
    return solver(problem).value == 2.0 ? 0 : 1;
}
