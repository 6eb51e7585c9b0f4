// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "training.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/eigen.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jets {

/// One kind of groups.
struct kind {
    std::string_view name;
    esp::structure structure;
    /// What else is as somebody else does it, or beyond the structure.
    enum class manner : std::uint8_t {
        ours,
        paper,    ///< ranked and normalised as the paper does
        hls4ml,   ///< pruned by hls4ml's rule and schedule (hls4ml_rule.hpp)
        permuted, ///< in the order of inputs in which blocks keep most
    };
    manner how = manner::ours;
};
inline const kind kinds[]{{"hls4ml", esp::structure::consecutive, kind::manner::hls4ml},
    {"paper", esp::structure::consecutive, kind::manner::paper},
    {"multipliers", esp::structure::multipliers}, {"n_of(2)", esp::structure::n_of(2)},
    {"n_of(4)", esp::structure::n_of(4)}, {"n_of(8)", esp::structure::n_of(8)},
    {"permuted n_of(4)", esp::structure::n_of(4), kind::manner::permuted},
    {"free_rows", esp::structure::free_rows}};

/// The layers, every number in one format; accumulators wide enough for every product and sum,
/// which costs no DSP (docs/quantization.md).
inline std::vector<esp::layer_spec> layers_of(int bits, int reuse_factor)
{
    const esp::precision format = bits == 18 ? esp::precision{18, 8} : esp::precision{16, 6};
    static constexpr esp::label names[]{"fc1", "fc2", "fc3", "out"};
    std::vector<esp::layer_spec> layers;
    for (std::size_t l = 0; l < std::size(names); ++l)
        layers.push_back(esp::dense{.name = names[l],
            .inputs = sizes[l],
            .outputs = sizes[l + 1],
            .strategy = esp::strategy::resource_unrolled,
            .reuse_factor = reuse_factor,
            .weight = format,
            .accum = {2 * format.width + 7, 2 * format.integer + 7}});
    return layers;
}

/// Weights and biases where Eigen keeps them.
inline esp::trainee trainee_of(perceptron& net)
{
    esp::trainee trainee;
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        trainee.weights.push_back(esp::weights_of(net.weights[l]));
        trainee.state.emplace_back(
            "bias " + std::to_string(l), esp::coefficients_of(net.biases[l]));
    }
    return trainee;
}

/// The network as the hardware computes it. Results saturate.
inline esp::integer_network in_integers(perceptron& net, std::span<const esp::layer_spec> layers)
{
    esp::integer_network result({.channels = features}, layers[0].data);
    for (std::size_t l = 0; l < layers.size(); ++l) {
        esp::kernel_formats formats = esp::formats_of(layers[l]);
        formats.result.overflow = esp::overflow::sat;
        result.add(layers[l], esp::quantized(esp::in_hardware_order(esp::matrices_of(layers[l])[0],
                                                 esp::weights_of(net.weights[l]),
                                                 esp::coefficients_of(net.biases[l])),
                                  formats));
        if (l + 1 < layers.size())
            result.add(esp::integer_relu{});
    }
    return result;
}

/// The network with its inputs in another order, layer by layer.
inline perceptron in_order(perceptron net, const esp::input_orders& orders)
{
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        orders.apply(l, esp::weights_of(net.weights[l]));
        orders.apply_to_outputs(l, esp::coefficients_of(net.biases[l]));
    }
    return net;
}

/// Which rows the hardware puts into the right class; of equal logits the first counts.
inline std::vector<bool> right_rows(
    const esp::integer_network& net, const matrix& inputs, std::span<const std::uint8_t> labels)
{
    std::vector<bool> right;
    for (std::size_t r = 0; r < labels.size(); ++r) {
        const std::vector<double> logits = net(std::span<const float>(
            inputs.col(static_cast<Eigen::Index>(r)).data(), static_cast<std::size_t>(features)));
        right.push_back(std::ranges::max_element(logits) - logits.begin() == labels[r]);
    }
    return right;
}

/// \return percent
inline double percent_right(const std::vector<bool>& right)
{
    return 100 * static_cast<double>(std::count(right.begin(), right.end(), true)) /
           static_cast<double>(right.size());
}

} // namespace jets
