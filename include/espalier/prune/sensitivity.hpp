// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/prune/ranking.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

// What the loss would lose with a weight, to first order |w·∂L/∂w| (Taylor; Molchanov et al. 2017)
// or to second order with the empirical Fisher information as the Hessian's diagonal, ½w²·E[g²]
// (optimal brain damage, LeCun et al. 1990; the factor ½ is left out, it changes no comparison).
// Both are means over batches and are added up batch by batch, so that no pass over a whole data
// set at once is needed. The gradients are those of mini-batches, not of single examples.
//
// A pruned weight is zero and would lose nothing. Of it the gradients themselves are added up, if
// masks say which weights those are: it is the size of their mean by which RigL lets weights come
// back (Evci et al. 2020).

namespace espalier {

/// Accumulated sensitivities of every weight of several matrices.
class sensitivity {
public:
    /// All matrices are ranked in one way.
    /// \param by  ranking::taylor or ranking::fisher
    explicit sensitivity(ranking by) : by_{by} {}
    /// Each matrix is ranked in a way of its own.
    /// \param by  one for each matrix; nothing is added up of kept weights where it is neither
    explicit sensitivity(std::vector<ranking> by) : by_(std::move(by)) {}
    /// Goes on from what was added up before.
    sensitivity(const sensitivity& of, std::vector<std::vector<float>> sums, std::size_t batches)
        : by_(of.by_), sums_(std::move(sums)), batches_(batches)
    {}

    /// Adds one batch.
    /// \param weights    one span for each matrix
    /// \param gradients  of the loss with respect to these weights, shaped alike
    /// \param masks      none, or one for each matrix: where it is 0, the gradient is added itself
    /// \throws std::invalid_argument if the shapes differ or a gradient is not finite
    void observe(std::span<const std::span<const float>> weights,
        std::span<const std::span<const float>> gradients,
        std::span<const std::vector<std::uint8_t>> masks = {})
    {
        ensure(gradients.size() == weights.size(),
            "there is one span of gradients for each weight matrix",
            given{"spans", gradients.size()}, given{"matrices", weights.size()});
        ensure(by_.size() == 1 || by_.size() == weights.size(),
            "there is one ranking for each weight matrix", given{"rankings", by_.size()},
            given{"matrices", weights.size()});
        sums_.resize(weights.size());
        for (std::size_t m = 0; m < weights.size(); ++m) {
            ensure(gradients[m].size() == weights[m].size(), "there is a gradient for every weight",
                given{"gradients", gradients[m].size()}, given{"weights", weights[m].size()});
            const ranking by = by_.size() == 1 ? by_.front() : by_[m];
            const bool counts = by == ranking::taylor || by == ranking::fisher;
            ensure(masks.empty() ||
                       (masks.size() == weights.size() && masks[m].size() == weights[m].size()),
                "a mask has an entry for every weight", given{"matrix", m},
                given{"weights", weights[m].size()});
            sums_[m].resize(counts || !masks.empty() ? weights[m].size() : 0);
            for (std::size_t i = 0; i < weights[m].size(); ++i) {
                ensure(is_finite(gradients[m][i]), "every gradient is finite", given{"matrix", m},
                    given{"index", i}, given{"gradient", gradients[m][i]});
                if (!masks.empty() && masks[m][i] == 0)
                    sums_[m][i] += gradients[m][i];
                if (!counts || (!masks.empty() && masks[m][i] == 0))
                    continue;
                const float change = std::abs(weights[m][i] * gradients[m][i]);
                sums_[m][i] += by == ranking::fisher ? change * change : change;
            }
        }
        ++batches_;
    }

    [[nodiscard]] std::size_t batches() const { return batches_; }
    /// Σ over the batches for each weight of a matrix, in the order of the weights; empty where
    /// nothing is added up.
    [[nodiscard]] std::span<const float> sums(std::size_t matrix) const { return sums_[matrix]; }
    /// Forgets what was added.
    void clear()
    {
        sums_.clear();
        batches_ = 0;
    }

private:
    std::vector<ranking> by_; ///< of each matrix, or of all
    std::vector<std::vector<float>> sums_;
    std::size_t batches_ = 0;
};

} // namespace espalier
