// SPDX-License-Identifier: Apache-2.0
// Predictions beside public synthesis reports: median error, shares within 10 and 25 per cent and
// the worst rows, for each strategy, class of reuse factors and kind of layer.
//     bench_validation [tests/data/synthesis.tsv]            everything
//     bench_validation [tests/data/synthesis.tsv] table      the table of docs/model.md
//     bench_validation [tests/data/synthesis.tsv] plot FILE  predicted against reported, as SVG
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <synthesis/agreement.hpp>
#include <synthesis/plot.hpp>
#include <vector>

namespace {

void print(const synthesis::line& l)
{
    const synthesis::agreement a = synthesis::agreement_of(l.samples);
    std::printf("| %s | %s | %s | %zu | %.0f %% | %.0f %% | %.0f %% |\n", l.group.c_str(),
        l.rows.c_str(), l.quantity.c_str(), a.rows, a.median, a.within10, a.within25);
}

void print_worst(std::vector<synthesis::sample> samples, std::size_t most)
{
    std::sort(samples.begin(), samples.end(),
        [](const auto& a, const auto& b) { return std::abs(a.error()) > std::abs(b.error()); });
    samples.resize(std::min(samples.size(), most));
    for (const synthesis::sample& s : samples)
        if (std::abs(s.error()) > 0.25)
            std::printf("      %+7.0f %%  %.0f for %.0f  row %s\n", 100 * s.error(), s.predicted,
                s.reported, s.row.c_str());
}

void print_head()
{
    std::puts(
        "| group | repositories | figure | rows | median error | within 10 % | within 25 % |");
    std::puts("|---|---|---|--:|--:|--:|--:|");
}

} // namespace

int main(int argc, char** argv)
try {
    const std::string path = argc > 1 ? argv[1] : "tests/data/synthesis.tsv";
    const std::string what = argc > 2 ? argv[2] : "";
    const std::vector<synthesis::sample> samples =
        synthesis::samples_of(synthesis::read_reports(path));
    if (what == "plot") {
        std::ofstream file(argc > 3 ? argv[3] : "validation.svg");
        file << synthesis::plot_of(samples);
        return file.good() ? 0 : 1;
    }
    print_head();
    for (const synthesis::line& l : synthesis::lines_of(samples))
        print(l);
    if (what == "table")
        return 0;
    std::puts("\nBy kind of layer, with the worst rows:\n");
    for (const synthesis::line& l : synthesis::lines_of(samples, true)) {
        print(l);
        print_worst(l.samples, 5);
    }
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
