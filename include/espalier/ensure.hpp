// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

// Every rule of the library is stated once, as a sentence, in a call of `ensure`. Where the call is
// evaluated by the compiler, a broken rule stops the compilation and the compiler prints the
// sentence and the values beside it; at run time the same call throws `std::invalid_argument` with
// the same words. So a wrong layer reads the same whether it came from a template argument or from
// a configuration file.
//
// Host code of FPGA tools and of embedded processors is often compiled with -fno-exceptions. There
// a broken rule writes its sentence to the standard error stream and aborts.

namespace espalier {

/// A value to show beside a broken rule: `given{"reuse_factor", 7}`.
template <class T>
struct given {
    const char* name;
    T value;
};

/// For compilers that do not deduce an aggregate's arguments.
template <class T>
given(const char*, T) -> given<T>;

namespace detail {

inline std::string shown(std::string_view text)
{
    // Not "'" + std::string(text): GCC 12 warns about an overlap that is not there (its bug
    // 105329).
    std::string quoted(1, '\'');
    quoted.append(text);
    quoted += '\'';
    return quoted;
}

template <class T>
requires std::is_arithmetic_v<T> std::string shown(T number)
{
    if constexpr (std::same_as<T, bool>) {
        return number ? "true" : "false";
    } else if constexpr (std::floating_point<T>) {
        // std::to_string prints 1e-9 as 0.000000, which would hide the offending value.
        char text[32];
        const int length = std::snprintf(text, sizeof text, "%.9g", static_cast<double>(number));
        return {text, static_cast<std::size_t>(length)};
    } else {
        return std::to_string(number);
    }
}

/// Ends what cannot go on: throws, or writes the sentence and aborts where nothing can be thrown.
template <class Error>
[[noreturn]] void fail(const std::string& sentence)
{
#ifdef __cpp_exceptions
    throw Error(sentence);
#else
    std::fputs(("espalier: " + sentence + '\n').c_str(), stderr);
    std::abort();
#endif
}

/// Not constexpr on purpose: reaching it in constant evaluation is the compile error.
template <class... Values>
[[noreturn]] void rule_is_broken(const char* rule, const given<Values>&... values)
{
    std::string message = rule;
    if constexpr (sizeof...(values) > 0) {
        const char* separator = " (";
        ((message += separator, message += values.name, message += " = ",
             message += shown(values.value), separator = ", "),
            ...);
        message += ')';
    }
    fail<std::invalid_argument>(message);
}

} // namespace detail

/// Checks one rule.
/// \param holds      whether the input keeps the rule
/// \param rule       the rule as a sentence
/// \param offending  the values that broke it
/// \throws std::invalid_argument with the sentence and the values; in constant evaluation the
///         program does not compile instead, and with -fno-exceptions it aborts with them
template <class... Values>
constexpr void ensure(bool holds, const char* rule, given<Values>... offending)
{
    if (!holds)
        detail::rule_is_broken(rule, offending...);
}

} // namespace espalier
