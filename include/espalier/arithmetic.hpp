// SPDX-License-Identifier: Apache-2.0
#pragma once

// The solvers prove: with infinities as bounds that are not known yet, with NaN as a mark, with
// sums whose rounding errors are kept. -ffast-math gives a compiler leave to take all three away,
// and the proofs with them, so what solves is not compiled with it. g++ says so for every part of
// -ffast-math, clang for the whole and for -ffinite-math-only. model/ asks for nothing of the kind.

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) ||           \
    (defined(__GCC_IEC_559) && __GCC_IEC_559 == 0)
// clang-format off
#error "the solvers do not work with -ffast-math: leave it out where they are included, or link espalier::compiled"
// clang-format on
#endif
