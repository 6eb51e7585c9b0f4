// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/cost.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/timing.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

// The crossing from values to types: a layer_spec becomes a template argument, and from then on a
// wrong layer is a compile error. Nothing is computed here that the model cannot compute at run
// time.

namespace espalier {

namespace detail {

/// Spells an illegal value and its legal neighbours in the name of a type, because that is what
/// every compiler prints (GCC does not show the values that a constant expression computed).
template <std::int64_t Value, std::int64_t NearestBelow, std::int64_t NearestAbove>
struct reuse_factor_with_nearest_legal {
    static_assert(Value < 0, "the reuse factor must be legal for the layer");
    static constexpr bool is_refused = true;
};
template <std::int64_t Value, std::int64_t NearestBelow, std::int64_t NearestAbove>
struct unrolled_reuse_factor_with_nearest_legal {
    static_assert(
        Value < 0, "the strategy resource_unrolled takes neither reuse factor 1 nor the largest");
    static constexpr bool is_refused = true;
};

/// Position of the first matrix whose reuse factor is not legal; the number of matrices if all are.
constexpr std::size_t first_illegal(const layer_matrices& matrices)
{
    std::size_t i = 0;
    while (
        i < matrices.size() && legal_reuse_factors(matrices[i]).contains(matrices[i].reuse_factor))
        ++i;
    return i;
}

template <layer_spec Spec>
concept has_reuse_factors = requires
{
    typename std::bool_constant<ensure_sound(Spec) && ensure_strategy(Spec)>;
};

/// Stops at the first broken rule, so that one mistake is one message.
template <layer_spec Spec>
consteval bool is_sound_and_legal()
{
    if constexpr (has_reuse_factors<Spec>) {
        constexpr layer_matrices matrices = matrices_of(Spec);
        constexpr std::size_t wrong = first_illegal(matrices);
        if constexpr (wrong < matrices.size()) {
            constexpr legal_reuse_factors_range legal(matrices[wrong]);
            constexpr std::int64_t value = matrices[wrong].reuse_factor;
            constexpr std::int64_t below = legal.below(value), above = legal.above(value);
            if constexpr (legal.is_left_out(value))
                return unrolled_reuse_factor_with_nearest_legal<value, below, above>::is_refused;
            else
                return reuse_factor_with_nearest_legal<value, below, above>::is_refused;
        } else {
            return ensure_legal(Spec);
        }
    } else {
        return ensure_sound(Spec) && ensure_strategy(Spec); // says why
    }
}

} // namespace detail

/// A layer as a type.
template <layer_spec Spec>
struct layer {
    static_assert(detail::is_sound_and_legal<Spec>());

    static constexpr layer_spec spec = Spec;
    static constexpr bool is_legal = true; ///< an illegal layer does not compile

    /// What it needs before anything is pruned.
    [[nodiscard]] static constexpr resources cost(const cost_policy& policy = {})
    {
        return espalier::cost(spec, policy);
    }
    /// Cycles of an inference, on the devices and at the clock of the policy.
    [[nodiscard]] static constexpr espalier::timing timing(const cost_policy& policy = {})
    {
        return timing_of(spec, policy);
    }
};

} // namespace espalier
