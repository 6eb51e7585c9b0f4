// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/prune/strided.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// The weights of one matrix where the trainer keeps them. A view carries the order in which the
// framework stores them, for there is no order that could be taken for granted, and the shape of
// the tensor where the framework knows it.

namespace espalier {

namespace detail {

/// Sets to zero what a mask does not keep. Kept values are written back as they are: a loop that
/// stores everywhere becomes vectors, and masking follows every step of training. Not a product:
/// 0 · NaN is NaN.
template <class Number>
void mask(std::span<Number> values, std::span<const std::uint8_t> keep)
{
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = keep[i] == 0 ? Number{0} : values[i];
}

} // namespace detail

/// Weights that neither a span nor `strided` describes: of another number type, in another process.
/// They are copied out when they are needed, and in when they were changed.
struct copied_weights {
    using number = float;
    std::size_t size = 0;
    std::function<void(std::span<float>)> read;        ///< copies all weights out
    std::function<void(std::span<const float>)> write; ///< copies all weights in
};

/// The weights of one matrix where the trainer keeps them.
class weight_view {
    // Above all that uses them: clang 14 finds them nowhere else from within a generic lambda.
    template <class Of>
    static std::size_t size_of(const Of& of)
    {
        if constexpr (requires { of.size(); })
            return of.size();
        else
            return of.size;
    }
    template <class Of>
    static auto copy_of(const Of& of)
    {
        std::vector<typename Of::number> buffer(size_of(of));
        of.read(buffer);
        return buffer;
    }

public:
    /// Of weights side by side.
    /// \param weights  all weights of the matrix, without gaps and without biases; their memory
    /// must
    ///                 stay where it is as long as the view is used
    /// \param order    in which they lie there
    /// \param shape    of the tensor, if known
    template <class Number>
    weight_view(std::span<Number> weights, layout order, tensor_shape shape = {})
        : order_(order), shape_(std::move(shape))
    {
        using value = std::remove_const_t<Number>;
        static_assert(!std::is_const_v<Number>, "a pruner changes weights, so they are not const");
        static_assert(std::same_as<value, float> || std::same_as<value, double>,
            "weights are float or double; others are handed over as copied_weights");
        if constexpr (std::same_as<Number, value>) // one error, not ten
            memory_ = weights;
    }
    /// The same of a vector, and whether it still has its elements there is looked at.
    template <class Number>
    weight_view(std::vector<Number>& weights, layout order, tensor_shape shape = {})
        : weight_view(std::span<Number>(weights), order, std::move(shape))
    {
        where_ = [&weights]() -> const void* { return weights.data(); };
    }
    /// A matrix with gaps, whose shape is (rows, columns) unless it is the kernel of a convolution.
    template <class Number>
    weight_view(strided<Number> weights, layout order, tensor_shape shape = {})
        : weight_view(weights.memory(), order, std::move(shape))
    {
        const row_extents& e = weights.extents();
        if (shape_.empty())
            shape_ = {static_cast<std::int64_t>(e.rows), static_cast<std::int64_t>(e.columns)};
        memory_ = weights;
    }
    /// Of weights that are read and written by functions.
    weight_view(copied_weights weights, layout order, tensor_shape shape = {})
        : memory_(std::move(weights)), order_(order), shape_(std::move(shape))
    {
        const auto& copied = std::get<copied_weights>(memory_);
        ensure(copied.read && copied.write, "copied weights can be read and written",
            given{"size", copied.size});
    }

    [[nodiscard]] layout order() const { return order_; }
    [[nodiscard]] const tensor_shape& shape() const { return shape_; }
    [[nodiscard]] std::size_t size() const
    {
        return std::visit([](const auto& of) -> std::size_t { return size_of(of); }, memory_);
    }
    /// Size of what `save` gives.
    [[nodiscard]] std::size_t bytes() const
    {
        return std::visit(
            [](const auto& of) -> std::size_t {
                if constexpr (requires { of.size_bytes(); })
                    return of.size_bytes();
                else
                    return size_of(of) * sizeof(typename std::remove_cvref_t<decltype(of)>::number);
            },
            memory_);
    }
    /// Where the weights lie, gaps included; empty if they are copied.
    [[nodiscard]] std::span<const std::byte> memory() const
    {
        return std::visit(
            [](const auto& of) -> std::span<const std::byte> {
                if constexpr (requires { of.memory(); })
                    return std::as_bytes(of.memory());
                else if constexpr (requires { of.data(); })
                    return std::as_bytes(of);
                else
                    return {};
            },
            memory_);
    }
    /// Where the weights lie, without gaps: piece by piece.
    [[nodiscard]] std::vector<std::span<const std::byte>> pieces() const
    {
        return std::visit(
            [&](const auto& of) {
                std::vector<std::span<const std::byte>> all;
                if constexpr (requires { of.row(0); })
                    for (std::size_t i = 0; i < of.extents().rows; ++i)
                        all.push_back(std::as_bytes(of.row(i)));
                else
                    all.push_back(memory());
                return all;
            },
            memory_);
    }
    /// A question to be asked whether the weights still lie in `memory()`: a framework may move
    /// them.
    void moves_with(std::function<const void*()> where) { where_ = std::move(where); }
    [[nodiscard]] bool is_in_place() const
    {
        return !where_ || static_cast<const void*>(memory().data()) == where_();
    }

    /// The present weights.
    /// \param buffer  to copy them to, where they are not floats in memory
    /// \return valid until the weights or the buffer change
    [[nodiscard]] std::span<const float> read(std::vector<float>& buffer) const
    {
        if (const auto* floats = std::get_if<std::span<float>>(&memory_))
            return *floats;
        buffer.resize(size());
        look([&](const auto& weights) {
            std::transform(weights.begin(), weights.end(), buffer.begin(),
                [](auto w) { return static_cast<float>(w); });
        });
        return buffer;
    }

    /// Hands all weights to a function that may change them.
    /// \param change  called with a span of float or double
    template <class Change>
    void update(Change&& change) const
    {
        std::visit(
            [&](const auto& of) {
                if constexpr (requires { of.data(); }) {
                    change(of);
                } else {
                    auto buffer = copy_of(of);
                    change(std::span(buffer));
                    of.write(buffer);
                }
            },
            memory_);
    }

    /// Index of the first weight that is not zero where a mask does not keep it.
    [[nodiscard]] std::optional<std::size_t> first_unmasked(
        std::span<const std::uint8_t> keep) const
    {
        std::optional<std::size_t> found;
        look([&](const auto& weights) {
            for (std::size_t i = 0; i < weights.size() && !found; ++i)
                if (keep[i] == 0 && weights[i] != 0)
                    found = i;
        });
        return found;
    }

    /// Sets the weights to zero that a mask does not keep.
    void mask(std::span<const std::uint8_t> keep) const
    {
        update([&](auto weights) { detail::mask(weights, keep); });
    }

    /// The weights to the last bit.
    [[nodiscard]] std::vector<std::byte> save() const
    {
        std::vector<std::byte> saved;
        look([&](const auto& weights) {
            const auto bytes = std::as_bytes(std::span(weights));
            saved.assign(bytes.begin(), bytes.end());
        });
        return saved;
    }
    /// Takes back what `save` gave.
    /// \throws std::invalid_argument if it is not as long
    void restore(std::span<const std::byte> saved) const
    {
        update([&](auto weights) {
            const auto bytes = std::as_writable_bytes(weights);
            ensure(bytes.size() == saved.size(), "weights are restored to what was saved of them",
                given{"bytes", bytes.size()}, given{"saved", saved.size()});
            if (!saved.empty())
                std::memcpy(bytes.data(), saved.data(), saved.size());
        });
    }

private:
    /// Calls a function with the weights, in place where they can be, as numbers of their own type.
    template <class Use>
    void look(Use&& use) const
    {
        std::visit(
            [&](const auto& of) {
                if constexpr (requires { of.data(); })
                    use(of);
                else
                    use(copy_of(of));
            },
            memory_);
    }

    std::variant<std::span<float>, std::span<double>, strided<float>, strided<double>,
        copied_weights>
        memory_{std::span<float>{}};
    layout order_;
    tensor_shape shape_;
    std::function<const void*()> where_;
};

/// Spans of weights that all lie in one order.
template <class Number>
[[nodiscard]] std::vector<weight_view> weights_in(
    layout order, std::span<const std::span<Number>> weights)
{
    std::vector<weight_view> views;
    for (const std::span<Number> matrix : weights)
        views.emplace_back(matrix, order);
    return views;
}
/// \overload
template <class Number>
[[nodiscard]] std::vector<weight_view> weights_in(
    layout order, const std::vector<std::span<Number>>& weights)
{
    return weights_in(order, std::span<const std::span<Number>>(weights));
}
/// Vectors of weights that all lie in one order.
template <class Number>
[[nodiscard]] std::vector<weight_view> weights_in(
    layout order, std::vector<std::vector<Number>>& weights)
{
    std::vector<weight_view> views;
    for (std::vector<Number>& matrix : weights)
        views.emplace_back(matrix, order);
    return views;
}

} // namespace espalier
