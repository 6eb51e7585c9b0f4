// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Tables of a report, as text for a terminal and in Markdown, and numbers that look the same
// whatever the locale is.

namespace espalier::detail {

// std::to_chars and not printf, whose decimal point depends on the locale.
[[nodiscard]] inline std::string shortest(double value)
{
    char text[40];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}
[[nodiscard]] inline std::string one_decimal(double value)
{
    char text[400];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1).ptr};
}
/// RAMB18 in 36-Kb blocks: 7 → "3.5".
[[nodiscard]] inline std::string blocks(std::int64_t bram18)
{
    return std::to_string(bram18 / 2) + (bram18 % 2 != 0 ? ".5" : "");
}

/// A name without line breaks and other control characters, which would tear a table.
[[nodiscard]] inline std::string printable(std::string_view name)
{
    std::string text(name);
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = '?';
    return text;
}
/// A text in which Markdown sees no marks.
[[nodiscard]] inline std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (c == '|' || c == '\\' || c == '*' || c == '`' || c == '<')
            result += '\\';
        result += c;
    }
    return result;
}

/// Cells row by row, the heading first. The first `left` columns are words, the others numbers.
struct text_table {
    std::size_t left = 0;
    std::vector<std::vector<std::string>> rows{};

    /// In columns as wide as their widest cell, with a line break behind each row.
    [[nodiscard]] std::string aligned() const
    {
        std::vector<std::size_t> widths(rows.front().size());
        for (const auto& row : rows)
            for (std::size_t c = 0; c < row.size(); ++c)
                widths[c] = std::max(widths[c], length(row[c]));
        std::string text;
        for (const auto& row : rows) {
            std::string line;
            for (std::size_t c = 0; c < row.size(); ++c) {
                const std::string spaces(widths[c] - length(row[c]), ' ');
                line += (c == 0 ? "" : "  ") + (c < left ? row[c] + spaces : spaces + row[c]);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + '\n';
        }
        return text;
    }
    /// In Markdown.
    [[nodiscard]] std::string piped() const
    {
        std::string text;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            text += '|';
            for (const std::string& cell : rows[r])
                text += ' ' + escaped(cell) + " |";
            text += '\n';
            if (r > 0)
                continue;
            text += '|';
            for (std::size_t c = 0; c < rows[r].size(); ++c)
                text += c < left ? " --- |" : " ---: |";
            text += '\n';
        }
        return text;
    }

private:
    /// Columns on a screen: bytes that do not continue a UTF-8 sequence.
    [[nodiscard]] static std::size_t length(std::string_view text)
    {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(),
            [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    }
};

} // namespace espalier::detail
