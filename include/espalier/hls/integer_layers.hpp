// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// The layers without weights that stand between those with, bit for bit as hls4ml's kernels compute
// them under io_parallel. Images are (height, width, channel), channels last, as hardware has them.

namespace espalier {

/// Extents of an image; a vector is 1 × 1 × channels.
struct image_shape {
    std::int64_t height = 1;
    std::int64_t width = 1;
    std::int64_t channels = 1;

    [[nodiscard]] constexpr std::int64_t size() const { return height * width * channels; }
    friend constexpr bool operator==(const image_shape&, const image_shape&) = default;
};

/// A window that moves over one axis of an image.
struct sliding_window {
    std::int64_t extent = 0; ///< of the image
    std::int64_t window = 1;
    std::int64_t stride = 1;
    espalier::padding padding = espalier::padding::valid;

    /// Positions of the window.
    [[nodiscard]] constexpr std::int64_t outputs() const
    {
        return (padding == padding::same ? extent - 1 : extent - window) / stride + 1;
    }
    /// First pixel under the window at a position; before the image it is negative. Where padding
    /// is uneven, the odd pixel is at the end, as TensorFlow and hls4ml have it.
    [[nodiscard]] constexpr std::int64_t first(std::int64_t position) const
    {
        const std::int64_t padded = std::max<std::int64_t>(
            padding == padding::same ? (outputs() - 1) * stride + window - extent : 0, 0);
        return position * stride - padded / 2;
    }
    friend constexpr bool operator==(const sliding_window&, const sliding_window&) = default;
};

/// y = max(x, 0).
struct integer_relu {
    std::optional<fixed_point> result{}; ///< nothing: as the data
};

/// y = x in another format (hls4ml: a linear activation).
struct integer_cast {
    fixed_point result{};
};

/// Which value of its window a pooling takes.
enum class pooling : std::uint8_t { max, average };

/// Max or average pooling. The average adds value by value in the format `accum` and is then
/// divided by the number of pixels, towards zero.
struct integer_pooling {
    pooling kind = pooling::max;
    int height = 2;
    int width = 2;
    int stride_height = 0; ///< 0: as height
    int stride_width = 0;  ///< 0: as width
    espalier::padding padding = espalier::padding::valid;
    bool counts_padding = false;         ///< an average divides by the padding's pixels, too
    std::optional<fixed_point> accum{};  ///< nothing: as the data
    std::optional<fixed_point> result{}; ///< nothing: as the data
};

/// y = scale·x + bias for each channel, exact until the result: a batch normalisation that was not
/// folded. In hls4ml's words scale_t, bias_t and result_t.
struct integer_scale {
    fixed_point scale_format{};
    fixed_point bias_format{};
    fixed_point result{};
    std::vector<std::int64_t> scale{}; ///< raw, one for each channel
    std::vector<std::int64_t> bias{};  ///< raw, one for each channel
};

/// (height, width, channel) to (channel, height, width): hls4ml's transpose in front of a flatten
/// of a PyTorch network under io_stream.
struct integer_transpose {};

namespace detail {

/// What a layer of the network does with an image.
struct pooling_step {
    integer_pooling pool;
    image_shape in;
    precision data;
    fixed_point accum;
    fixed_point result;

    [[nodiscard]] sliding_window down() const
    {
        return {in.height, pool.height, pool.stride_height, pool.padding};
    }
    [[nodiscard]] sliding_window across() const
    {
        return {in.width, pool.width, pool.stride_width, pool.padding};
    }

    void operator()(std::span<const std::int64_t> image, std::span<std::int64_t> results) const
    {
        const sliding_window rows = down();
        const sliding_window columns = across();
        std::size_t at = 0;
        for (std::int64_t y = 0; y < rows.outputs(); ++y)
            for (std::int64_t x = 0; x < columns.outputs(); ++x) {
                const std::int64_t top = rows.first(y);
                const std::int64_t left = columns.first(x);
                for (std::int64_t c = 0; c < in.channels; ++c)
                    results[at++] = value(image, top, left, c);
            }
    }

    [[nodiscard]] std::int64_t value(std::span<const std::int64_t> image, std::int64_t top,
        std::int64_t left, std::int64_t channel) const
    {
        const std::int64_t bottom = std::min(top + pool.height, in.height);
        const std::int64_t right = std::min(left + pool.width, in.width);
        std::int64_t largest = smallest_raw(data);
        std::int64_t sum = 0;
        std::int64_t pixels = 0;
        for (std::int64_t y = std::max<std::int64_t>(top, 0); y < bottom; ++y)
            for (std::int64_t x = std::max<std::int64_t>(left, 0); x < right; ++x, ++pixels) {
                const std::int64_t pixel =
                    image[static_cast<std::size_t>((y * in.width + x) * in.channels + channel)];
                if (pool.kind == pooling::max)
                    largest = std::max(largest, pixel);
                else
                    sum = added(sum, pixel);
            }
        if (pool.counts_padding)
            pixels = std::int64_t{pool.height} * pool.width;
        const std::int64_t pooled =
            pool.kind == pooling::max ? requantized(largest, data, accum) : sum / pixels;
        return requantized(pooled, accum.format, result);
    }

    /// (accum_t) (sum + pixel), the sum in whichever of the two has more bits right of the point.
    [[nodiscard]] std::int64_t added(std::int64_t sum, std::int64_t pixel) const
    {
        const std::int64_t more = fraction_of(data) - fraction_of(accum.format);
        const std::int64_t exact = more > 0 ? (sum << more) + pixel : sum + (pixel << -more);
        const precision& finer = more > 0 ? data : accum.format;
        return requantized(exact, {63, 63 - finer.width + finer.integer, true}, accum);
    }
};

} // namespace detail

} // namespace espalier
