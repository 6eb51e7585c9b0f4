// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <array>
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
// After an accepted trial the schedules go on to their next step. After a rejected one they halve
// the distance to the last accepted trial: the step was too long, and a shorter one may pass.

namespace espalier {

/// How much of each resource a schedule removes in the end, as a part of the dense network's.
struct reduction {
    double dsp = 0;
    double bram = 0;
    double lut = 0;
    /// Of each resource of the user's own (prune/custom_resource.hpp).
    std::array<double, max_custom_resources> custom{};
    /// Whether it stands for every resource that a network has, rather than for those named.
    bool is_of_all = false;

    constexpr reduction() = default;
    /// The same part of every resource that the network has.
    constexpr reduction(double all) : dsp(all), bram(all), lut(all), is_of_all(true)
    {
        custom.fill(all);
    }
    constexpr reduction(double of_dsp, double of_bram, double of_lut = 0)
        : dsp(of_dsp), bram(of_bram), lut(of_lut)
    {}
    friend constexpr bool operator==(const reduction&, const reduction&) = default;
};

namespace detail {

/// Calls visit(part, amount, name) for each resource that can be removed.
/// \param amounts  `resources`, of any constness
template <class Resources, class Visit>
constexpr void each_part(const reduction& r, Resources& amounts, Visit&& visit)
{
    visit(r.dsp, amounts.dsp, "dsp");
    visit(r.bram, amounts.bram18, "bram18");
    visit(r.lut, amounts.lut, "lut");
    for (std::size_t k = 0; k < r.custom.size(); ++k)
        visit(r.custom[k], amounts.custom[k], "custom");
}

} // namespace detail

/// \throws std::invalid_argument if a part is outside [0, 1)
constexpr void ensure_sound(const reduction& r)
{
    constexpr resources none;
    detail::each_part(r, none, [](double part, std::int64_t, const char*) {
        ensure(part >= 0 && part < 1, "a schedule removes a part in [0, 1) of a resource",
            given{"part", part});
    });
}

/// Whether a network has what a schedule is to remove.
/// \param total  of the dense network
/// \throws std::invalid_argument if nothing is to be removed, or a resource that is not there
constexpr void ensure_removable(const reduction& r, const resources& total)
{
    bool any = false;
    detail::each_part(r, total, [&](double part, std::int64_t has, const char* resource) {
        any = any || (part > 0 && has > 0);
        ensure(r.is_of_all || part == 0 || has > 0,
            "a schedule removes resources that the network has", given{"resource", resource},
            given{"part to remove", part});
    });
    ensure(any, "a schedule removes something", given{"dsp", r.dsp}, given{"bram", r.bram},
        given{"lut", r.lut});
}

/// The reduction that brings a total down to an absolute budget; resources within the budget as
/// they are need none.
[[nodiscard]] constexpr reduction reduction_to(const resources& total, const resources& budget)
{
    const auto part = [](std::int64_t of, std::int64_t to) {
        return of <= to ? 0.0 : 1.0 - static_cast<double>(to) / static_cast<double>(of);
    };
    reduction r{part(total.dsp, budget.dsp), part(total.bram18, budget.bram18),
        part(total.lut, budget.lut)};
    for (std::size_t k = 0; k < r.custom.size(); ++k)
        r.custom[k] = part(total.custom[k], budget.custom[k]);
    return r;
}

/// What remains of a total after part `progress` of a reduction, rounded down to whole blocks.
[[nodiscard]] inline resources budget_at(
    const resources& total, const reduction& target, double progress)
{
    resources remains{
        .dsp = total.dsp, .bram18 = total.bram18, .lut = total.lut, .custom = total.custom};
    detail::each_part(target, remains, [&](double part, std::int64_t& amount, const char*) {
        // The nudge keeps 6150·(1 - 0.8) at 1230 although 0.2 is not a binary fraction.
        amount = static_cast<std::int64_t>(
            std::floor(static_cast<double>(amount) * (1 - part * progress) + 1e-6));
    });
    return remains;
}

/// One finished round, as a schedule sees it.
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

namespace detail {

/// The rule that constant and polynomial schedules share: the next of their steps that is beyond
/// what was accepted, or half-way to what was just rejected.
template <class StepProgress>
std::optional<double> next_step(
    std::span<const trial> trials, std::size_t steps, StepProgress&& progress_at)
{
    const double reached = accepted_progress(trials);
    if (!trials.empty() && !trials.back().accepted)
        return (reached + trials.back().progress) / 2;
    for (std::size_t k = 1; k <= steps; ++k)
        if (const double progress = k == steps ? 1.0 : progress_at(k); progress > reached + 1e-9)
            return progress;
    return std::nullopt;
}

} // namespace detail

/// Equal steps: each round removes the same amount more.
struct constant {
    std::size_t steps = 10;
    reduction target = 0.9;

    [[nodiscard]] std::optional<double> operator()(std::span<const trial> trials) const
    {
        return detail::next_step(trials, steps,
            [this](std::size_t k) { return static_cast<double>(k) / static_cast<double>(steps); });
    }
};

/// Long steps first, short ones near the target: 1 - (1 - k/steps)^power (Zhu and Gupta 2017, with
/// power 3).
struct polynomial {
    std::size_t steps = 10;
    reduction target = 0.9;
    double power = 3;

    [[nodiscard]] std::optional<double> operator()(std::span<const trial> trials) const
    {
        return detail::next_step(trials, steps, [this](std::size_t k) {
            return 1 - std::pow(1 - static_cast<double>(k) / static_cast<double>(steps), power);
        });
    }
};

/// Bisection for the tightest budget that passes: the target first, then half-way between the
/// tightest accepted and the loosest rejected trial until they are `resolution` apart.
struct binary {
    reduction target = 0.9;
    double resolution = 0.02;

    [[nodiscard]] std::optional<double> operator()(std::span<const trial> trials) const
    {
        const double low = accepted_progress(trials);
        double high = 1;
        bool rejected = false;
        for (const trial& t : trials)
            if (!t.accepted && t.progress > low) {
                high = std::min(high, t.progress);
                rejected = true;
            }
        if (!rejected)
            return low < 1 ? std::optional(1.0) : std::nullopt;
        if (high - low <= resolution)
            return std::nullopt;
        return (low + high) / 2;
    }
};

template <class S>
concept schedule_like = requires(const S& s, std::span<const trial> trials)
{
    {
        s(trials)
        } -> std::same_as<std::optional<double>>;
    {
        s.target
        } -> std::convertible_to<reduction>;
};

/// Any schedule, so that a pruner's options need no template parameter.
class schedule {
public:
    /// \throws std::invalid_argument if the target is not a reduction, or there are no steps
    template <schedule_like S>
    schedule(S s) : target_(s.target)
    {
        ensure_sound(target_);
        if constexpr (requires { s.steps; })
            ensure(s.steps >= 1, "a schedule has at least one step", given{"steps", s.steps});
        if constexpr (requires { s.power; })
            ensure(s.power > 0 && is_finite(s.power),
                "the power of a polynomial is positive and finite", given{"power", s.power});
        if constexpr (requires { s.resolution; })
            ensure(s.resolution > 0 && is_finite(s.resolution),
                "the resolution of a bisection is positive and finite",
                given{"resolution", s.resolution});
        next_ = [s = std::move(s)](std::span<const trial> trials) { return s(trials); };
    }

    /// Progress of the next round; nothing when the target is reached or cannot be approached.
    [[nodiscard]] std::optional<double> next(std::span<const trial> trials) const
    {
        return next_(trials);
    }
    [[nodiscard]] const reduction& target() const { return target_; }

private:
    reduction target_;
    std::function<std::optional<double>(std::span<const trial>)> next_;
};

} // namespace espalier
