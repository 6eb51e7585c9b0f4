// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/core/core_problem.hpp>
#include <espalier/knapsack/detail/prices/price_vector.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

// Random core problems for the tests of what searches them, and the judge of such a search: all
// changes of all places are tried, straight from what a core problem means.

namespace core_problems {

using namespace espalier;
using detail::core_problem;

inline constexpr double infinity = std::numeric_limits<double>::infinity();

struct shape {
    std::size_t rows = 1;
    std::size_t places = 8;
    std::size_t most_changes = 3; ///< of a place
    std::size_t most_equal = 3;   ///< places that one stands for
    std::int64_t most = 6;        ///< of a resource, that a change uses or frees
    bool whole_losses = false;    ///< many ties
};

inline std::int64_t any_amount(std::int64_t most, instances::dice& random)
{
    return static_cast<std::int64_t>(random.below(2 * static_cast<std::size_t>(most) + 1)) - most;
}

inline core_problem any(const shape& of, instances::dice& random)
{
    core_problem core;
    core.rows = of.rows;
    for (std::size_t r = 0; r < of.rows; ++r)
        core.price[r] = random.one_in(4) ? 0.0 : random.unit() / static_cast<double>(of.most) / 2;
    const auto usage = [&] {
        resource_vector amounts{};
        for (std::size_t r = 0; r < of.rows; ++r)
            amounts[r] = random.one_in(4) ? 0 : any_amount(of.most, random);
        return amounts;
    };
    const std::size_t kinds = 1 + random.below(2 * of.places);
    for (std::size_t k = 0; k < kinds; ++k)
        core.usages.push_back(
            random.one_in(4) && k > 0 ? detail::less({}, core.usages[k - 1], of.rows) : usage());
    std::vector<std::vector<double>> losses(of.places);
    for (std::vector<double>& its : losses) {
        its.resize(1 + random.below(of.most_changes));
        for (double& loss : its)
            loss = of.whole_losses ? 0.25 * static_cast<double>(random.below(4)) : random.unit();
        std::sort(its.begin(), its.end());
    }
    std::sort(losses.begin(), losses.end(),
        [](const auto& a, const auto& b) { return a.front() < b.front(); });
    for (const std::vector<double>& its : losses) {
        for (const double loss : its)
            core.add_change(loss, static_cast<std::uint32_t>(random.below(kinds)));
        const bool is_repeated = its.size() == 1 || random.one_in(4);
        core.close(static_cast<std::uint32_t>(is_repeated ? 1 + random.below(of.most_equal) : 1));
    }
    core.left = usage();
    if (random.one_in(3))
        core.base_loss = random.unit();
    return core;
}

/// What changes leave, and lose in all: infinite where something is overdrawn.
struct outcome {
    resource_vector left;
    double loss;
};

inline outcome outcome_of(const core_problem& core, const detail::changes_made& made)
{
    outcome result{core.left, core.base_loss};
    for (std::size_t k = 0; k < made.size(); ++k) {
        result.loss += core.loss[k] * made[k];
        for (std::size_t r = 0; r < core.rows; ++r)
            result.left[r] -= core.usages[core.kind[k]][r] * static_cast<std::int64_t>(made[k]);
    }
    for (std::size_t r = 0; r < core.rows; ++r) {
        result.loss += core.price[r] * static_cast<double>(result.left[r]);
        if (result.left[r] < 0)
            return {result.left, infinity};
    }
    return result;
}

/// Whether no place makes more changes than it may.
inline bool is_possible(const core_problem& core, const detail::changes_made& made)
{
    for (std::size_t place = 0; place < core.places(); ++place) {
        const auto begin = made.begin() + static_cast<std::ptrdiff_t>(core.first[place]);
        const auto end = made.begin() + static_cast<std::ptrdiff_t>(core.first[place + 1]);
        if (std::accumulate(begin, end, std::uint32_t{0}) > core.count[place])
            return false;
    }
    return true;
}

/// Calls `see(made)` for all choices.
template <class See>
void each_choice(const core_problem& core, const See& see)
{
    detail::changes_made made(core.changes(), 0);
    std::vector<std::uint32_t> open = core.count;
    const auto choose = [&](const auto& self, std::size_t place, std::size_t change) -> void {
        if (place == core.places())
            return see(std::as_const(made));
        if (change == core.first[place + 1])
            return self(self, place + 1, change);
        self(self, place, change + 1); // not once more
        if (open[place] == 0)
            return;
        --open[place];
        ++made[change];
        self(self, place, change);
        ++open[place];
        --made[change];
    };
    choose(choose, 0, 0);
}

struct judgement {
    double least = infinity;  ///< loss of the best choice
    double unused = infinity; ///< the least price of what any feasible choice leaves
};

inline judgement judge(const core_problem& core)
{
    judgement result;
    each_choice(core, [&](const detail::changes_made& made) {
        const outcome its = outcome_of(core, made);
        if (its.loss == infinity)
            return;
        result.least = std::min(result.least, its.loss);
        result.unused = std::min(result.unused, detail::price_of(its.left, core.price, core.rows));
    });
    return result;
}

/// Many places of large coprime amounts: a core problem that takes a search long.
inline core_problem hard(
    std::size_t rows, std::size_t places, std::int64_t most, std::uint64_t seed)
{
    instances::dice random(seed);
    core_problem core = any(
        {.rows = rows, .places = places, .most_changes = 1, .most_equal = 1, .most = most}, random);
    core.usages.clear();
    for (std::size_t k = 0; k < places; ++k) {
        core.kind[k] = static_cast<std::uint32_t>(k);
        core.usages.emplace_back();
        for (std::size_t r = 0; r < rows; ++r)
            core.usages.back()[r] = any_amount(most, random);
        core.loss[k] = static_cast<double>(k + 1) * 1e-3 / static_cast<double>(places);
    }
    core.base_loss = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        core.left[r] = most / 2;
        core.price[r] = 1 / static_cast<double>(most);
    }
    return core;
}

} // namespace core_problems
