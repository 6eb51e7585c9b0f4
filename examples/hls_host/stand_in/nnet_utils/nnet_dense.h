// SPDX-License-Identifier: Apache-2.0
// In place of hls4ml's headers: what the project's parameters.h needs of them.
#pragma once

namespace nnet {

enum io_type { io_parallel = 0, io_stream };
enum strategy { latency, resource, resource_unrolled, distributed_arithmetic };

struct dense_config {
    typedef float bias_t;
    typedef float weight_t;
    typedef float accum_t;
};

} // namespace nnet
