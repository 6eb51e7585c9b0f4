// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/core_problem.hpp>
#include <espalier/knapsack/detail/core/lattice.hpp>
#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace espalier::detail {

/// A bound on what any choice of a core loses: each change may be made any number of times, and
/// those that lose next to nothing backwards as well. So what is left counts modulo the lattice of
/// these only (Gomory's group relaxation). Of thousands of equal components it proves at once what
/// a search finds out by going through all that can be exchanged among them without a loss.
/// \param known  loss of the best choice known; may be infinite
[[nodiscard]] inline double least_loss_by_group(const core_problem& core, double known)
{
    std::vector<double> cheapest(core.usages.size(), std::numeric_limits<double>::infinity());
    for (std::size_t change = 0; change < core.changes(); ++change) {
        double& of_kind = cheapest[core.kind[change]];
        of_kind = std::min(of_kind, core.loss[change]);
    }
    const double nothing =
        known < std::numeric_limits<double>::infinity() ? tuning::next_to_nothing * known : 0.0;
    std::vector<resource_vector> free;
    std::vector<lattice_step> steps;
    for (std::size_t kind = 0; kind < cheapest.size(); ++kind) {
        if (cheapest[kind] <= nothing)
            free.push_back(core.usages[kind]);
        else if (cheapest[kind] < known)
            steps.push_back({core.usages[kind], cheapest[kind]});
    }
    return core.base_loss + cost_lattice(free, core.rows).least_loss(core.left, core.price, steps);
}

} // namespace espalier::detail
