// SPDX-License-Identifier: Apache-2.0
#include <espalier/espalier.hpp>

int from_second();

int from_second()
{
    return static_cast<int>(esp::devices.size());
}
