// SPDX-License-Identifier: Apache-2.0
// In place of hls4ml's header: what the project's parameters.h needs of it.
#pragma once

#include "nnet_dense.h"

namespace nnet {

struct conv2d_config {
    typedef float bias_t;
    typedef float weight_t;
    typedef float accum_t;
};

} // namespace nnet
