// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/grouping.hpp>
#include <espalier/model/policy.hpp>

#include <cstdint>
#include <limits>

namespace espalier {

/// What builds the network.
struct hardware_flow {
    bool is_hls4ml = true; ///< else hardware that is emitted after pruning, from a schedule
    memory_layout memory = memory_layout::in_place;
    cost_policy costs{}; ///< of the tools: products and ROMs in LUTs, digits of constants
    /// hls4ml's BramFactor: a matrix of more weights is read through a port of the top function.
    std::int64_t bram_factor = std::numeric_limits<std::int64_t>::max();

    friend constexpr bool operator==(const hardware_flow&, const hardware_flow&) = default;

    /// hls4ml's backends, since version 1.0. Both force the weights of resource_unrolled into block
    /// RAM, those of resource only Vivado's does.
    static const hardware_flow hls4ml_vivado, hls4ml_vitis;
    /// What this library writes, with the memory as the dense hardware has it, and packed.
    static const hardware_flow emitted_in_place, emitted_packed;
};

inline constexpr hardware_flow hardware_flow::hls4ml_vivado{.costs = cost_policy::hls_block_rom};
inline constexpr hardware_flow hardware_flow::hls4ml_vitis{};
inline constexpr hardware_flow hardware_flow::emitted_in_place{
    .is_hls4ml = false, .costs = cost_policy::hls_block_rom};
inline constexpr hardware_flow hardware_flow::emitted_packed{
    .is_hls4ml = false, .memory = memory_layout::packed, .costs = cost_policy::hls_block_rom};

} // namespace espalier
