// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Pieces of Verilog that several emitters write.

namespace espalier::detail {

/// Bits of a constant, collected from the lowest.
class bit_string {
public:
    /// Appends the last `width` bits of an integer in two's complement, at most 64.
    void push(std::int64_t value, int width)
    {
        for (int b = 0; b < width; ++b)
            bits_.push_back((static_cast<std::uint64_t>(value) >> b & 1) != 0);
    }
    [[nodiscard]] std::size_t size() const { return bits_.size(); }
    /// As a Verilog literal: 12'hABC.
    [[nodiscard]] std::string literal() const
    {
        std::string digits;
        for (std::size_t first = 0; first < bits_.size(); first += 4) {
            unsigned digit = 0;
            for (std::size_t b = first; b < first + 4 && b < bits_.size(); ++b)
                digit |= static_cast<unsigned>(bits_[b]) << (b - first);
            digits.push_back("0123456789abcdef"[digit]);
        }
        return std::to_string(bits_.size()) + "'h" + std::string(digits.rbegin(), digits.rend());
    }

private:
    std::vector<bool> bits_;
};

/// "[17:0]", or nothing for a single bit… which Verilog would not let us select from: never
/// nothing.
inline std::string range(std::int64_t width)
{
    return std::string("[").append(std::to_string(width - 1)).append(":0]");
}
/// "name[35:18]": `width` bits of a vector from the bit `first`.
inline std::string slice(std::string_view name, std::int64_t first, std::int64_t width)
{
    std::string text(name);
    text.append("[").append(std::to_string(first + width - 1));
    return text.append(":").append(std::to_string(first)).append("]");
}
/// The i-th of the values of `width` bits that lie side by side in a vector.
inline std::string element(std::string_view name, std::int64_t i, std::int64_t width)
{
    return slice(name, i * width, width);
}
/// "{c, b, a}" of what lies side by side from the lowest bits on. Simulators take long over wide
/// wires that are driven in parts.
inline std::string concatenation(std::span<const std::string> from_lowest)
{
    std::string text("{");
    for (std::size_t i = from_lowest.size(); i-- > 0;)
        text.append(from_lowest[i]).append(i > 0 ? ", " : "}");
    return text;
}
/// "name12"
inline std::string numbered(std::string_view name, std::int64_t number)
{
    return std::string(name).append(std::to_string(number));
}

/// Refuses what is no name of a Verilog module. Names that begin with espalier_ are taken by the
/// modules that all emitted circuits share.
inline void ensure_module_name(std::string_view name)
{
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    bool sound = !name.empty() && is_letter(name.front()) && name.substr(0, 9) != "espalier_";
    for (const char c : name)
        sound = sound && (is_letter(c) || (c >= '0' && c <= '9'));
    ensure(sound,
        "a Verilog module is named by letters, digits and underscores, and not espalier_…",
        given{"name", name});
}

} // namespace espalier::detail
