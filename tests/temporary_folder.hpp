// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <random>
#include <string>

/// A folder for one test, gone with it.
struct temporary_folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("espalier_test_" + std::to_string(std::random_device{}()));

    temporary_folder() { std::filesystem::create_directories(path); }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    /// Writes a file and says where it is.
    [[nodiscard]] std::filesystem::path file(
        const std::string& name, const std::string& contents) const
    {
        std::ofstream(path / name, std::ios::binary) << contents;
        return path / name;
    }
};

inline std::string contents_of(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
