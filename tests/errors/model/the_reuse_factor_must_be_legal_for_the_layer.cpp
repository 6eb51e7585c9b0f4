// SPDX-License-Identifier: Apache-2.0
// the reuse factor must be legal for the layer
//
// A reuse factor has to fit the loops of the hardware kernel: it divides n_in, or it is n_in times
// a divisor of n_out (a convolution under io_parallel: only the former). The nearest legal values
// are in the message; in the compiler's, they are the second and third argument of
// `reuse_factor_with_nearest_legal<7, 4, 8>`, and 0 means that there is none. hls4ml takes the
// nearest one without asking.
#include <espalier/network/network.hpp>

constexpr auto net = espalier::network<
#ifdef BROKEN
    espalier::dense{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 7}>;
#else
    espalier::dense{.name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 8}>;
#endif
