// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/prune/acceptance.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>

// How strong the regulariser should be depends on the loss, the learning rate and the network, and
// is known only by trying. A handful of probes finds the order of magnitude, which is all that
// matters: the metric is flat around the best strength.

namespace espalier {

/// Where to look for a strength, and how long.
struct strength_search {
    double weakest = 1e-7;
    double strongest = 1e-2;
    /// Calls of the probe, at least 2: half of them a decade or so apart, the rest around the best.
    std::size_t probes = 8;
    metric_direction direction = metric_direction::gain;
};

/// The strength with the best metric, of as many as the search may probe; of equals the weakest.
/// First at equal ratios from the weakest to the strongest, then half-way (in ratio) towards the
/// neighbours of the best one found so far.
/// \param probe  strength → metric. It trains for an epoch or so and must leave the network as it
///               was; a round of a pruner that is reported as diverged (NaN) does
/// \throws std::invalid_argument if there is no range or there are too few probes, or no metric is
///         finite
template <class Probe>
[[nodiscard]] double find_strength(Probe&& probe, const strength_search& in = {})
{
    ensure(in.weakest > 0 && in.weakest < in.strongest && is_finite(in.strongest),
        "strengths are searched from a weakest above 0 to a stronger one",
        given{"weakest", in.weakest}, given{"strongest", in.strongest});
    ensure(in.probes >= 2, "a search probes at least two strengths", given{"probes", in.probes});
    std::map<double, double> score; // of each strength, larger is better
    const auto best = [&] {
        return std::max_element(score.begin(), score.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
    };
    const auto look_at = [&](double strength) {
        const double metric = probe(strength);
        const double worst = -std::numeric_limits<double>::max();
        score[strength] = !is_finite(metric)                       ? worst
                          : in.direction == metric_direction::gain ? metric
                                                                   : -metric;
    };
    const std::size_t coarse = std::max<std::size_t>(2, (in.probes + 1) / 2); // half of them
    const double decades = std::log(in.strongest / in.weakest);
    for (std::size_t k = 0; k < coarse; ++k)
        look_at(in.weakest *
                std::exp(decades * static_cast<double>(k) / static_cast<double>(coarse - 1)));
    for (std::size_t k = coarse; k < in.probes; ++k) {
        // Towards the neighbour on the wider side, so that both sides have their turn.
        const auto at = best();
        const auto ratio_to = [&](auto other) {
            return other == score.end() ? 1.0 : other->first / at->first;
        };
        const double below = at == score.begin() ? 1.0 : 1 / ratio_to(std::prev(at));
        const double above = ratio_to(std::next(at));
        look_at(at->first * (above >= below ? std::sqrt(above) : 1 / std::sqrt(below)));
    }
    ensure(best()->second > -std::numeric_limits<double>::max(),
        "the metric of a probe is finite, of one of them at least");
    return best()->first;
}

} // namespace espalier
