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

/// Part of the images that a network in integers puts into the right class; of equal logits the
/// first counts.
/// \param images  (n, channels, height, width)
inline double accuracy(
    const esp::integer_network& net, const torch::Tensor& images, const torch::Tensor& labels)
{
    const torch::Tensor channels_last = images.permute({0, 2, 3, 1}).contiguous();
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < images.size(0); ++i) {
        const torch::Tensor image = channels_last[i];
        const std::vector<double> logits = net(std::span<const float>(
            image.data_ptr<float>(), static_cast<std::size_t>(image.numel())));
        const auto best = std::ranges::max_element(logits) - logits.begin();
        right += best == labels[i].item<std::int64_t>() ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(images.size(0));
}

} // namespace example
