// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/with/torch_rounding.hpp>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <functional>
#include <stdexcept>

using namespace espalier;

namespace {

const std::array formats{fixed_point{{18, 8}, rounding::trn, overflow::sat},
    fixed_point{{16, 6}, rounding::trn, overflow::sat},
    fixed_point{{12, 4}, rounding::rnd, overflow::sat},
    fixed_point{{8, 3}, rounding::rnd, overflow::sat}};

} // namespace

TEST_CASE("a tensor is rounded number by number, whatever its strides")
{
    torch::manual_seed(3);
    for (const fixed_point& format : formats)
        for (const auto type : {torch::kFloat32, torch::kFloat64}) {
            const torch::Tensor x = 6 * torch::randn({4, 3, 5}, type).transpose(0, 2);
            const torch::Tensor y = in_format(x, format);
            REQUIRE((y.sizes() == x.sizes()));
            REQUIRE((y.scalar_type() == type));
            for (std::int64_t i = 0; i < 5; ++i)
                for (std::int64_t j = 0; j < 3; ++j)
                    for (std::int64_t k = 0; k < 4; ++k)
                        CHECK(y[i][j][k].item<double>() ==
                              fake_quantized(x[i][j][k].item<double>(), format));
        }
}

TEST_CASE("gradients are those of the rounded numbers, where they follow the real ones")
{
    // L(w, x) = Σ sin(round(tanh(round(w)·round(x))))². The straight-through gradient is the true
    // one of the same function in which each rounding adds a constant and each overflow is one,
    // which central differences know.
    torch::manual_seed(4);
    for (const fixed_point& format : formats) {
        torch::Tensor w = (4 * torch::randn({4, 6}, torch::kFloat64)).set_requires_grad(true);
        torch::Tensor x = torch::randn({6, 3}, torch::kFloat64).set_requires_grad(true);
        const auto loss_of =
            [](const torch::Tensor& a, const torch::Tensor& b,
                const std::function<torch::Tensor(const torch::Tensor&, int)>& rounded) {
                const torch::Tensor h = torch::tanh(torch::matmul(rounded(a, 0), rounded(b, 1)));
                return torch::sin(rounded(3 * h, 2)).square().sum();
            };
        std::array<torch::Tensor, 3> seen;   // before rounding
        std::array<torch::Tensor, 3> offset; // what rounding added
        const torch::Tensor loss = loss_of(w, x, [&](const torch::Tensor& t, int place) {
            const torch::Tensor y = in_format(t, format);
            seen[static_cast<std::size_t>(place)] = t.detach().clone();
            offset[static_cast<std::size_t>(place)] = (y - t).detach();
            return y;
        });
        loss.backward();
        const double least = real_value(smallest_raw(format.format), format.format);
        const double most = real_value(largest_raw(format.format), format.format);
        const auto frozen = [&](const torch::Tensor& t, int place) {
            const torch::Tensor& at = seen[static_cast<std::size_t>(place)];
            const torch::Tensor shifted = t + offset[static_cast<std::size_t>(place)];
            // Out of range is a constant; nothing here is within a step of either end.
            return torch::where(
                at.gt(most) | at.lt(least), at + offset[static_cast<std::size_t>(place)], shifted);
        };
        const torch::NoGradGuard no_grad;
        int stopped = 0;
        for (torch::Tensor* of : {&w, &x}) {
            double* numbers = of->data_ptr<double>();
            const double* slopes = of->grad().data_ptr<double>();
            for (std::int64_t i = 0; i < of->numel(); ++i) {
                const double before = numbers[i];
                constexpr double h = 1e-5;
                numbers[i] = before + h;
                const double above = loss_of(w, x, frozen).item<double>();
                numbers[i] = before - h;
                const double below = loss_of(w, x, frozen).item<double>();
                numbers[i] = before;
                CHECK(slopes[i] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-6));
                stopped += slopes[i] == 0 ? 1 : 0;
            }
        }
        if (format.format.integer == 3) // where weights beyond ±4 are out of range
            CHECK(stopped > 0);
    }
}

TEST_CASE("a tensor that is not there, or of integers, is refused")
{
    const char* sentence =
        "numbers that are rounded are floats or doubles in the memory of the CPU";
    CHECK_THROWS_WITH_AS(
        (void)in_format(torch::Tensor(), formats[0]), sentence, std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)in_format(torch::zeros({2}, torch::kInt64), formats[0]), sentence,
        std::invalid_argument);
    CHECK_THROWS_AS(
        (void)in_format(torch::full({1}, 1.0 / 0.0), formats[0]), std::invalid_argument);
}
