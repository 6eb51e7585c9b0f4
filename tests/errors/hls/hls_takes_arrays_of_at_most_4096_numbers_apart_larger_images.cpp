// SPDX-License-Identifier: Apache-2.0
// HLS takes arrays of at most 4096 numbers apart; larger images travel by io_stream
//
// What travels as an array, and what a product is given, is taken apart into single numbers, and
// HLS refuses more than 4,096 of them.
#include <espalier/hls/kernel_network.hpp>

void program()
{
    const espalier::precision format{18, 8};
#ifdef BROKEN
    const espalier::kernel_network network("net", {64, 64, 3}, format);
#else
    const espalier::kernel_network network(
        "net", {64, 64, 3}, format, espalier::io_type::io_stream);
#endif
    (void)network;
}
