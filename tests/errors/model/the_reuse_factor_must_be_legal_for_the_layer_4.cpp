// SPDX-License-Identifier: Apache-2.0
// the reuse factor must be legal for the layer
//
// `cost`, `fits`, `resource_report` and the pruner check each layer in the same way at run time.
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::layer_spec layer = espalier::dense{.inputs = 16, .outputs = 64};
#ifdef BROKEN
    layer.reuse_factor = 7;
#else
    layer.reuse_factor = 8;
#endif
    (void)espalier::cost(layer);
}
