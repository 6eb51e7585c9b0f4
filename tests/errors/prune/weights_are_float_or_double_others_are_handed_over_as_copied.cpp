// SPDX-License-Identifier: Apache-2.0
// weights are float or double; others are handed over as copied_weights
//
// A `copied_weights` has two functions that turn weights of any type into floats and back. A float
// that `write` gets as `read` gave it has to become the same weight again.
#include <espalier/prune/weight_view.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

espalier::weight_view view_of(std::vector<std::int16_t>& weights)
{
#ifdef BROKEN
    return {weights, espalier::layout::pytorch};
#else
    const auto to_float = [](std::int16_t w) { return static_cast<float>(w) / 1024; };
    const auto to_integer = [](float w) { return static_cast<std::int16_t>(w * 1024); };
    return {espalier::copied_weights{.size = weights.size(),
                .read =
                    [&weights, to_float](std::span<float> to) {
                        std::transform(weights.begin(), weights.end(), to.begin(), to_float);
                    },
                .write =
                    [&weights, to_integer](std::span<const float> from) {
                        std::transform(from.begin(), from.end(), weights.begin(), to_integer);
                    }},
        espalier::layout::pytorch};
#endif
}
