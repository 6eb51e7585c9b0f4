// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cstdint>

// relu(max_pool2d(x, 2)) and its gradient, each in one pass over the memory. LibTorch 1.13's own
// pooling is scalar on the CPU and was the largest single share of an epoch.

namespace example {

struct relu_max_pool : torch::autograd::Function<relu_max_pool> {
    /// (n, c, h, w) → (n, c, h/2, w/2), for even h and w.
    static torch::Tensor forward(
        torch::autograd::AutogradContext* context, const torch::Tensor& input)
    {
        const torch::Tensor x = input.contiguous();
        const std::int64_t planes = x.size(0) * x.size(1);
        const std::int64_t height = x.size(2) / 2;
        const std::int64_t width = x.size(3) / 2;
        torch::Tensor y = torch::empty({x.size(0), x.size(1), height, width}, x.options());
        // Which of the four pixels won, 0 … 3; 4 more where none is above zero.
        torch::Tensor winner = torch::empty(y.sizes(), x.options().dtype(torch::kUInt8));
        const auto* from = x.data_ptr<float>();
        auto* to = y.data_ptr<float>();
        auto* mark = winner.data_ptr<std::uint8_t>();
        at::parallel_for(0, planes, 64, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t line = begin * height; line < end * height; ++line) {
                const float* __restrict upper = from + line * 4 * width;
                const float* __restrict lower = upper + 2 * width;
                float* __restrict out = to + line * width;
                std::uint8_t* __restrict who = mark + line * width;
                for (std::int64_t j = 0; j < width; ++j) {
                    const float a = upper[2 * j];
                    const float b = upper[2 * j + 1];
                    const float c = lower[2 * j];
                    const float d = lower[2 * j + 1];
                    // Without branches: which of the four wins is as good as random.
                    const float best = std::max(std::max(a, b), std::max(c, d));
                    const int low = std::max(c, d) > std::max(a, b);
                    const int which = 2 * low + (1 - low) * (b > a) + low * (d > c);
                    who[j] = static_cast<std::uint8_t>(which + 4 * (best <= 0));
                    out[j] = std::max(best, 0.0F);
                }
            }
        });
        context->save_for_backward({winner});
        return y;
    }

    static torch::autograd::tensor_list backward(
        torch::autograd::AutogradContext* context, const torch::autograd::tensor_list& gradients)
    {
        const torch::Tensor winner = context->get_saved_variables()[0];
        const torch::Tensor g = gradients[0].contiguous();
        const std::int64_t planes = g.size(0) * g.size(1);
        const std::int64_t height = g.size(2);
        const std::int64_t width = g.size(3);
        torch::Tensor result =
            torch::empty({g.size(0), g.size(1), 2 * height, 2 * width}, g.options());
        // Share of each pixel by winner; 4 and above: nobody gets anything.
        static constexpr float share[8][4] = {
            {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
        const auto* from = g.data_ptr<float>();
        const auto* mark = winner.data_ptr<std::uint8_t>();
        auto* to = result.data_ptr<float>();
        at::parallel_for(0, planes, 64, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t line = begin * height; line < end * height; ++line) {
                const float* __restrict in = from + line * width;
                const std::uint8_t* __restrict who = mark + line * width;
                float* __restrict upper = to + line * 4 * width;
                float* __restrict lower = upper + 2 * width;
                for (std::int64_t j = 0; j < width; ++j) {
                    const float* of = share[who[j]];
                    upper[2 * j] = in[j] * of[0];
                    upper[2 * j + 1] = in[j] * of[1];
                    lower[2 * j] = in[j] * of[2];
                    lower[2 * j + 1] = in[j] * of[3];
                }
            }
        });
        return {result};
    }
};

} // namespace example
