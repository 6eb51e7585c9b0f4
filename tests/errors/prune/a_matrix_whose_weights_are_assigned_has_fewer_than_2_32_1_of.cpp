// SPDX-License-Identifier: Apache-2.0
// a matrix whose weights are assigned has fewer than 2^32 - 1 of them
//
// Slots are counted in 32 bits.
#include <espalier/model/layers.hpp>
#include <espalier/prune/assign.hpp>

#include <vector>

void program()
{
#ifdef BROKEN
    const auto m = espalier::matrices_of(
        espalier::dense{.inputs = 65536, .outputs = 65536, .reuse_factor = 1024})[0];
    const std::vector<double> importances;
#else
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
    const std::vector<double> importances(32, 1.0);
#endif
    const espalier::grouping groups(m, espalier::structure::n_of(4));
    (void)espalier::assign(groups, importances);
}
