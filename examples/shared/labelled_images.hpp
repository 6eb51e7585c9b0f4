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

} // namespace example
