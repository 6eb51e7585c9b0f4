// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/precision.hpp>
#include <espalier/model/straight_through.hpp>

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

// Tensors in fixed point while LibTorch trains.

namespace espalier {

namespace detail {

struct torch_rounding : torch::autograd::Function<torch_rounding> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context,
        const torch::Tensor& input, const fixed_point& format)
    {
        torch::Tensor rounded = input.detach().clone(at::MemoryFormat::Contiguous);
        torch::Tensor passes = torch::empty(input.sizes(), torch::kUInt8);
        AT_DISPATCH_FLOATING_TYPES(rounded.scalar_type(), "in_format", [&] {
            round_straight_through(
                span_of<scalar_t>(rounded), format, span_of<std::uint8_t>(passes));
        });
        context->save_for_backward({passes});
        return rounded;
    }

    static torch::autograd::tensor_list backward(
        torch::autograd::AutogradContext* context, const torch::autograd::tensor_list& gradients)
    {
        return {gradients[0] * context->get_saved_variables()[0], torch::Tensor()};
    }

private:
    template <class Number>
    static std::span<Number> span_of(const torch::Tensor& tensor)
    {
        return {tensor.data_ptr<Number>(), static_cast<std::size_t>(tensor.numel())};
    }
};

} // namespace detail

/// A tensor as the hardware has it: every number rounded to a format and brought into its range.
/// Gradients pass where a number is in range and stop where it is not (straight_through.hpp).
/// \param numbers  of floats or doubles in the memory of the CPU, of any shape
/// \throws std::invalid_argument if they are elsewhere or something else, one is not finite, or the
///         format is not sound
[[nodiscard]] inline torch::Tensor in_format(
    const torch::Tensor& numbers, const fixed_point& format)
{
    if (!numbers.defined() || !numbers.device().is_cpu() ||
        (numbers.scalar_type() != torch::kFloat32 && numbers.scalar_type() != torch::kFloat64))
        throw std::invalid_argument(
            "numbers that are rounded are floats or doubles in the memory of the CPU");
    return detail::torch_rounding::apply(numbers, format);
}

} // namespace espalier
