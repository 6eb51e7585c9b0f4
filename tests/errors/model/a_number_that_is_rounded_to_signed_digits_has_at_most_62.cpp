// SPDX-License-Identifier: Apache-2.0
// a number that is rounded to signed digits has at most 62 bits
//
// The power of two above it is tried as well.
#include <espalier/model/constant.hpp>

#include <cstdint>

void program()
{
#ifdef BROKEN
    (void)espalier::nearest_with_digits(std::int64_t{1} << 62, 2);
#else
    (void)espalier::nearest_with_digits(std::int64_t{1} << 61, 2);
#endif
}
