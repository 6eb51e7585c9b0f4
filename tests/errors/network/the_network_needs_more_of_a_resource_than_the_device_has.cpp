// SPDX-License-Identifier: Apache-2.0
// the network needs more of a resource than the device has
//
// From `must_fit`. The resource, the need and the limit are in the type that the compiler names,
// one for each resource that overflows: `need_within_limit<espalier::resource::dsp, 1024, 220>`. (A
// plain `static_assert(fits(…))` stops the compiler too, but cannot say why.)
#include <espalier/network/fits.hpp>

constexpr auto net =
#ifdef BROKEN
    espalier::network<espalier::dense{.inputs = 16, .outputs = 64, .reuse_factor = 1}>;
#else
    espalier::network<espalier::dense{.inputs = 16, .outputs = 64, .reuse_factor = 8}>;
#endif
static_assert(espalier::must_fit<net, espalier::device::xc7z020>());
