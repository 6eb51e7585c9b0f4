// SPDX-License-Identifier: Apache-2.0
// every group has a value
//
// A problem is posed with as many values as `items()`, over all layers.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    espalier::selection groups(layers);
#ifdef BROKEN
    (void)groups.pose({0.5, 0.25}, {.dsp = 4});
#else
    (void)groups.pose(std::vector<double>(groups.items(), 0.5), {.dsp = 4});
#endif
}
