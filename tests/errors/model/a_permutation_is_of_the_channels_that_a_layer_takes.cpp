// SPDX-License-Identifier: Apache-2.0
// a permutation is of the channels that a layer takes
//
// Behind a flatten a channel has an input for each pixel, and all of them move together.
#include <espalier/model/input_channels.hpp>

void program()
{
    const espalier::input_channels of_flatten{.channels = 2, .pixels = 3};
#ifdef BROKEN
    const espalier::input_permutation order({5, 4, 3, 2, 1, 0});
#else
    const espalier::input_permutation order({1, 0});
#endif
    (void)of_flatten.inputs_under(order);
}
