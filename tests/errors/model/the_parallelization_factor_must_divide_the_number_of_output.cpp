// SPDX-License-Identifier: Apache-2.0
// the parallelization factor must divide the number of output pixels
//
// The output pixels are computed in equal partitions. The message has the nearest factors that do.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::conv1d{.width = 8, .channels = 2, .filters = 4, .parallelization_factor = 3}>;
#else
    espalier::conv1d{.width = 8, .channels = 2, .filters = 4, .parallelization_factor = 4}>;
#endif
