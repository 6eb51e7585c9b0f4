// SPDX-License-Identifier: Apache-2.0
// rounding says of every number whether its gradient passes
//
// A rounding that training goes through notes for each number whether it was in range, and needs as
// many places for that as there are numbers. On the way back the gradients are as many again.
#include <espalier/model/straight_through.hpp>

#include <cstdint>
#include <span>
#include <vector>

void program()
{
    std::vector<float> numbers{0.3F, 1.7F};
#ifdef BROKEN
    std::vector<std::uint8_t> passes(1);
#else
    std::vector<std::uint8_t> passes(2);
#endif
    espalier::round_straight_through(
        std::span(numbers), espalier::fixed_point{{8, 4}}, std::span(passes));
}
