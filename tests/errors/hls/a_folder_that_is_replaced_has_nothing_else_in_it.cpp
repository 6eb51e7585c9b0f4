// SPDX-License-Identifier: Apache-2.0
// a folder that is replaced has nothing else in it
//
// Files of other names are somebody else's, and would be lost.
#include <espalier/hls/whole_folder.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

void program()
{
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / "espalier_replaced_folder";
    std::filesystem::remove_all(folder);
    const std::vector<espalier::folder_file> files{{"net.h", "// kernels"}};
    espalier::write_whole_folder(folder, files);
#ifdef BROKEN
    std::ofstream(folder / "notes.txt") << "mine";
#endif
    espalier::write_whole_folder(folder, files);
    std::filesystem::remove_all(folder);
}
