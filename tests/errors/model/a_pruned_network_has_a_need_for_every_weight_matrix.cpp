// SPDX-License-Identifier: Apache-2.0
// a pruned network has a need for every weight matrix
//
// A report of a pruned network is given what `needs_of` says, or nothing for a dense one.
#include <espalier/model/layers.hpp>
#include <espalier/model/report.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{espalier::dense{.inputs = 4, .outputs = 2}};
#ifdef BROKEN
    const std::vector<espalier::resources> left(2);
#else
    const std::vector<espalier::resources> left(1);
#endif
    (void)espalier::resource_report(
        layers, espalier::device::xcvu9p, espalier::whole_device, {}, left);
}
