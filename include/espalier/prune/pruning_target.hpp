// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/resources.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

// Where pruning is to end, and what a network may take on the way there. A target is either a part
// to remove or an amount to stay within; how far a round goes towards it is the schedule's affair.
//
// An amount is compared with what the pruner can free, `selection::total()`: all DSP blocks and
// block RAMs of its matrices, and the LUTs of multipliers that are built from LUTs. Adders,
// selectors and registers, which `cost` estimates for the dense network, are not part of it, for
// they shrink with every multiplier that goes; nor is anything outside of the layers. Of what
// layers without weights and the FIFOs take (`selection::beyond_matrices()`), DSP blocks and block
// RAM are subtracted from an amount. What else of a device is known to be gone is taken away
// beforehand: `device::shell`.

namespace espalier {

/// How much of each resource a schedule removes in the end, as a part of the dense network's. At 1
/// goes all that the floors (`selection_options::keep_at_least`) leave.
struct reduction {
    double dsp = 0;
    double bram = 0;
    double lut = 0;
    /// Of each resource of the user's own (`selection_options::custom`).
    std::array<double, max_custom_resources> custom{};
    /// Whether it stands for every resource that a network has, rather than for those named.
    bool is_of_all = false;

    constexpr reduction() = default;
    /// The same part of every resource that the network has.
    constexpr reduction(double all) : dsp(all), bram(all), lut(all), is_of_all(true)
    {
        custom.fill(all);
    }
    /// A part of each resource by itself.
    constexpr reduction(double of_dsp, double of_bram, double of_lut = 0)
        : dsp(of_dsp), bram(of_bram), lut(of_lut)
    {}
    friend constexpr bool operator==(const reduction&, const reduction&) = default;
};

namespace detail {

/// Calls visit(name, …) with what each of several structs says of one resource, for all that can be
/// pruned.
template <class Visit, class... Structs>
constexpr void each_prunable(Visit&& visit, Structs&... of)
{
    const auto bram_of = [](auto& all) -> auto&
    {
        if constexpr (requires { all.bram18; })
            return all.bram18;
        else
            return all.bram;
    };
    visit("dsp", of.dsp...);
    visit("bram18", bram_of(of)...);
    visit("lut", of.lut...);
    for (std::size_t k = 0; k < max_custom_resources; ++k)
        visit("custom", of.custom[k]...);
}

} // namespace detail

/// Refuses parts that are none.
/// \throws std::invalid_argument if a part is outside [0, 1]
constexpr void ensure_sound(const reduction& r)
{
    detail::each_prunable(
        [](const char* resource, double part) {
            ensure(part >= 0 && part <= 1, "a schedule removes a part in [0, 1] of a resource",
                given{"resource", resource}, given{"part", part});
        },
        r);
}

/// Whether a network has what a schedule is to remove.
/// \param total  of the dense network
/// \throws std::invalid_argument if nothing is to be removed, or a resource that is not there
constexpr void ensure_removable(const reduction& r, const resources& total)
{
    bool any = false;
    detail::each_prunable(
        [&](const char* resource, double part, std::int64_t has) {
            any = any || (part > 0 && has > 0);
            ensure(r.is_of_all || part == 0 || has > 0,
                "a schedule removes resources that the network has", given{"resource", resource},
                given{"part to remove", part});
        },
        r, total);
    ensure(any, "a schedule removes something", given{"dsp", r.dsp}, given{"bram", r.bram},
        given{"lut", r.lut});
}

/// The reduction that brings a total down to an absolute budget; resources within the budget as
/// they are need none.
[[nodiscard]] constexpr reduction reduction_to(const resources& total, const resources& budget)
{
    reduction r;
    detail::each_prunable(
        [](const char*, double& part, std::int64_t of, std::int64_t to) {
            part = of <= to ? 0.0 : 1.0 - static_cast<double>(to) / static_cast<double>(of);
        },
        r, total, budget);
    return r;
}

/// Whether no more is used than a budget allows, of all that can be pruned.
[[nodiscard]] constexpr bool is_within(const resources& usage, const resources& budget)
{
    bool fits = true;
    detail::each_prunable(
        [&](const char*, std::int64_t used, std::int64_t most) { fits = fits && used <= most; },
        usage, budget);
    return fits;
}

/// Of each resource that can be pruned the larger amount.
[[nodiscard]] constexpr resources larger_of(resources a, const resources& b)
{
    detail::each_prunable([](const char*, std::int64_t& amount,
                              std::int64_t other) { amount = std::max(amount, other); },
        a, b);
    return a;
}

/// The most that a pruned network may take; resources that are not named are not limited.
struct at_most {
    std::optional<std::int64_t> dsp{};    ///< DSP blocks
    std::optional<std::int64_t> bram18{}; ///< 18-Kb block RAMs; a RAMB36 counts as two
    std::optional<std::int64_t> lut{};    ///< of multipliers that are built from LUTs
    /// Of the user's own (`selection_options::custom`).
    std::array<std::optional<std::int64_t>, max_custom_resources> custom{};

    /// As a budget of a network.
    /// \param total  of the network, which is what it may take where nothing is named
    [[nodiscard]] constexpr resources of(const resources& total) const
    {
        resources budget;
        detail::each_prunable(
            [](const char*, const std::optional<std::int64_t>& most, std::int64_t all,
                std::int64_t& amount) { amount = most.value_or(all); },
            *this, total, budget);
        return budget;
    }
    friend constexpr bool operator==(const at_most&, const at_most&) = default;
};

/// Refuses amounts that are none.
/// \throws std::invalid_argument if a limit is negative
constexpr void ensure_sound(const at_most& limit)
{
    detail::each_prunable(
        [](const char* resource, const std::optional<std::int64_t>& most) {
            ensure(most.value_or(0) >= 0, "a limit of a resource is not negative",
                given{"resource", resource}, given{"limit", most.value_or(0)});
        },
        limit);
}

/// The end of a schedule: `0.8`, `{0.9, 0.5}`, `at_most{.dsp = 300}`, or
/// `usable(device::xc7z020, timing_closure)`.
class pruning_target {
public:
    /// The same part of every resource that the network has.
    constexpr pruning_target(double all) : parts_(all) {}
    /// A part of each resource by itself.
    constexpr pruning_target(double of_dsp, double of_bram, double of_lut = 0)
        : parts_(of_dsp, of_bram, of_lut)
    {}
    /// Parts of what the network has.
    constexpr pruning_target(const reduction& parts) : parts_(parts) {}
    /// Amounts that it may take.
    constexpr pruning_target(at_most limit) : limit_(limit), is_absolute_(true) {}
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
    /// \param total   what pruning can free at most
    /// \param beyond  DSP blocks and block RAM that stay whatever is pruned, which an amount has to
    ///                hold as well
    /// \throws std::invalid_argument if parts are to be removed of what the network does not have,
    ///         or an amount does not hold what stays
    [[nodiscard]] constexpr reduction of(const resources& total, const resources& beyond = {}) const
    {
        if (is_absolute_) {
            const auto less = [](std::optional<std::int64_t> most, std::int64_t stays,
                                  const char* resource) {
                ensure(!most || *most >= stays, "a target holds what pruning cannot remove",
                    given{"resource", resource}, given{"target", most.value_or(0)},
                    given{"stays", stays});
                return most ? std::optional(*most - stays) : most;
            };
            at_most limit = limit_;
            limit.dsp = less(limit_.dsp, beyond.dsp, "dsp");
            limit.bram18 = less(limit_.bram18, beyond.bram18, "bram18");
            return reduction_to(total, limit.of(total));
        }
        ensure_removable(parts_, total);
        return parts_;
    }
    friend constexpr bool operator==(const pruning_target&, const pruning_target&) = default;

private:
    reduction parts_{};
    at_most limit_{};
    bool is_absolute_ = false;
};

/// Refuses what is neither parts nor amounts.
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
    std::array<double, max_custom_resources> custom{1, 1, 1, 1};

    friend constexpr bool operator==(const speeds&, const speeds&) = default;
};

/// Refuses speeds that would never arrive.
/// \throws std::invalid_argument if a speed is not positive or not finite
constexpr void ensure_sound(const speeds& s)
{
    detail::each_prunable(
        [](const char* resource, double speed) {
            ensure(speed > 0 && is_finite(speed), "the speed of a resource is positive and finite",
                given{"resource", resource}, given{"speed", speed});
        },
        s);
}

/// What remains of a total after part `progress` of a reduction, rounded down to whole blocks.
[[nodiscard]] inline resources budget_at(
    const resources& total, const reduction& target, double progress, const speeds& speed = {})
{
    resources budget;
    detail::each_prunable(
        [&](const char*, std::int64_t of, double part, double its_speed, std::int64_t& remains) {
            const double way = its_speed == 1 ? progress : 1 - std::pow(1 - progress, its_speed);
            // The nudge keeps 6150·(1 - 0.8) at 1230 although 0.2 is not a binary fraction.
            remains = static_cast<std::int64_t>(
                std::floor(static_cast<double>(of) * (1 - part * way) + 1e-6));
        },
        total, target, speed, budget);
    return budget;
}

} // namespace espalier
