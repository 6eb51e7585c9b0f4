// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/resources.hpp>

#include <cmath>
#include <cstdint>
#include <optional>

// Where pruning is to end, and what a network may take on the way there. A target is either a part
// to remove or an amount to stay within; how far a round goes towards it is the schedule's affair.
//
// An amount is compared with what the pruner can free, `selection::total()`: all DSP blocks and
// block RAMs of the network, and the LUTs of multipliers that are built from LUTs. Adders,
// selectors and registers, which `cost` estimates for the dense network, are not part of it, for
// they shrink with every multiplier that goes; nor is anything outside of the layers. What of a
// device is known to be gone is taken away beforehand: `device::shell`.

namespace espalier {

/// How much of each resource a schedule removes in the end, as a part of the dense network's. At 1
/// goes all that the floors (`selection_options::keep_at_least`) leave.
struct reduction {
    double dsp = 0;
    double bram = 0;
    double lut = 0;
    /// Whether it stands for every resource that a network has, rather than for those named.
    bool is_of_all = false;

    constexpr reduction() = default;
    /// The same part of every resource that the network has.
    constexpr reduction(double all) : dsp(all), bram(all), lut(all), is_of_all(true) {}
    constexpr reduction(double of_dsp, double of_bram, double of_lut = 0)
        : dsp(of_dsp), bram(of_bram), lut(of_lut)
    {}
    friend constexpr bool operator==(const reduction&, const reduction&) = default;
};

/// \throws std::invalid_argument if a part is outside [0, 1]
constexpr void ensure_sound(const reduction& r)
{
    for (const double part : {r.dsp, r.bram, r.lut})
        ensure(part >= 0 && part <= 1, "a schedule removes a part in [0, 1] of a resource",
            given{"part", part});
}

/// Whether a network has what a schedule is to remove.
/// \param total  of the dense network
/// \throws std::invalid_argument if nothing is to be removed, or a resource that is not there
constexpr void ensure_removable(const reduction& r, const resources& total)
{
    bool any = false;
    const auto look = [&](double part, std::int64_t has, const char* resource) {
        any = any || (part > 0 && has > 0);
        ensure(r.is_of_all || part == 0 || has > 0,
            "a schedule removes resources that the network has", given{"resource", resource},
            given{"part to remove", part});
    };
    look(r.dsp, total.dsp, "dsp");
    look(r.bram, total.bram18, "bram18");
    look(r.lut, total.lut, "lut");
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
    return {part(total.dsp, budget.dsp), part(total.bram18, budget.bram18),
        part(total.lut, budget.lut)};
}

/// The most that a pruned network may take; resources that are not named are not limited.
struct at_most {
    std::optional<std::int64_t> dsp{};    ///< DSP blocks
    std::optional<std::int64_t> bram18{}; ///< 18-Kb block RAMs; a RAMB36 counts as two
    std::optional<std::int64_t> lut{};    ///< of multipliers that are built from LUTs

    /// As a budget of a network.
    /// \param total  of the network, which is what it may take where nothing is named
    [[nodiscard]] constexpr resources of(const resources& total) const
    {
        return {.dsp = dsp.value_or(total.dsp),
            .bram18 = bram18.value_or(total.bram18),
            .lut = lut.value_or(total.lut)};
    }
    friend constexpr bool operator==(const at_most&, const at_most&) = default;
};

/// \throws std::invalid_argument if a limit is negative
constexpr void ensure_sound(const at_most& limit)
{
    for (const auto& most : {limit.dsp, limit.bram18, limit.lut})
        ensure(most.value_or(0) >= 0, "a limit of a resource is not negative",
            given{"limit", most.value_or(0)});
}

/// The end of a schedule: `0.8`, `{0.9, 0.5}`, `at_most{.dsp = 300}`, or
/// `usable(device::xc7z020, timing_closure)`.
class pruning_target {
public:
    /// The same part of every resource that the network has.
    constexpr pruning_target(double all) : parts_(all) {}
    constexpr pruning_target(double of_dsp, double of_bram, double of_lut = 0)
        : parts_(of_dsp, of_bram, of_lut)
    {}
    constexpr pruning_target(const reduction& parts) : parts_(parts) {}
    constexpr pruning_target(const at_most& limit) : limit_(limit), is_absolute_(true) {}
    /// Of a device: its DSP blocks, block RAMs and LUTs are all limits, also those that are 0.
    constexpr pruning_target(const resources& all)
        : pruning_target(at_most{.dsp = all.dsp, .bram18 = all.bram18, .lut = all.lut})
    {}

    /// Whether it names amounts to stay within rather than parts to remove.
    [[nodiscard]] constexpr bool is_absolute() const { return is_absolute_; }
    /// Parts to remove; none if it is absolute.
    [[nodiscard]] constexpr const reduction& parts() const { return parts_; }
    /// Amounts to stay within; none if it is not absolute.
    [[nodiscard]] constexpr const at_most& limit() const { return limit_; }
    /// What is to be removed of a network, as parts of its total; nothing if it is within the
    /// limits as it is.
    /// \throws std::invalid_argument if parts are to be removed of what the network does not have
    [[nodiscard]] constexpr reduction of(const resources& total) const
    {
        if (is_absolute_)
            return reduction_to(total, limit_.of(total));
        ensure_removable(parts_, total);
        return parts_;
    }
    friend constexpr bool operator==(const pruning_target&, const pruning_target&) = default;

private:
    reduction parts_{};
    at_most limit_{};
    bool is_absolute_ = false;
};

/// \throws std::invalid_argument if a part is outside [0, 1] or a limit negative
constexpr void ensure_sound(const pruning_target& target)
{
    ensure_sound(target.parts());
    ensure_sound(target.limit());
}

/// How fast each resource goes its way. A schedule at `progress` has taken a resource
/// 1 - (1 - progress)^speed of the way: at 1 as far as the schedule, at 3 ahead of it as a
/// polynomial schedule of power 3 is ahead of a constant one. All begin and end together.
struct speeds {
    double dsp = 1;
    double bram = 1;
    double lut = 1;

    friend constexpr bool operator==(const speeds&, const speeds&) = default;
};

/// \throws std::invalid_argument if a speed is not positive or not finite
constexpr void ensure_sound(const speeds& s)
{
    for (const double speed : {s.dsp, s.bram, s.lut})
        ensure(speed > 0 && is_finite(speed), "the speed of a resource is positive and finite",
            given{"speed", speed});
}

/// What remains of a total after part `progress` of a reduction, rounded down to whole blocks.
[[nodiscard]] inline resources budget_at(
    const resources& total, const reduction& target, double progress, const speeds& speed = {})
{
    const auto remains = [&](std::int64_t of, double part, double its_speed) {
        const double way = its_speed == 1 ? progress : 1 - std::pow(1 - progress, its_speed);
        // The nudge keeps 6150·(1 - 0.8) at 1230 although 0.2 is not a binary fraction.
        return static_cast<std::int64_t>(
            std::floor(static_cast<double>(of) * (1 - part * way) + 1e-6));
    };
    return {.dsp = remains(total.dsp, target.dsp, speed.dsp),
        .bram18 = remains(total.bram18, target.bram, speed.bram),
        .lut = remains(total.lut, target.lut, speed.lut)};
}

} // namespace espalier
