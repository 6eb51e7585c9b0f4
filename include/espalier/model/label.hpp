// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace espalier {

/// A layer's name: up to 31 characters held in place, so that a layer with its name can be a
/// template argument (std::string cannot).
struct label {
    static constexpr std::size_t capacity = 31;
    std::array<char, capacity + 1> characters{};

    constexpr label() = default;
    /// Of a literal or any other text that ends with a null character.
    /// \throws std::invalid_argument for a null pointer, or if it has more than 31 characters
    constexpr label(const char* text) : label(std::string_view(text != nullptr ? text : ""))
    {
        ensure(text != nullptr, "a layer name is a text, not a null pointer");
    }
    /// Of any text.
    /// \throws std::invalid_argument if it has more than 31 characters
    constexpr explicit label(std::string_view text)
    {
        ensure(text.size() <= capacity, "a layer name has at most 31 characters",
            given{"length", text.size()});
        for (std::size_t i = 0; i < text.size(); ++i)
            characters[i] = text[i];
    }

    [[nodiscard]] constexpr std::string_view view() const
    {
        std::size_t length = 0;
        while (length < capacity && characters[length] != '\0')
            ++length;
        return {characters.data(), length};
    }
    [[nodiscard]] constexpr bool empty() const { return characters[0] == '\0'; }
    friend constexpr bool operator==(const label&, const label&) = default;
};

} // namespace espalier
