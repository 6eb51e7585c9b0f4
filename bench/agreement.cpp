// SPDX-License-Identifier: Apache-2.0
// `exact` and `greedy` against the trial of all choices, on small problems of every kind, or
// against dynamic programming, on problems of up to hundreds of items (`long`). Every wrong answer
// is a line with its seed and the problem, made as small as it stays wrong; at the end the wrong
// answers are counted by kind. Ends with 1 if there are any.
//
//     bench_agreement [problems, 100000] [first seed, 0] [N: every N-th goes to GLPK, too]
//     bench_agreement long [problems, 1000] [first seed, 0] [N]

#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/with/glpk.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <knapsack/instances.hpp>
#include <knapsack/judge.hpp>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace espalier;
using judge::fault;

using solver = std::function<knapsack_solution(const knapsack_problem&)>;
using oracle = std::optional<long double> (*)(const knapsack_problem&);

// The last problem begun, in case the process is stopped or never ends.
volatile std::uint64_t current_seed = 0;

void stopped(int signal)
{
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(current_seed),
        signal == SIGALRM ? "does not end" : "stops the process");
    std::fflush(stdout);
    std::_Exit(1);
}

// Told to stop, the program still prints what it has found.
volatile std::sig_atomic_t is_enough = 0;

void enough(int)
{
    is_enough = 1;
}

// --- Shrinking -----------------------------------------------------------------------------------

template <class T>
void erase(std::vector<T>& all, std::size_t index)
{
    if (!all.empty())
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
}

void remove_unit(knapsack_problem& problem, std::size_t unit)
{
    shared_units& shared = problem.shared;
    const std::size_t count = shared.users_of(unit).size();
    shared.users.erase(shared.users.begin() + static_cast<std::ptrdiff_t>(shared.first[unit]),
        shared.users.begin() + static_cast<std::ptrdiff_t>(shared.first[unit + 1]));
    erase(shared.first, unit);
    for (std::size_t later = unit; later < shared.first.size(); ++later)
        shared.first[later] -= count;
    erase(shared.kind, unit);
    if (shared.empty())
        shared = {};
}

void remove_item(knapsack_problem& problem, std::size_t item)
{
    const std::uint32_t c = problem.class_of[item];
    erase(problem.values, item);
    erase(problem.class_of, item);
    erase(problem.fixed, item);
    if (!problem.floors.empty() && problem.floors[c] > 0)
        --problem.floors[c];
    shared_units& shared = problem.shared;
    std::vector<std::uint32_t> users;
    std::vector<std::size_t> first(1, 0);
    for (std::size_t unit = 0; unit < shared.size(); ++unit) {
        for (const std::uint32_t user : shared.users_of(unit))
            if (user != item)
                users.push_back(user > item ? user - 1 : user);
        first.push_back(users.size());
    }
    if (!shared.empty()) {
        shared.users = std::move(users);
        shared.first = std::move(first);
    }
}

void remove_class(knapsack_problem& problem, std::size_t c)
{
    if (std::find(problem.class_of.begin(), problem.class_of.end(), c) != problem.class_of.end())
        return;
    erase(problem.class_costs, c);
    erase(problem.floors, c);
    for (std::uint32_t& other : problem.class_of)
        other -= other > c;
}

void remove_kind(knapsack_problem& problem, std::size_t k)
{
    std::vector<std::uint32_t>& kinds = problem.shared.kind;
    if (std::find(kinds.begin(), kinds.end(), k) != kinds.end())
        return;
    erase(problem.shared.costs, k);
    for (std::uint32_t& other : kinds)
        other -= other > k;
}

void remove_resource(knapsack_problem& problem, std::size_t r)
{
    if (problem.resources == 1)
        return;
    const auto drop = [&](resource_vector& amounts) {
        std::rotate(amounts.begin() + static_cast<std::ptrdiff_t>(r),
            amounts.begin() + static_cast<std::ptrdiff_t>(r) + 1, amounts.end());
        amounts.back() = 0;
    };
    std::for_each(problem.class_costs.begin(), problem.class_costs.end(), drop);
    std::for_each(problem.shared.costs.begin(), problem.shared.costs.end(), drop);
    drop(problem.capacity);
    --problem.resources;
}

/// The problem with as little as it still fails with.
template <class Fails>
knapsack_problem shrunk(knapsack_problem problem, const Fails& fails)
{
    bool changed = true;
    const auto attempt = [&](auto&& change) {
        knapsack_problem smaller = problem;
        change(smaller);
        if (!fails(smaller))
            return;
        problem = std::move(smaller);
        changed = true;
    };
    const auto each = [&](auto&& count, auto&& change) {
        for (std::size_t at = count(problem); at-- > 0;)
            attempt([&](knapsack_problem& smaller) { change(smaller, at); });
    };
    const auto size = [](const knapsack_problem& p) {
        return p.size() + p.classes() + p.shared.size() + p.shared.costs.size() +
               p.shared.users.size() + p.resources + p.fixed.size() + p.floors.size();
    };
    while (changed) {
        const std::size_t before = size(problem);
        attempt([](knapsack_problem& p) { p.fixed.clear(); });
        attempt([](knapsack_problem& p) { p.floors.clear(); });
        each([](const knapsack_problem& p) { return p.size(); }, remove_item);
        each([](const knapsack_problem& p) { return p.shared.size(); }, remove_unit);
        each([](const knapsack_problem& p) { return p.classes(); }, remove_class);
        each([](const knapsack_problem& p) { return p.shared.costs.size(); }, remove_kind);
        each([](const knapsack_problem& p) { return p.resources; }, remove_resource);
        changed = size(problem) < before;
    }
    return problem;
}

// --- Printing ------------------------------------------------------------------------------------

std::string number(double value)
{
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.17g", value);
    return text.data();
}

template <class Numbers, class Print>
std::string list(const Numbers& numbers, const Print& print)
{
    std::string text;
    for (const auto& one : numbers)
        text += (text.empty() ? "" : ", ") + print(one);
    return "{" + text + "}";
}

template <class Numbers>
std::string list(const Numbers& numbers)
{
    return list(numbers, [](auto one) { return std::to_string(one); });
}

/// The problem as a C++ initialiser.
std::string initialiser(const knapsack_problem& problem)
{
    const auto amounts = [&](const resource_vector& all) {
        return list(std::span{all}.first(problem.resources));
    };
    std::string text = "{.resources = " + std::to_string(problem.resources) +
                       ", .values = " + list(problem.values, number) +
                       ", .class_of = " + list(problem.class_of) +
                       ", .class_costs = " + list(problem.class_costs, amounts) +
                       ", .capacity = " + amounts(problem.capacity);
    const shared_units& shared = problem.shared;
    if (!shared.empty())
        text += ", .shared = {.costs = " + list(shared.costs, amounts) +
                ", .kind = " + list(shared.kind) + ", .first = " + list(shared.first) +
                ", .users = " + list(shared.users) + "}";
    if (!problem.fixed.empty())
        text += ", .fixed = " + list(problem.fixed, [](decision one) -> std::string {
            return one == decision::free   ? "decision::free"
                   : one == decision::keep ? "decision::keep"
                                           : "decision::prune";
        });
    if (!problem.floors.empty())
        text += ", .floors = " + list(problem.floors);
    return text + "}";
}

// --- Judging -------------------------------------------------------------------------------------

struct verdict {
    fault found = fault::none;
    knapsack_solution answer{};
    std::string exception{};
    double seconds = 0;
};

verdict verdict_on(const solver& solve, const knapsack_problem& problem,
    const std::optional<long double>& optimum, const judge::tolerances& allowed)
{
    verdict made;
    const auto begin = std::chrono::steady_clock::now();
    alarm(60);
    try {
        made.answer = solve(problem);
        made.found = judge::fault_of(problem, made.answer, optimum, allowed);
    } catch (const std::exception& failure) {
        made.found = fault::exception;
        made.exception = failure.what();
    }
    made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return made;
}

/// What is known about one solver.
class record {
    struct counted {
        std::size_t times = 0;
        std::uint64_t smallest_seed = 0;
    };
    using row = std::array<counted, instances::all_sharing_kinds + 1>; ///< by shape

    std::string name_;
    solver solve_;
    oracle best_of_;
    judge::tolerances allowed_;
    std::map<fault, row> faults_;
    std::map<std::string, counted> unproven_;
    std::size_t asked_ = 0;
    std::size_t wrong_ = 0;
    std::map<fault, std::size_t> reported_;
    double worst_shortfall_ = 0; ///< of a value called optimal, in units in the last place
    std::uint64_t worst_shortfall_seed_ = 0;
    double furthest_sum_ = 0; ///< of a value from the sum of what is kept, in the same units
    std::uint64_t furthest_sum_seed_ = 0;
    double widest_gap_ = 0; ///< of a value called optimal
    std::uint64_t widest_gap_seed_ = 0;
    double longest_ = 0; ///< seconds
    std::uint64_t longest_seed_ = 0;

    static void keep_worst(double value, std::uint64_t seed, double& worst, std::uint64_t& at)
    {
        if (value > worst) {
            worst = value;
            at = seed;
        }
    }

    static void count(counted& in, std::uint64_t seed)
    {
        if (in.times++ == 0)
            in.smallest_seed = seed;
    }

    [[nodiscard]] knapsack_problem smallest(const knapsack_problem& problem, fault found) const
    {
        return shrunk(problem, [&](const knapsack_problem& smaller) {
            const auto optimum = best_of_(smaller);
            return verdict_on(solve_, smaller, optimum, allowed_).found == found;
        });
    }

    void report(std::uint64_t seed, const knapsack_problem& problem, verdict made,
        std::optional<long double> optimum)
    {
        const fault found = made.found;
        knapsack_problem shown = problem;
        const bool is_shown = reported_[found]++ < 200;
        if (is_shown && made.seconds < 0.01) { // takes hundreds of solutions
            shown = smallest(problem, found);
            optimum = best_of_(shown);
            made = verdict_on(solve_, shown, optimum, allowed_);
        }
        std::printf("%s, seed %llu: %s; says %s %s, bound %s%s%s; right is %s; %s\n", name_.c_str(),
            static_cast<unsigned long long>(seed), judge::to_string(found).data(),
            to_string(made.answer.status).data(), number(made.answer.value).c_str(),
            number(made.answer.bound).c_str(), made.exception.empty() ? "" : ", ",
            made.exception.c_str(),
            optimum ? number(static_cast<double>(*optimum)).c_str() : "infeasible",
            is_shown ? initialiser(shown).c_str() : "see the seed");
        std::fflush(stdout);
    }

public:
    record(std::string name, solver solve, oracle best_of, judge::tolerances allowed = {})
        : name_(std::move(name)), solve_(std::move(solve)), best_of_(best_of), allowed_(allowed)
    {}

    void ask(std::uint64_t seed, const instances::recipe& recipe, const knapsack_problem& problem,
        const std::optional<long double>& optimum)
    {
        ++asked_;
        const verdict made = verdict_on(solve_, problem, optimum, allowed_);
        keep_worst(made.seconds, seed, longest_, longest_seed_);
        if (made.found != fault::none) {
            ++wrong_;
            count(faults_[made.found][static_cast<std::size_t>(recipe.shape)], seed);
            report(seed, problem, made, optimum);
            return;
        }
        if (made.answer.has_answer())
            keep_worst(std::abs(judge::shortfall_in_last_places(
                           made.answer.value, judge::sum_of(problem, made.answer.keep))),
                seed, furthest_sum_, furthest_sum_seed_);
        if (made.answer.status == solve_status::optimal) {
            keep_worst(judge::shortfall_in_last_places(made.answer.value, *optimum), seed,
                worst_shortfall_, worst_shortfall_seed_);
            keep_worst(made.answer.gap(), seed, widest_gap_, widest_gap_seed_);
        } else if (made.answer.status != solve_status::infeasible) {
            count(unproven_[std::string(to_string(made.answer.status))], seed);
        }
    }

    [[nodiscard]] std::size_t wrong() const { return wrong_; }

    void summary() const
    {
        constexpr std::array<const char*, instances::all_sharing_kinds + 1> shapes{"chains",
            "tiles", "stars", "sparse", "rings", "grids", "nests", "pools", "tangles", "no units"};
        std::printf("\n%s: %zu wrong answers of %zu\n", name_.c_str(), wrong_, asked_);
        for (const auto& [found, by_shape] : faults_) {
            std::printf("  %s\n", judge::to_string(found).data());
            for (std::size_t shape = 0; shape < by_shape.size(); ++shape)
                if (by_shape[shape].times > 0)
                    std::printf("    %-10s %8zu times, first at seed %llu\n", shapes[shape],
                        by_shape[shape].times,
                        static_cast<unsigned long long>(by_shape[shape].smallest_seed));
        }
        for (const auto& [status, times] : unproven_)
            std::printf("  not proven: %s %zu times, first at seed %llu\n", status.c_str(),
                times.times, static_cast<unsigned long long>(times.smallest_seed));
        std::printf("  furthest below the optimum though optimal: %.3g units in the last place, "
                    "seed %llu\n",
            worst_shortfall_, static_cast<unsigned long long>(worst_shortfall_seed_));
        std::printf("  furthest from the sum of what is kept: %.3g units in the last place, "
                    "seed %llu\n",
            furthest_sum_, static_cast<unsigned long long>(furthest_sum_seed_));
        std::printf("  widest gap though optimal: %.3g, seed %llu\n", widest_gap_,
            static_cast<unsigned long long>(widest_gap_seed_));
        std::printf("  longest: %.3g s, seed %llu\n", longest_,
            static_cast<unsigned long long>(longest_seed_));
    }
};

/// Whether floating-point tolerances leave a problem as it is: small amounts, values of one scale.
bool is_moderate(const knapsack_problem& problem)
{
    const auto small = [](const resource_vector& amounts) {
        return std::all_of(
            amounts.begin(), amounts.end(), [](std::int64_t amount) { return amount < 10'000; });
    };
    double least = std::numeric_limits<double>::infinity();
    double most = 0;
    for (const double value : problem.values)
        if (value > 0) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
    return std::all_of(problem.class_costs.begin(), problem.class_costs.end(), small) &&
           std::all_of(problem.shared.costs.begin(), problem.shared.costs.end(), small) &&
           most < 1e6 * least;
}

} // namespace

int main(int count, char** arguments)
{
    const bool are_long = count > 1 && std::string(arguments[1]) == "long";
    const auto argument = [&](int at, std::uint64_t otherwise) {
        at += are_long;
        return count > at ? std::strtoull(arguments[at], nullptr, 10) : otherwise;
    };
    const std::uint64_t problems = argument(1, are_long ? 1'000 : 100'000);
    const std::uint64_t first = argument(2, 0);
    const std::uint64_t between = argument(3, 0);
    for (const int signal : {SIGABRT, SIGFPE, SIGSEGV, SIGALRM})
        std::signal(signal, stopped);
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, enough);
    const rlimit memory{.rlim_cur = std::size_t{1} << 30U, .rlim_max = std::size_t{1} << 30U};
    setrlimit(RLIMIT_AS, &memory); // who needs more for so few items gets an exception

    const oracle best_of = are_long ? judge::best_by_frontier : judge::best_of_all_choices;
    record best("exact", exact{.time_limit = 10}, best_of);
    record quick("greedy", greedy{}, best_of);
    record branch_and_cut("glpk", glpk{.time_limit = 10}, best_of, {.value = 1e-9, .bound = 1e-9});
    std::size_t impossible = 0;
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t seed = first;
    for (; seed < first + problems && !is_enough; ++seed) {
        current_seed = seed;
        instances::dice random(seed);
        instances::recipe recipe;
        knapsack_problem problem;
        if (are_long) {
            std::tie(recipe, problem) = instances::any_long(random);
        } else {
            recipe = instances::any_recipe(14, random);
            problem = instances::make(recipe, random);
        }
        const std::optional<long double> optimum = best_of(problem);
        impossible += !optimum;
        best.ask(seed, recipe, problem, optimum);
        quick.ask(seed, recipe, problem, optimum);
        if (between > 0 && seed % between == 0 && is_moderate(problem))
            branch_and_cut.ask(seed, recipe, problem, optimum);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("\n%llu problems, %zu of them without a choice, in %.0f s\n",
        static_cast<unsigned long long>(seed - first), impossible, seconds.count());
    best.summary();
    quick.summary();
    if (between > 0)
        branch_and_cut.summary();
    return best.wrong() + quick.wrong() + branch_and_cut.wrong() > 0 ? 1 : 0;
}
