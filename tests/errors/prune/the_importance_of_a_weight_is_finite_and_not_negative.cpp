// SPDX-License-Identifier: Apache-2.0
// the importance of a weight is finite and not negative
//
// What is summed and compared is the magnitude of a weight, its square, or another worth.
#include <espalier/model/layers.hpp>
#include <espalier/prune/order_search.hpp>

#include <vector>

void program()
{
    const espalier::weight_matrix m = espalier::matrices_of(
        espalier::layer_spec(espalier::dense{.inputs = 8, .outputs = 1, .reuse_factor = 2}))[0];
    const espalier::grouping groups(m, espalier::structure::n_of(2));
#ifdef BROKEN
    const std::vector<double> importances{9, 0, 1, -1, 0, 9, 1, 1};
#else
    const std::vector<double> importances{9, 0, 1, 1, 0, 9, 1, 1};
#endif
    (void)espalier::best_order(groups, espalier::channels_of(m, espalier::layout::keras),
        importances, 0.25, espalier::input_permutation::identity(8));
}
