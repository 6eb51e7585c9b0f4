// SPDX-License-Identifier: Apache-2.0
// copied weights can be read and written
//
// A pruner looks at the weights and sets some of them to zero, so it needs both functions.
#include <espalier/prune/weight_view.hpp>

#include <algorithm>
#include <deque>
#include <span>

void program()
{
    std::deque<float> weights(8, 1.0F); // not one piece of memory
    const espalier::copied_weights copied{.size = 8,
        .read = [&](std::span<float> to) { std::copy_n(weights.begin(), 8, to.begin()); },
#ifdef BROKEN
        .write = nullptr};
#else
        .write =
            [&](std::span<const float> from) { std::copy_n(from.begin(), 8, weights.begin()); }};
#endif
    const espalier::weight_view view(copied, espalier::layout::pytorch);
}
