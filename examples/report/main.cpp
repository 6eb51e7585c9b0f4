// SPDX-License-Identifier: Apache-2.0
// Makes a page to look at from the logs of runs: accuracy against hardware round by round, layers
// before and after, a map of every multiplier and memory column, and the front of all runs given.

#include "page.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace report {
namespace {

std::vector<run_log> read(const std::string& path)
{
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error(path + " cannot be read");
    const std::string text(
        (std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    nlohmann::ordered_json json;
    try {
        json = nlohmann::ordered_json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(path + " is not JSON: " + error.what());
    }
    return example::runs_of(json, path);
}

int run(int argc, char** argv)
{
    std::vector<std::string> logs;
    std::string output = "report.html";
    std::string title;
    CLI::App app{"Makes an HTML page, whole in itself, from the JSON logs of one or more runs."};
    app.add_option("logs", logs, "JSON files that the examples wrote")->required();
    app.add_option("--output", output, "where the page goes")->capture_default_str();
    app.add_option("--title", title, "of the page; without it that of the run");
    CLI11_PARSE(app, argc, argv);

    std::vector<run_log> runs;
    for (const std::string& log : logs)
        for (run_log& one : read(log)) {
            if (one.title.empty())
                one.title = log;
            runs.push_back(std::move(one));
        }
    std::ofstream page(output, std::ios::binary);
    page << page_of(runs, title);
    if (!page.flush())
        throw std::runtime_error("the page " + output + " cannot be written");
    std::printf("%zu %s: %s\n", runs.size(), runs.size() == 1 ? "run" : "runs", output.c_str());
    return 0;
}

} // namespace
} // namespace report

int main(int argc, char** argv)
{
    try {
        return report::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "report: %s\n", error.what());
    }
    return 1;
}
