// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layer_spec.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/timing.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// How far the reports of C synthesis lie from what the model says under the policy `hls`: between
// which parts of a prediction eight of ten reports were. The rows are those of
// tests/data/synthesis.tsv, without the repositories that constants were fitted on where there are
// enough others; a test compares.

namespace espalier {

/// The figures of a report that have a spread.
enum class report_figure : std::uint8_t { dsp, bram18, lut, ff, interval, latency };

inline constexpr std::array report_figures{report_figure::dsp, report_figure::bram18,
    report_figure::lut, report_figure::ff, report_figure::interval, report_figure::latency};

[[nodiscard]] constexpr std::string_view to_string(report_figure f)
{
    constexpr std::array<std::string_view, 6> names{"DSP", "BRAM", "LUT", "FF", "II", "latency"};
    return names[static_cast<std::size_t>(f)];
}

/// Parts of a prediction: one report of ten said less, and one of ten said more.
struct spread {
    double least = 1;
    double most = 1;

    friend constexpr bool operator==(const spread&, const spread&) = default;
};

/// The spreads of one group of layers, by figure.
struct spread_row {
    std::string_view group;
    int rows = 0; ///< that were compared
    std::array<spread, 6> of{};
};

/// The groups that reports were compared in, and last what has no matrices, of which there are a
/// dozen reports (docs/model.md); timing was not compared.
inline constexpr std::array<spread_row, 6> measured_spreads{{
    {"latency, RF = 1", 59, {{{0.9, 1}, {1, 1}, {0.9, 1.5}, {0.75, 2.1}, {1, 1}, {0.65, 3.7}}}},
    {"latency, RF > 1", 74,
        {{{0.9, 1}, {1, 1}, {0.8, 1.3}, {0.55, 1.05}, {0.9, 1.2}, {0.65, 6.9}}}},
    {"resource, RF = 1", 9, {{{0.95, 2}, {1, 1}, {0.6, 1.3}, {0.25, 2}, {1, 1}, {1, 1}}}},
    {"resource, RF > 1", 26, {{{1, 1}, {1, 1}, {0.65, 1.3}, {0.7, 2}, {1, 1}, {0.95, 1.1}}}},
    {"recurrent", 10, {{{0.95, 1}, {1, 1.05}, {0.9, 2.6}, {1.1, 2.4}, {0.9, 1.1}, {0.9, 1.1}}}},
    {"without matrices", 12, {{{1, 1}, {0.8, 1}, {0.75, 1.4}, {0.75, 3.6}, {1, 1}, {1, 1}}}},
}};

/// Whether a policy is one that reports of C synthesis were compared with.
[[nodiscard]] constexpr bool has_spread(const cost_policy& policy)
{
    return to_string(policy) == "hls" || to_string(policy) == "hls_block_rom";
}

/// The spreads of layers like that of a matrix.
[[nodiscard]] constexpr const spread_row& spread_of(const weight_matrix& m)
{
    if (is_recurrent(m.kind))
        return measured_spreads[4];
    const std::size_t shared = m.reuse_factor > 1 ? 1 : 0;
    return measured_spreads[(m.strategy == strategy::latency ? 0 : 2) + shared];
}
/// The spreads of everything else.
[[nodiscard]] constexpr const spread_row& spread_without_matrices()
{
    return measured_spreads.back();
}

/// The figures of a design with the range that eight of ten reports would be in if all of its
/// layers erred alike: the ranges are added up as they are.
class figure_ranges {
public:
    /// One more part of the design, working in a row with the others.
    constexpr void add(const resources& need, const timing& cycles, const spread_row& how)
    {
        const std::array<std::int64_t, 4> amounts{need.dsp, need.bram18, need.lut, need.ff};
        for (std::size_t f = 0; f < amounts.size(); ++f) {
            least_[f] += how.of[f].least * static_cast<double>(amounts[f]);
            most_[f] += how.of[f].most * static_cast<double>(amounts[f]);
        }
        const auto& [interval, latency] = cycles;
        if (interval >= slowest_) { // the slowest part sets the interval
            slowest_ = interval;
            of_slowest_ = how.of[4];
        }
        cycles_ += static_cast<double>(latency);
        least_[5] += how.of[5].least * static_cast<double>(latency);
        most_[5] += how.of[5].most * static_cast<double>(latency);
    }
    /// The range of a figure, in the same unit.
    /// \param design  what the model says of the whole design
    [[nodiscard]] constexpr spread of(report_figure figure, const timing& design) const
    {
        const auto f = static_cast<std::size_t>(figure);
        const auto latency = static_cast<double>(design.latency);
        if (figure == report_figure::interval)
            return {of_slowest_.least * static_cast<double>(design.interval),
                of_slowest_.most * static_cast<double>(design.interval)};
        if (figure == report_figure::latency)
            return cycles_ == 0
                       ? spread{latency, latency}
                       : spread{least_[f] / cycles_ * latency, most_[f] / cycles_ * latency};
        return {least_[f], most_[f]};
    }

private:
    std::array<double, 6> least_{};
    std::array<double, 6> most_{};
    std::int64_t slowest_ = 0;
    spread of_slowest_{};
    double cycles_ = 0;
};

} // namespace espalier
