// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <torch/torch.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <vector>

// What a group is worth: a ranking, which is a sum over the weights of the group, and how it is
// made comparable between layers. More of both than the library offers.

namespace ablation {

enum class ranking { l1, l2, squares, taylor, fisher };
inline constexpr const char* ranking_names[]{"l1", "l2", "squares", "taylor", "fisher"};

enum class scale { maximum, mean, none, rms, norm, sum, lamp, weight_mean, root_size, cost };
inline constexpr const char* scale_names[]{
    "maximum", "mean", "none", "rms", "norm", "sum", "lamp", "weight mean", "root size", "cost"};

struct cell {
    ranking by;
    scale over;
    esp::structure structure;
    [[nodiscard]] std::string name() const
    {
        return std::string(ranking_names[static_cast<int>(by)]) + " | " +
               scale_names[static_cast<int>(over)] + " | " +
               (structure == esp::structure::consecutive ? "consecutive" : "multipliers");
    }
};

inline bool is_paper(const cell& c)
{
    return c.by == ranking::l1 && c.over == scale::maximum &&
           c.structure == esp::structure::consecutive;
}

inline std::vector<cell> all_cells()
{
    std::vector<cell> cells;
    for (const esp::structure& how : {esp::structure::multipliers, esp::structure::consecutive})
        for (int by = 0; by < static_cast<int>(std::size(ranking_names)); ++by)
            for (int over = 0; over < static_cast<int>(std::size(scale_names)); ++over)
                cells.push_back({static_cast<ranking>(by), static_cast<scale>(over), how});
    return cells;
}

/// \param slopes  Σ |w·g| or Σ (w·g)² of the matrix for the rankings by gradients
inline std::vector<double> ranked(const esp::grouping& groups, const torch::Tensor& weights,
    std::span<const float> slopes, ranking by)
{
    const auto summed = [&](const torch::Tensor& t, esp::ranking how = esp::ranking::l1) {
        return esp::group_norms(groups, esp::layout::pytorch,
            {t.data_ptr<float>(), static_cast<std::size_t>(t.numel())}, how);
    };
    switch (by) {
    case ranking::l1:
        return summed(weights);
    case ranking::l2:
        return summed(weights, esp::ranking::l2);
    case ranking::squares:
        return summed(weights * weights);
    case ranking::taylor:
    case ranking::fisher:
        return esp::group_norms(groups, esp::layout::pytorch, slopes);
    }
    return {};
}

/// \param prices  of the groups: the part of all DSPs and of all block RAM that they take
inline void scale_values(std::span<double> values, const esp::grouping& groups,
    std::span<const double> prices, scale over)
{
    double sum = 0;
    double squares = 0;
    for (const double v : values) {
        sum += v;
        squares += v * v;
    }
    const auto count = static_cast<double>(values.size());
    const auto weights = static_cast<double>(groups.matrix().weights());
    const auto divide = [&](double by) {
        for (double& v : values)
            v = by > 0 ? v / by : v;
    };
    switch (over) {
    case scale::maximum:
        return esp::normalize(values, esp::normalization::layer_maximum);
    case scale::mean:
        return esp::normalize(values, esp::normalization::layer_mean);
    case scale::none:
        return;
    case scale::rms:
        return divide(std::sqrt(squares / count));
    case scale::norm:
        return divide(std::sqrt(squares));
    case scale::sum:
        return divide(sum);
    case scale::lamp:
        return esp::normalize(values, esp::normalization::lamp);
    case scale::weight_mean:
        return divide(sum / weights);
    case scale::root_size:
        return divide(std::sqrt(weights / count));
    case scale::cost:
        for (std::size_t g = 0; g < values.size(); ++g)
            values[g] /= prices[g];
    }
}

/// The value of every group of a network.
inline std::vector<double> values_of(const esp::selection& groups, const cell& how,
    const std::vector<torch::Tensor>& weights, const esp::sensitivity& slopes)
{
    std::vector<double> share(groups.resource_count(), 0.0);
    share[esp::selection::dsp] = 1.0 / static_cast<double>(groups.total().dsp);
    share[esp::selection::bram18] = 1.0 / static_cast<double>(groups.total().bram18);
    const std::vector<double> prices = groups.priced(share);
    const bool is_by_gradients = how.by == ranking::taylor || how.by == ranking::fisher;
    std::vector<double> all;
    for (std::size_t m = 0; m < groups.matrices(); ++m) {
        std::vector<double> values = ranked(groups.groups_of(m), weights[m],
            is_by_gradients ? slopes.sums(m) : std::span<const float>{}, how.by);
        scale_values(values, groups.groups_of(m),
            std::span{prices}.subspan(groups.first_item(m), values.size()), how.over);
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

} // namespace ablation
