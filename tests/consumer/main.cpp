// SPDX-License-Identifier: Apache-2.0
#include <espalier/espalier.hpp>
#ifdef WITH_glpk
#include <espalier/with/glpk.hpp>
#endif
#ifdef WITH_eigen
#include <espalier/with/eigen.hpp>
#endif

constexpr auto net =
    esp::network<esp::dense{.inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}}>;
static_assert(esp::cost(net).dsp == 256);

int main()
{
#ifdef WITH_glpk
    const esp::knapsack_problem problem{.resources = 1,
        .values = {1.0, 2.0},
        .class_of = {0, 0},
        .class_costs = {{1}},
        .capacity = {1}};
    if (esp::glpk{}(problem).value != 2.0)
        return 1;
#endif
    return esp::fits(net, esp::device::xcvu9p) ? 0 : 1;
}
