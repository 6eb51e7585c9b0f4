// SPDX-License-Identifier: Apache-2.0
// the multipliers of a schedule rise and are those of the matrix
//
// Multipliers keep the order that they have in the dense hardware.
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2})[0];
    (void)espalier::matrix_schedule(
#ifdef BROKEN
        m, espalier::memory_layout::in_place, {4}, {{2, 2, 0}, {3, 3, 0}});
#else
        m, espalier::memory_layout::in_place, {1}, {{2, 2, 0}, {3, 3, 0}});
#endif
}
