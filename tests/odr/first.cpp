// SPDX-License-Identifier: Apache-2.0
// Two translation units that include everything link into one program.
#include <espalier/espalier.hpp>

int from_second();

int main()
{
    return from_second() == static_cast<int>(esp::devices.size()) ? 0 : 1;
}
