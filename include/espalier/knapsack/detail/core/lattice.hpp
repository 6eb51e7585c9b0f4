// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

// Capacity that must stay unused. Whatever is chosen, its usage is an integer combination of the
// cost vectors, a point of the lattice that they span. If the capacity is no such point, no choice
// fills it, and every choice loses at least
//     min λ·s  over s ≥ 0 with  capacity − s  in the lattice.
// The linear relaxation cannot see this loss, and a search that cannot see it tries every
// combination of the core in vain. It depends on s only modulo the lattice, which leaves as many
// cases as the determinant of a basis, usually one or a handful, and is a shortest path among them
// (Gomory's relaxation of an integer program over a finite group).

namespace espalier::detail {

class cost_lattice {
    static constexpr std::int64_t most_cases_ = 4096;
    static constexpr std::int64_t largest_ = std::int64_t{1} << 30;
    std::size_t rows_;
    std::vector<resource_vector> basis_; ///< row r begins at column r; empty: nothing known

public:
    cost_lattice(const std::vector<resource_vector>& costs, std::size_t rows) : rows_(rows)
    {
        if (rows > 3)
            return; // beyond, products might overflow, and few cases are rare
        basis_.assign(rows, resource_vector{});
        for (const resource_vector& cost : costs)
            if (!insert(cost)) {
                basis_.clear();
                return;
            }
        reduce();
    }

    /// The least λ·s; 0 where nothing better is known.
    [[nodiscard]] double least_loss(
        const resource_vector& room, const std::array<double, max_resources>& price) const
    {
        if (basis_.empty())
            return 0;
        std::int64_t cases = 1;
        for (std::size_t r = 0; r < basis_.size(); ++r) {
            if (basis_[r][r] == 0 || basis_[r][r] > most_cases_)
                return 0;
            cases *= basis_[r][r];
            if (cases > most_cases_)
                return 0;
        }
        for (std::size_t r = 0; r < rows_; ++r)
            for (std::size_t k = 0; k < rows_; ++k)
                if (room[r] > largest_ || room[r] < -largest_ ||
                    std::abs(basis_[r][k]) > most_cases_)
                    return 0; // products would not fit
        const std::size_t target = cases > 1 ? place(room) : 0;
        if (target == 0)
            return 0;
        std::vector<double> loss(
            static_cast<std::size_t>(cases), std::numeric_limits<double>::infinity());
        using entry = std::pair<double, std::size_t>;
        std::priority_queue<entry, std::vector<entry>, std::greater<>> queue;
        loss[0] = 0;
        queue.emplace(0.0, std::size_t{0});
        while (!queue.empty()) {
            const auto [so_far, at] = queue.top();
            queue.pop();
            if (at == target)
                return so_far * (1 - 1e-12);
            if (so_far > loss[at])
                continue;
            for (std::size_t r = 0; r < rows_; ++r) {
                resource_vector next = point(at);
                ++next[r];
                const std::size_t to = place(next);
                if (so_far + price[r] < loss[to]) {
                    loss[to] = so_far + price[r];
                    queue.emplace(loss[to], to);
                }
            }
        }
        return 0;
    }

private:
    [[nodiscard]] bool is_small(const resource_vector& vector) const
    {
        return std::all_of(vector.begin(), vector.begin() + static_cast<std::ptrdiff_t>(rows_),
            [](std::int64_t entry) { return entry <= largest_ && entry >= -largest_; });
    }

    /// Adds a vector to the basis by Euclid's algorithm, column by column. False: too large.
    bool insert(resource_vector vector)
    {
        for (std::size_t r = 0; r < rows_; ++r) {
            resource_vector& row = basis_[r];
            for (;;) {
                if (!is_small(row) || !is_small(vector))
                    return false;
                if (vector[r] == 0)
                    break;
                const std::int64_t times = row[r] / vector[r];
                for (std::size_t k = r; k < rows_; ++k)
                    row[k] -= times * vector[k];
                std::swap(row, vector);
            }
            if (row[r] < 0)
                for (std::size_t k = r; k < rows_; ++k)
                    row[k] = -row[k];
        }
        return true;
    }

    /// Makes the entries above each pivot smaller than the pivot.
    void reduce()
    {
        for (std::size_t c = 1; c < rows_; ++c)
            for (std::size_t r = 0; r < c && basis_[c][c] != 0; ++r) {
                const std::int64_t times = basis_[r][c] / basis_[c][c];
                for (std::size_t k = c; k < rows_; ++k)
                    basis_[r][k] -= times * basis_[c][k];
                if (!is_small(basis_[r])) {
                    basis_.clear();
                    return;
                }
            }
    }

    /// The number of the case that a vector falls into.
    [[nodiscard]] std::size_t place(resource_vector vector) const
    {
        std::size_t number = 0;
        for (std::size_t r = 0; r < rows_; ++r) {
            const std::int64_t step = basis_[r][r];
            std::int64_t times = vector[r] / step;
            if (vector[r] % step < 0)
                --times;
            for (std::size_t k = r; k < rows_; ++k)
                vector[k] -= times * basis_[r][k];
            number = number * static_cast<std::size_t>(step) + static_cast<std::size_t>(vector[r]);
        }
        return number;
    }

    [[nodiscard]] resource_vector point(std::size_t number) const
    {
        resource_vector vector{};
        for (std::size_t r = rows_; r-- > 0;) {
            const auto step = static_cast<std::size_t>(basis_[r][r]);
            vector[r] = static_cast<std::int64_t>(number % step);
            number /= step;
        }
        return vector;
    }
};

} // namespace espalier::detail
