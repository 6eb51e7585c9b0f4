// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axis.hpp"
#include "resource.hpp"
#include "svg.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace report {

/// Where the parts of a chart lie: as wide as a telephone, so that texts keep their size there.
struct plot_area {
    static constexpr double width = 340;
    static constexpr double height = 244;
    static constexpr double left = 44;
    static constexpr double right = width - 18;
    static constexpr double top = 26;
    static constexpr double bottom = height - 42;
};

/// Accuracy against one resource, round by round.
inline std::string rounds_chart(const run_log& run, const resource& r)
{
    std::vector<double> amounts_seen{run.baseline.need.*r.of, run.pruned.need.*r.of};
    std::vector<double> accuracies;
    const auto see = [&](const std::optional<double>& accuracy) {
        if (accuracy)
            accuracies.push_back(100 * *accuracy);
    };
    for (const measured* network : {&run.baseline, &run.pruned}) {
        see(network->validation);
        see(network->test);
    }
    for (const logged_round& round : run.rounds) {
        amounts_seen.push_back(round.need.*r.of);
        see(judged(run, round));
    }
    if (accuracies.empty())
        return {};
    const auto [least, most] = std::ranges::minmax(amounts_seen);
    const auto [worst, best] = std::ranges::minmax(accuracies);
    const axis x = axis::of_amounts(least, most, plot_area::left, plot_area::right);
    const axis y = axis::linear(worst, best, plot_area::bottom, plot_area::top);

    svg chart(plot_area::width, plot_area::height,
        "Accuracy against " + std::string(r.name) + ", a mark for each round");
    draw_frame(chart, x, y, r.name, "accuracy, %");
    const auto at = [&](const amounts& need) { return x.at(need.*r.of); };
    std::string way;
    const std::optional<double> dense = judged(run, run.baseline);
    if (dense) {
        const double level = y.at(100 * *dense);
        chart.line(plot_area::left, level, plot_area::right, level, "dense-line");
        way = 'M' + plain(at(run.baseline.need)) + ' ' + plain(level);
    }
    for (const logged_round& round : run.rounds)
        if (const auto accuracy = judged(run, round); round.accepted && accuracy)
            way += (way.empty() ? 'M' : 'L') + plain(at(round.need)) + ' ' +
                   plain(y.at(100 * *accuracy));
    if (!way.empty())
        chart.path(way, "way");
    const auto title = [&](const std::string& what, const amounts& need, double accuracy) {
        return what + ": " + number(need.*r.of) + ' ' + std::string(r.brief) + ", " +
               fixed(100 * accuracy) + " %";
    };
    if (dense)
        chart.mark(dot(at(run.baseline.need), y.at(100 * *dense)), "dense-mark",
            title("dense", run.baseline.need, *dense));
    for (std::size_t i = 0; i < run.rounds.size(); ++i) {
        const logged_round& round = run.rounds[i];
        const std::optional<double> accuracy = judged(run, round);
        if (accuracy)
            chart.mark(dot(at(round.need), y.at(100 * *accuracy)),
                round.accepted ? "accepted" : "rejected",
                title("round " + std::to_string(i + 1) + (round.accepted ? "" : ", rejected"),
                    round.need, *accuracy));
    }
    if (!is_judged_by_test(run))
        for (const measured* network : {&run.baseline, &run.pruned})
            if (network->test)
                chart.mark(diamond(at(network->need), y.at(100 * *network->test)), "test",
                    title(network == &run.baseline ? "test, dense" : "test, pruned", network->need,
                        *network->test));
    return chart.written();
}

} // namespace report
