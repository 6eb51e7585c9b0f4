// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resource.hpp"
#include "svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The map of a layer: a cell for each multiplier, a row of cells for each output or, turned, a
// column, so that the long side lies along the page; below it a cell for each memory column. Cells
// of one colour side by side are one shape, so that a page of ten thousand cells stays small.

namespace report {

/// Cells in rows of one length, the last of them perhaps shorter; a value for each.
struct cell_grid {
    std::size_t columns = 1;
    std::string cells{};  ///< row by row; ' ' is no cell
    std::size_t each = 1; ///< units behind a cell

    [[nodiscard]] std::size_t rows() const { return (cells.size() + columns - 1) / columns; }
};

inline constexpr std::size_t most_across = 128; ///< cells, so that a telephone shows them
inline constexpr std::size_t most_cells = 16'384;

/// Fewer, larger cells where there are too many to be seen: each shows how much of it is kept, from
/// 'a', little, to 'd', nearly all; '0' and '1' are nothing and all.
inline std::string binned(std::string_view units, std::size_t each)
{
    if (each <= 1)
        return std::string(units);
    std::string cells;
    for (std::size_t first = 0; first < units.size(); first += each) {
        const std::string_view some = units.substr(first, each);
        const auto freed = static_cast<std::size_t>(std::ranges::count(some, '0'));
        const std::size_t kept = some.size() - freed;
        cells += kept == 0    ? '0'
                 : freed == 0 ? '1'
                              : static_cast<char>('a' + (4 * kept - 1) / some.size());
    }
    return cells;
}

/// Of a grid that is too wide, the part behind the limit goes below, with an empty row between.
inline cell_grid folded(const cell_grid& wide)
{
    const std::size_t bands = (wide.columns + most_across - 1) / most_across;
    if (bands <= 1)
        return wide;
    cell_grid grid = wide;
    grid.columns = (wide.columns + bands - 1) / bands;
    grid.cells.clear();
    for (std::size_t band = 0; band < bands; ++band) {
        if (band > 0)
            grid.cells.append(grid.columns, ' ');
        for (std::size_t row = 0; row < wide.rows(); ++row)
            for (std::size_t c = 0; c < grid.columns; ++c) {
                const std::size_t column = band * grid.columns + c;
                const std::size_t at = row * wide.columns + column;
                grid.cells +=
                    column < wide.columns && at < wide.cells.size() ? wide.cells[at] : ' ';
            }
    }
    return grid;
}

/// The multipliers of a layer.
inline cell_grid multiplier_grid(const logged_layer& layer)
{
    const std::size_t units = layer.multipliers.size();
    const auto outputs = static_cast<std::size_t>(std::max<std::int64_t>(layer.outputs, 0));
    if (units > most_cells || outputs == 0 || units % outputs != 0) {
        const std::size_t each = (units + most_cells - 1) / most_cells;
        cell_grid grid{.cells = binned(layer.multipliers, std::max<std::size_t>(each, 1)),
            .each = std::max<std::size_t>(each, 1)};
        const auto square = static_cast<std::size_t>(std::ceil(
            2 * std::sqrt(static_cast<double>(std::max<std::size_t>(grid.cells.size(), 1)))));
        grid.columns = std::clamp<std::size_t>(square, 1, most_across);
        return grid;
    }
    const std::size_t of_output = units / outputs;
    if (of_output >= outputs)
        return folded({.columns = of_output, .cells = layer.multipliers});
    cell_grid turned{.columns = outputs};
    for (std::size_t row = 0; row < of_output; ++row)
        for (std::size_t output = 0; output < outputs; ++output)
            turned.cells += layer.multipliers[output * of_output + row];
    return folded(turned);
}

/// The memory columns of a layer, in rows as long as those above.
inline cell_grid memory_grid(const logged_layer& layer, std::size_t across)
{
    const std::size_t each =
        std::max<std::size_t>((layer.columns.size() + most_cells - 1) / most_cells, 1);
    return {
        .columns = std::max<std::size_t>(across, std::min<std::size_t>(48, layer.columns.size())),
        .cells = binned(layer.columns, each),
        .each = each};
}

/// Draws a grid, a unit for each cell.
/// \param type    prefix of the classes of the cells: type and the cell's character
/// \param across  cells of the widest grid of the page, which all share one scale
inline std::string drawn(
    const cell_grid& grid, std::string_view type, std::string_view label, std::size_t across)
{
    const auto columns = static_cast<double>(grid.columns);
    const auto rows = static_cast<double>(grid.rows());
    constexpr double largest = 9; // pixels of a cell
    svg map(columns, rows, label);
    map.style("width:min(" + plain(100 * columns / static_cast<double>(across)) + "%," +
              plain(largest * columns) + "px)");
    constexpr std::string_view values = "012abcd";
    std::array<std::string, values.size()> shapes;
    for (std::size_t row = 0; row < grid.rows(); ++row)
        for (std::size_t c = 0; c < grid.columns;) {
            const std::size_t at = row * grid.columns + c;
            if (at >= grid.cells.size())
                break;
            std::size_t run = 1;
            while (c + run < grid.columns && at + run < grid.cells.size() &&
                   grid.cells[at + run] == grid.cells[at])
                ++run;
            if (const std::size_t value = values.find(grid.cells[at]);
                value != std::string_view::npos)
                shapes[value] += 'M' + std::to_string(c) + ' ' + std::to_string(row) + 'h' +
                                 std::to_string(run) + "v1h-" + std::to_string(run) + 'z';
            c += run;
        }
    for (std::size_t value = 0; value < values.size(); ++value)
        if (!shapes[value].empty())
            map.path(shapes[value], std::string(type) + values[value]);
    std::string gaps;
    for (std::size_t row = 1; row < grid.rows(); ++row)
        gaps += "M0 " + std::to_string(row) + 'h' + std::to_string(grid.columns);
    for (std::size_t c = 1; c < grid.columns; ++c)
        gaps += 'M' + std::to_string(c) + " 0v" + std::to_string(grid.rows());
    if (!gaps.empty())
        map.path(gaps, "gaps");
    return map.written();
}

} // namespace report
