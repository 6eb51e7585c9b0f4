// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/start.hpp>
#include <espalier/knapsack/detail/workers.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

// How long the searches of the core may take (branch_and_bound.hpp, label_search.hpp), and what
// else a solver is given to work with.

namespace espalier::detail {

struct search_limits {
    std::size_t nodes = std::numeric_limits<std::size_t>::max();
    double seconds = std::numeric_limits<double>::infinity(); ///< on the caller's watch
};

/// What a solver runs under.
struct conditions {
    const stopwatch& watch;
    search_limits limits{};
    workers crew{};
};

/// Dynamic programming and branch and bound each are quick where the other is lost, so both try
/// briefly before either tries for long.
inline std::vector<search_limits> efforts(const search_limits& given)
{
    search_limits brief = given;
    brief.nodes = std::min<std::size_t>(given.nodes, 500);
    return brief.nodes == given.nodes ? std::vector{given} : std::vector{brief, given};
}

/// States to look at where a search may take so many nodes: a state is far less work than a node.
inline std::size_t work_of(const search_limits& limits)
{
    return 2'000 * std::min<std::size_t>(limits.nodes, 200'000);
}

} // namespace espalier::detail
