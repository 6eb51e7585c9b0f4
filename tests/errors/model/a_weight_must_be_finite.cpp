// SPDX-License-Identifier: Apache-2.0
// a weight must be finite
//
// A NaN or infinity has no fixed-point value; training diverged.
#include <espalier/model/constant.hpp>

#include <cmath>

void program()
{
#ifdef BROKEN
    (void)espalier::quantized(std::log(0.0), {.width = 16, .integer = 6});
#else
    (void)espalier::quantized(std::log(0.1), {.width = 16, .integer = 6});
#endif
}
