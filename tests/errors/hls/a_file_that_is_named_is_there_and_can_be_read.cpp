// SPDX-License-Identifier: Apache-2.0
// a file that is named is there and can be read
//
// Networks name the files of their arrays; a folder is none.
#include <espalier/hls/whole_file.hpp>

#include <filesystem>

void program()
{
    const auto file = std::filesystem::temp_directory_path() / "espalier_network.json";
    espalier::write_whole_file(file, "{}");
#ifdef BROKEN
    std::filesystem::remove(file);
#endif
    (void)espalier::read_whole_file(file);
    std::filesystem::remove(file);
}
