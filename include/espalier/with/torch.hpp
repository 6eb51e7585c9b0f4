// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>

#include <torch/torch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
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

/// Whether the module that owns a parameter is a transposed convolution.
inline bool is_transposed(const torch::nn::Module& module, const std::string& parameter)
{
    // Not with the module itself, which may live on the stack.
    const auto modules = module.named_modules("", /*include_self=*/false);
    const auto* owner = modules.find(parameter.substr(0, parameter.rfind('.')));
    return owner != nullptr && ((*owner)->as<torch::nn::ConvTranspose1d>() != nullptr ||
                                   (*owner)->as<torch::nn::ConvTranspose2d>() != nullptr);
}

/// Calls `visit(matrix, name, parameter)` for the parameter of every matrix of the layers.
template <class Visit>
void for_each_parameter(
    const torch::nn::Module& module, std::span<const layer_spec> layers, Visit&& visit)
{
    const auto parameters = module.named_parameters();
    for (const layer_spec& layer : layers)
        for (const weight_matrix& m : matrices_of(layer)) {
            const std::string name = torch_parameter(m);
            const torch::Tensor* parameter = parameters.find(name);
            if (parameter == nullptr)
                throw std::invalid_argument("the module has no parameter '" + name + "'");
            if (is_transposed(module, name))
                throw std::invalid_argument(name + ": no layer is a transposed convolution");
            const tensor_shape shape(parameter->sizes().begin(), parameter->sizes().end());
            const tensor_shape expected = shape_of(m, layout::pytorch);
            ensure(same_order(shape, expected), "a parameter has the shape of its layer",
                given{"parameter", std::string_view(name)},
                given{"shape", std::string_view(to_string(shape))},
                given{"the layer's", std::string_view(to_string(expected))});
            visit(m, name, *parameter);
        }
}

inline std::vector<std::byte> bytes_of(const torch::Tensor& tensor)
{
    const torch::Tensor copy = tensor.detach().cpu().contiguous();
    const auto* first = static_cast<const std::byte*>(copy.data_ptr());
    return {first, first + copy.nbytes()};
}

inline void copy_to(torch::Tensor tensor, std::span<const std::byte> saved)
{
    const torch::NoGradGuard no_grad;
    torch::Tensor copy = torch::empty(tensor.sizes(), tensor.options().device(torch::kCPU));
    ensure(saved.size() == copy.nbytes(), "a tensor is restored to what was saved of it",
        given{"bytes", copy.nbytes()}, given{"saved", saved.size()});
    std::copy(saved.begin(), saved.end(), static_cast<std::byte*>(copy.data_ptr()));
    tensor.copy_(copy);
}

inline std::vector<std::byte> bytes_of(torch::optim::Optimizer& optimizer)
{
    torch::serialize::OutputArchive archive;
    optimizer.save(archive);
    std::vector<std::byte> bytes;
    archive.save_to([&](const void* data, std::size_t size) {
        const auto* first = static_cast<const std::byte*>(data);
        bytes.insert(bytes.end(), first, first + size);
        return size;
    });
    return bytes;
}

inline void copy_to(torch::optim::Optimizer& optimizer, std::span<const std::byte> saved)
{
    optimizer.state().clear(); // loading adds to what is there, and takes nothing away
    torch::serialize::InputArchive archive;
    archive.load_from(reinterpret_cast<const char*>(saved.data()), saved.size());
    optimizer.load(archive);
    // Which reads the options, a learning rate for one, and drops them.
    torch::serialize::InputArchive groups;
    archive.read("param_groups", groups);
    for (std::size_t i = 0; i < optimizer.param_groups().size(); ++i) {
        torch::serialize::InputArchive group;
        torch::serialize::InputArchive options;
        groups.read("param_groups/" + std::to_string(i), group);
        group.read("options", options);
        optimizer.param_groups()[i].options().serialize(options);
    }
}

/// What an optimiser of LibTorch remembers of a parameter and is shaped like it.
inline std::vector<torch::Tensor> moments_of(torch::optim::OptimizerParamState& state)
{
    if (auto* adam = dynamic_cast<torch::optim::AdamParamState*>(&state))
        return {adam->exp_avg(), adam->exp_avg_sq(), adam->max_exp_avg_sq()};
    if (auto* adamw = dynamic_cast<torch::optim::AdamWParamState*>(&state))
        return {adamw->exp_avg(), adamw->exp_avg_sq(), adamw->max_exp_avg_sq()};
    if (auto* sgd = dynamic_cast<torch::optim::SGDParamState*>(&state))
        return {sgd->momentum_buffer()};
    if (auto* rmsprop = dynamic_cast<torch::optim::RMSpropParamState*>(&state))
        return {rmsprop->square_avg(), rmsprop->momentum_buffer(), rmsprop->grad_avg()};
    if (auto* adagrad = dynamic_cast<torch::optim::AdagradParamState*>(&state))
        return {adagrad->sum()};
    return {};
}

} // namespace detail

/// The weights of the layers, one view for each weight matrix; valid as long as the parameters keep
/// their storage (optimisers update in place, `load_state_dict` too; `to()` does not, which is
/// noticed).
/// \throws std::invalid_argument naming the parameter that is missing, is not a contiguous CPU
///         tensor of floats, or has another shape than its layer
[[nodiscard]] inline std::vector<weight_view> weights_of(
    const torch::nn::Module& module, std::span<const layer_spec> layers)
{
    std::vector<weight_view> views;
    detail::for_each_parameter(module, layers,
        [&](const weight_matrix&, const std::string& name, const torch::Tensor& parameter) {
            views.emplace_back(detail::storage_of(parameter.detach(), name), layout::pytorch,
                tensor_shape(parameter.sizes().begin(), parameter.sizes().end()));
            views.back().moves_with(
                [parameter]() -> const void* { return parameter.data_ptr<float>(); });
        });
    return views;
}

/// The gradients of the same weights; to be asked after `backward()`, because LibTorch may allocate
/// them anew.
/// \throws std::invalid_argument as `weights_of`, and if there is no gradient
[[nodiscard]] inline std::vector<std::span<float>> gradients_of(
    const torch::nn::Module& module, std::span<const layer_spec> layers)
{
    std::vector<std::span<float>> spans;
    detail::for_each_parameter(module, layers,
        [&](const weight_matrix&, const std::string& name, const torch::Tensor& parameter) {
            spans.push_back(detail::storage_of(parameter.grad(), name));
        });
    return spans;
}

/// A module with everything that training changes: the weights of the layers, all other parameters
/// and all buffers (running statistics). The module must outlive it.
/// \throws std::invalid_argument as `weights_of`
[[nodiscard]] inline trainee trainee_of(
    torch::nn::Module& module, std::span<const layer_spec> layers)
{
    trainee result{.weights = weights_of(module, layers)};
    std::vector<std::string> pruned;
    detail::for_each_parameter(
        module, layers, [&](const weight_matrix&, const std::string& name, const torch::Tensor&) {
            pruned.push_back(name);
        });
    const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
        if (std::find(pruned.begin(), pruned.end(), name) == pruned.end())
            result.state.emplace_back(
                name, [tensor] { return detail::bytes_of(tensor); },
                [tensor](std::span<const std::byte> saved) { detail::copy_to(tensor, saved); },
                tensor.nbytes());
    };
    for (const auto& parameter : module.named_parameters())
        add(parameter.key(), parameter.value());
    for (const auto& buffer : module.named_buffers())
        add(buffer.key(), buffer.value());
    return result;
}

/// The same with an optimiser, which must be the one that trains the module and outlive the pruner:
/// its moments, step counts and options go back as well, and the moments of pruned weights are
/// zero.
[[nodiscard]] inline trainee trainee_of(torch::nn::Module& module,
    torch::optim::Optimizer& optimizer, std::span<const layer_spec> layers)
{
    trainee result = trainee_of(module, layers);
    result.state.emplace_back(
        "optimizer", [&optimizer] { return detail::bytes_of(optimizer); },
        [&optimizer](std::span<const std::byte> saved) { detail::copy_to(optimizer, saved); });
    std::vector<std::string> keys; // under which the optimiser keeps what it knows of a parameter
    detail::for_each_parameter(module, layers,
        [&](const weight_matrix&, const std::string&, const torch::Tensor& parameter) {
            keys.push_back(c10::guts::to_string(parameter.unsafeGetTensorImpl()));
        });
    result.moments = [&optimizer, keys] {
        std::vector<weight_moments> moments;
        for (std::size_t m = 0; m < keys.size(); ++m) {
            const auto state = optimizer.state().find(keys[m]);
            if (state == optimizer.state().end())
                continue;
            for (const torch::Tensor& moment : detail::moments_of(*state->second))
                if (moment.defined())
                    moments.push_back({m, detail::storage_of(moment, "a moment")});
        }
        return moments;
    };
    return result;
}

} // namespace espalier
