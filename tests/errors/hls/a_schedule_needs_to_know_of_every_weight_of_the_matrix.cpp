// SPDX-License-Identifier: Apache-2.0
// a schedule needs to know of every weight of the matrix whether it is kept
//
// Masks and weights count in hardware order, and what is pruned is there as a zero.
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layers.hpp>

#include <span>
#include <vector>

void program()
{
    const auto m =
        espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2})[0];
#ifdef BROKEN
    const std::vector<float> weights(7);
#else
    const std::vector<float> weights(8);
#endif
    (void)espalier::schedule_of(m, std::span<const float>(weights));
}
