// SPDX-License-Identifier: Apache-2.0
// an N:M block has at least one stream
//
// M is the number of inputs that a multiplier may choose from in each cycle.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
#ifdef BROKEN
    (void)espalier::grouping(m, espalier::structure::n_of(0));
#else
    (void)espalier::grouping(m, espalier::structure::n_of(2));
#endif
}
