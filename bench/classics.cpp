// SPDX-License-Identifier: Apache-2.0
// The knapsacks of the literature, and harder sharing than networks have, for `exact` beside the
// solvers that people use. Every problem is written as a linear program, and what `exact` (and CBC,
// where it is installed) makes of it as JSON; classics.py solves the same files with HiGHS and
// prints one table.
//
//     bench_classics [folder, classics] [seconds a problem may take, 10] [kind, all]

#include "classics.hpp"

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/verify.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#ifdef ESPALIER_HAS_CBC
#include "cbc.hpp"
#endif

namespace {

using namespace espalier;
using classics::text;

// --- Writing -------------------------------------------------------------------------------------

std::string number(double value)
{
    std::ostringstream out;
    out.precision(17);
    out << value;
    return out.str();
}

/// In CPLEX's LP format: a column x for each item, a column y for each unit and y ≥ x for its
/// users; floors and decisions are not needed here. The y need not be integers.
void write_program(const knapsack_problem& problem, const std::filesystem::path& path)
{
    std::ofstream file(path);
    std::size_t terms = 0;
    const auto add = [&](const std::string& coefficient, const std::string& column) {
        file << " + " << coefficient << ' ' << column << (++terms % 8 == 0 ? "\n" : "");
    };
    const auto x = [](std::size_t item) { return text("x", item); };
    const auto y = [](std::size_t unit) { return text("y", unit); };
    file << "Maximize\n value:";
    for (std::size_t item = 0; item < problem.size(); ++item)
        add(number(problem.values[item]), x(item));
    file << "\nSubject To\n";
    for (std::size_t r = 0; r < problem.resources; ++r) {
        file << " resource" << r << ":";
        for (std::size_t item = 0; item < problem.size(); ++item)
            if (const auto cost = problem.class_costs[problem.class_of[item]][r]; cost != 0)
                add(std::to_string(cost), x(item));
        for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
            if (const auto cost = problem.shared.costs[problem.shared.kind[unit]][r]; cost != 0)
                add(std::to_string(cost), y(unit));
        file << " <= " << problem.capacity[r] << '\n';
    }
    std::size_t row = 0;
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
        for (const std::uint32_t user : problem.shared.users_of(unit))
            file << " uses" << row++ << ": " << x(user) << " - " << y(unit) << " <= 0\n";
    file << "Bounds\n";
    for (std::size_t unit = 0; unit < problem.shared.size(); ++unit)
        file << " 0 <= " << y(unit) << " <= 1\n";
    file << "Binary\n";
    for (std::size_t item = 0; item < problem.size(); ++item)
        file << ' ' << x(item) << '\n';
    file << "End\n";
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
}

/// What a solver made of a problem, as JSON.
std::string result(const std::function<knapsack_solution()>& solve, const knapsack_problem& problem)
{
    try {
        const knapsack_solution answer = solve();
        const bool sound = answer.has_answer() && is_feasible(problem, answer.keep);
        const double value = sound ? answer.value : 0;
        return R"({"status": ")" +
               std::string(answer.has_answer() && !sound ? "wrong" : to_string(answer.status)) +
               R"(", "value": )" + number(value) + R"(, "bound": )" + number(answer.bound) +
               R"(, "seconds": )" + number(answer.seconds) + "}";
    } catch (const std::exception& error) {
        return std::string(R"({"status": ")") + error.what() +
               R"(", "value": 0, "bound": 0, "seconds": 0})";
    }
}

int run(const std::filesystem::path& folder, double limit, const std::string& kind)
{
    std::filesystem::create_directories(folder);
    std::ofstream json(folder / "classics.json");
    json << "{\"time_limit\": " << limit << ", \"instances\": [";
    bool begun = false;
    for (const classics::instance& one : classics::all()) {
        if (kind != "all" && kind != one.kind)
            continue;
        const knapsack_problem& problem = one.problem;
        write_program(problem, folder / (one.name + ".lp"));
        const std::string ours =
            result([&] { return exact{.time_limit = limit}(problem); }, problem);
        std::printf("%-24s %s\n", one.name.c_str(), ours.c_str());
        std::fflush(stdout);
        json << (begun ? ",\n" : "\n") << R"({"kind": ")" << one.kind << R"(", "name": ")"
             << one.name << R"(", "items": )" << problem.size() << R"(, "resources": )"
             << problem.resources << R"(, "units": )" << problem.shared.size()
             << R"(, "published": )" << (one.optimum ? number(*one.optimum) : "null")
             << R"(, "exact": )" << ours;
#ifdef ESPALIER_HAS_CBC
        json << R"(, "cbc": )"
             << result([&] { return bench::cbc{.time_limit = limit}(problem); }, problem);
#endif
        json << "}" << std::flush;
        begun = true;
    }
    json << "\n]}\n";
    if (!begun)
        throw std::runtime_error("there is no kind " + kind);
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    try {
        return run(count > 1 ? arguments[1] : "classics",
            count > 2 ? std::strtod(arguments[2], nullptr) : 10, count > 3 ? arguments[3] : "all");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_classics: %s\n", error.what());
        return 1;
    }
}
