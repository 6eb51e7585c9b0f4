// SPDX-License-Identifier: Apache-2.0
// only a finite number has a fixed-point value
//
// A NaN or infinity has none; training diverged, or a division went wrong.
#include <espalier/model/quantize.hpp>

#include <cmath>

void program()
{
#ifdef BROKEN
    const double number = std::log(0.0);
#else
    const double number = std::log(0.1);
#endif
    (void)espalier::quantized(number, espalier::precision{16, 6});
}
