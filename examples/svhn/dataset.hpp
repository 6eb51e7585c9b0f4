// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/labelled_images.hpp"
#include "digits.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace svhn {

/// Bytes as the network sees them. Mean and deviation are those of all pixels of the training
/// images.
inline example::labelled to_tensors(digits& all)
{
    constexpr double mean = 0.458;
    constexpr double deviation = 0.203;
    const torch::Tensor pixels =
        torch::from_blob(all.pixels.data(), {all.size(), side, side, channels}, torch::kUInt8);
    const torch::Tensor labels = torch::from_blob(all.labels.data(), {all.size()}, torch::kUInt8);
    return {pixels.to(torch::kFloat32)
                .permute({0, 3, 1, 2})
                .contiguous()
                .div_(255.0)
                .sub_(mean)
                .div_(deviation),
        labels.to(torch::kInt64)};
}

/// All images moved by the same pixels, at most two.
inline torch::Tensor shifted(const torch::Tensor& images, std::int64_t down, std::int64_t right)
{
    const auto each = [&](std::int64_t pixels) {
        return torch::full({images.size(0)}, pixels, torch::kInt64);
    };
    return example::moved(images, 2, each(down), each(right));
}

/// Training images in several forms, as long as memory allows: moved by up to two pixels, and with
/// light and dark exchanged, both of which leave the digit what it is.
inline example::image_data read_dataset(
    const std::filesystem::path& folder, std::int64_t most_images)
{
    digits training = read_digits(folder, "train");
    digits test = read_digits(folder, "test");
    example::labelled all = to_tensors(training);
    const std::int64_t validation = std::min<std::int64_t>(6000, all.size() / 6);
    const std::int64_t available = all.size() - validation;
    const std::int64_t size = std::min(available, most_images);
    example::image_data data{.training = {},
        .validation = {all.images.narrow(0, available, validation).clone(),
            all.labels.narrow(0, available, validation).clone()},
        .test = to_tensors(test),
        .training_size = size};
    constexpr std::int64_t most_forms = 40'000; // 12 kB each
    constexpr std::pair<int, int> moves[]{{0, 0}, {-2, 1}, {1, 2}, {2, -1}, {-1, -2}};
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> labels;
    const torch::Tensor first = all.images.narrow(0, 0, size);
    for (const double sign : {1.0, -1.0})
        for (const auto& [down, right] : moves)
            if (images.empty() ||
                static_cast<std::int64_t>(images.size() + 1) * size <= most_forms) {
                images.push_back(shifted(first, down, right).mul_(sign));
                labels.push_back(all.labels.narrow(0, 0, size));
            }
    data.training = {torch::cat(images), torch::cat(labels)};
    return data;
}

} // namespace svhn
