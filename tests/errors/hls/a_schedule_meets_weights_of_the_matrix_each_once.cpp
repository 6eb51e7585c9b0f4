// SPDX-License-Identifier: Apache-2.0
// a schedule meets weights of the matrix, each once
//
// A weight that is met twice counts twice in the sum.
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2})[0];
    (void)espalier::matrix_schedule(
#ifdef BROKEN
        m, espalier::memory_layout::in_place, {1}, {{2, 2, 0}, {2, 2, 0}});
#else
        m, espalier::memory_layout::in_place, {1}, {{2, 2, 0}, {3, 3, 0}});
#endif
}
