// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>

namespace espalier {

/// All bytes of a file.
/// \throws std::invalid_argument naming the file if it is not there or cannot be read
[[nodiscard]] inline std::string read_whole_file(const std::filesystem::path& file)
{
    std::error_code error;
    const bool is_file = std::filesystem::is_regular_file(file, error);
    const std::uintmax_t size = is_file ? std::filesystem::file_size(file, error) : 0;
    std::string bytes(error ? 0 : size, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const std::string name = file.string();
    ensure(is_file && !error && !stream.fail(), "a file that is named is there and can be read",
        given{"file", std::string_view(name)});
    return bytes;
}

/// Writes a file in place of one that may be there: beside it, under the same name with ".tmp",
/// from where it takes its place when all of it is written. Nobody finds half a file.
/// \throws std::invalid_argument if the file system refuses, or if what is there is no file but a
///         folder, device or pipe; then what was there is still there
inline void write_whole_file(const std::filesystem::path& file, std::string_view contents)
{
    std::filesystem::path beside = file;
    beside += ".tmp";
    std::error_code error;
    const std::string name = file.string();
    const std::filesystem::file_status there = std::filesystem::status(file, error);
    // A new name would take the place of a device in its folder, and nothing would be written to
    // it.
    ensure(!std::filesystem::exists(there) || std::filesystem::is_regular_file(there),
        "a file can be written where it is to be", given{"file", std::string_view(name)},
        given{"what is there", std::string_view("no file")});
    error.clear();
    std::ofstream stream(beside, std::ios::binary);
    stream.write(contents.data(), static_cast<std::streamsize>(contents.size()));
    stream.close();
    const bool is_written = !stream.fail();
    if (is_written)
        std::filesystem::rename(beside, file, error);
    if (!is_written || error) {
        std::error_code ignored;
        std::filesystem::remove(beside, ignored);
    }
    ensure(is_written && !error, "a file can be written where it is to be",
        given{"file", std::string_view(name)});
}

} // namespace espalier
