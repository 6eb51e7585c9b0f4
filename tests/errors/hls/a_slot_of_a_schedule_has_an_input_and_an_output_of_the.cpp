// SPDX-License-Identifier: Apache-2.0
// a slot of a schedule has an input and an output of the matrix
//
// Idle slots have both as well: their multiplier is wired like the others.
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2})[0];
    (void)espalier::matrix_schedule(
#ifdef BROKEN
        m, espalier::memory_layout::in_place, {1}, {{2, 4, 0}, {3, 3, 0}});
#else
        m, espalier::memory_layout::in_place, {1}, {{2, 2, 0}, {3, 3, 0}});
#endif
}
