// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <regex>
#include <report/page.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace report;

namespace {

/// Area of the shapes "Mx yhwv1h-wz" of a class in a drawing.
std::size_t area_of(const std::string& drawing, const std::string& type)
{
    const std::size_t path = drawing.find("<path class=\"" + type + '"');
    if (path == std::string::npos)
        return 0;
    const std::string shapes = drawing.substr(path, drawing.find("/>", path) - path);
    static const std::regex shape("M(\\d+) (\\d+)h(\\d+)v1h-(\\d+)z");
    std::size_t area = 0;
    for (auto found = std::sregex_iterator(shapes.begin(), shapes.end(), shape);
         found != std::sregex_iterator(); ++found) {
        CHECK((*found)[3] == (*found)[4]);
        area += std::stoul((*found)[3]);
    }
    return area;
}

std::size_t count(const std::string& text, const std::string& what)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

run_log some_run()
{
    run_log run{.title = "one & only", .structure = "N:4", .accounting = "paper", .seed = 7};
    run.baseline = {{100, 20, 0, 400}, 0.9, 0.875, std::nullopt};
    run.pruned = {{25, 5, 12, 100}, 0.875, 0.88, std::nullopt};
    run.rounds = {{{50, 10, 6, 200}, 0.895, true}, {{20, 4, 13, 80}, 0.7, false},
        {{25, 5, 12, 100}, 0.875, true}};
    run.layers = {{"fc1", 8, 4, 2, {100, 20, 0, 400}, {25, 5, 12, 100}, "0120110001101111", "10"}};
    return run;
}

} // namespace

TEST_CASE("names cannot leave the place where they are written")
{
    CHECK(escaped("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
    CHECK(escaped("caf\u00E9\n\t") == "caf\u00E9\n\t");
    CHECK(escaped(std::string_view("\x01\x7F\0", 3)) == "\uFFFD\uFFFD\uFFFD");

    const std::string nasty = "</title></text><script>alert('1')</script>\" onload=\"x";
    run_log run = some_run();
    run.title = run.structure = run.accounting = run.layers[0].name = nasty;
    for (const std::string& page : {page_of({run}), page_of({run, run}), page_of({}, nasty)}) {
        CHECK(count(page, "<script") == 0);
        CHECK(count(page, "</title></text>") == 0);
        CHECK(count(page, "\" onload=\"x") == 0);
        CHECK(count(page, "&lt;script&gt;") > 0);
    }
}

TEST_CASE("a page asks nobody for anything")
{
    const std::string page = page_of({some_run(), some_run()});
    for (const char* request : {"http", "src=", "url(", "@import", "<link", "<script", "<iframe"})
        CHECK_MESSAGE(count(page, request) == 0, request);
    CHECK(count(page, "<svg ") == count(page, "</svg>"));
    CHECK(count(page, "aria-label=\"") == count(page, "<svg "));
}

TEST_CASE("numbers look as people write them")
{
    CHECK(number(0) == "0");
    CHECK(number(1234567.25, 2) == "1,234,567.25");
    CHECK(number(-999.5) == "\u2212999.5");
    CHECK(number(1000) == "1,000");
    CHECK(number(0.04) == "0");
    CHECK(number(-0.04) == "0");
    CHECK(fixed(0.126, 2, true) == "+0.13");
    CHECK(fixed(-0.126, 2, true) == "\u22120.13");
    CHECK(fixed(-0.001, 2, true) == "0.00");
    CHECK(factor(6150, 1308) == "4.7\u00D7");
    CHECK(factor(0, 0) == "\u2013");
    CHECK(factor(3, 0) == "all");
    CHECK(plain(-0.001) == "0");
    CHECK(plain(12.5) == "12.5");
}

TEST_CASE("an axis holds its values, and its ticks are round")
{
    std::mt19937 random(5);
    std::uniform_real_distribution<double> exponent(-2, 6);
    for (int i = 0; i < 500; ++i) {
        const double a = std::pow(10, exponent(random));
        const double b = std::pow(10, exponent(random));
        const auto [least, most] = std::minmax(a, b);
        for (const axis& x : {axis::linear(least, most, 40, 300),
                 axis::logarithmic(least, most, 40, 300), axis::of_amounts(least, most, 40, 300)}) {
            CHECK(x.at(least) >= 40 - 1e-6);
            CHECK(x.at(most) <= 300 + 1e-6);
            CHECK(x.at(least) <= x.at(most));
            CHECK(x.ticks().size() <= 20);
            for (const double tick : x.ticks()) {
                CHECK(x.at(tick) >= 40 - 1e-6);
                CHECK(x.at(tick) <= 300 + 1e-6);
                // What the label says is where the tick is.
                std::string label = x.label(tick);
                std::erase(label, ',');
                if (!x.is_logarithmic() && tick >= 0.001)
                    CHECK(std::stod(label) == doctest::Approx(tick).epsilon(1e-9));
            }
        }
        CHECK(axis::linear(least, most, 0, 1).ticks().size() >= 3);
    }
    for (const double same : {0.0, 50.0, 91.12}) { // one value, or nothing at all
        const axis flat = axis::linear(same, same, 200, 20);
        CHECK(flat.at(same) <= 200);
        CHECK(flat.at(same) >= 20);
        CHECK(flat.ticks().size() >= 2);
    }
    CHECK(axis::linear(90.2, 91.1, 0, 1).label(90.5) == "90.50");
    CHECK(axis::of_amounts(100, 6000, 0, 1).is_logarithmic());
    CHECK(!axis::of_amounts(0, 6000, 0, 1).is_logarithmic());
}

TEST_CASE("no network lies above and to the right of the front, and the front is of all networks")
{
    std::mt19937 random(6);
    for (int i = 0; i < 200; ++i) {
        std::vector<candidate> all;
        for (int k = 0; k < 12; ++k)
            all.push_back({static_cast<double>(1 + random() % 6),
                static_cast<double>(random() % 6) - 3.0, 0, ""});
        const std::vector<candidate> front = front_of(all);
        const auto beats = [](const candidate& a, const candidate& b) {
            return a.factor >= b.factor && a.points >= b.points &&
                   (a.factor > b.factor || a.points > b.points);
        };
        for (const candidate& c : all) {
            const bool beaten =
                std::ranges::any_of(all, [&](const candidate& other) { return beats(other, c); });
            const bool in_front = std::ranges::any_of(front,
                [&](const candidate& f) { return f.factor == c.factor && f.points == c.points; });
            CHECK(beaten != in_front);
        }
        for (std::size_t k = 1; k < front.size(); ++k)
            CHECK(front[k - 1].factor < front[k].factor);
    }
}

TEST_CASE("a run is compared with its own dense network, without rejected rounds")
{
    const series_list series = series_of({some_run()});
    const std::vector<candidate> all = candidates_of({some_run()}, series, resources[0]);
    REQUIRE(all.size() == 3); // two accepted rounds and the end
    CHECK(all[0].factor == 2);
    CHECK(all[0].points == doctest::Approx(-0.5));
    CHECK(all[2].factor == 4);
    CHECK(all[2].points == doctest::Approx(-2.5));
    CHECK(candidates_of({some_run()}, series, resources[2]).empty()); // the dense takes no LUT
}

TEST_CASE("a run without validation data is judged by its tests, and says so")
{
    run_log run = some_run();
    CHECK(count(page_of({run}), "dense, validation data") > 0);
    CHECK(count(page_of({run}), "test, dense and in the end") > 0);
    run.baseline.validation = run.pruned.validation = std::nullopt;
    for (logged_round& round : run.rounds)
        round.test = std::exchange(round.validation, std::nullopt);
    const std::string page = page_of({run});
    CHECK(count(page, "dense, test data") > 0);
    CHECK(count(page, "validation data") == 0);
    CHECK(count(page, "test, dense and in the end") == 0);
    CHECK(count(page, "<td>89.50</td>") == 1); // the first round, in the table
    const std::vector<candidate> all = candidates_of({run}, series_of({run}), resources[0]);
    REQUIRE(all.size() == 3);
    CHECK(all[0].points == doctest::Approx(2)); // 89.5 % of a round, 87.5 % dense
    CHECK(all[2].points == doctest::Approx(0.5));
}

TEST_CASE("many runs share colours by their structure, and no colour is asked for twice")
{
    std::vector<run_log> runs;
    for (int i = 0; i < 24; ++i) {
        runs.push_back(some_run());
        runs.back().structure = std::string("s") + std::to_string(i % (i < 12 ? 3 : 9));
    }
    const series_list series = series_of(runs);
    CHECK(series.names.size() == most_series);
    CHECK(series.names.back() == "others");
    CHECK(series.of_run[0] == series.of_run[3]);
    for (const std::size_t s : series.of_run)
        CHECK(s < most_series);
    runs.resize(3);
    CHECK(series_of(runs).names ==
          std::vector<std::string>{"one & only, s0", "one & only, s1", "one & only, s2"});
}

TEST_CASE("every multiplier is in the map once, with its state")
{
    std::mt19937 random(7);
    for (int i = 0; i < 300; ++i) {
        logged_layer layer{.outputs = static_cast<std::int64_t>(1 + random() % 300)};
        const std::size_t units =
            random() % 3 == 0 ? random() % 5000
                              : static_cast<std::size_t>(layer.outputs) * (1 + random() % 40);
        for (std::size_t k = 0; k < units; ++k)
            layer.multipliers += "0012"[random() % 4];
        for (std::size_t k = 0; k < units / 2; ++k)
            layer.columns += "01"[random() % 2];
        const cell_grid grid = multiplier_grid(layer);
        CHECK(grid.each == 1);
        CHECK(grid.columns <= most_across);
        const std::string map = drawn(grid, "m", "map", most_across);
        for (const char state : {'0', '1', '2'})
            CHECK(area_of(map, std::string("m") + state) ==
                  static_cast<std::size_t>(std::ranges::count(layer.multipliers, state)));
        const std::string memory =
            drawn(memory_grid(layer, grid.columns), "c", "memory", most_across);
        for (const char state : {'0', '1'})
            CHECK(area_of(memory, std::string("c") + state) ==
                  static_cast<std::size_t>(std::ranges::count(layer.columns, state)));
    }
}

TEST_CASE("a line of cells is an output, and the long side lies across")
{
    // Two outputs of three multipliers each: a row for each output.
    const cell_grid wide = multiplier_grid({.outputs = 2, .multipliers = "110001"});
    CHECK(wide.columns == 3);
    CHECK(wide.cells == "110001");
    // Three outputs of two: a column for each.
    const cell_grid turned = multiplier_grid({.outputs = 3, .multipliers = "100111"});
    CHECK(turned.columns == 3);
    CHECK(turned.cells == "101011");
    // Too wide: the second half goes below, behind an empty row.
    std::string long_row(150, '0');
    long_row[75] = '1';
    const cell_grid fold = multiplier_grid({.outputs = 1, .multipliers = long_row});
    CHECK(fold.columns == 75);
    CHECK(fold.cells == std::string(75, '0') + std::string(75, ' ') + '1' + std::string(74, '0'));
}

TEST_CASE("where there are too many units a cell is as dark as many of them are kept")
{
    CHECK(binned("0011", 1) == "0011");
    CHECK(binned("0000111101", 4) == "01b"); // the last has two, of which one is kept
    CHECK(binned("1000000011111110", 8) == "ad");
    const logged_layer large{.outputs = 1000, .multipliers = std::string(100'000, '1')};
    const cell_grid grid = multiplier_grid(large);
    CHECK(grid.each == 7);
    CHECK(grid.cells.size() == 14'286);
    CHECK(std::ranges::count(grid.cells, '1') == 14'286);
}

TEST_CASE("a page shows what there is and says what there is not")
{
    run_log run = some_run();
    const std::string whole = page_of({run});
    for (const char* part :
        {"Accuracy by round", "Layer by layer", "What is kept of the hardware", "one &amp; only",
            "4.0\u00D7", "DSP blocks", "LUTs", "9 of 16 multipliers, 1 more as adders", "seed 7",
            "\u22122.50 points", "+0.50 points"})
        CHECK_MESSAGE(count(whole, part) > 0, part);
    CHECK(count(whole, "<tr class=\"no\">") == 1);
    CHECK(count(whole, "The front of all runs") == 0);

    run.layers.clear();
    run.rounds.clear();
    run.baseline = run.pruned = {};
    const std::string empty = page_of({run});
    CHECK(count(empty, "No round was trained.") == 1);
    CHECK(count(empty, "takes no DSP blocks and no block RAMs of 36 Kb and no LUTs") == 1);
    CHECK(count(empty, "Layer by layer") == 0);
    CHECK(count(empty, "nan") == 0);
    CHECK(count(empty, "inf") == 0);
    CHECK(count(page_of({}), "The logs hold no run.") == 1);
    CHECK(count(page_of({run, run}), "No run has an accuracy") == 1);
    CHECK(count(page_of({some_run(), run}), "The front of all runs") == 1);
    run_log in_integers = some_run();
    in_integers.baseline.quantized_test = 0.8125;
    in_integers.pruned.quantized_test = 0.8;
    CHECK(count(page_of({in_integers, run}), "<td>+0.50</td>") == 1); // test, where there is any
    in_integers.baseline.test.reset();
    CHECK(count(page_of({in_integers, run}), "<td>\u22121.25</td>") == 1); // else in integers
    in_integers.pruned.quantized_test.reset();
    CHECK(count(page_of({in_integers, run}), "<td>\u22122.50</td>") == 1); // else validation
    CHECK(count(page_of({some_run(), run}), "<td>+12</td>") == 1); // LUTs, in the table of runs
}
