// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace espalier {

/// Which weight of a matrix a multiplier takes in which cycle, where the hardware leaves that open
/// (structure_kind::n_of_m and free_row): a permutation of the flat hardware indices. Slot
/// g·reuse_factor + c is cycle c of multiplier g; where the map is fixed, slot and weight have the
/// same index.
class weight_assignment {
public:
    /// \param weight_in  for each slot the weight that it takes
    /// \throws std::invalid_argument if a weight has no slot or two
    explicit weight_assignment(std::vector<std::uint32_t> weight_in)
        : weight_in_(std::move(weight_in))
    {
        constexpr auto none = std::numeric_limits<std::uint32_t>::max();
        slot_of_.assign(weight_in_.size(), none);
        for (std::size_t slot = 0; slot < weight_in_.size(); ++slot) {
            const std::size_t weight = weight_in_[slot];
            ensure(weight < slot_of_.size() && slot_of_[weight] == none,
                "an assignment gives every weight a slot of its own", given{"weight", weight},
                given{"slot", slot}, given{"weights", slot_of_.size()});
            slot_of_[weight] = static_cast<std::uint32_t>(slot);
        }
    }

    [[nodiscard]] constexpr std::int64_t weights() const
    {
        return static_cast<std::int64_t>(weight_in_.size());
    }
    /// The slot that takes a weight.
    [[nodiscard]] constexpr std::int64_t slot_of(std::int64_t weight) const
    {
        return slot_of_[static_cast<std::size_t>(weight)];
    }
    /// The weight that a slot takes.
    [[nodiscard]] constexpr std::int64_t weight_in(std::int64_t slot) const
    {
        return weight_in_[static_cast<std::size_t>(slot)];
    }

    friend bool operator==(const weight_assignment&, const weight_assignment&) = default;

private:
    std::vector<std::uint32_t> weight_in_;
    std::vector<std::uint32_t> slot_of_;
};

} // namespace espalier
