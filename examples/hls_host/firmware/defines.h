// SPDX-License-Identifier: Apache-2.0
#ifndef DEFINES_H_
#define DEFINES_H_

#include "ap_fixed.h"
#include "nnet_utils/nnet_types.h"
#include <cstddef>
#include <cstdio>

// hls-fpga-machine-learning insert numbers

// hls-fpga-machine-learning insert layer-precision
typedef nnet::array<ap_fixed<16, 6>, 3 * 1> input_t;
typedef ap_fixed<24, 12> model_default_t;
typedef nnet::array<ap_fixed<16, 6>, 8 * 1> layer2_t;
typedef ap_fixed<12, 4> weight2_t;
typedef ap_fixed<12, 4> bias2_t;
typedef nnet::array<ap_ufixed<12, 4, AP_RND, AP_SAT>, 8 * 1> layer3_t;
typedef ap_fixed<18, 8> weight5_t;
typedef ap_fixed<18, 8> bias5_t;
typedef nnet::array<ap_fixed<16, 6>, 32 * 1> layer5_t;
typedef ap_fixed<18, 8> weight7_t;
typedef nnet::array<ap_fixed<16, 6>, 5 * 1> result_t;

#endif
