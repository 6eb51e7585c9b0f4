// SPDX-License-Identifier: Apache-2.0
// The table of docs/model.md states how far the model is from public synthesis reports. A change of
// the model that makes a figure worse, or a row that is not there any more, fails here.
#include "agreement.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace synthesis;

namespace {

std::string trimmed(const std::string& cell)
{
    const std::size_t first = cell.find_first_not_of(' ');
    return first == std::string::npos ? ""
                                      : cell.substr(first, cell.find_last_not_of(' ') - first + 1);
}

struct stated {
    agreement figures;
    int seen = 0;
};

/// The lines of the page's table by group, repositories and figure.
std::map<std::string, stated> stated_lines()
{
    std::ifstream page(PAGE);
    std::map<std::string, stated> lines;
    for (std::string text; std::getline(page, text);) {
        std::istringstream in(text);
        std::vector<std::string> cells;
        for (std::string cell; std::getline(in, cell, '|');)
            cells.push_back(trimmed(cell));
        if (cells.size() != 8 || (cells[2] != "fitted" && cells[2] != "not fitted"))
            continue;
        lines[cells[1] + " | " + cells[2] + " | " + cells[3]].figures = {
            .rows = static_cast<std::size_t>(std::stoul(cells[4])),
            .median = std::stod(cells[5]),
            .within10 = std::stod(cells[6]),
            .within25 = std::stod(cells[7])};
    }
    return lines;
}

} // namespace

TEST_CASE("no figure is further from the reports than docs/model.md states")
{
    std::map<std::string, stated> lines = stated_lines();
    REQUIRE(!lines.empty());
    const std::vector<sample> samples = samples_of(read_reports(REPORTS));
    for (const line& l : lines_of(samples)) {
        const std::string name = l.group + " | " + l.rows + " | " + l.quantity;
        CAPTURE(name);
        const auto found = lines.find(name);
        REQUIRE(found != lines.end());
        ++found->second.seen;
        const agreement& page = found->second.figures;
        const agreement now = agreement_of(l.samples);
        // The page has whole per cent.
        CHECK(now.rows == page.rows);
        CHECK(now.median <= page.median + 0.5);
        CHECK(now.within10 >= page.within10 - 0.5);
        CHECK(now.within25 >= page.within25 - 0.5);
    }
    for (const auto& line : lines) {
        CAPTURE(line.first);
        CHECK(line.second.seen == 1);
    }
}

TEST_CASE("every row of the data is read and predicted")
{
    const std::vector<report> rows = read_reports(REPORTS);
    CHECK(rows.size() == 274);
    std::size_t units = 0;
    for (const report& row : rows)
        units += row.text("unit") == "network" ? 0 : 1;
    std::size_t predicted = 0;
    for (const sample& s : samples_of(rows)) {
        CHECK(std::isfinite(s.error()));
        predicted += s.quantity == "LUT" ? 1 : 0;
    }
    CHECK(predicted == units);
}
