// SPDX-License-Identifier: Apache-2.0
// a variance plus epsilon is positive
//
// The root of it divides.
#include <espalier/hls/integer_kernel.hpp>

void program()
{
#ifdef BROKEN
    const espalier::batch_normalization norm{.mean = {0}, .variance = {-1}};
#else
    const espalier::batch_normalization norm{.mean = {0}, .variance = {0}};
#endif
    (void)norm.at_inference();
}
