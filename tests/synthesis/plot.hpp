// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agreement.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

// Predicted against reported figures as a drawing: a panel for each resource, both axes
// logarithmic, a line where they are equal and a band of 25 per cent around it.

namespace synthesis {

namespace drawing {

inline constexpr double side = 300; ///< of a panel, in pixels
inline constexpr double left = 62;
inline constexpr double top = 34;
inline constexpr double pitch = 390;

struct colour {
    std::string_view group;
    std::string_view code;
};
inline constexpr std::array<colour, 5> colours{
    {{"resource, RF > 1", "#0072b2"}, {"latency, RF = 1", "#d55e00"},
        {"latency, RF > 1", "#009e73"}, {"resource, RF = 1", "#cc79a7"}, {"recurrent", "#000000"}}};

inline std::string text(double x, double y, std::string_view anchor, const std::string& words,
    std::string_view more = "")
{
    std::array<char, 300> buffer{};
    std::snprintf(buffer.data(), buffer.size(),
        "<text x='%.1f' y='%.1f' text-anchor='%s' %s>%s</text>\n", x, y,
        std::string(anchor).c_str(), std::string(more).c_str(), words.c_str());
    return buffer.data();
}
inline std::string segment(double x1, double y1, double x2, double y2, std::string_view style)
{
    std::array<char, 300> buffer{};
    std::snprintf(buffer.data(), buffer.size(),
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' %s/>\n", x1, y1, x2, y2,
        std::string(style).c_str());
    return buffer.data();
}

/// Figures below one are drawn at a half, so that 0 has a place.
inline double place(double value, int decades)
{
    return side * (std::log10(value < 1 ? 0.5 : value) + 0.5) / (decades + 0.5);
}

inline std::string panel(
    const std::vector<sample>& samples, std::string_view quantity, double x0, int decades)
{
    const auto x = [&](double value) { return x0 + place(value, decades); };
    const auto y = [&](double value) { return top + side - place(value, decades); };
    std::string out = text(x0 + side / 2, 20, "middle", std::string(quantity), "font-size='15'");
    const double most = std::pow(10.0, decades);
    for (int decade = 0; decade <= decades; ++decade) {
        const double value = std::pow(10.0, decade);
        out += segment(x(value), top, x(value), top + side, "stroke='#ddd'");
        out += segment(x0, y(value), x0 + side, y(value), "stroke='#ddd'");
        std::string label = decade < 4 ? std::to_string(std::lround(value))
                                       : std::to_string(std::lround(value / 1'000)) + "k";
        out += text(x(value), top + side + 16, "middle", label);
        out += text(x0 - 6, y(value) + 4, "end", label);
    }
    out += text(x(0), top + side + 16, "middle", "0") + text(x0 - 6, y(0) + 4, "end", "0");
    out += segment(x(1), y(1), x(most), y(most), "stroke='#555'");
    out += segment(x(1), y(1.25), x(most / 1.25), y(most), "stroke='#999' stroke-dasharray='4 3'");
    out +=
        segment(x(1 / 0.75), y(1), x(most), y(most * 0.75), "stroke='#999' stroke-dasharray='4 3'");
    for (const sample& s : samples) {
        if (s.quantity != quantity)
            continue;
        for (const colour& c : colours) {
            if (c.group != s.group)
                continue;
            std::array<char, 300> dot{};
            std::snprintf(dot.data(), dot.size(),
                "<circle cx='%.1f' cy='%.1f' r='3' stroke='%s' fill='%s' fill-opacity='0.5'/>\n",
                x(s.reported), y(s.predicted), std::string(c.code).c_str(),
                s.fitted ? "none" : std::string(c.code).c_str());
            out += dot.data();
        }
    }
    out += text(x0 + side / 2, top + side + 34, "middle", "reported");
    return out;
}

} // namespace drawing

/// DSP blocks, block RAM and LUTs; filled dots are of repositories that nothing was fitted on.
inline std::string plot_of(const std::vector<sample>& samples)
{
    using namespace drawing;
    std::string out = "<svg xmlns='http://www.w3.org/2000/svg' width='1200' height='420' "
                      "font-family='sans-serif' font-size='11'>\n"
                      "<rect width='1200' height='420' fill='white'/>\n";
    double x0 = left;
    for (const auto& [quantity, decades] :
        {std::pair<std::string_view, int>{"DSP", 4}, {"BRAM", 4}, {"LUT", 6}}) {
        out += panel(samples, quantity, x0, decades);
        x0 += pitch;
    }
    out += text(16, top + side / 2, "middle", "predicted", "transform='rotate(-90 16 184)'");
    double x = left;
    for (const colour& c : colours) {
        out += "<circle cx='" + std::to_string(x) + "' cy='400' r='4' fill='" +
               std::string(c.code) + "'/>\n";
        std::string words(c.group);
        if (const std::size_t at = words.find('>'); at != std::string::npos)
            words.replace(at, 1, "&gt;");
        out += text(x + 9, 404, "start", words);
        x += 140;
    }
    out += text(x, 404, "start", "hollow: repositories that constants were fitted on");
    return out + "</svg>\n";
}

} // namespace synthesis
