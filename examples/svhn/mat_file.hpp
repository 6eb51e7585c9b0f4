// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <matio.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// The cropped digits as MATLAB files: X, 32 × 32 × 3 × n bytes, rows first, and y, n labels, in
// which 10 stands for the digit 0.

namespace svhn {

struct mat_digits {
    std::vector<std::uint8_t> pixels; ///< (n, row, column, channel)
    std::vector<std::uint8_t> labels; ///< 0 to 9
};

/// \throws std::runtime_error naming the file and what is wrong with it
inline mat_digits read_mat_digits(const std::filesystem::path& path)
{
    const auto fail = [&](const char* why) { throw std::runtime_error(path.string() + ' ' + why); };
    const std::unique_ptr<mat_t, int (*)(mat_t*)> file{
        Mat_Open(path.c_str(), MAT_ACC_RDONLY), &Mat_Close};
    if (!file)
        fail("is not a MATLAB file that can be read");
    const auto variable = [&](const char* name) {
        return std::unique_ptr<matvar_t, void (*)(matvar_t*)>{
            Mat_VarRead(file.get(), name), &Mat_VarFree};
    };
    constexpr std::size_t side = 32;
    constexpr std::size_t channels = 3;
    const auto x = variable("X");
    if (!x || x->class_type != MAT_C_UINT8 || x->isComplex != 0 || x->data == nullptr ||
        x->rank < 3 || x->rank > 4 || x->dims[0] != side || x->dims[1] != side ||
        x->dims[2] != channels)
        fail("has no X of 32 x 32 x 3 x n bytes");
    const std::size_t n = x->rank == 4 ? x->dims[3] : 1;
    const auto y = variable("y");
    if (!y || y->isComplex != 0 || y->data == nullptr || y->rank != 2 ||
        y->dims[0] * y->dims[1] != n)
        fail("has no y with a label for each image");

    mat_digits all;
    const auto* bytes = static_cast<const std::uint8_t*>(x->data);
    all.pixels.resize(n * side * side * channels);
    std::size_t to = 0;
    for (std::size_t image = 0; image < n; ++image)
        for (std::size_t row = 0; row < side; ++row)
            for (std::size_t column = 0; column < side; ++column)
                for (std::size_t channel = 0; channel < channels; ++channel)
                    all.pixels[to++] =
                        bytes[row + side * (column + side * (channel + channels * image))];
    for (std::size_t image = 0; image < n; ++image) {
        double label = -1;
        if (y->class_type == MAT_C_UINT8)
            label = static_cast<const std::uint8_t*>(y->data)[image];
        else if (y->class_type == MAT_C_DOUBLE)
            label = static_cast<const double*>(y->data)[image];
        else
            fail("has labels that are neither bytes nor doubles");
        if (!(label >= 0 && label <= 10))
            fail("has labels that are not 1 to 10");
        all.labels.push_back(static_cast<std::uint8_t>(static_cast<int>(label) % 10));
    }
    return all;
}

} // namespace svhn
