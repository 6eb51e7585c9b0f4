// SPDX-License-Identifier: Apache-2.0
// a batch normalization has as many of each number as channels
//
// gamma and beta may be left out, mean and variance may not.
#include <espalier/hls/integer_kernel.hpp>

void program()
{
#ifdef BROKEN
    const espalier::batch_normalization norm{.mean = {0, 0}, .variance = {1}};
#else
    const espalier::batch_normalization norm{.mean = {0, 0}, .variance = {1, 1}};
#endif
    (void)norm.at_inference();
}
