// SPDX-License-Identifier: Apache-2.0
// a depthwise kernel has an input for each weight, so no multiplier chooses among several
//
// N:M and free rows are for matrices whose rows all meet the same inputs.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    const espalier::layer_spec layer = espalier::depthwise_conv2d{.height = 8,
        .width = 8,
        .channels = 4,
        .kernel_height = 3,
        .kernel_width = 3,
        .reuse_factor = 3};
#else
    const espalier::layer_spec layer =
        espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2};
#endif
    (void)espalier::grouping(espalier::matrices_of(layer)[0], espalier::structure::n_of(4));
}
