// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether the functions that are large live in every translation unit or in a library. By default
// all of Espalier is in its headers. With ESPALIER_COMPILED, which the CMake target
// espalier::compiled defines for its users, the headers only declare the solvers and the pruner,
// and the library that includes definitions.hpp has them. A function that is declared in a header
// and defined below detail/ is marked with ESPALIER_INLINE at its definition.

#ifdef ESPALIER_COMPILED
#define ESPALIER_INLINE
#else
#define ESPALIER_INLINE inline
#endif
