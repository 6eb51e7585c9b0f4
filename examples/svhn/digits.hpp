// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/idx_file.hpp"
#ifdef SVHN_WITH_MATIO
#include "mat_file.hpp"
#endif

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

// Street-view house numbers: 32 × 32 pixels in colour, the digit in the middle is the class. A
// folder holds them as IDX files or as the .mat files of the set's own page
// (ufldl.stanford.edu/housenumbers, "cropped digits"), which are for non-commercial use.

namespace svhn {

inline constexpr std::int64_t side = 32;
inline constexpr std::int64_t channels = 3;
inline constexpr std::int64_t classes = 10;

struct digits {
    std::vector<std::uint8_t> pixels; ///< (n, row, column, channel)
    std::vector<std::uint8_t> labels; ///< 0 to 9
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
};

inline digits read_idx_digits(const std::filesystem::path& folder, const std::string& part)
{
    example::idx_array images = example::read_idx(folder / (part + "-images-idx4-ubyte.gz"));
    example::idx_array labels = example::read_idx(folder / (part + "-labels-idx1-ubyte.gz"));
    if (images.extents.size() != 4 || labels.extents.size() != 1 || images.extents[1] != side ||
        images.extents[2] != side || images.extents[3] != channels ||
        images.extents[0] != labels.extents[0])
        throw std::runtime_error(
            folder.string() + " does not hold as many labels as 32x32 images in colour");
    return {std::move(images.bytes), std::move(labels.bytes)};
}

/// One part of the set.
/// \param part  "train" or "test"
/// \throws std::runtime_error naming the file and what is wrong with it
inline digits read_digits(const std::filesystem::path& folder, const std::string& part)
{
    digits all;
    const std::filesystem::path idx = folder / (part + "-images-idx4-ubyte.gz");
    const std::filesystem::path mat = folder / (part + "_32x32.mat");
    if (std::filesystem::exists(idx)) {
        all = read_idx_digits(folder, part);
    } else if (std::filesystem::exists(mat)) {
#ifdef SVHN_WITH_MATIO
        mat_digits read = read_mat_digits(mat);
        all = {std::move(read.pixels), std::move(read.labels)};
#else
        throw std::runtime_error(
            mat.string() + " is not read: the program was built without matio (libmatio-dev)");
#endif
    } else {
        throw std::runtime_error(folder.string() + " holds neither " + idx.filename().string() +
                                 " nor " + mat.filename().string() + " (--data names the folder)");
    }
    if (all.labels.empty())
        throw std::runtime_error(folder.string() + " holds no digit of the part " + part);
    if (std::ranges::any_of(all.labels, [](int label) { return label >= classes; }))
        throw std::runtime_error(folder.string() + " has labels that are not 0 to 9");
    return all;
}

} // namespace svhn
