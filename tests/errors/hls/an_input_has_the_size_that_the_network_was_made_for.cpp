// SPDX-License-Identifier: Apache-2.0
// an input has the size that the network was made for
//
// height·width·channels numbers, channels last.
#include <espalier/hls/integer_network.hpp>
#include <espalier/model/layers.hpp>

#include <cstdint>
#include <vector>

void program()
{
    const espalier::integer_network network({.channels = 2}, espalier::precision{8, 8});
#ifdef BROKEN
    const std::vector<std::int64_t> input{1};
#else
    const std::vector<std::int64_t> input{1, 2};
#endif
    (void)network.run(input);
}
