// SPDX-License-Identifier: Apache-2.0
// the solvers do not work with -ffast-math: leave it out where they are included, or link
// espalier::compiled
//
// The solvers prove with infinities and with sums whose rounding errors are kept; `-ffast-math`
// (also as a part of `-Ofast`) lets the compiler take both away. Headers that solve nothing, such
// as all of `model/`, work with it. Either compile the files that include a solver or the pruner
// without it, or link the CMake target `espalier::compiled`, whose library is compiled without it:
// then a trainer that is compiled with `-ffast-math` may include everything, and weights and
// metrics that are not finite are still found. clang does not tell a program about parts of
// `-ffast-math` other than `-ffinite-math-only`; they are forbidden all the same.
//
// options: -ffast-math
#ifndef BROKEN
#define ESPALIER_COMPILED // as the target espalier::compiled does for those that link it
#endif
#include <espalier/prune/pruner.hpp>
