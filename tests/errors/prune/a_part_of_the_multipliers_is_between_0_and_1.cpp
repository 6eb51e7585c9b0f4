// SPDX-License-Identifier: Apache-2.0
// a part of the multipliers is between 0 and 1
//
// The part that is to stay, not a percentage.
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
    const double keep = 25;
#else
    const double keep = 0.25;
#endif
    (void)espalier::best_order(groups, espalier::channels_of(m, espalier::layout::keras),
        importances, keep, espalier::input_permutation::identity(8));
}
