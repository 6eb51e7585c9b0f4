// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solving.hpp>

#include <glpk.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

// The knapsack as a 0-1 linear program of GLPK: one column x per item, one row
// per resource and per floor, and for every shared unit a column y with a row y ≥ x for each of its
// users. The y need no integrality of their own: once the x are integers, the smallest y that the
// rows allow is the largest of its users'.

namespace espalier::detail {

struct delete_glp_prob {
    void operator()(glp_prob* program) const { glp_delete_prob(program); }
};

/// The program for a problem, and the way back from its columns to a mask.
class glpk_model {
    const knapsack_problem& problem_;
    std::unique_ptr<glp_prob, delete_glp_prob> program_{glp_create_prob()};

public:
    double scale = 1; ///< objective coefficients are values times this power of two

    glpk_model(const knapsack_problem& problem, const decided& begin) : problem_(problem)
    {
        scale = scale_of(problem.values.empty()
                             ? 0.0
                             : *std::max_element(problem.values.begin(), problem.values.end()));
        glp_set_obj_dir(get(), GLP_MAX);
        add_rows(begin);
        add_items();
        add_units();
        load_matrix(begin);
    }

    [[nodiscard]] glp_prob* get() const { return program_.get(); }
    /// After GLPK failed: its memory is released with its environment, not by the program.
    void abandon() { static_cast<void>(program_.release()); }

    [[nodiscard]] static int column(std::size_t index) { return static_cast<int>(index) + 1; }

    /// The mask of the best integer solution that GLPK holds.
    [[nodiscard]] std::vector<std::uint8_t> mask() const
    {
        std::vector<std::uint8_t> keep(problem_.size());
        for (std::size_t item = 0; item < problem_.size(); ++item)
            keep[item] = glp_mip_col_val(get(), column(item)) > 0.5;
        return keep;
    }

    /// Column values, 1-based, of a mask.
    [[nodiscard]] std::vector<double> columns_of(const std::vector<std::uint8_t>& keep) const
    {
        std::vector<double> columns(1 + problem_.size() + problem_.shared.size(), 0.0);
        for (std::size_t item = 0; item < problem_.size(); ++item)
            columns[item + 1] = keep[item];
        for (std::size_t unit = 0; unit < problem_.shared.size(); ++unit)
            for (const std::uint32_t user : problem_.shared.users_of(unit))
                if (keep[user])
                    columns[problem_.size() + unit + 1] = 1;
        return columns;
    }

private:
    void add_rows(const decided& begin)
    {
        const auto resources = static_cast<int>(problem_.resources);
        glp_add_rows(get(), resources);
        for (int r = 0; r < resources; ++r)
            glp_set_row_bnds(get(), r + 1, GLP_UP, 0,
                static_cast<double>(problem_.capacity[static_cast<std::size_t>(r)]));
        for (std::size_t c = 0; c < begin.missing.size(); ++c) {
            const int row = glp_add_rows(get(), 1);
            glp_set_row_bnds(get(), row, GLP_LO, static_cast<double>(problem_.floors[c]), 0);
        }
    }

    void add_items()
    {
        if (problem_.size() == 0)
            return;
        glp_add_cols(get(), static_cast<int>(problem_.size()));
        for (std::size_t item = 0; item < problem_.size(); ++item) {
            const int j = column(item);
            glp_set_col_kind(get(), j, GLP_BV);
            glp_set_obj_coef(get(), j, problem_.values[item] * scale);
            if (problem_.fixed_at(item) != decision::free) {
                const double at = problem_.fixed_at(item) == decision::keep ? 1 : 0;
                glp_set_col_bnds(get(), j, GLP_FX, at, at);
            }
        }
    }

    void add_units()
    {
        const std::size_t units = problem_.shared.size();
        if (units == 0)
            return;
        glp_add_cols(get(), static_cast<int>(units));
        for (std::size_t unit = 0; unit < units; ++unit)
            glp_set_col_bnds(get(), column(problem_.size() + unit), GLP_DB, 0, 1);
        if (problem_.shared.users.empty())
            return;
        const int users = static_cast<int>(problem_.shared.users.size());
        const int first = glp_add_rows(get(), users);
        for (int row = first; row < first + users; ++row)
            glp_set_row_bnds(get(), row, GLP_LO, 0, 0);
    }

    void load_matrix(const decided& begin)
    {
        std::vector<int> rows(1, 0);
        std::vector<int> columns(1, 0);
        std::vector<double> entries(1, 0.0);
        const auto enter = [&](std::size_t row, std::size_t col, double entry) {
            rows.push_back(static_cast<int>(row) + 1);
            columns.push_back(column(col));
            entries.push_back(entry);
        };
        const auto enter_costs = [&](std::size_t col, const resource_vector& cost) {
            for (std::size_t r = 0; r < problem_.resources; ++r)
                if (cost[r] != 0)
                    enter(r, col, static_cast<double>(cost[r]));
        };
        const std::size_t items = problem_.size();
        for (std::size_t item = 0; item < items; ++item) {
            enter_costs(item, problem_.class_costs[problem_.class_of[item]]);
            if (!begin.missing.empty())
                enter(problem_.resources + problem_.class_of[item], item, 1);
        }
        std::size_t row = problem_.resources + begin.missing.size();
        for (std::size_t unit = 0; unit < problem_.shared.size(); ++unit) {
            enter_costs(items + unit, problem_.shared.costs[problem_.shared.kind[unit]]);
            for (const std::uint32_t user : problem_.shared.users_of(unit)) {
                enter(row, items + unit, 1);
                enter(row++, user, -1);
            }
        }
        glp_load_matrix(
            get(), static_cast<int>(rows.size()) - 1, rows.data(), columns.data(), entries.data());
    }
};

} // namespace espalier::detail
