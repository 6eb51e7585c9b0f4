// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace espalier {

/// The order in which a layer's input channels meet its hardware: a permutation of the outputs of
/// the layer before. In hardware it is wiring, or nothing at all once the layer before gives its
/// outputs in that order (prune/input_orders.hpp).
class input_permutation {
public:
    /// Of no channels.
    input_permutation() = default;
    /// \param channel_at  for each place the channel that stands there
    /// \throws std::invalid_argument if a channel has no place or two
    explicit input_permutation(std::vector<std::uint32_t> channel_at)
        : channel_at_(std::move(channel_at))
    {
        std::vector<bool> placed(size());
        for (const std::uint32_t channel : channel_at_) {
            ensure(channel < size() && !placed[channel],
                "a permutation gives every channel a place of its own", given{"channel", channel},
                given{"channels", size()});
            placed[channel] = true;
        }
    }
    /// Every channel where it was.
    [[nodiscard]] static input_permutation identity(std::size_t channels)
    {
        input_permutation p;
        p.channel_at_.resize(channels);
        std::iota(p.channel_at_.begin(), p.channel_at_.end(), 0U);
        return p;
    }

    [[nodiscard]] std::size_t size() const { return channel_at_.size(); }
    /// The channel that stands at a place.
    [[nodiscard]] std::size_t operator[](std::size_t place) const { return channel_at_[place]; }
    /// For each place the channel that stands there.
    [[nodiscard]] std::span<const std::uint32_t> channels() const { return channel_at_; }
    [[nodiscard]] bool is_identity() const
    {
        return std::is_sorted(channel_at_.begin(), channel_at_.end());
    }

    /// What takes every channel back to where it was.
    [[nodiscard]] input_permutation inverse() const
    {
        input_permutation back = *this;
        for (std::size_t place = 0; place < size(); ++place)
            back.channel_at_[channel_at_[place]] = static_cast<std::uint32_t>(place);
        return back;
    }
    /// This permutation, and another one of what it gives.
    /// \throws std::invalid_argument if that is of another number of channels
    [[nodiscard]] input_permutation then(const input_permutation& next) const
    {
        ensure_size(next.size());
        input_permutation both = *this;
        for (std::size_t place = 0; place < size(); ++place)
            both.channel_at_[place] = channel_at_[next[place]];
        return both;
    }
    /// Moves one number for each channel: a bias, a scale and a shift of a batch normalisation.
    /// \throws std::invalid_argument if there are more or fewer
    template <class Number>
    void apply(std::span<Number> of_channels) const
    {
        ensure_size(of_channels.size());
        const std::vector<Number> before(of_channels.begin(), of_channels.end());
        for (std::size_t place = 0; place < size(); ++place)
            of_channels[place] = before[channel_at_[place]];
    }

    friend bool operator==(const input_permutation&, const input_permutation&) = default;

private:
    void ensure_size(std::size_t given_size) const
    {
        ensure(given_size == size(), "a permutation moves as many channels as it has",
            given{"given", given_size}, given{"channels", size()});
    }

    std::vector<std::uint32_t> channel_at_;
};

} // namespace espalier
