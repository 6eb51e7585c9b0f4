// SPDX-License-Identifier: Apache-2.0
// a leading dimension is at least the length of a row
//
// The leading dimension counts numbers, from the first weight of a row to that of the next; columns
// are the weights of a row. A row of three weights and a bias has three columns and the leading
// dimension four.
#include <espalier/prune/strided.hpp>

#include <span>
#include <vector>

void program()
{
    std::vector<float> rows(2 * 4);
    espalier::strided weights{
#ifdef BROKEN
        std::span(rows), {.rows = 2, .columns = 4, .leading_dimension = 3}};
#else
        std::span(rows), {.rows = 2, .columns = 3, .leading_dimension = 4}};
#endif
}
