// SPDX-License-Identifier: Apache-2.0
// a test bench is given whole inputs, at least one
//
// Raw integers of one input after the other; without one a test bench would test nothing.
#include <espalier/hls/write_test_bench.hpp>

#include <sstream>
#include <vector>

void program()
{
    espalier::kernel_network network("net", {1, 1, 4}, espalier::precision{16, 6});
    network.add(espalier::integer_relu{});
#ifdef BROKEN
    const std::vector<std::int64_t> inputs{1, 2, 3, 4, 5};
#else
    const std::vector<std::int64_t> inputs{1, 2, 3, 4};
#endif
    std::ostringstream vectors;
    espalier::write_vectors(vectors, network, inputs);
}
