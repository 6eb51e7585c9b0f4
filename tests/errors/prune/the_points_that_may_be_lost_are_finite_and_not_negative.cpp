// SPDX-License-Identifier: Apache-2.0
// the points that may be lost are finite and not negative
//
// `tolerance::points` is how much worse the metric may be, in its own unit and whatever its
// direction.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    std::vector<float> weights(8, 1.0F);
    espalier::pruner pruner{layers, {{{weights, espalier::layout::pytorch}}},
#ifdef BROKEN
        {.tolerance = espalier::tolerance::points(-0.3)}};
#else
        {.tolerance = espalier::tolerance::points(0.3)}};
#endif
}
