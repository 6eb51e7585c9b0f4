// SPDX-License-Identifier: Apache-2.0
// a batch normalization has a channel for each output before it
//
// It is folded into the weights of the outputs before it.
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    const auto m = espalier::matrices_of(espalier::dense{.inputs = 2, .outputs = 2})[0];
#ifdef BROKEN
    (void)espalier::folded(m, {{1, 2, 3, 4}, {}}, {.mean = {0}, .variance = {1}});
#else
    (void)espalier::folded(m, {{1, 2, 3, 4}, {}}, {.mean = {0, 0}, .variance = {1, 1}});
#endif
}
