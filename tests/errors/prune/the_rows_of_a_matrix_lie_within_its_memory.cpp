// SPDX-License-Identifier: Apache-2.0
// the rows of a matrix lie within its memory
//
// Rows and columns are mixed up, or the memory begins behind the first weight.
#include <espalier/prune/strided.hpp>

#include <span>
#include <vector>

void program()
{
    std::vector<float> rows(2 * 4); // two neurons: three weights and a bias
    espalier::strided weights{
#ifdef BROKEN
        std::span(rows), {.rows = 3, .columns = 2, .leading_dimension = 4}};
#else
        std::span(rows), {.rows = 2, .columns = 3, .leading_dimension = 4}};
#endif
}
