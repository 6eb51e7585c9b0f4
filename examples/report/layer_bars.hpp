// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axis.hpp"
#include "resource.hpp"
#include "svg.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace report {

/// A name that fits its column; a code point that was cut off goes whole.
inline std::string shortened(std::string_view name, std::size_t most = 9)
{
    std::size_t characters = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(name[i]) & 0xC0U) != 0x80U;
        if (begins && ++characters > most)
            return std::string(name.substr(0, i)) + "\u2026";
    }
    return std::string(name);
}

/// One resource layer by layer: before as a pale bar, after as a dark one on it.
inline std::string layer_bars(const run_log& run, const resource& r)
{
    constexpr double width = 340;
    constexpr double row = 25;
    constexpr double bar = 14;
    constexpr double top = 22;
    double most = 0;
    for (const logged_layer& layer : run.layers)
        most = std::max({most, layer.dense.*r.of, layer.pruned.*r.of});
    const double bottom = top + row * static_cast<double>(run.layers.size());
    const axis x = axis::linear(0, most, 86, 250);
    svg chart(width, bottom + 38, std::string(r.name) + " of each layer, before and after");
    chart.text(80, 12, "layer", "tick end");
    chart.text(width - 2, 12, "before \u2192 after", "tick end");
    for (const double tick : x.ticks()) {
        chart.line(x.at(tick), top, x.at(tick), bottom, "grid");
        chart.text(x.at(tick), bottom + 15, x.label(tick), "tick middle");
    }
    double y = top;
    for (const logged_layer& layer : run.layers) {
        const double before = layer.dense.*r.of;
        const double after = layer.pruned.*r.of;
        const std::string name = layer.name.empty() ? "(no name)" : layer.name;
        const double down = y + (row - bar) / 2;
        chart.text(80, down + 11, shortened(name), "label end");
        chart.rectangle(x.from(), down, x.at(before) - x.from(), bar, "before");
        chart.rectangle(x.from(), down + 2.5, x.at(after) - x.from(), bar - 5, "after");
        chart.text(width - 2, down + 11, number(before) + " \u2192 " + number(after), "value end");
        y += row;
    }
    chart.line(x.from(), top, x.from(), bottom, "axis");
    chart.text((x.from() + x.to()) / 2, bottom + 32, r.name, "title middle");
    return chart.written();
}

} // namespace report
