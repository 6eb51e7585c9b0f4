// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// The rows of tests/data/synthesis.tsv: what C and logic synthesis reported for public projects.

namespace synthesis {

/// One row, its cells by the names of their columns (tests/data/README.md).
class report {
public:
    report(const std::vector<std::string>& columns, const std::string& line)
    {
        std::istringstream in(line);
        std::string cell;
        for (const std::string& column : columns) {
            std::getline(in, cell, '\t');
            cells_[column] = in ? cell : "";
        }
    }

    [[nodiscard]] const std::string& text(const std::string& column) const
    {
        return cells_.at(column);
    }
    [[nodiscard]] bool has(const std::string& column) const { return !text(column).empty(); }
    /// \throws std::invalid_argument if the cell is not a number
    [[nodiscard]] double real(const std::string& column) const { return std::stod(text(column)); }
    [[nodiscard]] long long integer(const std::string& column) const
    {
        return std::llround(real(column));
    }
    [[nodiscard]] int number(const std::string& column) const
    {
        return static_cast<int>(integer(column));
    }

private:
    std::map<std::string, std::string> cells_;
};

[[nodiscard]] inline std::vector<report> read_reports(const std::string& path)
{
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line))
        throw std::runtime_error("cannot read " + path);
    std::vector<std::string> columns;
    std::istringstream head(line);
    for (std::string column; std::getline(head, column, '\t');)
        columns.push_back(column);
    std::vector<report> rows;
    while (std::getline(file, line))
        rows.emplace_back(columns, line);
    return rows;
}

} // namespace synthesis
