// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

// Text and numbers as a page shows them, whatever the locale is.

namespace report {

/// Text in which HTML and SVG see no marks, inside an element or a quoted attribute. Control
/// characters, which neither allows, become U+FFFD.
/// \param text  UTF-8
inline std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7F)
                result += "\uFFFD";
            else
                result += c;
        }
    return result;
}

/// A number for an attribute: at most two decimals, a point, no grouping.
inline std::string plain(double value)
{
    char text[64];
    std::string result(
        text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 2).ptr);
    result.erase(result.find_last_not_of('0') + 1);
    if (result.back() == '.')
        result.pop_back();
    return result == "-0" ? "0" : result;
}

/// A number for people: "12,345.5", "−0.2".
/// \param decimals  at most; zeros at the end are left out
inline std::string number(double value, int decimals = 1)
{
    char text[64];
    std::string digits(text,
        std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::fixed, decimals)
            .ptr);
    if (digits.find('.') != std::string::npos) {
        digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.back() == '.')
            digits.pop_back();
    }
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    std::string grouped = value < 0 && digits != "0" ? "\u2212" : "";
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && at < whole && (whole - at) % 3 == 0)
            grouped += ',';
        grouped += digits[at];
    }
    return grouped;
}

/// With all decimals: "91.10", "−0.20"; with a sign if asked: "+0.13".
inline std::string fixed(double value, int decimals = 2, bool sign = false)
{
    char text[64];
    const std::string digits(text,
        std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::fixed, decimals)
            .ptr);
    const bool zero = digits.find_first_not_of("0.") == std::string::npos;
    return (zero ? "" : value < 0 ? "\u2212" : sign ? "+" : "") + digits;
}

/// "4.7×"; "–" where there was nothing, "all" where nothing is left.
inline std::string factor(double from, double to)
{
    if (from == 0)
        return "\u2013";
    return to == 0 ? "all" : fixed(from / to, 1) + "\u00D7";
}

} // namespace report
