// SPDX-License-Identifier: Apache-2.0
// a folder can be written where it is to be
//
// The file system refuses: the path may lead through a file or be one, or is not ours to write.
// Nothing is left behind.
#include <espalier/hls/whole_folder.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

void program()
{
    const std::filesystem::path place =
        std::filesystem::temp_directory_path() / "espalier_place_of_folder";
    std::filesystem::remove_all(place);
#ifdef BROKEN
    std::ofstream(place) << "a file";
#endif
    const std::vector<espalier::folder_file> files{{"net.h", "// kernels"}};
    espalier::write_whole_folder(place / "folder", files);
    std::filesystem::remove_all(place);
}
