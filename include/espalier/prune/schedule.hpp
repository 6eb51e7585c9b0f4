// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/prune/pruning_target.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>

// What to try next. A schedule looks at the trials so far and answers how far along the way to its
// target the next round should go: 0 is the dense network, 1 the target. It keeps no state, so a
// pruner can be stopped and resumed, and a schedule can be asked what it would do.
//
// After an accepted trial the schedules go on to their next step, and after the last step, which is
// the target, they are complete. A rejected trial is a limit: what was too much is not tried again,
// nor is anything beyond it, and the schedules bisect between it and the tightest accepted trial.
// Whoever would rather have the next step instead says `after_rejection::skip`.
//
// Not every step is a round. The schedule does not know how many blocks a network has; the pruner
// does, and steps that cannot show anything new become trials with the verdict that is known, and
// are never trained (see `pruner::next`).

namespace espalier {

/// One finished step, as a schedule sees it.
struct trial {
    double progress = 0; ///< 0 dense … 1 target
    bool accepted = false;

    friend constexpr bool operator==(const trial&, const trial&) = default;
};

/// The progress of the tightest accepted trial; 0 if there is none.
[[nodiscard]] constexpr double accepted_progress(std::span<const trial> trials)
{
    double best = 0;
    for (const trial& t : trials)
        if (t.accepted)
            best = std::max(best, t.progress);
    return best;
}

/// The progress of the loosest rejected trial that is beyond every accepted one; none if there is
/// none.
[[nodiscard]] constexpr std::optional<double> rejected_progress(std::span<const trial> trials)
{
    const double reached = accepted_progress(trials);
    std::optional<double> limit;
    for (const trial& t : trials)
        if (!t.accepted && t.progress > reached)
            limit = std::min(limit.value_or(t.progress), t.progress);
    return limit;
}

/// What follows a rejected step of a constant or polynomial schedule.
enum class after_rejection : std::uint8_t {
    halve, ///< half-way between what was accepted and what was rejected, until nothing is between
    skip,  ///< the next step, from the accepted network again; `patience` ends it
};

namespace detail {

/// Of the way to a target, this is less than a block of any device.
inline constexpr double finest_resolution = 1e-9;
/// As many rounds as nobody trains; a limit to how long a pruner looks for a step that is new.
inline constexpr std::size_t most_schedule_steps = 10'000;

/// Half-way between the tightest accepted and the loosest rejected trial.
/// \return nothing if they are `resolution` apart
[[nodiscard]] constexpr std::optional<double> half_way(
    double accepted, double rejected, double resolution)
{
    return rejected - accepted <= resolution ? std::nullopt
                                             : std::optional((accepted + rejected) / 2);
}

/// The rule that constant and polynomial schedules share.
/// \param part_of  of the way from `initial` to the target after step k, for 0 < k < steps
template <class PartOf>
std::optional<double> next_step(std::span<const trial> trials, std::size_t steps, double initial,
    after_rejection rule, PartOf&& part_of)
{
    double passed = accepted_progress(trials);
    if (const auto rejected = rejected_progress(trials)) {
        if (rule == after_rejection::halve)
            return half_way(passed, *rejected, finest_resolution);
        for (const trial& t : trials)
            passed = std::max(passed, t.progress);
    }
    // Compared exactly, as it is always the same number that is computed; and the last step is 1
    // whatever the rounding of the others.
    if (initial > passed)
        return initial;
    for (std::size_t k = 1; k < steps; ++k)
        if (const double progress = initial + (1 - initial) * part_of(k); progress > passed)
            return progress;
    return passed < 1 ? std::optional(1.0) : std::nullopt;
}

} // namespace detail

/// Equal steps: each round removes the same amount more.
struct constant {
    std::size_t steps = 10;
    pruning_target target = 0.9;
    /// How far along the way to the target the first round goes, which then comes before the steps;
    /// at 0 there is no such round.
    double initial = 0;
    espalier::after_rejection after_rejection = espalier::after_rejection::halve;
    speeds speed{};

    [[nodiscard]] std::optional<double> operator()(std::span<const trial> trials) const
    {
        return detail::next_step(trials, steps, initial, after_rejection,
            [this](std::size_t k) { return static_cast<double>(k) / static_cast<double>(steps); });
    }
};

/// Long steps first, short ones near the target: 1 - (1 - k/steps)^power (Zhu and Gupta 2017, with
/// power 3).
struct polynomial {
    std::size_t steps = 10;
    pruning_target target = 0.9;
    double power = 3;
    double initial = 0; ///< as of `constant`
    espalier::after_rejection after_rejection = espalier::after_rejection::halve;
    speeds speed{};

    [[nodiscard]] std::optional<double> operator()(std::span<const trial> trials) const
    {
        return detail::next_step(trials, steps, initial, after_rejection, [this](std::size_t k) {
            return 1 - std::pow(1 - static_cast<double>(k) / static_cast<double>(steps), power);
        });
    }
};

/// Bisection for the tightest budget that passes: the target first, then half-way between the
/// tightest accepted and the loosest rejected trial until they are `resolution` apart.
struct binary {
    pruning_target target = 0.9;
    double resolution = 0.02;
    double initial = 0; ///< as of `constant`
    speeds speed{};

    [[nodiscard]] std::optional<double> operator()(std::span<const trial> trials) const
    {
        const double accepted = accepted_progress(trials);
        if (const auto rejected = rejected_progress(trials))
            return detail::half_way(accepted, *rejected, resolution);
        if (initial > accepted)
            return initial;
        return accepted < 1 ? std::optional(1.0) : std::nullopt;
    }
};

/// A schedule: called with the trials so far, it answers how far to go next, or nothing at the end.
template <class S>
concept schedule_like = requires(const S& s, std::span<const trial> trials)
{
    {
        s(trials)
        } -> std::same_as<std::optional<double>>;
    {
        s.target
        } -> std::convertible_to<pruning_target>;
};

/// Any schedule, so that a pruner's options need no template parameter. A schedule of one's own is
/// a callable with a `target` and, if it likes, a `speed`.
class schedule {
public:
    /// One of the schedules above, or one's own.
    /// \throws std::invalid_argument if the target is none, or an option of the schedule is wrong
    template <schedule_like S>
    schedule(S s) : target_(s.target)
    {
        ensure_sound(target_);
        if constexpr (requires {
                          {
                              s.speed
                              } -> std::convertible_to<speeds>;
                      })
            speed_ = s.speed;
        ensure_sound(speed_);
        if constexpr (requires { s.steps; })
            ensure(s.steps >= 1 && s.steps <= detail::most_schedule_steps,
                "a schedule has 1 to 10000 steps", given{"steps", s.steps});
        if constexpr (requires { s.initial; })
            ensure(s.initial >= 0 && s.initial < 1,
                "a schedule begins at a part in [0, 1) of its way", given{"initial", s.initial});
        if constexpr (requires { s.power; })
            ensure(s.power > 0 && is_finite(s.power),
                "the power of a polynomial is positive and finite", given{"power", s.power});
        if constexpr (requires { s.resolution; })
            ensure(s.resolution > 0 && is_finite(s.resolution),
                "the resolution of a bisection is positive and finite",
                given{"resolution", s.resolution});
        next_ = [s = std::move(s)](std::span<const trial> trials) { return s(trials); };
    }

    /// Progress of the next step; nothing when the target is reached or cannot be approached.
    /// \throws std::invalid_argument if the schedule answers something that is no progress
    [[nodiscard]] std::optional<double> next(std::span<const trial> trials) const
    {
        const std::optional<double> progress = next_(trials);
        ensure(!progress || (*progress >= 0 && *progress <= 1),
            "a schedule answers a progress in [0, 1]", given{"progress", progress.value_or(0)});
        return progress;
    }
    [[nodiscard]] const pruning_target& target() const { return target_; }
    [[nodiscard]] const speeds& speed() const { return speed_; }

private:
    pruning_target target_;
    speeds speed_;
    std::function<std::optional<double>(std::span<const trial>)> next_;
};

} // namespace espalier
