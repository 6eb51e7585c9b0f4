// SPDX-License-Identifier: Apache-2.0
// a signed format that saturates symmetrically has at least 2 bits
//
// One bit is a sign alone, with the values 0 and -1: `ap_fixed` leaves -1 as it is, `sc_fixed`
// makes it 0.
#include <espalier/model/quantize.hpp>

#ifdef BROKEN
constexpr espalier::precision format{1, 1};
#else
constexpr espalier::precision format{2, 2};
#endif
constexpr auto raw =
    espalier::quantized(-1.0, {.format = format, .overflow = espalier::overflow::sat_sym});
