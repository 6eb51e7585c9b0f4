// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "html.hpp"
#include "layer_bars.hpp"
#include "resource.hpp"
#include "rounds_chart.hpp"
#include "svg.hpp"
#include "unit_map.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

// The part of a page that shows one run.

namespace report {

inline std::string title_of(const run_log& run)
{
    return run.title.empty() ? "A run without a title" : run.title;
}

/// "91.12", or a dash where nothing was measured.
inline std::string percent(const std::optional<double>& part)
{
    return part ? fixed(100 * *part) : "\u2013";
}

/// The figures that one wants first.
inline std::string key_figures(const run_log& run)
{
    std::string html = "<dl class=\"key\">\n";
    const auto add = [&](const std::string& name, const std::string& large,
                         const std::string& small) {
        html +=
            "<div><dt>" + name + "</dt><dd>" + large + "<small>" + small + "</small></dd></div>\n";
    };
    const auto amount = [&](const std::string& name, double before, double after) {
        const std::string change = number(before) + " \u2192 " + number(after);
        if (before == 0 && after == 0)
            add(name, "0", "none before, none after");
        else if (before == 0) // selectors and adders in place of DSP blocks
            add(name, "+" + number(after), change);
        else if (after == 0)
            add(name, "all freed", change);
        else if (after <= before)
            add(name, factor(before, after), change);
        else
            add(name, number(after), change);
    };
    for (const resource& r : resources)
        amount(std::string(r.name), run.baseline.need.*r.of, run.pruned.need.*r.of);
    if (run.baseline.need.weights > 0)
        amount("weights", run.baseline.need.weights, run.pruned.need.weights);
    const auto accuracy = [&](const char* name, const std::optional<double>& before,
                              const std::optional<double>& after) {
        if (before && after)
            add(name, fixed(100 * *after) + " %",
                percent(before) + " % dense, " + fixed(100 * (*after - *before), 2, true) +
                    " points");
    };
    accuracy("validation accuracy", run.baseline.validation, run.pruned.validation);
    accuracy("test accuracy", run.baseline.test, run.pruned.test);
    accuracy("test, as hardware computes", run.baseline.quantized_test, run.pruned.quantized_test);
    return html + "</dl>\n";
}

/// A sentence for every resource that the run does not take; empty if it takes all.
inline std::string unused(const run_log& run)
{
    std::string names;
    for (const resource& r : resources)
        if (!is_used(run, r))
            names += (names.empty() ? "" : " and no ") + std::string(r.name);
    return names.empty() ? ""
                         : " The network takes no " + names + ", so there is no chart of them.";
}

/// What LUTs of a pruned network are, where the dense one takes none.
inline std::string spent(const run_log& run)
{
    return run.baseline.need.lut == 0 && run.pruned.need.lut > 0
               ? " LUTs are spent in place of DSP blocks: for selectors, where a multiplier takes "
                 "any "
                 "of several weights, and for adders, where a constant has few digits."
               : "";
}

inline std::string rounds_figure(const run_log& run)
{
    std::string charts;
    for (const resource& r : resources)
        if (is_used(run, r))
            charts += rounds_chart(run, r);
    if (charts.empty())
        return "<p>Nothing was measured that could be drawn." + unused(run) + "</p>\n";
    const auto key = [](const std::string& shape, const char* type, const std::string& words) {
        return "<li>" + svg(12, 12, words).path(shape, type).written() + words + "</li>\n";
    };
    const std::string of = is_judged_by_test(run) ? ", test data" : ", validation data";
    const bool any_rejected =
        std::ranges::any_of(run.rounds, [](const logged_round& r) { return !r.accepted; });
    std::string html = "<figure><div class=\"charts\">\n" + charts +
                       "</div>\n<ul class=\"legend\">\n" +
                       key(dot(6, 6), "dense-mark", "dense" + of) +
                       key(dot(6, 6), "accepted", "accepted round" + of);
    if (any_rejected)
        html += key(dot(6, 6), "rejected", "rejected round" + of);
    if (!is_judged_by_test(run) && (run.baseline.test || run.pruned.test))
        html += key(diamond(6, 6), "test", "test, dense and in the end");
    return html +
           "</ul>\n<figcaption>Follow the line from the dense network, the black mark: each round "
           "keeps fewer multipliers. The dashed line is the dense network\u2019s accuracy." +
           spent(run) + unused(run) + "</figcaption></figure>\n";
}

inline std::string rounds_table(const run_log& run)
{
    if (run.rounds.empty())
        return "<p>No round was trained.</p>\n";
    std::string html = "<div class=\"scroll\"><table><thead><tr><th>round</th>";
    for (const resource& r : resources)
        if (is_used(run, r))
            html += "<th>" + std::string(r.brief) + "</th>";
    const bool weights = run.baseline.need.weights > 0;
    html += std::string(weights ? "<th>weights</th>" : "") +
            "<th>accuracy, %</th><th "
            "class=\"word\">kept</th></tr></thead><tbody>\n";
    const auto row = [&](const std::string& name, const amounts& need,
                         const std::optional<double>& accuracy, const char* verdict) {
        html += "<td>" + name + "</td>";
        for (const resource& r : resources)
            if (is_used(run, r))
                html += "<td>" + number(need.*r.of) + "</td>";
        if (weights)
            html += "<td>" + number(need.weights) + "</td>";
        html += "<td>" + percent(accuracy) + "</td><td class=\"word\">" + verdict + "</td></tr>\n";
    };
    html += "<tr>";
    row("dense", run.baseline.need, judged(run, run.baseline), "");
    for (std::size_t i = 0; i < run.rounds.size(); ++i) {
        const logged_round& round = run.rounds[i];
        html += round.accepted ? "<tr>" : "<tr class=\"no\">";
        row(std::to_string(i + 1), round.need, judged(run, round), round.accepted ? "yes" : "no");
    }
    return html + "</tbody></table></div>\n";
}

inline std::string layers_figure(const run_log& run)
{
    std::string charts;
    for (const resource& r : resources)
        if (std::ranges::any_of(run.layers,
                [&](const logged_layer& l) { return l.dense.*r.of > 0 || l.pruned.*r.of > 0; }))
            charts += layer_bars(run, r);
    if (charts.empty())
        return {};
    return "<h2>Layer by layer</h2>\n<figure><div class=\"charts\">\n" + charts +
           "</div>\n<figcaption>The pale bar is the dense layer, the dark bar what is left of it, "
           "counted from the weights that are not zero.</figcaption></figure>\n";
}

/// "392 of 1,920 multipliers", with the adders where there are any.
inline std::string kept_of(const std::string& units, const char* name)
{
    const auto kept = std::ranges::count(units, '1');
    const auto adders = std::ranges::count(units, '2');
    std::string text = number(static_cast<double>(kept)) + " of " +
                       number(static_cast<double>(units.size())) + ' ' + name;
    if (adders > 0)
        text += ", " + number(static_cast<double>(adders)) + " more as adders";
    return text;
}

inline std::string map_figure(const run_log& run)
{
    std::size_t across = 48; // a page of small layers does not blow them up
    bool any = false;
    bool adders = false;
    bool memory = false;
    bool merged = false;
    for (const logged_layer& layer : run.layers) {
        const cell_grid grid = multiplier_grid(layer);
        const cell_grid columns = memory_grid(layer, grid.columns);
        any = any || !layer.multipliers.empty();
        adders = adders || layer.multipliers.find('2') != std::string::npos;
        memory = memory || !layer.columns.empty();
        merged = merged || grid.each > 1 || columns.each > 1;
        across = std::max(across, grid.columns);
    }
    if (!any)
        return {};
    std::string html = "<h2>What is kept of the hardware</h2>\n<figure class=\"map\">\n";
    for (const logged_layer& layer : run.layers) {
        const cell_grid grid = multiplier_grid(layer);
        const std::string what =
            kept_of(layer.multipliers, "multipliers") +
            (layer.columns.empty() ? "" : ", " + kept_of(layer.columns, "memory columns"));
        html += "<div><h3>" + escaped(layer.name.empty() ? "(no name)" : layer.name) + " <small>" +
                number(static_cast<double>(layer.inputs)) + " \u2192 " +
                number(static_cast<double>(layer.outputs)) + ", reuse factor " +
                number(static_cast<double>(layer.reuse_factor)) + ": " + what + "</small></h3>\n";
        if (!layer.multipliers.empty())
            html += drawn(grid, "m", layer.name + ": " + what, across);
        if (!layer.columns.empty())
            html += drawn(
                memory_grid(layer, grid.columns), "c", layer.name + ": memory columns", across);
        html += "</div>\n";
    }
    const auto key = [](const char* type, const char* words) {
        return "<li>" + svg(12, 12, words).rectangle(1, 1, 10, 10, type).written() + words +
               "</li>\n";
    };
    html += "<ul class=\"legend\">\n" + key("m1", "multiplier kept");
    if (adders)
        html += key("m2", "adder in place of a multiplier: at most two signed digits");
    if (memory)
        html += key("c1", "memory column kept");
    html += key("m0", "freed");
    html +=
        "</ul>\n<figcaption>Every multiplier is a cell, at one scale in all layers. Where the "
        "multipliers of an output are as many for each, they are a line of cells, and the lines "
        "lie so that the long side is across; what is wider than the page goes on below.";
    if (memory)
        html += " The memory columns of the weights follow below their layer, in their order.";
    if (merged)
        html +=
            " Where there are too many, a cell stands for several, and is the darker the more of "
            "them are kept.";
    return html + "</figcaption></figure>\n";
}

/// One run, from its title to its map.
/// \param number_of_run  counted from 1, for links
inline std::string section_of(const run_log& run, std::size_t number_of_run)
{
    std::string facts;
    const auto fact = [&](const std::string& text) {
        facts += (facts.empty() ? "" : " \u00B7 ") + text;
    };
    if (!run.structure.empty())
        fact("groups: " + escaped(run.structure));
    if (!run.accounting.empty())
        fact("counted as cost_policy::" + escaped(run.accounting));
    if (run.seed)
        fact("seed " + std::to_string(*run.seed));
    fact(std::to_string(run.rounds.size()) + (run.rounds.size() == 1 ? " round" : " rounds"));
    return "<section class=\"run\" id=\"run-" + std::to_string(number_of_run) + "\">\n<h1>" +
           escaped(title_of(run)) + "</h1>\n<p class=\"facts\">" + facts + "</p>\n" +
           key_figures(run) + "<h2>Accuracy by round</h2>\n" + rounds_figure(run) +
           rounds_table(run) + layers_figure(run) + map_figure(run) + "</section>\n";
}

} // namespace report
