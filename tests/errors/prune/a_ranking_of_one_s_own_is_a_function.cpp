// SPDX-License-Identifier: Apache-2.0
// a ranking of one's own is a function
//
// A ranking is a name such as `ranking::l1` or something that can be called; an empty
// `std::function` cannot.
#include <espalier/prune/ranking.hpp>

#include <algorithm>
#include <span>

void program()
{
#ifdef BROKEN
    const espalier::ranker mine = espalier::ranker::function{};
#else
    const espalier::ranker mine = [](const espalier::grouping&, espalier::layout,
                                      std::span<const float>, std::span<double> values) {
        std::fill(values.begin(), values.end(), 1.0);
    };
#endif
}
