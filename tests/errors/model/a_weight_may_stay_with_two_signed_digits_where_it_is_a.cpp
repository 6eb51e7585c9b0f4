// SPDX-License-Identifier: Apache-2.0
// a weight may stay with two signed digits where it is a constant, at reuse factor 1
//
// A multiplier that serves several weights multiplies, whatever digits they have.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m = espalier::matrices_of(
#ifdef BROKEN
        espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
#else
        espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 1})[0];
#endif
    (void)espalier::grouping(m, espalier::structure::constants);
}
