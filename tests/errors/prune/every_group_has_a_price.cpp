// SPDX-License-Identifier: Apache-2.0
// every group has a price
//
// The group lasso charges each group its own price.
#include <espalier/model/layers.hpp>
#include <espalier/prune/regularizer.hpp>

#include <vector>

void program()
{
    const espalier::grouping groups(
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0],
        espalier::structure::weights);
    (void)espalier::group_lasso_loss(groups, espalier::layout::pytorch,
#ifdef BROKEN
        std::vector<float>(8, 1.0F), std::vector<double>(3, 1.0));
#else
        std::vector<float>(8, 1.0F), std::vector<double>(8, 1.0));
#endif
}
