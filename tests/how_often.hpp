// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

// How often the longest tests draw a random problem. With sanitizers it is one in eight: everything
// takes about ten times as long there, and what they look for, unlike a wrong answer, is not rare
// among problems that differ by their numbers only.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ESPALIER_TESTS_ARE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ESPALIER_TESTS_ARE_SANITIZED
#endif
#endif

template <std::integral Count>
[[nodiscard]] constexpr Count how_often(Count problems)
{
#ifdef ESPALIER_TESTS_ARE_SANITIZED
    return problems / 8 + 1;
#else
    return problems;
#endif
}
