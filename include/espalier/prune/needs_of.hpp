// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/weight_view.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace espalier {

/// What each weight matrix of a network needs with the weights that it has: pruned ones are zeros,
/// and zeros save what their layer's strategy saves. For `resource_report`.
/// \param weights  one view for each weight matrix, in the order of `matrices_of` over the layers
/// \throws std::invalid_argument if there are more or fewer, a view has the wrong size, or a weight
///         is not finite
[[nodiscard]] inline std::vector<resources> needs_of(std::span<const layer_spec> layers,
    std::span<const weight_view> weights, const cost_policy& policy = {})
{
    std::vector<resources> needs;
    std::vector<float> buffer;
    for (const layer_spec& layer : layers)
        for (const weight_matrix& m : matrices_of(layer)) {
            ensure(needs.size() < weights.size(),
                "there is one view of weights for each weight matrix",
                given{"views", weights.size()}, given{"matrices more than", needs.size()});
            const weight_view& view = weights[needs.size()];
            needs.push_back(cost(m, view.order(), view.read(buffer), policy));
        }
    ensure(needs.size() == weights.size(), "there is one view of weights for each weight matrix",
        given{"views", weights.size()}, given{"matrices", needs.size()});
    return needs;
}

} // namespace espalier
