// SPDX-License-Identifier: Apache-2.0
// a file can be written where it is to be
//
// Its folder is there and may be written to, and no folder, device or pipe has its name. What was
// there before stays until the new file is whole.
#include <espalier/hls/whole_file.hpp>

#include <filesystem>

void program()
{
#ifdef BROKEN
    espalier::write_whole_file("/nonexistent/pruned.json", "{}");
#else
    const auto file = std::filesystem::temp_directory_path() / "espalier_pruned.json";
    espalier::write_whole_file(file, "{}");
    std::filesystem::remove(file);
#endif
}
