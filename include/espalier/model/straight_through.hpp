// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/quantize.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

// Rounding that training goes through. Forwards, numbers become those of the hardware; backwards,
// gradients pass as if nothing had happened where the number was in range, and stop where it was
// not, since there the hardware's number does not follow the real one (straight-through estimator;
// Bengio et al. 2013, the clipped form of Hubara et al. 2016). It is for activations and biases as
// well as for weights, in whatever a training loop has: a span of numbers forwards, a span of
// gradients backwards. `pruner::as_in_hardware` does it for weights by itself.

namespace espalier {

namespace detail {

/// Formats of so many bits have a double for every integer in range.
inline constexpr int exact_bits = 52;

/// A number in steps, rounded to a whole one.
/// \param steps  |steps| < 2^62
[[nodiscard]] constexpr double rounded_steps(double steps, rounding mode)
{
    const auto towards_zero = static_cast<std::int64_t>(steps);
    const std::int64_t below = towards_zero - (static_cast<double>(towards_zero) > steps ? 1 : 0);
    const double rest = steps - static_cast<double>(below); // exact, in [0, 1)
    const bool up =
        rounds_up(mode, steps < 0, below % 2 != 0, rest >= 0.5, rest != 0 && rest != 0.5);
    return static_cast<double>(below + (up ? 1 : 0));
}

} // namespace detail

/// Rounds numbers in place to what the hardware has instead: `fake_quantized`, many at a time.
/// \param passes  as many; afterwards 1 where a gradient passes (`is_in_range`), 0 where it stops
/// \throws std::invalid_argument if a number is not finite, the format is not sound, or the sizes
///         differ
template <std::floating_point Number>
void round_straight_through(
    std::span<Number> numbers, const fixed_point& format, std::span<std::uint8_t> passes)
{
    ensure(passes.size() == numbers.size(),
        "rounding says of every number whether its gradient passes",
        given{"numbers", numbers.size()}, given{"passes", passes.size()});
    ensure_sound(format);
    const precision& p = format.format;
    const std::int64_t fraction = detail::fraction_of(p);
    // Scaling up is exact in doubles, and what becomes too large is seen.
    const bool fast = p.width <= detail::exact_bits && fraction >= 0 && fraction <= 1000;
    const double steps_of_one = fast ? std::ldexp(1.0, static_cast<int>(fraction)) : 1;
    const double step = 1 / steps_of_one;
    const auto largest = fast ? static_cast<double>(largest_raw(p)) : 0;
    const auto lowest = fast ? static_cast<double>(detail::lowest(format)) : 0;
    constexpr double most = 1LL << 53;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = static_cast<double>(numbers[i]);
        const double steps = number * steps_of_one;
        // Not so for what is not a number either.
        if (fast && steps > -most && steps < most) {
            const double whole = detail::rounded_steps(steps, format.rounding);
            const bool inside = whole >= lowest && whole <= largest;
            passes[i] = inside ? 1 : 0;
            if (inside) {
                numbers[i] = static_cast<Number>(whole * step);
                continue;
            }
        } else {
            passes[i] = is_in_range(number, format) ? 1 : 0;
        }
        numbers[i] = static_cast<Number>(fake_quantized(number, format));
    }
}

/// The way back: stops the gradients of numbers that were out of range.
/// \param gradients  of the rounded numbers; afterwards of those before rounding
/// \param passes     as `round_straight_through` left it
/// \throws std::invalid_argument if the sizes differ
template <std::floating_point Number>
void pass_straight_through(std::span<Number> gradients, std::span<const std::uint8_t> passes)
{
    ensure(passes.size() == gradients.size(),
        "rounding says of every number whether its gradient passes",
        given{"numbers", gradients.size()}, given{"passes", passes.size()});
    for (std::size_t i = 0; i < gradients.size(); ++i)
        gradients[i] = passes[i] != 0 ? gradients[i] : Number{0};
}

} // namespace espalier
