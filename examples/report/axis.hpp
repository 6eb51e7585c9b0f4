// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "html.hpp"
#include "svg.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace report {

/// From values to places along one axis of a chart, with the ticks that people would choose.
class axis {
public:
    /// From a tick below the least value to one above the largest.
    static axis linear(double least, double most, double from, double to)
    {
        if (!(most > least)) {
            const double around = std::max(std::abs(least) * 0.05, 0.5);
            least -= least == 0 ? 0 : around;
            most += around;
        }
        axis result(from, to);
        const double step = step_for((most - least) / 4);
        const double first = std::floor(least / step + 1e-9);
        const double last = std::ceil(most / step - 1e-9);
        for (double k = first; k <= last; ++k)
            result.ticks_.push_back(k * step);
        result.least_ = first * step;
        result.most_ = last * step;
        while (result.decimals_ < 6 && !is_whole(step * std::pow(10, result.decimals_)))
            ++result.decimals_;
        return result;
    }
    /// Equal factors have equal distances; for values above 0.
    static axis logarithmic(double least, double most, double from, double to)
    {
        axis result(from, to);
        result.is_log_ = true;
        result.least_ = least / 1.08;
        result.most_ = most * 1.08;
        const double decades = std::log10(result.most_ / result.least_);
        const std::vector<double> all = decades > 3   ? std::vector<double>{1}
                                        : decades > 1 ? std::vector<double>{1, 2, 5}
                                                      : std::vector<double>{1, 1.5, 2, 3, 4, 6, 8};
        for (double power = std::floor(std::log10(result.least_)); power < 16; ++power)
            for (const double digit : all)
                if (const double tick = digit * std::pow(10, power);
                    tick >= result.least_ && tick <= result.most_)
                    result.ticks_.push_back(tick);
        result.decimals_ = 2;
        return result;
    }
    /// Logarithmic where values span much, and none is 0; else linear from 0.
    static axis of_amounts(double least, double most, double from, double to)
    {
        if (least > 0 && most / least >= 6)
            return logarithmic(least, most, from, to);
        axis result = linear(0, most, from, to);
        if (most > 0) { // no empty room behind the last mark
            result.most_ = most * 1.03;
            std::erase_if(result.ticks_, [&](double tick) { return tick > result.most_; });
        }
        return result;
    }

    [[nodiscard]] double at(double value) const
    {
        const double part =
            is_log_ ? std::log(std::max(value, least_) / least_) / std::log(most_ / least_)
                    : (value - least_) / (most_ - least_);
        return from_ + part * (to_ - from_);
    }
    [[nodiscard]] const std::vector<double>& ticks() const { return ticks_; }
    [[nodiscard]] std::string label(double tick) const
    {
        return is_log_ ? number(tick, decimals_) : grouped(tick);
    }
    [[nodiscard]] bool is_logarithmic() const { return is_log_; }
    [[nodiscard]] double from() const { return from_; }
    [[nodiscard]] double to() const { return to_; }

private:
    axis(double from, double to) : from_(from), to_(to) {}
    /// As many decimals on every tick, and thousands grouped.
    [[nodiscard]] std::string grouped(double tick) const
    {
        return decimals_ == 0 ? number(tick, 0) : fixed(tick, decimals_);
    }
    static bool is_whole(double value) { return std::abs(value - std::round(value)) < 1e-6; }
    /// 1, 2, 2.5 or 5 · 10^k, not below a distance.
    static double step_for(double distance)
    {
        const double power = std::pow(10, std::floor(std::log10(distance)));
        for (const double digit : {1.0, 2.0, 2.5, 5.0})
            if (digit * power >= distance * (1 - 1e-9))
                return digit * power;
        return 10 * power;
    }
    double from_;
    double to_;
    double least_ = 0;
    double most_ = 1;
    bool is_log_ = false;
    int decimals_ = 0;
    std::vector<double> ticks_;
};

/// The frame of a chart: ticks below and at the left, lines across, and what the axes show. The
/// vertical axis has its title above it, where it is read without turning the head.
inline void draw_frame(
    svg& chart, const axis& x, const axis& y, std::string_view x_title, std::string_view y_title)
{
    for (const double tick : y.ticks()) {
        chart.line(x.from(), y.at(tick), x.to(), y.at(tick), "grid");
        chart.text(x.from() - 6, y.at(tick) + 4, y.label(tick), "tick end");
    }
    double free_from = -1e9; // labels do not touch
    for (const double tick : x.ticks()) {
        const std::string label = x.label(tick);
        const double half = 3.4 * static_cast<double>(label.size());
        chart.line(x.at(tick), y.from(), x.at(tick), y.from() + 4, "axis");
        if (x.at(tick) - half < free_from)
            continue;
        chart.text(x.at(tick), y.from() + 17, label, "tick middle");
        free_from = x.at(tick) + half + 3;
    }
    chart.line(x.from(), y.from(), x.to(), y.from(), "axis");
    const std::string scale = x.is_logarithmic() ? " (logarithmic)" : "";
    chart.text(
        (x.from() + x.to()) / 2, y.from() + 34, std::string(x_title) + scale, "title middle");
    chart.text(2, 12, y_title, "title");
}

} // namespace report
