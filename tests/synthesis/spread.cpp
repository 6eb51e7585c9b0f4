// SPDX-License-Identifier: Apache-2.0
#include "agreement.hpp"

#include <espalier/model/not_modelled.hpp>
#include <espalier/model/spread.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// The ranges that a resource report prints are those of the reports in the data file.

using namespace espalier;

TEST_CASE("between the ends of a spread are eight of ten reports, and the ends are no wider")
{
    const auto samples = synthesis::samples_of(synthesis::read_reports(REPORTS));
    for (const spread_row& group : measured_spreads) {
        if (group.group == spread_without_matrices().group)
            continue;
        for (const report_figure figure : report_figures) {
            CAPTURE(group.group);
            CAPTURE(to_string(figure));
            std::vector<double> parts; // of the model, that the report is
            std::size_t others = 0;
            for (const bool fitted : {false, true}) {
                if (fitted && others >= 10)
                    break;
                for (const synthesis::sample& s : samples)
                    if (s.group == group.group && s.quantity == to_string(figure) &&
                        s.fitted == fitted) {
                        ++others;
                        // Of nothing there are no parts.
                        if (s.predicted > 0 || s.reported == 0)
                            parts.push_back(s.predicted > 0 ? s.reported / s.predicted : 1);
                    }
            }
            CHECK(others == static_cast<std::size_t>(group.rows));
            std::sort(parts.begin(), parts.end());
            const spread& of = group.of[static_cast<std::size_t>(figure)];
            const auto within = std::count_if(parts.begin(), parts.end(),
                [&](double part) { return part >= of.least - 1e-9 && part <= of.most + 1e-9; });
            CHECK(within * 10 >= static_cast<std::ptrdiff_t>(parts.size()) * 8);
            // The tenth from either end, with a little to spare: formulas get better.
            const std::size_t tenth = parts.size() / 10;
            CHECK(of.least >= 0.8 * parts[tenth]);
            CHECK(of.most <= 1.25 * parts[parts.size() - 1 - tenth]);
        }
    }
}

TEST_CASE("docs/model.md has the spreads")
{
    std::ifstream file(PAGE);
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    for (const spread_row& group : measured_spreads) {
        std::ostringstream row;
        row << "| " << group.group << " | " << group.rows << " |";
        for (const spread& of : group.of) {
            row << ' ' << of.least;
            if (of.most != of.least)
                row << " to " << of.most;
            row << " |";
        }
        CAPTURE(row.str());
        CHECK(page.find('\n' + row.str() + '\n') != std::string::npos);
    }
}

TEST_CASE("docs/model.md lists what is not modelled, and nothing else")
{
    std::ifstream file(PAGE);
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    std::string list = "Not modelled, which every report prints (`model/not_modelled.hpp`):\n";
    for (const std::string_view what : not_modelled)
        list.append("\n- ").append(what);
    CHECK(page.find(list + "\n\n## ") != std::string::npos);
}
