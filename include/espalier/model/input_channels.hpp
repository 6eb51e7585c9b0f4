// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

/// How the inputs of a row fall into channels: each channel has one input for every pixel of the
/// kernel, or of the image that was flattened.
struct input_channels {
    std::int64_t channels = 1;
    std::int64_t pixels = 1;
    /// Whether all channels of a pixel stand side by side; else all pixels of a channel do.
    bool channels_last = true;

    /// The place in the row of a pixel of a channel.
    [[nodiscard]] constexpr std::int64_t input(std::int64_t channel, std::int64_t pixel) const
    {
        return channels_last ? pixel * channels + channel : channel * pixels + pixel;
    }
    /// For each place of the row the input that stands there under a permutation of the channels.
    /// \throws std::invalid_argument if that is of another number of channels
    [[nodiscard]] std::vector<std::size_t> inputs_under(const input_permutation& order) const
    {
        ensure(static_cast<std::int64_t>(order.size()) == channels,
            "a permutation is of the channels that a layer takes", given{"given", order.size()},
            given{"channels", channels});
        std::vector<std::size_t> input_at(static_cast<std::size_t>(channels * pixels));
        for (std::int64_t place = 0; place < channels; ++place)
            for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
                input_at[static_cast<std::size_t>(input(place, pixel))] =
                    static_cast<std::size_t>(input(
                        static_cast<std::int64_t>(order[static_cast<std::size_t>(place)]), pixel));
        return input_at;
    }

    friend constexpr bool operator==(const input_channels&, const input_channels&) = default;
};

/// The channels among the inputs of a matrix in hardware order. Only where a transpose in front of
/// a flatten stays (io_stream, layout.hpp) do they arrive one after the other.
/// \param framework  in which the weights lie
[[nodiscard]] constexpr input_channels channels_of(const weight_matrix& m, layout framework)
{
    const bool by_channel =
        detail::keeps_transpose(m) &&
        (framework == layout::pytorch || framework == layout::keras_channels_first);
    return {m.channels, m.rows * m.columns, !by_channel};
}

} // namespace espalier
