// SPDX-License-Identifier: Apache-2.0
// Two translation units that include everything link into one program.
#include <espalier/espalier.hpp>

int from_second();

// Names of the rooms do not meet: every kind of layer can be named with all headers at hand.
constexpr auto named = esp::network<esp::dense{.name = "a", .inputs = 2, .outputs = 2},
    esp::conv1d{.name = "b", .width = 2, .channels = 1, .filters = 1},
    esp::conv2d{.name = "c", .height = 2, .width = 2, .channels = 1, .filters = 1},
    esp::depthwise_conv2d{.name = "d", .height = 2, .width = 2, .channels = 1},
    esp::separable_conv2d{.name = "e", .height = 2, .width = 2, .channels = 1, .filters = 1},
    esp::lstm{.name = "f", .inputs = 2, .units = 2},
    esp::gru{.name = "g", .inputs = 2, .units = 2}>;
static_assert(named.size() == 7);

int main()
{
    return from_second() == static_cast<int>(esp::devices.size()) ? 0 : 1;
}
