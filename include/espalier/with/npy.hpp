// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/whole_file.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Arrays in NumPy's .npy files (NEP 1): a magic number and a version, a Python dictionary of ASCII
// text with the type, the order and the shape, and the numbers.
//
// No library behind this adapter. The one in Debian (xtensor 0.24.3, xnpy.hpp) takes a file that
// was cut off for whole and hands out whatever was in memory, loses headers of 128 to 255 bytes to
// a sign, and allocates what a shape asks for before it looks; all of its input would have to be
// checked before by code as long as this. The tests read its files and it reads ours.

namespace espalier {

/// An array and its shape; the last index counts fastest.
template <class Number>
struct npy_array {
    std::vector<std::int64_t> shape;
    std::vector<Number> values;

    friend bool operator==(const npy_array&, const npy_array&) = default;
};

namespace detail {

static_assert(std::endian::native == std::endian::little, "an array file is little-endian");

inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// NumPy's name of a number type.
template <class Number>
[[nodiscard]] std::string npy_type()
{
    static_assert(
        std::integral<Number> || std::same_as<Number, float> || std::same_as<Number, double>);
    std::string name = sizeof(Number) == 1 ? "|" : "<";
    name += std::floating_point<Number> ? 'f' : std::unsigned_integral<Number> ? 'u' : 'i';
    return name + std::to_string(sizeof(Number));
}

/// What stands behind a key of the header, up to the end of the header; empty without the key.
[[nodiscard]] inline std::string_view npy_value(std::string_view header, std::string_view key)
{
    const std::size_t at = header.find(key);
    if (at == std::string_view::npos)
        return {};
    header.remove_prefix(at + key.size());
    const std::size_t value = header.find_first_not_of(": ");
    return value == std::string_view::npos ? std::string_view() : header.substr(value);
}

/// "(3, 4)", "(5,)" or "()"; nothing if it is none of these.
[[nodiscard]] inline std::optional<std::vector<std::int64_t>> npy_shape(std::string_view text)
{
    const std::size_t end = text.find(')');
    if (!text.starts_with('(') || end == std::string_view::npos)
        return std::nullopt;
    std::vector<std::int64_t> shape;
    for (const char* at = text.data() + 1; at < text.data() + end;) {
        std::int64_t extent = 0;
        const auto [next, error] = std::from_chars(at, text.data() + end, extent);
        if (error != std::errc{} || extent < 0)
            return std::nullopt;
        shape.push_back(extent);
        for (at = next; at < text.data() + end && (*at == ',' || *at == ' ');)
            ++at;
    }
    return shape;
}

/// Number of elements; nothing where it does not fit.
[[nodiscard]] inline std::optional<std::int64_t> npy_size(const std::vector<std::int64_t>& shape)
{
    std::int64_t size = 1;
    for (const std::int64_t extent : shape) {
        if (extent != 0 && size > std::numeric_limits<std::int64_t>::max() / 16 / extent)
            return std::nullopt;
        size *= extent;
    }
    return size;
}

/// The shape as Python writes it: "(3, 4)", "(5,)", "()".
[[nodiscard]] inline std::string npy_tuple(const std::vector<std::int64_t>& shape)
{
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text.append(i == 0 ? "" : " ")
            .append(std::to_string(shape[i]))
            .append(i + 1 < shape.size() || i == 0 ? "," : "");
    return text + ')';
}

} // namespace detail

/// Reads an array of one number type, which must be that of the file.
/// \throws std::invalid_argument naming the file and what is wrong with it: it is not there, is no
///         array, is cut off or goes on, has another type, or counts the first index fastest
template <class Number>
[[nodiscard]] npy_array<Number> read_npy(const std::filesystem::path& path)
{
    const std::string bytes = read_whole_file(path);
    const std::string name = path.string();
    const given file{"file", std::string_view(name)};
    const std::size_t magic = detail::npy_magic.size();
    ensure(bytes.starts_with(detail::npy_magic) && bytes.size() >= magic + 6,
        "an array file begins with NumPy's magic number and a version", file);
    const auto byte = [&](std::size_t i) {
        return std::size_t{static_cast<unsigned char>(bytes[magic + i])};
    };
    ensure(byte(0) >= 1 && byte(0) <= 3, "an array file has version 1, 2 or 3", file,
        given{"version", byte(0)});
    // The length of the header has two bytes in version 1, and four since.
    const std::size_t first = magic + (byte(0) == 1 ? 4 : 6);
    const std::size_t length =
        byte(2) + (byte(3) << 8U) + (byte(0) == 1 ? 0 : (byte(4) << 16U) + (byte(5) << 24U));
    ensure(length <= bytes.size() - std::min(first, bytes.size()),
        "an array file is as long as it says", file, given{"bytes", bytes.size()},
        given{"header", length});
    const std::string_view header = std::string_view(bytes).substr(first, length);
    const std::string_view type = detail::npy_value(header, "'descr'");
    const std::string_view order = detail::npy_value(header, "'fortran_order'");
    const auto shape = detail::npy_shape(detail::npy_value(header, "'shape'"));
    const bool is_fortran = order.starts_with("True");
    ensure(type.starts_with('\'') && (is_fortran || order.starts_with("False")) && shape,
        "the header of an array file has a type, an order and a shape", file);
    const std::string_view written = type.substr(1, type.find('\'', 1) - 1);
    const std::string expected = detail::npy_type<Number>();
    ensure(written == expected, "an array file holds numbers of the type that is asked for", file,
        given{"type", written}, given{"asked for", std::string_view(expected)});
    ensure(!is_fortran || shape->size() < 2,
        "an array file counts the last index fastest (numpy.ascontiguousarray)", file);
    const auto size = detail::npy_size(*shape);
    const std::size_t data = bytes.size() - first - length;
    ensure(size && data == static_cast<std::size_t>(*size) * sizeof(Number),
        "an array file has as many numbers as its shape says", file, given{"bytes", data},
        given{"numbers", size.value_or(-1)});
    npy_array<Number> array{.shape = *shape, .values = {}};
    array.values.resize(static_cast<std::size_t>(*size));
    if (!array.values.empty())
        std::memcpy(array.values.data(), bytes.data() + first + length, data);
    return array;
}

/// Reads an array of a shape that is known.
/// \throws std::invalid_argument as above, or if it has another shape
template <class Number>
[[nodiscard]] std::vector<Number> read_npy(
    const std::filesystem::path& path, const std::vector<std::int64_t>& shape)
{
    npy_array<Number> array = read_npy<Number>(path);
    const std::string name = path.string();
    const std::string has = detail::npy_tuple(array.shape);
    const std::string expected = detail::npy_tuple(shape);
    ensure(array.shape == shape, "an array has the shape that it is used with",
        given{"file", std::string_view(name)}, given{"shape", std::string_view(has)},
        given{"used with", std::string_view(expected)});
    return std::move(array.values);
}

/// Writes an array, in version 1 and in C order.
/// \throws std::invalid_argument if the shape is not that of the values, or the file cannot be
///         written; nothing is left half-written
template <class Number>
void write_npy(const std::filesystem::path& path, const npy_array<Number>& array)
{
    const auto size = detail::npy_size(array.shape);
    ensure(size && static_cast<std::size_t>(*size) == array.values.size(),
        "an array has as many values as its shape says", given{"values", array.values.size()},
        given{"shape", size.value_or(-1)});
    std::string header = "{'descr': '" + detail::npy_type<Number>() +
                         "', 'fortran_order': False, 'shape': " + detail::npy_tuple(array.shape) +
                         ", }";
    // The numbers begin at a multiple of 64 bytes; the header ends with a line break.
    const std::size_t before = detail::npy_magic.size() + 4;
    header.append(63 - (before + header.size()) % 64, ' ') += '\n';
    std::string bytes(detail::npy_magic);
    bytes += '\1';
    bytes += '\0';
    bytes += static_cast<char>(header.size() & 0xFFU);
    bytes += static_cast<char>(header.size() >> 8U);
    bytes += header;
    const auto data = std::as_bytes(std::span(array.values));
    bytes.append(reinterpret_cast<const char*>(data.data()), data.size());
    write_whole_file(path, bytes);
}

} // namespace espalier
