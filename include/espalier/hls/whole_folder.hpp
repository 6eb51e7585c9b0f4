// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ios>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace espalier {

/// A file that is to be written.
struct folder_file {
    std::string name;
    std::string contents;
};

/// Writes a folder: beside its place, under the same name with ".tmp", from where it takes its
/// place when all files are written. Nobody finds half a folder. One that is there is replaced if
/// it has nothing but files of these names, as an earlier run left them.
/// \throws std::invalid_argument if there is something else or the file system refuses; then what
///         was there is still there
inline void write_whole_folder(
    const std::filesystem::path& folder, std::span<const folder_file> files)
{
    namespace fs = std::filesystem;
    const auto with = [&](const char* ending) {
        fs::path path = folder.has_filename() ? folder : folder.parent_path();
        return path += ending;
    };
    const fs::path place = with("");
    const fs::path beside = with(".tmp");
    const fs::path before = with(".old");
    const std::string name = place.string();
    std::error_code error;
    const bool replaces = fs::exists(place, error);
    const auto ensure_own = [&](const std::string& other, bool is_own) {
        ensure(is_own, "a folder that is replaced has nothing else in it",
            given{"folder", std::string_view(name)}, given{"other", std::string_view(other)});
    };
    if (replaces) {
        ensure(fs::is_directory(place, error), "a folder can be written where it is to be",
            given{"folder", std::string_view(name)},
            given{"what is there", std::string_view("no folder")});
        for (fs::directory_iterator at(place, error), end; !error && at != end; at.increment(error))
            ensure_own(at->path().filename().string(),
                std::ranges::any_of(
                    files, [&](const folder_file& f) { return at->path().filename() == f.name; }));
    }
    fs::remove_all(beside, error); // of a run that was killed
    bool is_written = fs::create_directories(beside, error);
    for (const folder_file& file : files) {
        std::ofstream stream(beside / file.name, std::ios::binary);
        stream.write(file.contents.data(), static_cast<std::streamsize>(file.contents.size()));
        stream.close();
        is_written = is_written && !stream.fail();
    }
    if (is_written && replaces) {
        fs::remove_all(before, error);
        fs::rename(place, before, error);
        is_written = !error;
    }
    if (is_written) {
        fs::rename(beside, place, error);
        is_written = !error;
        if (replaces) {
            std::error_code ignored;
            if (is_written)
                fs::remove_all(before, ignored);
            else
                fs::rename(before, place, ignored);
        }
    }
    if (!is_written)
        fs::remove_all(beside, error);
    ensure(is_written, "a folder can be written where it is to be",
        given{"folder", std::string_view(name)});
}

} // namespace espalier
