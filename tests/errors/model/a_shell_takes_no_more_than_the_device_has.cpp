// SPDX-License-Identifier: Apache-2.0
// a shell takes no more than the device has
#include <espalier/model/device.hpp>

#ifdef BROKEN
constexpr espalier::device board{
    .name = "board", .available = {.dsp = 220}, .shell = {.dsp = 220, .bram18 = 20}};
#else
constexpr espalier::device board{
    .name = "board", .available = {.dsp = 220, .bram18 = 280}, .shell = {.dsp = 20, .bram18 = 20}};
#endif
constexpr auto usable = espalier::usable(board);
