// SPDX-License-Identifier: Apache-2.0
// the reuse factor must be legal for the layer
#include <espalier/model/device.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/report.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
#ifdef BROKEN
        espalier::dense{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 7}};
#else
        espalier::dense{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 8}};
#endif
    (void)espalier::resource_report(layers, espalier::device::xc7z020).text();
}
