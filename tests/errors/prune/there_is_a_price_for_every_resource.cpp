// SPDX-License-Identifier: Apache-2.0
// there is a price for every resource
//
// `priced` wants a price for each resource of the knapsack problem: DSP, block RAM, LUT.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
    const espalier::selection groups(layers);
#ifdef BROKEN
    (void)groups.priced(std::vector<double>{1.0});
#else
    (void)groups.priced(std::vector<double>{1.0, 0.5, 0.0});
#endif
}
