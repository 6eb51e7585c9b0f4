// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/legality_without_matrices.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string_view>

// What a layer may be. `ensure_sound` refuses what has no meaning (a kernel larger than its image);
// `ensure_legal` refuses what has a meaning but no hls4ml kernel (a reuse factor that does not fit
// the loops). They are apart because the mapping serves every sound layer.
//
// hls4ml accepts a reuse factor RF for an n_in × n_out product if, with
// limit = ⌈n_in·n_out / min(n_in, RF)⌉,
//   (limit mod n_out = 0 or RF ≥ n_in) and (RF mod n_in = 0 or RF < n_in) and n_in·n_out mod RF =
//   0,
// which comes down to: RF divides n_in, or RF = n_in·d where d divides n_out. A convolution under
// io_parallel also needs RF ≤ n_in. The strategy resource_unrolled takes neither RF = 1, where
// hls4ml builds `resource`, nor the largest, which its list leaves out; a recurrent kernel may have
// 1 beside an input kernel that has more. hls4ml silently takes the nearest legal value, or another
// strategy, instead; here what it would not build is refused, together with what it would.

namespace espalier {

/// The legal reuse factors of one matrix, ascending, as a range that is computed while it is
/// walked.
class legal_reuse_factors_range {
public:
    class iterator {
    public:
        using value_type = std::int64_t;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() = default;
        constexpr iterator(const legal_reuse_factors_range* range, std::int64_t at)
            : range_(range), at_(at)
        {}
        constexpr std::int64_t operator*() const { return at_; }
        constexpr iterator& operator++()
        {
            at_ = range_->above(at_);
            return *this;
        }
        constexpr iterator operator++(int)
        {
            auto old = *this;
            ++*this;
            return old;
        }
        friend constexpr bool operator==(const iterator& a, const iterator& b)
        {
            return a.at_ == b.at_;
        }

    private:
        const legal_reuse_factors_range* range_ = nullptr;
        std::int64_t at_ = 0;
    };

    /// Of a matrix that is sound.
    constexpr explicit legal_reuse_factors_range(const weight_matrix& m)
        : n_in_(m.n_in()),
          weights_(m.weights()),
          any_(m.strategy == strategy::latency),
          largest_(m.kind == layer_kind::dense || is_recurrent(m.kind) ||
                           m.io == io_type::io_stream || any_
                       ? weights_
                       : n_in_)
    {
        if (m.strategy != strategy::resource_unrolled)
            return;
        is_unrolled_ = true;
        --largest_; // the largest is always in the list
        smallest_ = m.is_recurrent_kernel() ? 1 : 2;
    }

    /// Whether rf is legal.
    [[nodiscard]] constexpr bool contains(std::int64_t rf) const
    {
        return rf >= smallest_ && rf <= largest_ && fits_the_loops(rf);
    }
    /// Whether rf would be legal if the strategy were resource instead of resource_unrolled.
    [[nodiscard]] constexpr bool is_left_out(std::int64_t rf) const
    {
        return is_unrolled_ && ((rf == 1 && smallest_ > 1) || rf == largest_ + 1);
    }
    /// The next legal value above rf; 0 if there is none.
    [[nodiscard]] constexpr std::int64_t above(std::int64_t rf) const
    {
        if (rf >= largest_ || smallest_ > largest_)
            return 0;
        const std::int64_t least = std::max(rf + 1, smallest_);
        if (any_)
            return least;
        // Up to n_in its divisors; then n_in times a divisor of the outputs.
        const std::int64_t next =
            least <= n_in_ ? divisor_at_least(n_in_, least)
                           : n_in_ * divisor_at_least(weights_ / n_in_, ceil_div(least, n_in_));
        return next <= largest_ ? next : 0;
    }
    /// The next legal value below rf; 0 if there is none.
    [[nodiscard]] constexpr std::int64_t below(std::int64_t rf) const
    {
        const std::int64_t most = std::min(rf - 1, largest_);
        if (most < smallest_)
            return 0;
        if (any_)
            return most;
        const std::int64_t next = most < n_in_
                                      ? divisor_at_most(n_in_, most)
                                      : n_in_ * divisor_at_most(weights_ / n_in_, most / n_in_);
        return next >= smallest_ ? next : 0;
    }

    [[nodiscard]] constexpr iterator begin() const { return {this, above(0)}; }
    [[nodiscard]] constexpr iterator end() const { return {this, 0}; }

private:
    [[nodiscard]] constexpr bool fits_the_loops(std::int64_t rf) const
    {
        if (any_)
            return true;
        return rf < n_in_ ? n_in_ % rf == 0 : rf % n_in_ == 0 && weights_ % rf == 0;
    }

    std::int64_t n_in_;
    std::int64_t weights_;
    bool any_; ///< the latency strategy takes every value up to the number of weights
    bool is_unrolled_ = false;
    std::int64_t smallest_ = 1;
    std::int64_t largest_;
};

/// All reuse factors that the hardware flow accepts for a matrix.
[[nodiscard]] constexpr legal_reuse_factors_range legal_reuse_factors(const weight_matrix& m)
{
    return legal_reuse_factors_range(m);
}
/// All reuse factors that the hardware flow accepts for the first matrix of a layer.
[[nodiscard]] constexpr legal_reuse_factors_range legal_reuse_factors(const layer_spec& s)
{
    ensure(has_matrices(s.kind), "reuse factors are listed for layers with weight matrices",
        given{"layer", s.name.view()}, given{"kind", to_string(s.kind)});
    return legal_reuse_factors_range(matrices_of(s)[0]);
}

/// Whether a layer has a meaning: positive extents, a kernel that fits the image, sound precisions,
/// a number of weights that can be counted.
/// \return true, so that it can stand in a static_assert
/// \throws std::invalid_argument naming the rule and the value
constexpr bool ensure_sound(const layer_spec& s)
{
    ensure_sound(s.weight);
    ensure_sound(s.data);
    ensure_sound(s.accum);
    ensure(
        s.reuse_factor >= 1, "a reuse factor is at least 1", given{"reuse_factor", s.reuse_factor});
    ensure(s.second_reuse_factor >= 0, "a reuse factor is at least 1",
        given{"second reuse factor", s.second_reuse_factor});
    ensure(s.parallelization_factor >= 1, "a parallelization factor is at least 1",
        given{"parallelization_factor", s.parallelization_factor});
    if (!has_matrices(s.kind)) {
        detail::ensure_sound_without_matrices(s);
        return true;
    }
    if (is_convolution(s.kind)) {
        ensure(s.height >= 1 && s.width >= 1 && s.channels >= 1,
            "the image of a convolution has at least one row, column and channel",
            given{"height", s.height}, given{"width", s.width}, given{"channels", s.channels});
        ensure(
            s.filters >= 1, "a convolution has at least one filter", given{"filters", s.filters});
        ensure(s.kernel_height >= 1 && s.kernel_width >= 1,
            "the kernel of a convolution has at least one row and column",
            given{"kernel_height", s.kernel_height}, given{"kernel_width", s.kernel_width});
        ensure(s.stride_height >= 1 && s.stride_width >= 1, "a stride is at least 1",
            given{"stride_height", s.stride_height}, given{"stride_width", s.stride_width});
        ensure(s.padding == padding::same ||
                   (s.kernel_height <= s.height && s.kernel_width <= s.width),
            "without padding the kernel is no larger than the image",
            given{"kernel_height", s.kernel_height}, given{"height", s.height},
            given{"kernel_width", s.kernel_width}, given{"width", s.width});
        ensure(!has_depthwise_kernel(s.kind) ||
                   (s.depth_multiplier == 1 &&
                       (s.kind != layer_kind::depthwise_conv2d || s.filters == s.channels)),
            "the depth multiplier of a depthwise kernel is 1",
            given{"depth_multiplier", s.depth_multiplier}, given{"channels", s.channels},
            given{"filters", s.filters});
    } else {
        ensure(s.inputs >= 1, "a layer has at least one input", given{"inputs", s.inputs});
        ensure(s.outputs >= 1, "a layer has at least one output", given{"outputs", s.outputs});
        ensure(s.timesteps >= 1, "a sequence has at least one time step",
            given{"timesteps", s.timesteps});
    }
    if (s.kind == layer_kind::dense && (s.channels != 0 || s.height != 0 || s.width != 0)) {
        ensure(s.height >= 1 && s.width >= 1 && s.channels >= 1 &&
                   std::int64_t{s.height} * s.width <= std::numeric_limits<int>::max() &&
                   std::int64_t{s.height} * s.width * s.channels == s.inputs,
            "a flattened image has height * width * channels = inputs", given{"height", s.height},
            given{"width", s.width}, given{"channels", s.channels}, given{"inputs", s.inputs});
    }
    // 2^40 weights leave room for every product of the cost formulas in 64 bits.
    constexpr std::int64_t most = std::int64_t{1} << 40;
    const std::int64_t factors[] = {s.kind == layer_kind::dense ? 1 : s.kernel_height,
        s.kind == layer_kind::dense ? 1 : s.kernel_width,
        is_convolution(s.kind) ? s.channels : s.inputs,
        is_convolution(s.kind) ? s.filters : s.outputs, detail::gates_of(s.kind)};
    std::int64_t weights = 1;
    for (const std::int64_t factor : factors) {
        ensure(weights <= most / factor, "a layer has at most 2^40 weights",
            given{"weights at least", weights}, given{"times", factor});
        weights *= factor;
    }
    ensure(weights <= most / s.parallelization_factor,
        "a layer has at most 2^40 multiplications at once", given{"weights", weights},
        given{"parallelization_factor", s.parallelization_factor});
    return true;
}

/// What hls4ml builds for a layer: the strategy that it asks for, or another where that one has no
/// kernel. A plain pair, because this is asked by the compiler of every layer.
struct strategy_answer {
    espalier::strategy strategy{};
    bool has_kernel = true;
};

/// The strategy that hls4ml builds for a layer. Reuse factors aside (`ensure_legal`).
[[nodiscard]] constexpr strategy_answer strategy_built_for(const layer_spec& s)
{
    const bool is_unrolled = s.strategy == strategy::resource_unrolled;
    const bool is_streamed = s.io == io_type::io_stream;
    if (has_depthwise_kernel(s.kind)) {
        if (is_unrolled)
            return {strategy::latency};
        if (s.strategy == strategy::resource && !is_streamed)
            return {.has_kernel = false};
    } else if (is_convolution(s.kind)) {
        if (is_unrolled && !is_streamed)
            return {strategy::resource};
    } else if (is_recurrent(s.kind) && s.bidirectional) {
        if (is_streamed)
            return {.has_kernel = false};
        if (is_unrolled)
            return {strategy::resource};
    }
    return {s.strategy};
}

/// Whether the hardware flow has the strategy for this kind of layer and way of passing data.
/// \return true, so that it can stand in a static_assert
/// \throws std::invalid_argument naming the rule, the values and what hls4ml would build instead
constexpr bool ensure_strategy(const layer_spec& s)
{
    const strategy_answer built = strategy_built_for(s);
    const bool holds = built.has_kernel && built.strategy == s.strategy;
    const given layer{"layer", s.name.view()};
    const given asked{"strategy", to_string(s.strategy)};
    const given io{"io", to_string(s.io)};
    const given instead{"hls4ml builds",
        built.has_kernel ? to_string(built.strategy) : std::string_view("nothing")};
    if (has_depthwise_kernel(s.kind))
        ensure(holds, "a depthwise kernel has the strategy latency and, under io_stream, resource",
            layer, asked, io, instead);
    else if (is_convolution(s.kind))
        ensure(holds, "a convolution has the strategy resource_unrolled under io_stream only",
            layer, asked, io, instead);
    else
        ensure(holds,
            "a bidirectional layer has the strategies latency and resource, under io_parallel only",
            layer, asked, io, instead);
    return true;
}

/// Whether the hardware flow has a kernel for the layer: the strategy, every reuse factor legal for
/// its matrix, the parallelisation factor a divisor of the output pixels. The layer must be sound.
/// \return true, so that it can stand in a static_assert
/// \throws std::invalid_argument naming the rule, the value and the nearest legal values
constexpr bool ensure_legal(const layer_spec& s)
{
    ensure_strategy(s);
    if (!has_matrices(s.kind))
        detail::ensure_legal_without_matrices(s);
    for (const weight_matrix& m : matrices_of(s)) {
        const legal_reuse_factors_range legal(m);
        const bool holds = legal.contains(m.reuse_factor);
        const std::int64_t below = holds ? 0 : legal.below(m.reuse_factor);
        const std::int64_t above = holds ? 0 : legal.above(m.reuse_factor);
        ensure(!legal.is_left_out(m.reuse_factor),
            "the strategy resource_unrolled takes neither reuse factor 1 nor the largest",
            given{"layer", s.name.view()}, given{"reuse_factor", m.reuse_factor},
            given{"nearest legal below", below}, given{"above", above}, given{"n_in", m.n_in()},
            given{"n_out", m.n_out()});
        ensure(holds, "the reuse factor must be legal for the layer", given{"layer", s.name.view()},
            given{"reuse_factor", m.reuse_factor}, given{"nearest legal below", below},
            given{"above", above}, given{"n_in", m.n_in()}, given{"n_out", m.n_out()});
    }
    if (s.parallelization_factor > 1) {
        ensure(s.io == io_type::io_parallel && is_convolution(s.kind),
            "a parallelization factor above 1 needs a convolution under io_parallel",
            given{"layer", s.name.view()},
            given{"parallelization_factor", s.parallelization_factor});
        const std::int64_t pixels = std::int64_t{output_height(s)} * output_width(s);
        const bool holds = pixels % s.parallelization_factor == 0;
        ensure(holds, "the parallelization factor must divide the number of output pixels",
            given{"layer", s.name.view()},
            given{"parallelization_factor", s.parallelization_factor},
            given{"nearest legal below",
                holds ? 0 : divisor_at_most(pixels, s.parallelization_factor)},
            given{"above", holds ? 0 : divisor_at_least(pixels, s.parallelization_factor)},
            given{"output pixels", pixels});
    }
    return true;
}

/// Whether a layer's precisions are likely to be meant.
/// \throws std::invalid_argument if one has more integer bits than bits
constexpr void ensure_not_swapped(const layer_spec& s)
{
    // HLS knows such formats, whose last bit is worth 2 or more; but whoever writes {8, 18} means
    // {18, 8}.
    for (const precision& p : {s.weight, s.data})
        ensure(p.integer <= p.width, "a fixed-point number has no more integer bits than bits",
            given{"layer", s.name.view()}, given{"width", p.width}, given{"integer", p.integer});
}

/// Whether layers can be told apart: those that have a name have one of their own.
/// \throws std::invalid_argument naming the name that two layers have
constexpr void ensure_distinct_names(std::span<const layer_spec> layers)
{
    for (std::size_t i = 0; i < layers.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            ensure(layers[i].name.view().empty() || layers[i].name.view() != layers[k].name.view(),
                "every layer has a name of its own", given{"name", layers[i].name.view()},
                given{"layer", k}, given{"other layer", i});
}

/// Both checks in the order that gives the most useful message.
constexpr bool ensure_sound_and_legal(const layer_spec& s)
{
    return ensure_sound(s) && ensure_legal(s);
}

} // namespace espalier
