// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

/// Proves a constant expression while compiling and checks it again in the running program, where
/// the sanitizers see it. In the second reading the compiler is free to call the functions.
#define CHECK_BOTH(...)                                                                            \
    static_assert(__VA_ARGS__);                                                                    \
    CHECK((__VA_ARGS__))
