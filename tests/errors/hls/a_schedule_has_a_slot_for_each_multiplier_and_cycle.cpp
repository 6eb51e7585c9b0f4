// SPDX-License-Identifier: Apache-2.0
// a schedule has a slot for each multiplier and cycle
//
// A multiplier works in every cycle of the reuse loop; one that waits has an idle slot.
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2})[0];
    (void)espalier::matrix_schedule(
#ifdef BROKEN
        m, espalier::memory_layout::in_place, {1}, {{2, 2, 0}});
#else
        m, espalier::memory_layout::in_place, {1}, {{2, 2, 0}, {3, 3, 0}});
#endif
}
