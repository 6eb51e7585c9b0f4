// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <shared/labelled_images.hpp>

TEST_CASE("an image that is moved shows another window, and repeats what is at its border")
{
    const std::int64_t height = 4;
    const std::int64_t width = 5;
    const torch::Tensor images =
        torch::arange(3 * 2 * height * width, torch::kFloat32).view({3, 2, height, width});
    const torch::Tensor down = torch::tensor({0, -2, 1}, torch::kInt64);
    const torch::Tensor right = torch::tensor({2, -1, 0}, torch::kInt64);
    const torch::Tensor result = example::moved(images, 2, down, right);
    REQUIRE(result.sizes() == images.sizes());
    for (std::int64_t i = 0; i < 3; ++i)
        for (std::int64_t c = 0; c < 2; ++c)
            for (std::int64_t y = 0; y < height; ++y)
                for (std::int64_t x = 0; x < width; ++x) {
                    const std::int64_t from_y =
                        std::clamp(y - down[i].item<std::int64_t>(), std::int64_t{0}, height - 1);
                    const std::int64_t from_x =
                        std::clamp(x - right[i].item<std::int64_t>(), std::int64_t{0}, width - 1);
                    // LibTorch has a CHECK of its own.
                    REQUIRE(result[i][c][y][x].item<float>() ==
                            images[i][c][from_y][from_x].item<float>());
                }
}
