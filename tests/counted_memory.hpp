// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// What a program gets from `new`, counted. counted_memory.cpp replaces the operators of the whole
// program that it is linked into; memory of over-aligned types is not counted.

namespace counted_memory {

/// Bytes asked for and not given back, now.
[[nodiscard]] std::size_t held();
/// The most that was held at a time since `forget_peak`.
[[nodiscard]] std::size_t peak();
void forget_peak();

} // namespace counted_memory
