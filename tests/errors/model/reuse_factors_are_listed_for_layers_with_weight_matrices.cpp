// SPDX-License-Identifier: Apache-2.0
// reuse factors are listed for layers with weight matrices
//
// Others take any up to the number of values that share a multiplier.
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

void program()
{
#ifdef BROKEN
    const espalier::layer_spec layer = espalier::batch_norm{.inputs = 16};
#else
    const espalier::layer_spec layer = espalier::dense{.inputs = 16, .outputs = 4};
#endif
    (void)espalier::legal_reuse_factors(layer);
}
