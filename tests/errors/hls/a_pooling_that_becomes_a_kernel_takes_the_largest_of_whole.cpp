// SPDX-License-Identifier: Apache-2.0
// a pooling that becomes a kernel takes the largest of whole windows
//
// There is no kernel for an average, nor for windows that reach over the edge.
#include <espalier/hls/kernel_network.hpp>

void program()
{
    espalier::kernel_network network("net", {4, 4, 1}, espalier::precision{16, 6});
#ifdef BROKEN
    network.add(espalier::integer_pooling{.kind = espalier::pooling::average});
#else
    network.add(espalier::integer_pooling{.kind = espalier::pooling::max});
#endif
}
