// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/run_log.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace report {

using example::amounts;
using example::logged_layer;
using example::logged_round;
using example::measured;
using example::run_log;

/// What the charts of a page are of.
struct resource {
    std::string_view name;  ///< of an axis
    std::string_view brief; ///< at the head of a column
    double amounts::*of;
};

inline constexpr std::array<resource, 3> resources{{{"DSP blocks", "DSP", &amounts::dsp},
    {"block RAMs of 36 Kb", "BRAM", &amounts::bram}, {"LUTs", "LUT", &amounts::lut}}};

/// Whether a run takes any of a resource, before or after.
inline bool is_used(const run_log& run, const resource& r)
{
    return run.baseline.need.*r.of > 0 || run.pruned.need.*r.of > 0 ||
           std::ranges::any_of(
               run.rounds, [&](const logged_round& round) { return round.need.*r.of > 0; });
}

/// Whether the rounds of a run are judged by test data, as nothing was set apart for validation.
inline bool is_judged_by_test(const run_log& run)
{
    return !run.baseline.validation && run.baseline.test;
}
/// The accuracy that rounds are judged by: of validation data, or of test data.
/// \param state  a network or a round
template <class State>
std::optional<double> judged(const run_log& run, const State& state)
{
    return is_judged_by_test(run) ? state.test : state.validation;
}

} // namespace report
