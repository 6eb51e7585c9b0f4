// SPDX-License-Identifier: Apache-2.0
// a depthwise kernel has no matrix to cut into blocks
//
// Its weights are one vector for each channel.
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

constexpr espalier::depthwise_conv2d layer{
    .height = 8, .width = 8, .channels = 4, .kernel_height = 3, .kernel_width = 3};
constexpr espalier::grouping groups(
#ifdef BROKEN
    espalier::matrices_of(layer)[0], {.kind = espalier::structure_kind::block});
#else
    espalier::matrices_of(layer)[0], espalier::structure::neurons);
#endif
