// SPDX-License-Identifier: Apache-2.0
// weights are assigned to multipliers under n_of_m and free_row only
//
// All other structures have a fixed place for every weight.
#include <espalier/model/layers.hpp>
#include <espalier/prune/assign.hpp>

#include <vector>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
    const std::vector<double> importances(32, 1.0);
#ifdef BROKEN
    const espalier::grouping groups(m, espalier::structure::multipliers);
#else
    const espalier::grouping groups(m, espalier::structure::n_of(4));
#endif
    (void)espalier::assign(groups, importances);
}
