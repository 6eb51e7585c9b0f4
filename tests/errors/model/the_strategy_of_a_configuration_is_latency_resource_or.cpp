// SPDX-License-Identifier: Apache-2.0
// the strategy of a configuration is latency, resource or resource_unrolled
//
// Those of the enumeration in hls4ml's nnet_common.h that have a kernel here.
#include <espalier/model/layer_of.hpp>

struct config2 {
    static constexpr unsigned in_height = 8, in_width = 8, n_chan = 3, n_filt = 4;
    static constexpr unsigned filt_height = 3, filt_width = 3, stride_height = 1, stride_width = 1;
    static constexpr unsigned reuse_factor = 1;
#ifdef BROKEN
    static constexpr unsigned out_height = 8, out_width = 8, strategy = 3;
#else
    static constexpr unsigned out_height = 8, out_width = 8, strategy = 1;
#endif
    using weight_t = short;
    using accum_t = int;
};

constexpr espalier::layer_spec layer = espalier::layer_of<config2, short>("conv");
