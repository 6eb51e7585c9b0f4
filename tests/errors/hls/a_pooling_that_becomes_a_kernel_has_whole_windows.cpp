// SPDX-License-Identifier: Apache-2.0
// a pooling that becomes a kernel has whole windows
//
// There is no kernel for windows that reach over the edge of the image.
#include <espalier/hls/kernel_network.hpp>

void program()
{
    espalier::kernel_network network("net", {4, 4, 1}, espalier::precision{16, 6});
#ifdef BROKEN
    network.add(espalier::integer_pooling{.padding = espalier::padding::same});
#else
    network.add(espalier::integer_pooling{.padding = espalier::padding::valid});
#endif
}
