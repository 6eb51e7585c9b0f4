// SPDX-License-Identifier: Apache-2.0
// a search takes no fewer steps than none
//
// Each step looks at the swap of two channels; with none the order stays as it was.
#include <espalier/model/layers.hpp>
#include <espalier/prune/order_search.hpp>

#include <vector>

void program()
{
    const espalier::weight_matrix m = espalier::matrices_of(
        espalier::layer_spec(espalier::dense{.inputs = 8, .outputs = 1, .reuse_factor = 2}))[0];
    const espalier::grouping groups(m, espalier::structure::n_of(2));
    const std::vector<double> importances{9, 0, 1, 1, 0, 9, 1, 1};
#ifdef BROKEN
    const espalier::order_search how{.steps = -1};
#else
    const espalier::order_search how{.steps = 100};
#endif
    (void)espalier::best_order(groups, espalier::channels_of(m, espalier::layout::keras),
        importances, 0.25, espalier::input_permutation::identity(8), how);
}
