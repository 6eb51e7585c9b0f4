// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/cost.hpp>
#include <espalier/model/timing.hpp>
#include <espalier/network/layer.hpp>

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <array>
#include <cstddef>
#include <span>

// A network is a sequence of layer types. Boost.Hana holds the sequence, so that a program can fold
// over layers that each have a type of their own (an HLS host program instantiates one kernel for
// each); whatever only counts lowers the sequence to an array of values first, which is the one
// crossing back from types to values and keeps compile time linear in the number of layers.

namespace espalier {

/// A sequence of layers as a type, whose value is `network`.
template <layer_spec... Specs>
struct network_t {
    static_assert(sizeof...(Specs) > 0, "a network has at least one layer");
    // Looks into every layer, so that a wrong one does not wait until its cost is asked for.
    static_assert((layer<Specs>::is_legal && ...));

    /// `hana::tuple` of `hana::type<layer<…>>`.
    static constexpr auto layers = boost::hana::tuple_t<layer<Specs>...>;
    /// The same layers as values.
    static constexpr std::array<layer_spec, sizeof...(Specs)> specs{layer<Specs>::spec...};

    [[nodiscard]] static constexpr std::size_t size() { return sizeof...(Specs); }

    constexpr operator std::span<const layer_spec>() const { return specs; }
    friend constexpr bool operator==(network_t, network_t) = default;
};

/// `network<dense{…}, conv2d{…}, …>`: a network from layers written as values.
template <auto... Layers>
inline constexpr network_t<static_cast<layer_spec>(Layers)...> network{};

/// The layers of a network as values: the crossing from types back to values.
template <layer_spec... Specs>
[[nodiscard]] constexpr std::span<const layer_spec> specs_of(network_t<Specs...>)
{
    return network_t<Specs...>::specs;
}

/// What the network needs before anything is pruned: the sum over its layers.
template <layer_spec... Specs>
[[nodiscard]] constexpr resources cost(network_t<Specs...> n, const cost_policy& policy = {})
{
    return cost(specs_of(n), policy);
}

/// Interval and latency of the whole network, on the devices and at the clock of the policy.
template <layer_spec... Specs>
[[nodiscard]] constexpr timing timing_of(network_t<Specs...> n, const cost_policy& policy = {})
{
    return timing_of(specs_of(n), policy);
}

} // namespace espalier
