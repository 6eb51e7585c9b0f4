// SPDX-License-Identifier: Apache-2.0
// an assignment gives every weight a slot of its own
//
// It is a permutation of the weights of its matrix.
#include <espalier/model/weight_assignment.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::weight_assignment({0, 2, 2});
#else
    (void)espalier::weight_assignment({0, 2, 1});
#endif
}
