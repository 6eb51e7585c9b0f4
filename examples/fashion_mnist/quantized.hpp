// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lenet.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/torch.hpp>

#include <torch/torch.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

// LeNet a third time: in integers, as the hardware computes it.

namespace fashion_mnist {

/// The network with all numbers in the formats of its layers. Pooling stands behind the ReLU, as in
/// hardware, which changes no result.
/// \param saturates  whether images and results do, and are rounded as in training (`result_of`)
inline esp::integer_network in_integers(const lenet& net,
    std::span<const esp::layer_spec> layers = hardware.specs, bool saturates = false)
{
    const std::vector<esp::weight_view> weights = esp::weights_of(net, layers);
    const std::array biases{
        net.conv1->bias, net.conv2->bias, net.fc1->bias, net.fc2->bias, net.fc3->bias};
    esp::integer_network result(
        {28, 28, 1}, saturates ? result_of(layers[0]) : esp::fixed_point{layers[0].data});
    for (std::size_t i = 0; i < biases.size(); ++i) {
        const esp::layer_spec& layer = layers[i];
        esp::kernel_formats formats = esp::formats_of(layer);
        if (saturates)
            formats.result = result_of(layer);
        const std::span<const float> bias(
            biases[i].data_ptr<float>(), static_cast<std::size_t>(biases[i].numel()));
        result.add(layer,
            esp::quantized(
                esp::in_hardware_order(esp::matrices_of(layer)[0], weights[i], bias), formats));
        if (i < 4)
            result.add(esp::integer_relu{});
        if (i < 2)
            result.add(esp::integer_pooling{});
    }
    return result;
}

} // namespace fashion_mnist
