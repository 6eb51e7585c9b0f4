// SPDX-License-Identifier: Apache-2.0
// multipliers that take any of several weights have a packed memory
//
// Which of a block's multipliers are kept is not a question of places, so their weights lie side by
// side.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 8, .outputs = 4, .reuse_factor = 2})[0];
#ifdef BROKEN
    (void)espalier::grouping(m, {.kind = espalier::structure_kind::n_of_m});
#else
    (void)espalier::grouping(m, espalier::structure::n_of(4));
#endif
}
