// SPDX-License-Identifier: Apache-2.0
// the value of a group is finite and not negative
//
// What a ranking of one's own writes is what the solver maximises: a number for each group, 0 for
// one that is worth nothing.
#include <espalier/model/layers.hpp>
#include <espalier/prune/ranking.hpp>

#include <algorithm>
#include <span>
#include <vector>

void program()
{
    const espalier::grouping groups(
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0],
        espalier::structure::weights);
    const espalier::ranker mine = [](const espalier::grouping&, espalier::layout,
                                      std::span<const float>, std::span<double> values) {
#ifdef BROKEN
        std::fill(values.begin(), values.end(), -1.0);
#else
        std::fill(values.begin(), values.end(), 1.0);
#endif
    };
    const std::vector<float> weights(8, 1.0F);
    std::vector<double> values(8);
    mine.value(groups, espalier::layout::pytorch, weights, values);
}
