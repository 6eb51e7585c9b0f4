// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <knapsack/dynamic_programming.hpp>
#include <stdexcept>
#include <string_view>

// Bytes become a problem, well-formed or not. It must be refused with a sentence or solved: by a
// choice that keeps every constraint, within the bounds of all solvers, and equal where proven.

namespace {

using namespace espalier;

class bytes {
    const std::uint8_t* at_;
    std::size_t left_;

public:
    bytes(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}
    std::uint8_t next()
    {
        if (left_ == 0)
            return 0;
        --left_;
        return *at_++;
    }
    /// Mostly small and sound, now and then anything.
    std::int64_t amount()
    {
        const std::uint8_t first = next();
        if (first < 250)
            return first % 8;
        std::int64_t any = 0;
        for (int k = 0; k < 8; ++k)
            any = static_cast<std::int64_t>(static_cast<std::uint64_t>(any) << 8U | next());
        return any;
    }
    double real()
    {
        const std::uint8_t first = next();
        if (first < 240)
            return first / 16.0;
        std::uint64_t any = 0;
        for (int k = 0; k < 8; ++k)
            any = any << 8U | next();
        double value = 0;
        std::memcpy(&value, &any, sizeof value);
        return value;
    }
};

knapsack_problem problem_from(bytes& input)
{
    knapsack_problem problem;
    const std::uint8_t shape = input.next();
    problem.resources = input.next() % 5U + (shape & 1U ? 0U : 1U);
    const std::size_t items = input.next() % 16U;
    const std::size_t classes = input.next() % 6U + 1U;
    const auto vector = [&] {
        resource_vector amounts{};
        for (std::size_t r = 0; r < std::min<std::size_t>(problem.resources, max_resources); ++r)
            amounts[r] = input.amount();
        return amounts;
    };
    for (std::size_t c = 0; c < classes; ++c)
        problem.class_costs.push_back(vector());
    problem.capacity = vector();
    for (std::size_t r = 0; r < problem.resources; ++r)
        if (problem.capacity[r] >= 0 && problem.capacity[r] < 8)
            problem.capacity[r] *= 4;
    for (std::size_t item = 0; item < items; ++item) {
        problem.values.push_back(input.real());
        problem.class_of.push_back(
            input.next() % (static_cast<std::uint32_t>(classes) + (shape & 2U ? 1U : 0U)));
    }
    if (shape & 4U)
        for (std::size_t item = 0; item < items; ++item) {
            const std::uint8_t side = input.next();
            problem.fixed.push_back(static_cast<decision>(side < 8 ? side : 0));
        }
    if (shape & 8U)
        for (std::size_t c = 0; c < classes; ++c)
            problem.floors.push_back(input.next() % 3U);
    if (shape & 16U) {
        problem.shared.costs = {vector(), vector()};
        problem.shared.first.push_back(0);
        const std::size_t units = input.next() % 8U;
        for (std::size_t unit = 0; unit < units; ++unit) {
            std::uint32_t user = input.next() % 8U;
            for (int k = input.next() % 4; k > 0;
                 --k, user += input.next() % 4U + (shape & 32U ? 0U : 1U))
                problem.shared.users.push_back(user);
            problem.shared.first.push_back(problem.shared.users.size());
            problem.shared.kind.push_back(input.next() % (shape & 64U ? 3U : 2U));
        }
    }
    return problem;
}

void expect(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

void judge(const knapsack_problem& problem, const knapsack_solution& answer)
{
    if (!answer.has_answer()) {
        expect(!answer.reason.empty(), "an infeasible problem has a reason");
        return;
    }
    expect(is_feasible(problem, answer.keep), "an answer is feasible");
    expect(answer.bound >= answer.value, "the bound is not below the value");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    bytes input(data, size);
    const knapsack_problem problem = problem_from(input);
    try {
        const knapsack_solution best = exact{.time_limit = 2}(problem);
        const knapsack_solution quick = greedy{}(problem);
        judge(problem, best);
        judge(problem, quick);
        const double slack = 1 + 1e-12;
        if (quick.has_answer()) {
            expect(best.has_answer(), "exact finds a choice where greedy does");
            expect(quick.value <= best.bound * slack, "greedy stays within the bound of exact");
            expect(best.value <= quick.bound * slack, "exact stays within the bound of greedy");
            if (best.status == solve_status::optimal)
                expect(quick.value <= best.value * slack, "greedy is not better than optimal");
        }
        const knapsack_core core = reduce_to_core(problem, 2);
        expect(
            core.incumbent.has_answer() == best.has_answer(), "the reduction finds a choice too");
        judge(problem, core.incumbent);
        if (core.incumbent.has_answer())
            ensure_valid(core.problem);
        if (problem.resources == 1 && problem.shared.empty() && problem.capacity[0] < 1000) {
            const knapsack_solution table = dynamic_programming{}(problem);
            judge(problem, table);
            if (best.status == solve_status::optimal)
                expect(table.value <= best.value * slack && best.value <= table.value * slack,
                    "exact and dynamic programming agree");
        }
    } catch (const std::invalid_argument& refused) {
        expect(!std::string_view(refused.what()).empty(), "a refusal is a sentence");
    }
    return 0;
}
