// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>

// Images and their classes in memory, in the three parts that a run needs.

namespace example {

struct labelled {
    torch::Tensor images; ///< (n, channels, height, width) float, standardised
    torch::Tensor labels; ///< (n) int64
    [[nodiscard]] std::int64_t size() const { return labels.size(0); }
};

struct image_data {
    /// Every training image in each of its forms: rows i, i + training_size, … show the same image,
    /// as it is, mirrored, …, so that changing an image at random is a choice of row, and a teacher
    /// needs to look at every row only once.
    labelled training;
    labelled validation; ///< for all decisions
    labelled test;       ///< for the final table only
    std::int64_t training_size = 0;

    /// Forms of a training image.
    [[nodiscard]] std::int64_t forms() const { return training.size() / training_size; }
};

/// Images that are moved, each by pixels of its own; what comes in at a border repeats it.
/// \param images  (n, channels, height, width)
/// \param most    no image is moved by more pixels
/// \param down    (n) int64, from -most to most; `right` alike
/// \return a copy, of the same shape
inline torch::Tensor moved(const torch::Tensor& images, std::int64_t most,
    const torch::Tensor& down, const torch::Tensor& right)
{
    namespace F = torch::nn::functional;
    const torch::Tensor wide =
        F::pad(images, F::PadFuncOptions({most, most, most, most}).mode(torch::kReplicate));
    // Every place as a window of the same memory: (n, down, right, channels, height, width).
    const std::int64_t places = 2 * most + 1;
    const auto step = wide.strides();
    const torch::Tensor windows = wide.as_strided(
        {images.size(0), places, places, images.size(1), images.size(2), images.size(3)},
        {step[0], step[2], step[3], step[1], step[2], step[3]});
    return windows.index({torch::arange(images.size(0)), most - down, most - right});
}

} // namespace example
