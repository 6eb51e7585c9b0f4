// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "front_chart.hpp"
#include "html.hpp"
#include "run_page.hpp"
#include "style.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace report {

/// What the marks of a chart of all runs mean.
inline std::string legend_of(const series_list& series)
{
    std::string html = "<ul class=\"legend\">\n";
    for (std::size_t s = 0; s < series.names.size(); ++s)
        html += "<li>" +
                svg(12, 12, series.names[s])
                    .path(mark_of(s, 6, 6), "series s" + std::to_string(s))
                    .written() +
                escaped(series.names[s]) + "</li>\n";
    return html + "</ul>\n";
}

/// All runs side by side: a chart for each resource, and a table.
inline std::string comparison(const std::vector<run_log>& runs)
{
    std::string html = "<section class=\"run\">\n<h2>The front of all runs</h2>\n";
    const series_list series = series_of(runs);
    std::string charts;
    for (const resource& r : resources)
        charts += front_chart(runs, series, r);
    if (charts.empty())
        html += "<p>No run has an accuracy and something to prune.</p>\n";
    else
        html +=
            "<figure><div class=\"charts\">\n" + charts + "</div>\n" + legend_of(series) +
            "<figcaption>Every accepted network: to the right it takes less, above it loses less "
            "against its own dense network (dashed). The line is the front: no network lies above "
            "and to the right of it. A network that takes none of a resource has no place on the "
            "scale and is left out of that chart.</figcaption></figure>\n";

    html += "<div class=\"scroll\"><table class=\"runs\"><thead><tr><th class=\"word\">run</th>"
            "<th class=\"word\">groups</th>";
    for (const resource& r : resources)
        html += "<th>" + std::string(r.brief) + "</th>";
    html += "<th>dense, %</th><th>pruned, %</th><th>points</th></tr></thead><tbody>\n";
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const run_log& run = runs[i];
        html += "<tr><td class=\"word\"><a href=\"#run-" + std::to_string(i + 1) + "\">" +
                escaped(title_of(run)) + "</a></td><td class=\"word\">" + escaped(run.structure) +
                "</td>";
        for (const resource& r : resources) {
            const double before = run.baseline.need.*r.of;
            const double after = run.pruned.need.*r.of;
            // Selectors and adders of a network that had none.
            html += "<td>" +
                    (before == 0 && after > 0 ? "+" + number(after) : factor(before, after)) +
                    "</td>";
        }
        std::optional<double> before = run.baseline.validation;
        std::optional<double> after = run.pruned.validation;
        for (const auto of : {&measured::quantized_test, &measured::test})
            if (run.baseline.*of && run.pruned.*of) {
                before = run.baseline.*of;
                after = run.pruned.*of;
            }
        html += "<td>" + percent(before) + "</td><td>" + percent(after) + "</td><td>" +
                (before && after ? fixed(100 * (*after - *before), 2, true) : "\u2013") +
                "</td></tr>\n";
    }
    return html +
           "</tbody></table></div>\n<p class=\"facts\">Accuracy of test data where a log has "
           "it, else of validation data.</p>\n</section>\n";
}

/// A page of runs, whole in itself: no script, no font, no picture is asked of anybody.
/// \param title  of the page; empty: that of the only run, or how many there are
inline std::string page_of(const std::vector<run_log>& runs, const std::string& title = {})
{
    const bool several = runs.size() != 1;
    const std::string heading = !title.empty() ? title
                                : several      ? std::to_string(runs.size()) + " runs"
                                               : title_of(runs[0]);
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<title>" +
                       escaped(heading) + "</title>\n<style>" + std::string(style_sheet) +
                       "</style></head>\n<body><main>\n";
    if (several || !title.empty())
        html += "<h1>" + escaped(heading) + "</h1>\n";
    if (runs.empty())
        html += "<p>The logs hold no run.</p>\n";
    if (runs.size() > 1)
        html += comparison(runs);
    for (std::size_t i = 0; i < runs.size(); ++i)
        html += section_of(runs[i], i + 1);
    return html + "</main></body></html>\n";
}

} // namespace report
