// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/validity.hpp>
#include <espalier/knapsack/verify.hpp>

#include <algorithm>
#include <chrono>
#include <coin/Cbc_C_Interface.h>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// COIN-OR's CBC on the same formulation as the GLPK adapter uses, as a peer to measure against. It
// is not part of the library.

namespace bench {

struct cbc {
    double time_limit = 60; ///< seconds

    [[nodiscard]] espalier::knapsack_solution operator()(
        const espalier::knapsack_problem& problem) const
    {
        const auto begin = std::chrono::steady_clock::now();
        espalier::ensure_valid(problem);
        const std::size_t items = problem.size();
        const std::size_t units = problem.shared.size();
        std::vector<int> starts(1, 0);
        std::vector<int> rows;
        std::vector<double> entries;
        const auto enter = [&](std::size_t row, double entry) {
            rows.push_back(static_cast<int>(row));
            entries.push_back(entry);
        };
        const auto enter_cost = [&](const espalier::resource_vector& cost) {
            for (std::size_t r = 0; r < problem.resources; ++r)
                if (cost[r] != 0)
                    enter(r, static_cast<double>(cost[r]));
        };
        std::vector<std::vector<std::size_t>> links(items); // rows y − x ≥ 0 of each item
        std::size_t row = problem.resources;
        for (std::size_t unit = 0; unit < units; ++unit)
            for (const std::uint32_t user : problem.shared.users_of(unit))
                links[user].push_back(row++);
        for (std::size_t item = 0; item < items; ++item) {
            enter_cost(problem.class_costs[problem.class_of[item]]);
            for (const std::size_t link : links[item])
                enter(link, -1);
            starts.push_back(static_cast<int>(rows.size()));
        }
        row = problem.resources;
        for (std::size_t unit = 0; unit < units; ++unit) {
            enter_cost(problem.shared.costs[problem.shared.kind[unit]]);
            for (std::size_t k = 0; k < problem.shared.users_of(unit).size(); ++k)
                enter(row++, 1);
            starts.push_back(static_cast<int>(rows.size()));
        }
        const std::vector<double> zero(items + units, 0.0);
        const std::vector<double> one(items + units, 1.0);
        std::vector<double> objective = problem.values;
        objective.resize(items + units, 0.0);
        std::vector<double> lower(row, 0.0);
        std::vector<double> upper(row, 1e30);
        for (std::size_t r = 0; r < problem.resources; ++r) {
            lower[r] = -1e30;
            upper[r] = static_cast<double>(problem.capacity[r]);
        }

        const std::unique_ptr<Cbc_Model, void (*)(Cbc_Model*)> model(
            Cbc_newModel(), Cbc_deleteModel);
        Cbc_loadProblem(model.get(), static_cast<int>(items + units), static_cast<int>(row),
            starts.data(), rows.data(), entries.data(), zero.data(), one.data(), objective.data(),
            lower.data(), upper.data());
        Cbc_setObjSense(model.get(), -1);
        for (std::size_t item = 0; item < items; ++item)
            Cbc_setInteger(model.get(), static_cast<int>(item));
        Cbc_setParameter(model.get(), "log", "0");
        Cbc_setParameter(model.get(), "ratioGap", "0");
        Cbc_setParameter(model.get(), "allowableGap", "0");
        Cbc_setParameter(model.get(), "sec", std::to_string(time_limit).c_str());
        Cbc_solve(model.get());

        espalier::knapsack_solution solution;
        solution.keep.assign(items, 0);
        if (const double* x = Cbc_getColSolution(model.get()); x != nullptr)
            for (std::size_t item = 0; item < items; ++item)
                solution.keep[item] = x[item] > 0.5;
        long double value = 0;
        for (std::size_t item = 0; item < items; ++item)
            value += solution.keep[item] ? static_cast<long double>(problem.values[item]) : 0;
        solution.value = static_cast<double>(value);
        solution.bound = std::max(solution.value, Cbc_getBestPossibleObjValue(model.get()));
        solution.status = !espalier::is_feasible(problem, solution.keep)
                              ? espalier::solve_status::infeasible
                          : Cbc_isProvenOptimal(model.get()) ? espalier::solve_status::optimal
                                                             : espalier::solve_status::time_limit;
        solution.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return solution;
    }
};

} // namespace bench
