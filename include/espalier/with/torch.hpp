// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// LibTorch modules as weights. A layer is found by its name: the matrices of a layer "fc1" are the
// parameters that PyTorch registers for a submodule of that name ("fc1.weight"; "rnn.weight_ih_l0"
// and "rnn.weight_hh_l0" for the two kernels of a recurrent layer, with "_reverse" for the second
// direction; "sep.depthwise.weight" and "sep.pointwise.weight" for a separable convolution).
// Nothing is copied: the spans are the storage of the tensors, in layout::pytorch.

namespace espalier {

namespace detail {

inline std::string torch_parameter(const weight_matrix& m)
{
    const std::string name(m.layer.view());
    switch (m.role) {
    case matrix_role::kernel:
        return name + (is_recurrent(m.kind) ? ".weight_ih_l0" : ".weight");
    case matrix_role::recurrent_kernel:
        return name + ".weight_hh_l0";
    case matrix_role::backward_kernel:
        return name + ".weight_ih_l0_reverse";
    case matrix_role::backward_recurrent_kernel:
        return name + ".weight_hh_l0_reverse";
    case matrix_role::depthwise_kernel:
        return name + (m.kind == layer_kind::separable_conv2d ? ".depthwise.weight" : ".weight");
    case matrix_role::pointwise_kernel:
        return name + ".pointwise.weight";
    }
    return name;
}

inline std::span<float> storage_of(const torch::Tensor& tensor, const std::string& name)
{
    const auto require = [&](bool holds, const char* rule) {
        if (!holds)
            throw std::invalid_argument(name + ": " + rule);
    };
    require(tensor.defined(), "there is no such tensor (has backward() run?)");
    require(tensor.device().is_cpu(), "the tensor must be in the memory of the CPU");
    require(tensor.scalar_type() == torch::kFloat32, "the tensor must hold 32-bit floats");
    require(tensor.is_contiguous(), "the tensor must be contiguous");
    return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

template <class Pick>
std::vector<std::span<float>> spans_of(
    const torch::nn::Module& module, std::span<const layer_spec> layers, Pick&& pick)
{
    const auto parameters = module.named_parameters();
    std::vector<std::span<float>> spans;
    for (const layer_spec& layer : layers)
        for (const weight_matrix& m : matrices_of(layer)) {
            const std::string name = torch_parameter(m);
            const torch::Tensor* parameter = parameters.find(name);
            if (parameter == nullptr)
                throw std::invalid_argument("the module has no parameter '" + name + "'");
            const auto storage = storage_of(pick(*parameter), name);
            ensure(static_cast<std::int64_t>(storage.size()) == m.weights(),
                "a parameter has as many weights as its layer", given{"layer", layer.name.view()},
                given{"parameter has", storage.size()}, given{"layer has", m.weights()});
            spans.push_back(storage);
        }
    return spans;
}

} // namespace detail

/// The weights of the layers, one span for each weight matrix; valid as long as the parameters keep
/// their storage (optimisers update in place, `load_state_dict` too; `to()` does not).
/// \throws std::invalid_argument naming the parameter that is missing, is not a contiguous CPU
///         tensor of floats, or has another size than its layer
[[nodiscard]] inline std::vector<std::span<float>> weights_of(
    const torch::nn::Module& module, std::span<const layer_spec> layers)
{
    return detail::spans_of(module, layers, [](const torch::Tensor& t) { return t.detach(); });
}

/// The gradients of the same weights; to be asked after `backward()`, because LibTorch may allocate
/// them anew.
/// \throws std::invalid_argument as `weights_of`, and if there is no gradient
[[nodiscard]] inline std::vector<std::span<float>> gradients_of(
    const torch::nn::Module& module, std::span<const layer_spec> layers)
{
    return detail::spans_of(module, layers, [](const torch::Tensor& t) { return t.grad(); });
}

} // namespace espalier
