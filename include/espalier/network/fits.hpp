// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/cost.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/utilization.hpp>
#include <espalier/network/network.hpp>

#include <cstdint>
#include <span>

// The budget as a compile error. `fits` answers with a value and can be asked anywhere;
// `must_fit` is for static_assert and puts resource, need and limit into the compiler's message.

namespace espalier {

/// Need of a network on a device against what is usable there, for every resource. The DSP family
/// is the device's, whatever the policy says.
template <layer_spec... Specs>
[[nodiscard]] constexpr utilization fits(network_t<Specs...> n, const device& d,
    const headroom& fill = whole_device, const cost_policy& policy = {})
{
    return {cost(n, costs_on(d, policy)), usable(d, fill)};
}
/// The same for layers that are known at run time only.
[[nodiscard]] constexpr utilization fits(std::span<const layer_spec> layers, const device& d,
    const headroom& fill = whole_device, const cost_policy& policy = {})
{
    return {cost(layers, costs_on(d, policy)), usable(d, fill)};
}

namespace detail {

template <resource Kind, std::int64_t Need, std::int64_t Limit>
struct need_within_limit {
    static_assert(Need <= Limit, "the network needs more of a resource than the device has");
    static constexpr bool value = Need <= Limit;
};

} // namespace detail

/// `static_assert(must_fit<net, device::xc7z020>());` stops the compiler where `fits` would be
/// false, with a message for each resource that overflows:
/// `need_within_limit<espalier::resource::dsp, 768, 220>`.
template <auto Network, device Device, headroom Fill = whole_device,
    cost_policy Policy = cost_policy{}>
consteval bool must_fit()
{
    constexpr utilization use = fits(Network, Device, Fill, Policy);
    constexpr auto d = use[resource::dsp];
    constexpr auto b = use[resource::bram18];
    constexpr auto l = use[resource::lut];
    constexpr auto f = use[resource::ff];
    constexpr auto u = use[resource::uram];
    return detail::need_within_limit<resource::dsp, d.need, d.limit>::value &&
           detail::need_within_limit<resource::bram18, b.need, b.limit>::value &&
           detail::need_within_limit<resource::lut, l.need, l.limit>::value &&
           detail::need_within_limit<resource::ff, f.need, f.limit>::value &&
           detail::need_within_limit<resource::uram, u.need, u.limit>::value;
}

} // namespace espalier
