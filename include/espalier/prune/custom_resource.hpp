// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/resources.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

// A resource that no FPGA report lists but a budget can be set for: parameters, multiplications,
// energy, the LUTs of logic that HLS does not share. It is an amount for every group, paid when the
// group is kept, beside DSP blocks and block RAM. Nothing is shared in it.

namespace espalier {

/// A resource of the user's own.
struct custom_resource {
    std::string name;
    /// What a group takes, an integer ≥ 0 in a unit of its own, and the same whenever it is asked.
    std::function<std::int64_t(const grouping& groups, std::int64_t group)> cost;

    /// Weights that are kept: the size of the network.
    [[nodiscard]] static custom_resource parameters()
    {
        return {"parameters",
            [](const grouping& groups, std::int64_t group) { return groups.size(group); }};
    }
    /// Multiplications for each inference: a weight of a convolution meets every output pixel, one
    /// of a recurrent layer every time step.
    [[nodiscard]] static custom_resource multiplications()
    {
        return {"multiplications", [](const grouping& groups, std::int64_t group) {
                    const weight_matrix& m = groups.matrix();
                    return groups.size(group) * m.copies * m.invocations;
                }};
    }
};

/// Refuses resources that could not be counted.
/// \throws std::invalid_argument if there are more than max_custom_resources, or one has no
/// function
inline void ensure_sound(std::span<const custom_resource> custom)
{
    ensure(custom.size() <= max_custom_resources, "there are at most four resources of one's own",
        given{"resources", custom.size()});
    for (const custom_resource& c : custom)
        ensure(static_cast<bool>(c.cost), "a resource of one's own says what a group takes",
            given{"resource", std::string_view(c.name)});
}

/// What a group takes of each.
/// \throws std::invalid_argument if an amount is negative
[[nodiscard]] inline std::array<std::int64_t, max_custom_resources> custom_cost(
    std::span<const custom_resource> custom, const grouping& groups, std::int64_t group)
{
    std::array<std::int64_t, max_custom_resources> amounts{};
    for (std::size_t k = 0; k < custom.size(); ++k) {
        amounts[k] = custom[k].cost(groups, group);
        ensure(amounts[k] >= 0, "a group takes no less than nothing of a resource",
            given{"resource", std::string_view(custom[k].name)}, given{"group", group},
            given{"amount", amounts[k]});
    }
    return amounts;
}

} // namespace espalier
