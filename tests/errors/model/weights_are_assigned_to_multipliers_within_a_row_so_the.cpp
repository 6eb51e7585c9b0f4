// SPDX-License-Identifier: Apache-2.0
// weights are assigned to multipliers within a row, so the reuse factor divides the inputs of the
// row
//
// A multiplier that serves several rows has no row to choose weights from.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m = espalier::matrices_of(
#ifdef BROKEN
        espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 16})[0];
#else
        espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 4})[0];
#endif
    (void)espalier::grouping(m, espalier::structure::free_rows);
}
