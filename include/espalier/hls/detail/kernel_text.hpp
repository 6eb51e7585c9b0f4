// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

// Names, types and lists as C++ spells them. The macros are those of kernel_support.hpp.

namespace espalier::detail {

/// A name that C++ takes, of any text.
inline std::string identifier_of(std::string_view text)
{
    std::string name;
    for (const char c : text) {
        const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (fits || (!name.empty() && name.back() != '_')) // two underscores are the compiler's
            name += fits ? c : '_';
    }
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0)
        name.insert(name.begin(), 'n');
    return name;
}

/// `ESPALIER_FIXED(18, 8, TRN, WRAP)`
inline std::string type_of(const fixed_point& f)
{
    std::string modes(to_string(f.rounding));
    modes.append(", ").append(to_string(f.overflow));
    std::ranges::transform(modes, modes.begin(),
        [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    std::string text = f.format.is_signed ? "ESPALIER_FIXED(" : "ESPALIER_UFIXED(";
    text.append(std::to_string(f.format.width)).append(", ");
    return text.append(std::to_string(f.format.integer)).append(", ").append(modes).append(")");
}

/// The type of the bits of a constant: `ESPALIER_BITS(18)`
inline std::string bits_of(const precision& p)
{
    return (p.is_signed ? "ESPALIER_BITS(" : "ESPALIER_UBITS(") + std::to_string(p.width) + ")";
}

/// The number of such bits: `espalier_kernels::number<weight_t, 18, 10>`
inline std::string number_of(std::string_view type, const precision& p)
{
    std::string text = "espalier_kernels::number<";
    text.append(type).append(", ").append(std::to_string(p.width)).append(", ");
    return text.append(std::to_string(fraction_of(p))).append(">");
}

/// `{1, 2, 3}`, broken into lines.
template <class Numbers>
void write_list(std::ostream& out, const Numbers& numbers)
{
    out << '{';
    std::size_t i = 0;
    for (const auto number : numbers) {
        if (i > 0)
            out << (i % 16 == 0 ? ",\n                " : ", ");
        out << number;
        ++i;
    }
    out << '}';
}

} // namespace espalier::detail
