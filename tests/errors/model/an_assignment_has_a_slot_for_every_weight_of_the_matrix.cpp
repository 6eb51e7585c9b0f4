// SPDX-License-Identifier: Apache-2.0
// an assignment has a slot for every weight of the matrix
//
// An assignment belongs to a matrix, as a grouping does.
#include <espalier/model/layers.hpp>
#include <espalier/prune/assign.hpp>

#include <vector>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
#ifndef BROKEN
    const std::vector<double> importances(32, 1.0);
#endif
    const espalier::grouping groups(m, espalier::structure::n_of(4));
#ifdef BROKEN
    const espalier::weight_assignment two({1, 0});
    (void)groups.assigned(two);
#else
    const espalier::weight_assignment best = espalier::assign(groups, importances);
    (void)groups.assigned(best);
#endif
}
