// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/prune/weight_view.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// A network in the hands of its trainer: the weights that are pruned, and whatever else training
// changes. A network whose weights are taken back and whose biases are not is one that nobody has
// ever measured, so everything belongs here.

namespace espalier {

/// Something beside the weights that training changes: biases, the scales and running statistics of
/// a batch normalisation, the moments and step counts of an optimiser, a learning rate.
class state_part {
public:
    /// Memory that stays where it is, of a type that can be copied byte by byte: a vector, an
    /// array, a span.
    template <std::ranges::contiguous_range Memory>
    requires(std::ranges::borrowed_range<Memory>&&
                 std::is_trivially_copyable_v<std::ranges::range_value_t<Memory>> &&
             !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<Memory>>>)
        state_part(std::string name, Memory&& memory)
        : name_(std::move(name)),
          save_([bytes = std::as_writable_bytes(std::span(memory))] {
              return std::vector<std::byte>(bytes.begin(), bytes.end());
          }),
          restore_([bytes = std::as_writable_bytes(std::span(memory))](
                       std::span<const std::byte> saved) {
              ensure(saved.size() == bytes.size(),
                  "a part of the state is restored to what was saved of it",
                  given{"bytes", bytes.size()}, given{"saved", saved.size()});
              std::copy(saved.begin(), saved.end(), bytes.begin());
          }),
          bytes_(std::as_bytes(std::span(memory)).size())
    {}
    /// Anything else.
    /// \param save     all of it as bytes
    /// \param restore  makes it what it was when `save` gave these bytes, to the last bit
    /// \param bytes    how many that always are; none: it may change, as an optimiser's do
    state_part(std::string name, std::function<std::vector<std::byte>()> save,
        std::function<void(std::span<const std::byte>)> restore,
        std::optional<std::size_t> bytes = {})
        : name_(std::move(name)),
          save_(std::move(save)),
          restore_(std::move(restore)),
          bytes_(bytes)
    {
        ensure(save_ && restore_, "a part of the state can be saved and restored",
            given{"part", std::string_view(name_)});
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::vector<std::byte> save() const { return save_(); }
    /// Takes back what `save` gave.
    void restore(std::span<const std::byte> saved) const { restore_(saved); }
    /// Size of what `save` gives, where it never changes.
    [[nodiscard]] std::optional<std::size_t> bytes() const { return bytes_; }

private:
    std::string name_;
    std::function<std::vector<std::byte>()> save_;
    std::function<void(std::span<const std::byte>)> restore_;
    std::optional<std::size_t> bytes_;
};

/// What an optimiser remembers of every weight of a matrix (a moment, a velocity), in the order of
/// the weights.
struct weight_moments {
    std::size_t matrix = 0;
    std::span<float> values;
};

/// A network in the hands of its trainer.
struct trainee {
    /// One for each weight matrix, in the order of `matrices_of` over the layers (a separable,
    /// recurrent or bidirectional layer has several).
    std::vector<weight_view> weights;
    /// Whatever else training changes; it goes back with the weights when a round is rejected.
    std::vector<state_part> state{};
    /// The moments that are to be zero where the weights are pruned, asked for whenever weights are
    /// masked, as optimisers make them late. They belong into `state` as well.
    std::function<std::vector<weight_moments>()> moments{};
};

} // namespace espalier
