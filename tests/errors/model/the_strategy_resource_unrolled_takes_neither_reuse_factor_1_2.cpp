// SPDX-License-Identifier: Apache-2.0
// the strategy resource_unrolled takes neither reuse factor 1 nor the largest
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    (void)espalier::cost(espalier::dense{.inputs = 16,
        .outputs = 64,
        .strategy = espalier::strategy::resource_unrolled,
#ifdef BROKEN
        .reuse_factor = 1024});
#else
        .reuse_factor = 512});
#endif
}
