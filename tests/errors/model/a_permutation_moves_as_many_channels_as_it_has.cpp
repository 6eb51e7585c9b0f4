// SPDX-License-Identifier: Apache-2.0
// a permutation moves as many channels as it has
//
// Biases, or what a batch normalisation has of every channel, or another permutation.
#include <espalier/model/input_permutation.hpp>

#include <span>
#include <vector>

void program()
{
    const espalier::input_permutation order({2, 0, 1});
#ifdef BROKEN
    std::vector<float> biases(4);
#else
    std::vector<float> biases(3);
#endif
    order.apply(std::span(biases));
}
