// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/cost.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/timing.hpp>

#include <cstdint>

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
};

template <layer_spec Spec, std::size_t Matrix>
consteval bool has_legal_reuse_factor()
{
    constexpr layer_matrices matrices = matrices_of(Spec);
    if constexpr (Matrix < matrices.size()) {
        constexpr legal_reuse_factors_range legal(matrices[Matrix]);
        constexpr std::int64_t value = matrices[Matrix].reuse_factor;
        if constexpr (!legal.contains(value))
            return sizeof(reuse_factor_with_nearest_legal<value, legal.below(value),
                       legal.above(value)>)
                > 0;
        else
            return has_legal_reuse_factor<Spec, Matrix + 1>();
    } else {
        return true;
    }
}

} // namespace detail

/// A layer as a type.
template <layer_spec Spec>
struct layer {
    static_assert(ensure_sound(Spec));
    static_assert(detail::has_legal_reuse_factor<Spec, 0>());
    static_assert(ensure_legal(Spec));

    static constexpr layer_spec spec = Spec;

    [[nodiscard]] static constexpr resources cost(const cost_policy& policy = {})
    {
        return espalier::cost(spec, policy);
    }
    [[nodiscard]] static constexpr espalier::timing timing() { return timing_of(spec); }
};

} // namespace espalier
