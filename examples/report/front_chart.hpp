// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axis.hpp"
#include "resource.hpp"
#include "rounds_chart.hpp"
#include "svg.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// All runs in one chart. What is compared is the same for networks of any size: how many times
// fewer of a resource, and the points of accuracy that were gained or lost.

namespace report {

/// One accepted network of a run.
struct candidate {
    double factor = 1; ///< dense over pruned
    double points = 0; ///< of accuracy, after less before
    std::size_t series = 0;
    std::string title{};
};

/// Runs that share a colour and a shape.
struct series_list {
    std::vector<std::string> names{};
    std::vector<std::size_t> of_run{};
};

inline constexpr std::size_t most_series = 7; ///< colours that all people can tell apart

/// A series for each run, or, where there are too many, for each structure; what is beyond the last
/// colour shares it.
inline series_list series_of(const std::vector<run_log>& runs)
{
    series_list all;
    for (const run_log& run : runs) {
        std::string name = run.title;
        if (runs.size() > most_series)
            name = run.structure;
        else if (!run.structure.empty())
            name += (name.empty() ? "" : ", ") + run.structure;
        if (name.empty())
            name = "(no name)";
        const auto found =
            runs.size() > most_series ? std::ranges::find(all.names, name) : all.names.end();
        std::size_t index = static_cast<std::size_t>(found - all.names.begin());
        if (found == all.names.end() && all.names.size() == most_series) {
            index = most_series - 1;
            all.names.back() = "others";
        } else if (found == all.names.end()) {
            all.names.push_back(name);
        }
        all.of_run.push_back(index);
    }
    return all;
}

/// The accepted networks of all runs that take less of a resource than their dense network.
inline std::vector<candidate> candidates_of(
    const std::vector<run_log>& runs, const series_list& series, const resource& r)
{
    std::vector<candidate> all;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const run_log& run = runs[i];
        const double before = run.baseline.need.*r.of;
        const std::optional<double> dense = judged(run, run.baseline);
        if (!dense || before <= 0)
            continue;
        const auto add = [&](const amounts& need, double accuracy, const std::string& which) {
            if (need.*r.of > 0)
                all.push_back({before / (need.*r.of), 100 * (accuracy - *dense), series.of_run[i],
                    run.title + ", " + run.structure + ", " + which + ": " +
                        factor(before, need.*r.of) + " fewer, " +
                        fixed(100 * (accuracy - *dense), 2, true) + " points"});
        };
        for (std::size_t k = 0; k < run.rounds.size(); ++k)
            if (const auto accuracy = judged(run, run.rounds[k]);
                run.rounds[k].accepted && accuracy)
                add(run.rounds[k].need, *accuracy, "round " + std::to_string(k + 1));
        if (const auto accuracy = judged(run, run.pruned))
            add(run.pruned.need, *accuracy, "in the end");
    }
    return all;
}

/// Those that no other one beats in both, by ascending factor.
inline std::vector<candidate> front_of(std::vector<candidate> all)
{
    std::ranges::sort(all, [](const candidate& a, const candidate& b) {
        return a.factor != b.factor ? a.factor > b.factor : a.points > b.points;
    });
    std::vector<candidate> front;
    for (const candidate& c : all)
        if (front.empty() || c.points > front.back().points)
            front.push_back(c);
    std::ranges::reverse(front);
    return front;
}

/// A mark of a series; the shapes differ as the colours do.
inline std::string mark_of(std::size_t series, double x, double y)
{
    switch (series % 4) {
    case 0:
        return dot(x, y);
    case 1:
        return square(x, y);
    case 2:
        return diamond(x, y);
    default:
        return triangle(x, y);
    }
}

/// \return empty where no run takes any of the resource
inline std::string front_chart(
    const std::vector<run_log>& runs, const series_list& series, const resource& r)
{
    const std::vector<candidate> all = candidates_of(runs, series, r);
    if (all.empty())
        return {};
    const std::vector<candidate> front = front_of(all);
    double least = 1;
    double most = 1;
    double worst = 0;
    double best = 0;
    for (const candidate& c : all) {
        least = std::min(least, c.factor);
        most = std::max(most, c.factor);
        worst = std::min(worst, c.points);
        best = std::max(best, c.points);
    }
    const axis x = axis::logarithmic(least, most, plot_area::left, plot_area::right);
    const axis y = axis::linear(worst, best, plot_area::bottom, plot_area::top);
    svg chart(plot_area::width, plot_area::height,
        "Points of accuracy against how many times fewer " + std::string(r.name) + ", all runs");
    draw_frame(chart, x, y, "times fewer " + std::string(r.name), "change of accuracy, points");
    chart.line(plot_area::left, y.at(0), plot_area::right, y.at(0), "dense-line");
    std::string way;
    for (const candidate& c : front) // a step: what is reached holds for every smaller factor
        way += way.empty() ? 'M' + plain(x.at(least)) + ' ' + plain(y.at(c.points)) + 'H' +
                                 plain(x.at(c.factor))
                           : 'V' + plain(y.at(c.points)) + 'H' + plain(x.at(c.factor));
    chart.path(way, "front");
    for (const candidate& c : all)
        chart.mark(mark_of(c.series, x.at(c.factor), y.at(c.points)),
            "series s" + std::to_string(c.series), c.title);
    return chart.written();
}

} // namespace report
