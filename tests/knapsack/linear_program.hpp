// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glpk.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

// Linear programs solved by GLPK, as an independent judge of our own simplex method and of bounds:
// by its primal simplex method or, where every digit counts, in rational numbers.

namespace judge {

class linear_program {
    glp_prob* program_;
    int rows_ = 0;

public:
    /// Maximises.
    linear_program() : program_(glp_create_prob())
    {
        glp_term_out(GLP_OFF);
        glp_set_obj_dir(program_, GLP_MAX);
    }
    ~linear_program() { glp_delete_prob(program_); }
    linear_program(const linear_program&) = delete;
    linear_program& operator=(const linear_program&) = delete;

    /// Σ coefficient · x ≤ most.
    void add_row_at_most(double most) { add_row(GLP_UP, most); }
    /// Σ coefficient · x ≥ least.
    void add_row_at_least(double least) { add_row(GLP_LO, least); }
    /// Σ coefficient · x = amount.
    void add_row_equal(double amount) { add_row(GLP_FX, amount); }

    /// \param coefficients  row (from 0) and coefficient; those of other rows are 0
    void add_column(double gain, double lower, double upper,
        const std::vector<std::pair<std::size_t, double>>& coefficients)
    {
        const int j = glp_add_cols(program_, 1);
        glp_set_obj_coef(program_, j, gain);
        glp_set_col_bnds(program_, j, lower == upper ? GLP_FX : GLP_DB, lower, upper);
        set(j, coefficients);
    }
    /// A column without an upper bound.
    void add_unbounded_column(
        double gain, const std::vector<std::pair<std::size_t, double>>& coefficients)
    {
        const int j = glp_add_cols(program_, 1);
        glp_set_obj_coef(program_, j, gain);
        glp_set_col_bnds(program_, j, GLP_LO, 0, 0);
        set(j, coefficients);
    }

    /// The optimum; nothing where nothing is feasible.
    [[nodiscard]] std::optional<double> optimum() const
    {
        glp_smcp settings;
        glp_init_smcp(&settings);
        settings.msg_lev = GLP_MSG_OFF;
        scale_rows();
        if (glp_simplex(program_, &settings) != 0 || glp_get_status(program_) != GLP_OPT)
            return std::nullopt;
        return glp_get_obj_val(program_);
    }
    /// After `optimum`: what one more of the amount of a row is worth.
    [[nodiscard]] double price_of_row(std::size_t row) const
    {
        return glp_get_row_dual(program_, static_cast<int>(row) + 1);
    }
    /// The same without any rounding but of the result.
    [[nodiscard]] std::optional<double> exact_optimum() const
    {
        glp_smcp settings;
        glp_init_smcp(&settings);
        settings.msg_lev = GLP_MSG_OFF;
        glp_std_basis(program_);
        if (glp_exact(program_, &settings) != 0 || glp_get_status(program_) != GLP_OPT)
            return std::nullopt;
        return glp_get_obj_val(program_);
    }

private:
    /// By powers of two, to coefficients of about 1. (GLPK's own would scale the gains as well,
    /// some of them to nothing.)
    void scale_rows() const
    {
        std::vector<int> index(static_cast<std::size_t>(glp_get_num_cols(program_)) + 1);
        std::vector<double> entry(index.size());
        for (int row = 1; row <= rows_; ++row) {
            double largest = 0;
            const int count = glp_get_mat_row(program_, row, index.data(), entry.data());
            for (int k = 1; k <= count; ++k)
                largest = std::max(largest, std::abs(entry[static_cast<std::size_t>(k)]));
            if (largest > 0)
                glp_set_rii(program_, row, std::ldexp(1.0, -std::ilogb(largest)));
        }
    }
    void add_row(int kind, double amount)
    {
        glp_set_row_bnds(program_, glp_add_rows(program_, 1), kind, amount, amount);
        ++rows_;
    }
    void set(int column, const std::vector<std::pair<std::size_t, double>>& coefficients)
    {
        std::vector<int> index(1, 0); // GLPK counts from 1
        std::vector<double> entry(1, 0.0);
        for (const auto& [row, coefficient] : coefficients)
            if (coefficient != 0) {
                index.push_back(static_cast<int>(row) + 1);
                entry.push_back(coefficient);
            }
        glp_set_mat_col(
            program_, column, static_cast<int>(index.size()) - 1, index.data(), entry.data());
    }
};

} // namespace judge
