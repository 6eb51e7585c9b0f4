// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/idx_file.hpp"
#include "../shared/labelled_images.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

// Fashion-MNIST in memory. Every training image is there twice, as it is and mirrored.

namespace fashion_mnist {

using example::image_data;
using example::labelled;

inline torch::Tensor to_tensor(example::idx_array& array)
{
    return torch::from_blob(array.bytes.data(), array.extents, torch::kUInt8).clone();
}

inline labelled read_labelled(const std::filesystem::path& folder, const std::string& prefix)
{
    if (!std::filesystem::exists(folder))
        throw std::runtime_error(folder.string() +
                                 " does not exist (the Debian package dataset-fashion-mnist "
                                 "installs the data set under /usr/share/datasets/fashion-mnist; "
                                 "--data names another folder)");
    example::idx_array images = example::read_idx(folder / (prefix + "-images-idx3-ubyte.gz"));
    example::idx_array labels = example::read_idx(folder / (prefix + "-labels-idx1-ubyte.gz"));
    if (images.extents.size() != 3 || labels.extents.size() != 1 || images.extents[1] != 28 ||
        images.extents[2] != 28 || images.extents[0] != labels.extents[0])
        throw std::runtime_error(folder.string() + " does not hold as many labels as 28x28 images");
    constexpr double mean = 0.2860;
    constexpr double deviation = 0.3530; // both over the pixels of the training images
    return {
        to_tensor(images).unsqueeze(1).to(torch::kFloat32).div_(255.0).sub_(mean).div_(deviation),
        to_tensor(labels).to(torch::kInt64)};
}

/// \param most_training_images  fewer than the 54,000 make a quick rehearsal
inline image_data read_dataset(
    const std::filesystem::path& folder, std::int64_t most_training_images)
{
    constexpr std::int64_t validation_size = 6000;
    const labelled all = read_labelled(folder, "train");
    // The file is shuffled already, so its last images are as good a validation set as any, and
    // the same one for every seed.
    const std::int64_t available = all.size() - validation_size;
    const std::int64_t size = std::min(available, most_training_images);
    const torch::Tensor images = all.images.narrow(0, 0, size);
    const torch::Tensor labels = all.labels.narrow(0, 0, size);
    return {.training = {torch::cat({images, images.flip({3})}), torch::cat({labels, labels})},
        .validation = {all.images.narrow(0, available, validation_size).clone(),
            all.labels.narrow(0, available, validation_size).clone()},
        .test = read_labelled(folder, "t10k"),
        .training_size = size};
}

} // namespace fashion_mnist
