// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/hardware_flow.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/integer_network.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// A network as hls4ml is about to build it: layers with their configuration and their weights, and
// the layers without weights between them. It is what comes out of hls4ml (with/hls4ml.hpp reads
// it), what is pruned, and what goes back.

namespace espalier {

/// Weights and biases of one matrix.
struct hls4ml_kernel {
    std::string name;                ///< of hls4ml's weight variable: "weight", "depthwise", …
    layout order = layout::hardware; ///< hardware if hls4ml has transposed them, else keras
    std::vector<std::int64_t> shape; ///< of the variable's array
    std::vector<double> weights;
    std::string bias_name{}; ///< empty: no biases
    std::vector<double> biases{};
    kernel_formats formats{};
};

/// A layer with weights.
struct hls4ml_layer {
    layer_spec spec{};
    std::vector<hls4ml_kernel> kernels{}; ///< one for each matrix, in the order of `matrices_of`
};

/// What stands in a row between the input and the output.
using hls4ml_step =
    std::variant<hls4ml_layer, integer_relu, integer_cast, integer_pooling, integer_scale>;

/// A network of hls4ml, without branches.
struct hls4ml_network {
    hardware_flow flow{};
    image_shape input{};
    fixed_point input_format{};
    std::vector<hls4ml_step> steps{};

    /// The layers with weights.
    [[nodiscard]] std::vector<layer_spec> layers() const
    {
        std::vector<layer_spec> specs;
        for (const hls4ml_step& step : steps)
            if (const auto* layer = std::get_if<hls4ml_layer>(&step))
                specs.push_back(layer->spec);
        return specs;
    }

    /// The weights where they are, for a pruner.
    [[nodiscard]] trainee weights()
    {
        trainee views;
        each_kernel([&](hls4ml_kernel& kernel, const weight_matrix& /*unused*/) {
            views.weights.emplace_back(kernel.weights, kernel.order);
        });
        return views;
    }

    /// The weights as they are now, one vector for each matrix.
    [[nodiscard]] std::vector<std::vector<float>> copied_weights()
    {
        std::vector<std::vector<float>> all;
        each_kernel([&](hls4ml_kernel& kernel, const weight_matrix& /*unused*/) {
            all.emplace_back(kernel.weights.begin(), kernel.weights.end());
        });
        return all;
    }

    /// Brings weights and biases to the values that their formats have. hls4ml writes them as
    /// decimal numbers, of as many digits as a format has bits right of the point: what the format
    /// does not have is rounded there once and truncated in hardware again, and only values of the
    /// format come through as they are.
    void quantize()
    {
        const auto round = [](std::vector<double>& numbers, const fixed_point& format) {
            for (double& number : numbers)
                number = real_value(quantized(number, format), format.format);
        };
        each_kernel([&](hls4ml_kernel& kernel, const weight_matrix& /*unused*/) {
            round(kernel.weights, kernel.formats.weight);
            round(kernel.biases, kernel.formats.bias);
        });
    }

    /// The same network in integers.
    /// \throws std::invalid_argument if a step does not fit what is before it
    [[nodiscard]] integer_network integers() const
    {
        integer_network network(input, input_format);
        for (const hls4ml_step& step : steps)
            std::visit([&](const auto& s) { add(network, s); }, step);
        return network;
    }

    /// Calls a function with each kernel and its matrix.
    template <class Use>
    void each_kernel(Use&& use)
    {
        for (hls4ml_step& step : steps)
            if (auto* layer = std::get_if<hls4ml_layer>(&step))
                for (std::size_t i = 0; i < layer->kernels.size(); ++i)
                    use(layer->kernels[i], matrices_of(layer->spec)[i]);
    }

private:
    template <class Step>
    static void add(integer_network& network, const Step& step)
    {
        network.add(step);
    }
    static void add(integer_network& network, const hls4ml_layer& layer)
    {
        std::vector<integer_kernel> kernels;
        for (std::size_t i = 0; i < layer.kernels.size(); ++i) {
            const hls4ml_kernel& k = layer.kernels[i];
            kernels.push_back(quantized(in_hardware_order(matrices_of(layer.spec)[i], k.order,
                                            std::span(k.weights), std::span(k.biases)),
                k.formats));
        }
        network.add(layer.spec, kernels);
    }
};

} // namespace espalier
