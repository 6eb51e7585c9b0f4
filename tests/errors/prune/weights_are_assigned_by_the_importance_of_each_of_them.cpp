// SPDX-License-Identifier: Apache-2.0
// weights are assigned by the importance of each of them
//
// One for each weight of the matrix, in hardware order.
#include <espalier/model/layers.hpp>
#include <espalier/prune/assign.hpp>

#include <vector>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
#ifdef BROKEN
    const std::vector<double> importances(31, 1.0);
#else
    const std::vector<double> importances(32, 1.0);
#endif
    const espalier::grouping groups(m, espalier::structure::n_of(4));
    (void)espalier::assign(groups, importances);
}
