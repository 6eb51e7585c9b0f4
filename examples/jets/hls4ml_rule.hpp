// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hardware.hpp"

#include <espalier/espalier.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// How hls4ml's own optimisation prunes, written from its description: a knapsack over the groups of
// weights that share a DSP block, or DSP blocks and a block RAM; a group is worth its Σ |w| over
// the largest of its layer. Its objective of both resources knows what a group saves only where C
// multipliers fill whole block RAMs, at 18 bits but not at 16; there its objective of DSP blocks
// remains, whose groups are single multipliers. Of a network with one reuse factor and format all
// groups cost the same, and the best of a knapsack are the groups that are worth most.
//
// Nothing comes back: what is pruned is worth nothing when the next step chooses. There is no
// floor.

namespace jets {

/// The groups of the rule, as a structure; in these networks all of one size.
inline esp::structure hls4ml_groups(int bits)
{
    return bits == 18 ? esp::structure::consecutive : esp::structure::multipliers;
}

/// Sets the groups to zero that the rule does not keep.
/// \param percent  of the resource to remove
/// \return for each layer 1 where a weight is kept, else 0
inline std::vector<matrix> prune_by_hls4ml(
    perceptron& net, int bits, int reuse_factor, double percent)
{
    struct group {
        float value;
        std::size_t layer;
        Eigen::Index first; ///< of the weights in the order (output, input)
    };
    const Eigen::Index size = reuse_factor * (bits == 18 && reuse_factor > 1 ? 2 : 1);
    std::vector<group> groups;
    std::vector<matrix> masks;
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        const matrix& w = net.weights[l];
        const std::size_t before = groups.size();
        float largest = 0;
        for (Eigen::Index first = 0; first < w.size(); first += size) {
            float sum = 0;
            for (Eigen::Index flat = first; flat < first + size; ++flat)
                sum += std::abs(w(flat / w.cols(), flat % w.cols()));
            groups.push_back({sum, l, first});
            largest = std::max(largest, sum);
        }
        for (std::size_t g = before; g < groups.size() && largest > 0; ++g)
            groups[g].value /= largest;
        masks.emplace_back(matrix::Zero(w.rows(), w.cols()));
    }
    std::ranges::stable_sort(
        groups, [](const group& a, const group& b) { return a.value > b.value; });
    groups.resize(
        static_cast<std::size_t>(static_cast<double>(groups.size()) * (100 - percent) / 100));
    for (const group& kept : groups)
        for (Eigen::Index flat = kept.first; flat < kept.first + size; ++flat) {
            matrix& mask = masks[kept.layer];
            mask(flat / mask.cols(), flat % mask.cols()) = 1;
        }
    for (std::size_t l = 0; l < masks.size(); ++l)
        net.weights[l].array() *= masks[l].array();
    return masks;
}

/// The weights as the hardware has them, until it is gone: as `esp::pruner::as_in_hardware`.
class rounded_weights {
public:
    rounded_weights(perceptron& net, const esp::precision& format) : net_(&net), kept_(net.weights)
    {
        for (matrix& weights : net.weights)
            for (float& w : weights.reshaped())
                w = static_cast<float>(
                    esp::in_hardware(static_cast<double>(w), format, esp::weight_state::kept));
    }
    ~rounded_weights()
    {
        for (std::size_t l = 0; l < kept_.size(); ++l)
            net_->weights[l] = kept_[l]; // in place: an optimiser points there
    }
    rounded_weights(const rounded_weights&) = delete;
    rounded_weights& operator=(const rounded_weights&) = delete;
    rounded_weights(rounded_weights&&) = delete;
    rounded_weights& operator=(rounded_weights&&) = delete;

private:
    perceptron* net_;
    std::vector<matrix> kept_;
};

} // namespace jets
