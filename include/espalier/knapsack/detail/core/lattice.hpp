// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

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
    static constexpr std::size_t most_rows_ = 3; // beyond, products might overflow
    static constexpr std::int64_t largest_ = std::int64_t{1} << 30;
    std::vector<std::size_t> resources_; ///< those that the rows and columns of the basis stand for
    std::size_t rows_ = 0;               ///< of the basis
    std::vector<resource_vector> basis_; ///< row k begins at column k
    std::int64_t cases_ = 0;             ///< its determinant; 0: nothing known, or too many

public:
    /// \param costs  whatever can be used, a number of times that is an integer
    cost_lattice(const std::vector<resource_vector>& costs, std::size_t resources)
    {
        for (std::size_t r = 0; r < resources; ++r)
            if (std::any_of(costs.begin(), costs.end(),
                    [&](const resource_vector& cost) { return cost[r] != 0; }))
                resources_.push_back(r);
        rows_ = resources_.size();
        if (rows_ > most_rows_)
            return;
        basis_.assign(rows_, resource_vector{});
        for (const resource_vector& cost : costs)
            if (!insert(on_rows(cost)))
                return;
        leave_out_dependent();
        count_cases();
    }

    /// The least λ·s; 0 where nothing better is known.
    [[nodiscard]] double least_loss(
        const resource_vector& room, const std::array<double, max_resources>& price) const
    {
        if (cases_ <= 1 || !is_small(on_rows(room)))
            return 0;
        const std::size_t target = place(on_rows(room));
        if (target == 0)
            return 0;
        // Dijkstra's algorithm over the cases: one more unit left of a resource leads from one to
        // another, at the price of the unit.
        std::vector<double> loss(
            static_cast<std::size_t>(cases_), std::numeric_limits<double>::infinity());
        using entry = std::pair<double, std::size_t>;
        std::priority_queue<entry, std::vector<entry>, std::greater<>> queue;
        loss[0] = 0;
        queue.emplace(0.0, std::size_t{0});
        for (;;) { // every case can be reached
            const auto [so_far, at] = queue.top();
            queue.pop();
            if (at == target)
                return so_far * (1 - 1e-12);
            if (so_far > loss[at])
                continue;
            for (std::size_t k = 0; k < rows_; ++k) {
                resource_vector next = point(at);
                ++next[k];
                const std::size_t to = place(next);
                if (const double by = so_far + price[resources_[k]]; by < loss[to]) {
                    loss[to] = by;
                    queue.emplace(by, to);
                }
            }
        }
    }

private:
    /// Whether products of two entries fit into 64 bits, and sums of a few of them.
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

    /// The amounts of those resources that the basis is about.
    [[nodiscard]] resource_vector on_rows(const resource_vector& amounts) const
    {
        resource_vector result{};
        for (std::size_t k = 0; k < rows_; ++k)
            result[k] = amounts[resources_[k]];
        return result;
    }

    /// Leaves out resources whose use follows from that of those before: without them there is a
    /// pivot in every row, and what is known of the others stays true.
    void leave_out_dependent()
    {
        for (std::size_t r = rows_; r-- > 0;) {
            if (basis_[r][r] != 0)
                continue;
            const auto at = static_cast<std::ptrdiff_t>(r);
            resources_.erase(resources_.begin() + at);
            basis_.erase(basis_.begin() + at);
            for (resource_vector& row : basis_)
                std::move(row.begin() + at + 1, row.begin() + rows_, row.begin() + at);
            --rows_;
        }
    }

    /// Makes the entries above each pivot smaller than the pivot, and takes the product of the
    /// pivots, unless something is too large.
    void count_cases()
    {
        std::int64_t cases = 1;
        for (std::size_t c = 0; c < rows_; ++c) {
            for (std::size_t r = 0; r < c; ++r) {
                const std::int64_t times = basis_[r][c] / basis_[c][c];
                for (std::size_t k = c; k < rows_; ++k)
                    basis_[r][k] -= times * basis_[c][k];
                if (!is_small(basis_[r]))
                    return;
            }
            if (basis_[c][c] > tuning::most_cases / cases)
                return;
            cases *= basis_[c][c];
        }
        cases_ = cases; // and no entry is larger: products fit
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

    /// A vector that falls into a case: the digits of its number, in the mixed radix of the pivots.
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
