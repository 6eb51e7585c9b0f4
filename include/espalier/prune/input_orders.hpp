// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/input_channels.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/weight_view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Where the order of a layer's inputs is free, it is the order in which the layer before gives its
// outputs. So a permutation of channels moves numbers of two layers, and the network computes what
// it did: of this layer the inputs of every row, of the one before whole rows (neurons, filters)
// and whatever there is one of for each of them.

namespace espalier {

/// Moves the inputs of every row of a matrix.
/// \param framework  order of the numbers
/// \param numbers    one for each weight: weights, a mask, moments of an optimiser
/// \throws std::invalid_argument if their number is wrong, if the permutation is of another number
///         of channels, or of a depthwise kernel, whose inputs are its outputs
template <class Number>
void permute_inputs(const weight_matrix& m, layout framework, std::span<Number> numbers,
    const input_permutation& order)
{
    ensure(!m.is_depthwise(),
        "the inputs of a depthwise kernel are its outputs, so they are not permuted alone",
        given{"layer", m.layer.view()});
    ensure(static_cast<std::int64_t>(numbers.size()) == m.weights(),
        "a permutation moves one number for each weight of a matrix",
        given{"given", numbers.size()}, given{"weights", m.weights()});
    const std::vector<std::size_t> input_at = channels_of(m, framework).inputs_under(order);
    const std::vector<std::remove_const_t<Number>> before(numbers.begin(), numbers.end());
    const auto at = [&](std::int64_t row, std::size_t input) {
        return static_cast<std::size_t>(
            to_framework(m, framework, row * m.n_in() + static_cast<std::int64_t>(input)));
    };
    for (std::int64_t row = 0; row < m.n_out(); ++row)
        for (std::size_t place = 0; place < input_at.size(); ++place)
            numbers[at(row, place)] = before[at(row, input_at[place])];
}

/// Moves the rows of a matrix: the outputs of its layer.
/// \param numbers  one for each weight
/// \throws std::invalid_argument if their number is wrong, if the permutation is of another number
///         of outputs, or of a layer with gates or a depthwise kernel
template <class Number>
void permute_outputs(const weight_matrix& m, layout framework, std::span<Number> numbers,
    const input_permutation& order)
{
    ensure(m.gates == 1 && !m.is_depthwise(),
        "the outputs of a recurrent or depthwise layer are inputs of it, so they are not permuted "
        "alone",
        given{"layer", m.layer.view()});
    ensure(static_cast<std::int64_t>(numbers.size()) == m.weights(),
        "a permutation moves one number for each weight of a matrix",
        given{"given", numbers.size()}, given{"weights", m.weights()});
    ensure(static_cast<std::int64_t>(order.size()) == m.n_out(),
        "a permutation is of the outputs that a layer gives", given{"given", order.size()},
        given{"outputs", m.n_out()});
    const std::vector<std::remove_const_t<Number>> before(numbers.begin(), numbers.end());
    for (std::int64_t flat = 0; flat < m.weights(); ++flat) {
        const auto row = static_cast<std::size_t>(flat / m.n_in());
        const auto from = static_cast<std::int64_t>(order[row]) * m.n_in() + flat % m.n_in();
        numbers[static_cast<std::size_t>(to_framework(m, framework, flat))] =
            before[static_cast<std::size_t>(to_framework(m, framework, from))];
    }
}

/// Whether the rows of a matrix may change places after its groups were chosen, and need what they
/// did: each group lies within a row, and no memory column or DSP block serves multipliers of two
/// because they are neighbours.
[[nodiscard]] constexpr bool rows_may_move(const grouping& groups, const cost_policy& costs)
{
    const weight_matrix& m = groups.matrix();
    const structure& how = groups.how();
    if (m.is_depthwise() || last_product_of(m, costs) != product_of(m, costs))
        return false;
    if (m.strategy == strategy::latency && m.reuse_factor > 1)
        return true; // weights that multipliers share as HLS likes
    if (has_weight_memory(m))
        return how.memory == memory_layout::packed && m.n_in() % m.reuse_factor == 0;
    return how.kind != structure_kind::block && product_of(m, costs).sharing == 1;
}

/// The order of every layer's inputs in a chain of layers, where it is free: in a dense layer or a
/// convolution that takes the outputs of another (of a separable one, those of its second matrix),
/// channel by channel. Layers without weights may stand between; a flatten moves whole channels.
class input_orders {
public:
    /// All inputs where they are.
    /// \throws std::invalid_argument if a layer is not sound
    explicit input_orders(std::span<const layer_spec> layers)
    {
        std::optional<std::size_t> before;
        for (std::size_t l = 0; l < layers.size(); ++l) {
            ensure_sound(layers[l]);
            const layer_matrices own = matrices_of(named(layers[l], l));
            if (own.size() == 0)
                continue;
            const bool takes =
                is_plain(layers[l].kind) && before && own[0].channels == matrices_[*before].n_out();
            for (const weight_matrix& m : own) {
                matrices_.push_back(m);
                before_.emplace_back();
                after_.emplace_back();
                orders_.push_back(
                    input_permutation::identity(static_cast<std::size_t>(m.channels)));
            }
            const std::size_t last = matrices_.size() - 1;
            if (takes) {
                before_[last] = before;
                after_[*before] = last;
            }
            const bool gives =
                is_plain(layers[l].kind) || layers[l].kind == layer_kind::separable_conv2d;
            before = gives ? std::optional(last) : std::nullopt;
        }
    }

    /// Number of weight matrices, counted over all layers.
    [[nodiscard]] std::size_t matrices() const { return matrices_.size(); }
    /// One of them.
    [[nodiscard]] const weight_matrix& matrix(std::size_t m) const { return matrices_[m]; }
    /// The matrix whose outputs the inputs of a matrix are; nothing where their order is not free.
    [[nodiscard]] std::optional<std::size_t> before(std::size_t m) const { return before_[m]; }
    /// The order of a matrix's input channels.
    [[nodiscard]] const input_permutation& of(std::size_t m) const { return orders_[m]; }
    [[nodiscard]] bool is_identity() const
    {
        for (const input_permutation& order : orders_)
            if (!order.is_identity())
                return false;
        return true;
    }

    /// Permutes the inputs of a matrix in place of the order that they had.
    /// \throws std::invalid_argument if their order is not free or their number is another
    void set(std::size_t m, input_permutation order)
    {
        ensure(m < matrices(), "an order is of a matrix of the network", given{"matrix", m},
            given{"matrices", matrices()});
        const std::string name = name_of(matrices_[m]);
        ensure(before_[m] || order.is_identity(),
            "inputs are permuted in a dense layer or a convolution that takes the outputs of "
            "another, channel by channel",
            given{"layer", std::string_view(name)});
        ensure(order.size() == orders_[m].size(), "an order has every input channel of its layer",
            given{"layer", std::string_view(name)}, given{"given", order.size()},
            given{"channels", orders_[m].size()});
        orders_[m] = std::move(order);
    }

    /// What takes every number back to where it was.
    [[nodiscard]] input_orders inverse() const
    {
        input_orders back = *this;
        for (input_permutation& order : back.orders_)
            order = order.inverse();
        return back;
    }

    /// Moves one number for each weight of a matrix: as its inputs and its outputs are ordered.
    /// \throws std::invalid_argument if their number is wrong
    template <class Number>
    void apply(std::size_t m, layout framework, std::span<Number> numbers) const
    {
        if (before_[m])
            permute_inputs(matrices_[m], framework, numbers, orders_[m]);
        if (after_[m])
            permute_outputs(matrices_[m], framework, numbers, orders_[*after_[m]]);
    }
    /// Moves the weights of a matrix where its trainer keeps them.
    void apply(std::size_t m, const weight_view& weights) const
    {
        weights.update([&](auto numbers) { apply(m, weights.order(), std::span(numbers)); });
    }
    /// Moves one number for each output of a matrix: biases, and what a batch normalisation behind
    /// it has of every channel.
    /// \throws std::invalid_argument if their number is wrong
    template <class Number>
    void apply_to_outputs(std::size_t m, std::span<Number> of_outputs) const
    {
        if (after_[m])
            orders_[*after_[m]].apply(of_outputs);
    }

    friend bool operator==(const input_orders&, const input_orders&) = default;

private:
    [[nodiscard]] static bool is_plain(layer_kind kind)
    {
        return kind == layer_kind::dense || kind == layer_kind::conv1d ||
               kind == layer_kind::conv2d;
    }

    std::vector<weight_matrix> matrices_;
    std::vector<std::optional<std::size_t>> before_; ///< whose outputs are the inputs
    std::vector<std::optional<std::size_t>> after_;  ///< whose inputs are the outputs
    std::vector<input_permutation> orders_;          ///< identities where nothing is free
};

} // namespace espalier
