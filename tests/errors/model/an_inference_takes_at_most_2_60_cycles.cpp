// SPDX-License-Identifier: Apache-2.0
// an inference takes at most 2^60 cycles
//
// A product of image, reuse factor and time steps that is not a number of cycles any more.
#include <espalier/model/layers.hpp>
#include <espalier/model/timing.hpp>

constexpr auto timing = espalier::timing_of(espalier::gru{.inputs = 1,
    .units = 1,
    .timesteps = 2'000'000'000,
#ifdef BROKEN
    .reuse_factor = 2'000'000'000});
#else
    .reuse_factor = 1});
#endif
