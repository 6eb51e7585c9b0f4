// SPDX-License-Identifier: Apache-2.0
// a headroom factor is above 0 and at most 1
//
// Headroom is the part of a resource that may be filled: 0.8, not 80.
#include <espalier/model/device.hpp>

#ifdef BROKEN
constexpr auto usable = espalier::usable(espalier::device::xcvu9p, {.dsp = 80});
#else
constexpr auto usable = espalier::usable(espalier::device::xcvu9p, {.dsp = 0.8});
#endif
