// SPDX-License-Identifier: Apache-2.0
// every layer has a name of its own
//
// A report and the messages of a pruner call layers by their names. A layer without a name may
// stand beside others without one.
#include <espalier/model/device.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/report.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.name = "fc1", .inputs = 16, .outputs = 64},
#ifdef BROKEN
        espalier::dense{.name = "fc1", .inputs = 64, .outputs = 5}};
#else
        espalier::dense{.name = "fc2", .inputs = 64, .outputs = 5}};
#endif
    (void)espalier::resource_report(layers, espalier::device::xcvu9p).text();
}
