// SPDX-License-Identifier: Apache-2.0
// a convolution is padded on both axes or on none
//
// A convolution has one kind of padding.
#include <espalier/model/layer_of.hpp>

struct config2 {
    static constexpr unsigned in_height = 8, in_width = 8, n_chan = 3, n_filt = 4;
    static constexpr unsigned filt_height = 3, filt_width = 3, stride_height = 1, stride_width = 1;
    static constexpr unsigned reuse_factor = 1;
#ifdef BROKEN
    static constexpr unsigned out_height = 8, out_width = 6, strategy = 0;
#else
    static constexpr unsigned out_height = 6, out_width = 6, strategy = 0;
#endif
    using weight_t = short;
    using accum_t = int;
};

constexpr espalier::layer_spec layer = espalier::layer_of<config2, short>("conv");
