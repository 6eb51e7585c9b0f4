// SPDX-License-Identifier: Apache-2.0
// a network of kernels has at least one layer
//
// Without one there is nothing to write.
#include <espalier/hls/write_network.hpp>

#include <sstream>

void program()
{
    espalier::kernel_network network("net", {1, 1, 4}, espalier::precision{16, 6});
#ifndef BROKEN
    network.add(espalier::integer_relu{});
#endif
    std::ostringstream header;
    espalier::write_network(header, network);
}
