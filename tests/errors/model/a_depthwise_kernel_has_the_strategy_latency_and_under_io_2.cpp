// SPDX-License-Identifier: Apache-2.0
// a depthwise kernel has the strategy latency and, under io_stream, resource
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    (void)espalier::cost(espalier::separable_conv2d{.height = 8,
        .width = 8,
        .channels = 4,
        .filters = 8,
#ifdef BROKEN
        .strategy = espalier::strategy::resource_unrolled});
#else
        .strategy = espalier::strategy::resource});
#endif
}
