// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <torch/torch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace example {

/// Which images a network in integers puts into the right class; of equal logits the first counts.
/// \param images  (n, channels, height, width)
inline std::vector<bool> right_images(
    const esp::integer_network& net, const torch::Tensor& images, const torch::Tensor& labels)
{
    const torch::Tensor channels_last = images.permute({0, 2, 3, 1}).contiguous();
    std::vector<bool> right;
    for (std::int64_t i = 0; i < images.size(0); ++i) {
        const torch::Tensor image = channels_last[i];
        const std::vector<double> logits = net(std::span<const float>(
            image.data_ptr<float>(), static_cast<std::size_t>(image.numel())));
        const auto best = std::ranges::max_element(logits) - logits.begin();
        right.push_back(best == labels[i].item<std::int64_t>());
    }
    return right;
}

/// Part of the images that a network in integers puts into the right class.
inline double accuracy(
    const esp::integer_network& net, const torch::Tensor& images, const torch::Tensor& labels)
{
    const std::vector<bool> right = right_images(net, images, labels);
    return static_cast<double>(std::count(right.begin(), right.end(), true)) /
           static_cast<double>(right.size());
}

} // namespace example
