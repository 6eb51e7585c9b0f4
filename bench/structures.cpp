// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>

#include <cstdio>
#include <cstdlib>
#include <knapsack/columns.hpp>
#include <string>
#include <vector>

// What linked memory columns gain over C consecutive multipliers: the kept importance at the same
// budget of DSPs and block RAMs, on the weights of a trained network.
//
//     bench_structures weights.f32 16x64:4 64x32:4 32x32:4 32x5:4
//
// The file holds, layer by layer, the kernel (inputs × outputs, float32) and the bias; a layer is
// given as inputs x outputs : reuse factor (a convolution as kernel area · channels x filters).

int main(int count, char** arguments)
{
    using namespace espalier;
    std::vector<columns::layer> layers;
    for (int k = 2; k < count; ++k) {
        columns::layer one{};
        if (std::sscanf(arguments[k], "%zux%zu:%zu", &one.inputs, &one.outputs, &one.reuse) != 3) {
            std::fprintf(stderr, "a layer is inputs x outputs : reuse, as in 16x64:4\n");
            return 1;
        }
        layers.push_back(one);
    }
    if (count < 3 || !columns::read(arguments[1], layers)) {
        std::fprintf(stderr, "usage: %s weights.f32 inputsxoutputs:reuse …\n", arguments[0]);
        return 1;
    }
    std::printf("| bits | C | budget | linked columns | consecutive | gain | proven |\n");
    std::printf("|--:|--:|--:|--:|--:|--:|:--|\n");
    for (const std::size_t width : {12U, 16U, 18U, 20U})
        for (const double share : {0.5, 0.25, 0.1}) {
            const std::size_t together = columns::consecutive(width);
            const knapsack_solution linked = exact{}(columns::problem_of(layers, width, 1, share));
            const knapsack_solution consecutive =
                exact{}(columns::problem_of(layers, width, together, share));
            const bool proven = linked.status == solve_status::optimal &&
                                consecutive.status == solve_status::optimal;
            std::printf("| %zu | %zu | %.0f %% | %.3f | %.3f | %.2f %% | %s |\n", width, together,
                100 * share, linked.value, consecutive.value,
                100 * (linked.value / consecutive.value - 1), proven ? "both" : "no");
        }
    return 0;
}
