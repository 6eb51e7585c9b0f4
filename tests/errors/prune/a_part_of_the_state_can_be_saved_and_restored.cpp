// SPDX-License-Identifier: Apache-2.0
// a part of the state can be saved and restored
//
// One of the two functions is empty. A part that cannot be taken back would leave half of a
// rejected round in the network.
#include <espalier/prune/trainee.hpp>

#include <cstddef>
#include <span>
#include <vector>

void program()
{
    std::byte dial{3};
    const espalier::state_part part(
        "dial", [&] { return std::vector<std::byte>{dial}; },
#ifdef BROKEN
        nullptr);
#else
        [&](std::span<const std::byte> saved) { dial = saved[0]; });
#endif
}
