// SPDX-License-Identifier: Apache-2.0
// a fixed-point number has no more integer bits than bits
//
// The width of a precision comes first, then the bits before the point: `{18, 8}` as in
// `ap_fixed<18, 8>`. A report and a pruner refuse what looks like the two the wrong way round.
#include <espalier/model/device.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/report.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
#ifdef BROKEN
        espalier::dense{.inputs = 16, .outputs = 64, .weight = {8, 18}}};
#else
        espalier::dense{.inputs = 16, .outputs = 64, .weight = {18, 8}}};
#endif
    (void)espalier::resource_report(layers, espalier::device::xcvu9p).text();
}
