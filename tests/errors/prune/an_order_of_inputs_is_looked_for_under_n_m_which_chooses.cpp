// SPDX-License-Identifier: Apache-2.0
// an order of inputs is looked for under N:M, which chooses among neighbours
//
// Under free rows a multiplier takes any weights of its row, so their order does not matter.
#include <espalier/model/layers.hpp>
#include <espalier/prune/order_search.hpp>

#include <vector>

void program()
{
    const espalier::weight_matrix m = espalier::matrices_of(
        espalier::layer_spec(espalier::dense{.inputs = 8, .outputs = 1, .reuse_factor = 2}))[0];
#ifdef BROKEN
    const espalier::grouping groups(m, espalier::structure::free_rows);
#else
    const espalier::grouping groups(m, espalier::structure::n_of(2));
#endif
    const std::vector<double> importances{9, 0, 1, 1, 0, 9, 1, 1};
    (void)espalier::best_order(groups, espalier::channels_of(m, espalier::layout::keras),
        importances, 0.25, espalier::input_permutation::identity(8));
}
