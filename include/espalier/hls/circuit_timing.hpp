// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/circuit_network.hpp>
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/constant_plan.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/timing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <variant>
#include <vector>

// In which cycles the circuit of a network hands over, worked out without simulating it. Every part
// takes a pixel as early as its own state allows, and what it hands on is taken as early as the
// next part allows; as nothing branches, each hand-over follows from those before it. A cycle is
// named by the clock edge that ends it.

namespace espalier {

/// Clock edges at which a circuit takes its pixels and hands pixels on.
struct handovers {
    std::vector<std::int64_t> taken;
    std::vector<std::int64_t> handed;
};

namespace detail {

/// Positions of a window are stepped through one in a cycle, those outside the image without a
/// pixel. One that completes a window waits, and all after it, until the window is taken.
struct window_clock {
    circuit_window window;
    std::int64_t row = 0;
    std::int64_t column = 0;
    std::int64_t stepped = -1; ///< at this edge, the last position
    std::int64_t passed = 0;   ///< the edge at which the last window was taken

    [[nodiscard]] bool is_inside() const
    {
        const auto within = [](const sliding_window& w, std::int64_t at) {
            const std::int64_t pixel = at - circuit_window::before(w);
            return pixel >= 0 && pixel < w.extent;
        };
        return within(window.down, row) && within(window.across, column);
    }
    [[nodiscard]] bool completes_window() const
    {
        const auto completes = [](const sliding_window& w, std::int64_t at) {
            return at + 1 >= w.window && (at + 1 - w.window) % w.stride == 0;
        };
        return completes(window.down, row) && completes(window.across, column);
    }
    template <class Push>
    void step(std::int64_t earliest, Push&& push)
    {
        stepped = std::max({earliest, stepped + 1, passed});
        if (completes_window())
            passed = push(stepped + 1);
        if (++column == circuit_window::padded(window.across)) {
            column = 0;
            if (++row == circuit_window::padded(window.down))
                row = 0;
        }
    }
    template <class Push>
    void skip_padding(Push&& push)
    {
        while (!is_inside())
            step(0, push);
    }
    template <class Push>
    std::int64_t take(std::int64_t offered, Push&& push)
    {
        step(offered, push);
        const std::int64_t taken = stepped;
        skip_padding(push);
        return taken;
    }
};

/// Pixels are collected one in a cycle; the last waits, and all after it, until they are taken.
struct flatten_clock {
    std::int64_t pixels = 1;
    std::int64_t count = 0;
    std::int64_t stepped = -1;
    std::int64_t passed = 0;

    template <class Push>
    std::int64_t take(std::int64_t offered, Push&& push)
    {
        stepped = std::max({offered, stepped + 1, passed});
        const std::int64_t taken = stepped;
        if (++count == pixels) {
            count = 0;
            passed = push(taken + 1);
        }
        return taken;
    }
};

/// A product of several cycles. While its result waits, all of it stands still.
struct product_clock {
    std::int64_t cycles = 2;
    std::int64_t latency = 5;
    std::int64_t free = 0; ///< the edge of the last product's last step
    std::deque<std::pair<std::int64_t, std::int64_t>> stalls{}; ///< edges [first, last)

    /// The edge at which so many steps were made behind one.
    [[nodiscard]] std::int64_t after(std::int64_t edge, std::int64_t steps) const
    {
        std::int64_t at = edge + steps;
        for (const auto& [first, last] : stalls) {
            const std::int64_t from = std::max(first, edge + 1);
            if (from < last && from <= at)
                at += last - from;
        }
        return at;
    }
    template <class Push>
    std::int64_t take(std::int64_t offered, Push&& push)
    {
        const std::int64_t taken = std::max(offered, free);
        while (!stalls.empty() && stalls.front().second <= taken)
            stalls.pop_front();
        free = after(taken, cycles);
        const std::int64_t ready = after(taken, latency - 1) + 1;
        const std::int64_t passed = push(ready);
        if (passed > ready)
            stalls.emplace_back(ready, passed);
        return taken;
    }
};

/// A product of constants: a register in front and one behind.
struct constants_clock {
    std::int64_t moved = 0; ///< from the first register to the second
    std::int64_t passed = 0;

    template <class Push>
    std::int64_t take(std::int64_t offered, Push&& push)
    {
        const std::int64_t taken = std::max(offered, moved);
        moved = std::max(taken + 1, passed);
        passed = push(moved + 1);
        return taken;
    }
};

/// All parts of a circuit in a row.
class circuit_clock {
public:
    explicit circuit_clock(const kernel_network& network)
    {
        for (const kernel_stage& stage : network.stages()) {
            if (const auto window = window_of(stage))
                parts_.emplace_back(window_clock{*window});
            if (const std::int64_t pixels = flattened_pixels(stage); pixels > 1)
                parts_.emplace_back(flatten_clock{pixels});
            const auto* product = std::get_if<product_stage>(&stage.layer);
            if (product == nullptr)
                continue;
            if (const std::int64_t cycles = product->schedule.cycles(); cycles > 1)
                parts_.emplace_back(product_clock{cycles, circuit_latency(product->schedule)});
            else
                parts_.emplace_back(constants_clock{});
        }
        for (std::size_t i = 0; i < parts_.size(); ++i)
            if (auto* window = std::get_if<window_clock>(&parts_[i]))
                window->skip_padding([&](std::int64_t ready) { return offer(i + 1, ready); });
    }

    /// Offers a pixel to a part from an edge on, and returns the edge at which it is taken.
    std::int64_t offer(std::size_t part, std::int64_t from)
    {
        if (part == parts_.size()) {
            handed_.push_back(from);
            return from;
        }
        return std::visit(
            [&](auto& clock) {
                return clock.take(from, [&](std::int64_t ready) { return offer(part + 1, ready); });
            },
            parts_[part]);
    }
    [[nodiscard]] const std::vector<std::int64_t>& handed() const { return handed_; }

private:
    std::vector<std::variant<window_clock, flatten_clock, product_clock, constants_clock>> parts_;
    std::vector<std::int64_t> handed_;
};

} // namespace detail

/// The hand-overs of a circuit that is offered pixels from the second edge after a reset on and
/// always rid of its results, counted from the edge at which the first pixel is taken.
/// \param images  number of images
[[nodiscard]] inline handovers circuit_handovers(const kernel_network& network, std::int64_t images)
{
    ensure_circuit(network);
    detail::circuit_clock clock(network);
    handovers result;
    std::int64_t offered = 1;
    for (std::int64_t i = 0; i < images * network.input().pixels(); ++i) {
        result.taken.push_back(clock.offer(0, offered));
        offered = result.taken.back() + 1;
    }
    result.handed = clock.handed();
    const std::int64_t first = result.taken.empty() ? 0 : result.taken.front();
    for (auto* edges : {&result.taken, &result.handed})
        for (std::int64_t& edge : *edges)
            edge -= first;
    return result;
}

/// Clock cycles of the circuit of a network: an image is taken every `interval`, and the last of
/// its results handed on `latency` after its first pixel was taken, if nobody waits.
[[nodiscard]] inline timing circuit_timing(const kernel_network& network)
{
    // What the first image finds is empty; behind the third nothing is new.
    constexpr std::int64_t images = 4;
    const auto pixels = static_cast<std::size_t>(network.wire().pixels());
    const std::vector<std::int64_t> handed = circuit_handovers(network, images).handed;
    return {handed.back() - handed[handed.size() - 1 - pixels], handed[pixels - 1]};
}

} // namespace espalier
