// SPDX-License-Identifier: Apache-2.0
// a constant matrix has whole rows
//
// A row for each output, with a constant for each input.
#include <espalier/hls/shift_add.hpp>

#include <cstdint>
#include <vector>

void program()
{
#ifdef BROKEN
    const std::vector<std::int64_t> matrix{1, 2, 3};
#else
    const std::vector<std::int64_t> matrix{1, 2, 3, 4};
#endif
    (void)espalier::shift_add(2, matrix);
}
