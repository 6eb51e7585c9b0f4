// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "html.hpp"

#include <string>
#include <string_view>

namespace report {

/// A drawing that grows shape by shape, in its own units; the page says how large it appears.
/// Colours and fonts are classes of the page's style sheet. Texts are escaped here, nowhere else.
class svg {
public:
    /// \param label  what is seen, for who cannot see it
    svg(double width, double height, std::string_view label)
    {
        text_ = "<svg viewBox=\"0 0 " + plain(width) + ' ' + plain(height) +
                "\" role=\"img\" aria-label=\"" + escaped(label) + '"';
    }

    /// Of the element, as `style` has it.
    svg& style(std::string_view css)
    {
        text_ += " style=\"" + escaped(css) + '"';
        return *this;
    }
    svg& line(double x1, double y1, double x2, double y2, std::string_view type)
    {
        return add("line", type,
            "x1=\"" + plain(x1) + "\" y1=\"" + plain(y1) + "\" x2=\"" + plain(x2) + "\" y2=\"" +
                plain(y2) + '"');
    }
    svg& rectangle(double x, double y, double width, double height, std::string_view type)
    {
        return add("rect", type,
            "x=\"" + plain(x) + "\" y=\"" + plain(y) + "\" width=\"" + plain(width) +
                "\" height=\"" + plain(height) + '"');
    }
    /// \param commands  as the attribute `d` has them
    svg& path(std::string_view commands, std::string_view type)
    {
        return add("path", type, "d=\"" + std::string(commands) + '"');
    }
    /// A mark with a text that appears under the pointer.
    svg& mark(std::string_view commands, std::string_view type, std::string_view title)
    {
        open();
        text_ += "<path class=\"" + std::string(type) + "\" d=\"" + std::string(commands) +
                 "\"><title>" + escaped(title) + "</title></path>";
        return *this;
    }
    svg& text(double x, double y, std::string_view words, std::string_view type)
    {
        open();
        text_ += "<text class=\"" + std::string(type) + "\" x=\"" + plain(x) + "\" y=\"" +
                 plain(y) + "\">" + escaped(words) + "</text>";
        return *this;
    }
    [[nodiscard]] std::string written()
    {
        open();
        return text_ + "</svg>\n";
    }

private:
    svg& add(std::string_view element, std::string_view type, const std::string& where)
    {
        open();
        text_ +=
            '<' + std::string(element) + " class=\"" + std::string(type) + "\" " + where + "/>";
        return *this;
    }
    /// Ends the tag of the drawing itself.
    void open()
    {
        if (!is_open_)
            text_ += ">";
        is_open_ = true;
    }
    std::string text_;
    bool is_open_ = false;
};

/// Marks of a few pixels around a point.
inline std::string dot(double x, double y, double radius = 3.6)
{
    const std::string r = plain(radius);
    return 'M' + plain(x - radius) + ' ' + plain(y) + 'a' + r + ' ' + r + " 0 1 0 " +
           plain(2 * radius) + " 0a" + r + ' ' + r + " 0 1 0 " + plain(-2 * radius) + " 0z";
}
inline std::string square(double x, double y, double r = 3.3)
{
    return 'M' + plain(x - r) + ' ' + plain(y - r) + 'h' + plain(2 * r) + 'v' + plain(2 * r) + 'h' +
           plain(-2 * r) + 'z';
}
inline std::string diamond(double x, double y, double r = 4.6)
{
    return 'M' + plain(x) + ' ' + plain(y - r) + 'l' + plain(r) + ' ' + plain(r) + 'l' + plain(-r) +
           ' ' + plain(r) + 'l' + plain(-r) + ' ' + plain(-r) + 'z';
}
inline std::string triangle(double x, double y, double r = 4.4)
{
    return 'M' + plain(x) + ' ' + plain(y - r) + 'l' + plain(r) + ' ' + plain(1.8 * r) + 'h' +
           plain(-2 * r) + 'z';
}

} // namespace report
