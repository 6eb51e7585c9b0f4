// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lenet.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/torch.hpp>

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// LeNet a third time: in integers, as the hardware computes it.

namespace fashion_mnist {

/// The network with all numbers in the formats of its layers. Pooling stands behind the ReLU, as in
/// hardware, which changes no result.
inline esp::integer_network in_integers(const lenet& net)
{
    const std::vector<esp::weight_view> weights = esp::weights_of(net, hardware.specs);
    const std::array biases{
        net.conv1->bias, net.conv2->bias, net.fc1->bias, net.fc2->bias, net.fc3->bias};
    esp::integer_network result({28, 28, 1}, hardware.specs[0].data);
    for (std::size_t i = 0; i < biases.size(); ++i) {
        const esp::layer_spec& layer = hardware.specs[i];
        const std::span<const float> bias(
            biases[i].data_ptr<float>(), static_cast<std::size_t>(biases[i].numel()));
        result.add(layer,
            esp::quantized(esp::in_hardware_order(esp::matrices_of(layer)[0], weights[i], bias),
                esp::formats_of(layer)));
        if (i < 4)
            result.add(esp::integer_relu{});
        if (i < 2)
            result.add(esp::integer_pooling{});
    }
    return result;
}

/// Part of the images that the hardware puts into the right class; of equal logits the first
/// counts.
inline double accuracy(
    const esp::integer_network& net, const torch::Tensor& images, const torch::Tensor& labels)
{
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < images.size(0); ++i) {
        const torch::Tensor image = images[i].contiguous(); // one channel: no order to change
        const std::vector<double> logits = net(std::span<const float>(
            image.data_ptr<float>(), static_cast<std::size_t>(image.numel())));
        const auto best = std::ranges::max_element(logits) - logits.begin();
        right += best == labels[i].item<std::int64_t>() ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(images.size(0));
}

} // namespace fashion_mnist
