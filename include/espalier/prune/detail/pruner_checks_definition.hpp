// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/linkage.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

// What a pruner looks at before it touches anything: whether weights and gradients are where, as
// many and as finite as they should be.

namespace espalier {

ESPALIER_INLINE void pruner::ensure_matches() const
{
    ensure(matrices() == selection_.matrices(),
        "there is one view of weights for each weight matrix", given{"views", matrices()},
        given{"matrices", selection_.matrices()});
    for (std::size_t m = 0; m < matrices(); ++m) {
        const weight_matrix& matrix = selection_.groups_of(m).matrix();
        const weight_view& view = network_.weights[m];
        ensure(static_cast<std::int64_t>(view.size()) == matrix.weights(),
            "a view holds every weight of its matrix", given{"matrix", m},
            given{"layer", layer_of(m)}, given{"given", view.size()},
            given{"weights", matrix.weights()});
        const tensor_shape expected = shape_of(matrix, view.order());
        ensure(view.shape().empty() || same_order(view.shape(), expected),
            "a tensor has the shape of its layer in the framework's layout",
            given{"layer", layer_of(m)}, given{"layout", to_string(view.order())},
            given{"shape", std::string_view(to_string(view.shape()))},
            given{"the layer's", std::string_view(to_string(expected))});
    }
    for (const state_part& part : network_.state) {
        const auto bears_name = [&](const state_part& other) {
            return other.name() == part.name();
        };
        ensure(std::count_if(network_.state.begin(), network_.state.end(), bears_name) == 1,
            "every part of the state has a name of its own",
            given{"name", std::string_view(part.name())});
    }
}

ESPALIER_INLINE void pruner::ensure_apart() const
{
    struct place {
        std::span<const std::byte> memory;
        std::size_t matrix;
    };
    std::vector<place> places;
    for (std::size_t m = 0; m < matrices(); ++m)
        for (const std::span<const std::byte> piece : network_.weights[m].pieces())
            if (!piece.empty())
                places.push_back({piece, m});
    std::sort(places.begin(), places.end(), [](const place& a, const place& b) {
        return std::less<>{}(a.memory.data(), b.memory.data());
    });
    for (std::size_t k = 1; k < places.size(); ++k) {
        const place& first = places[k - 1];
        ensure(!std::less<>{}(places[k].memory.data(), first.memory.data() + first.memory.size()),
            "every matrix has weights of its own: two views show the same memory",
            given{"layer", layer_of(first.matrix)},
            given{"other layer", layer_of(places[k].matrix)});
    }
}

ESPALIER_INLINE void pruner::ensure_in_place() const
{
    for (std::size_t m = 0; m < matrices(); ++m)
        ensure(network_.weights[m].is_in_place(),
            "weights stay where they were when the pruner was made", given{"layer", layer_of(m)});
}

ESPALIER_INLINE bool pruner::all_finite() const
{
    std::vector<float> buffer;
    return std::all_of(
        network_.weights.begin(), network_.weights.end(), [&](const weight_view& view) {
            const std::span<const float> weights = view.read(buffer);
            return first_not_finite(weights) == weights.size();
        });
}

ESPALIER_INLINE void pruner::ensure_finite() const
{
    std::vector<float> buffer;
    for (std::size_t m = 0; m < matrices(); ++m) {
        const std::span<const float> weights = network_.weights[m].read(buffer);
        const std::size_t i = first_not_finite(weights);
        ensure(i == weights.size(), "every weight is finite", given{"layer", layer_of(m)},
            given{"index", i}, given{"weight", i < weights.size() ? weights[i] : 0});
    }
}

template <class Number>
void pruner::ensure_gradients(std::span<const std::span<Number>> gradients) const
{
    ensure(gradients.size() == matrices(), "there is one span of gradients for each weight matrix",
        given{"spans", gradients.size()}, given{"matrices", matrices()});
    for (std::size_t m = 0; m < matrices(); ++m) {
        ensure(gradients[m].size() == masks_[m].size(), "there is a gradient for every weight",
            given{"layer", layer_of(m)}, given{"gradients", gradients[m].size()},
            given{"weights", masks_[m].size()});
        const std::size_t i = first_not_finite(std::span<const Number>(gradients[m]));
        ensure(i == gradients[m].size(), "every gradient is finite", given{"layer", layer_of(m)},
            given{"index", i}, given{"gradient", i < gradients[m].size() ? gradients[m][i] : 0});
    }
}

} // namespace espalier
