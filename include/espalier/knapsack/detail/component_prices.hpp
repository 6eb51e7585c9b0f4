// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/component_choices.hpp>
#include <espalier/knapsack/detail/relaxation.hpp>
#include <espalier/knapsack/problem.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

// The best prices for items that share units.
//
// They minimise the Lagrangian bound L(λ) = λ·room + Σ over components of their best worth at λ, a
// convex function that comes with a subgradient for free. It is minimised by cutting planes: the
// master program, over the choices that the components made at the prices tried so far, is a
// knapsack relaxation with one row per resource and one for "a mixture of choices", and its dual
// prices are the next ones to try. First on samples of the components; then on those whose choice
// is not clear at the sample's prices, the others being fixed, until it turns out that no fixed one
// would change.

namespace espalier::detail {

class component_prices {
public:
    component_prices(component_choices& at, const resource_vector& room) : at_(at), room_(room) {}

    /// Sets the prices, and solves all components at them.
    void find()
    {
        std::vector<std::uint32_t> some;
        std::size_t sampled = 1'024;
        if (at_.parts.items() <= 2 * sampled) {
            some.resize(at_.parts.size());
            std::iota(some.begin(), some.end(), std::uint32_t{0});
            minimise(some, room_);
            at_.sweep();
            return;
        }
        minimise_sample(some, sampled, 0);
        while (at_.parts.items() > 64 * sampled) {
            sampled *= 16;
            minimise_sample(some, sampled, 0.15);
        }
        at_.sweep();
        std::vector<std::uint8_t> is_active(at_.parts.size(), 0);
        const double clear = of_rank(at_.margin,
            static_cast<std::size_t>(5 * std::sqrt(1.0 / static_cast<double>(some.size())) *
                                     static_cast<double>(at_.parts.size())));
        for (std::size_t c = 0; c < at_.parts.size(); ++c)
            is_active[c] = at_.margin[c] <= clear;
        const double close = 0.02 * of_rank(at_.margin, 30);
        for (;;) {
            some.clear();
            component_choices::tally used(at_);
            for (std::size_t c = 0; c < at_.parts.size(); ++c)
                if (is_active[c]) {
                    some.push_back(static_cast<std::uint32_t>(c));
                    used.add(c, at_.choice_of(c));
                }
            const std::array<double, max_resources> before = at_.price;
            minimise(
                some, at_.less(at_.less(room_, at_.total_usage), used.usage(), -1), 0.15, close);
            bool done = true;
            for (const std::uint32_t c : at_.sweep_again(before, clear))
                if (!is_active[c]) {
                    is_active[c] = 1;
                    done = false;
                }
            if (done)
                return;
        }
    }

private:
    component_choices& at_;
    resource_vector room_;

    /// The margin that so many components do not exceed; infinite if there are not so many.
    [[nodiscard]] static double of_rank(std::vector<double> margins, std::size_t rank)
    {
        if (rank >= margins.size())
            return std::numeric_limits<double>::infinity();
        const auto at = margins.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(margins.begin(), at, margins.end());
        return *at;
    }

    /// The prices of a sample of about so many items, with capacities in proportion.
    void minimise_sample(std::vector<std::uint32_t>& some, std::size_t items, double fence)
    {
        some.clear();
        sample(some, items * at_.parts.size() / at_.parts.items() + 1);
        std::size_t sampled = 0;
        double worth = 0;
        for (const std::uint32_t c : some)
            for (std::size_t at = at_.parts.first[c]; at < at_.parts.first[c + 1]; ++at) {
                ++sampled;
                worth += std::max(at_.parts.value[at], 0.0);
            }
        resource_vector room{};
        for (std::size_t r = 0; r < at_.rows; ++r)
            room[r] = static_cast<std::int64_t>(static_cast<double>(room_[r]) *
                                                static_cast<double>(sampled) /
                                                static_cast<double>(at_.parts.items()));
        minimise(some, room, fence, 1e-6 * worth);
    }

    void sample(std::vector<std::uint32_t>& some, std::size_t count) const
    {
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t begin = k * at_.parts.size() / count;
            const std::size_t end = (k + 1) * at_.parts.size() / count;
            std::uint64_t mix = (k + 1) * 0x9e3779b97f4a7c15U;
            mix = (mix ^ (mix >> 29)) * 0xbf58476d1ce4e5b9U;
            if (end > begin)
                some.push_back(static_cast<std::uint32_t>(
                    begin + static_cast<std::size_t>(mix >> 33) % (end - begin)));
        }
    }

    /// Minimises the Lagrangian bound of some components by cutting planes, from the prices on.
    /// \param fence  how far from the prices the minimum is expected, as a share of the prices; 0:
    /// no
    ///               idea. Prices are kept within the fence until the minimum turns out beyond it.
    /// \param close  distance to the minimum that is close enough
    void minimise(const std::vector<std::uint32_t>& some, const resource_vector& room,
        double fence = 0, double close = 0)
    {
        const std::size_t rows = at_.rows + 1; // the last: the weights of the mixture sum up to 1
        resource_vector master_room = room;
        master_room[at_.rows] = 1;
        std::vector<resource_vector> usages;
        std::vector<double> worths;
        double worth_of_all = 0;
        for (const std::uint32_t c : some)
            for (std::size_t at = at_.parts.first[c]; at < at_.parts.first[c + 1]; ++at)
                worth_of_all += std::max(at_.parts.value[at], 0.0);
        add_penalty(master_room, worth_of_all, usages, worths);
        std::size_t fences = 0;
        if (fence > 0)
            fences = add_fence(fence, usages, worths);

        double least = std::numeric_limits<double>::infinity();
        std::array<double, max_resources> best_price = at_.price;
        std::array<double, max_resources> at = at_.price;
        for (int round = 0; round < 300; ++round) {
            auto [worth, usage] = at_.best_at(at, some);
            double bound = worth;
            double paid = 0;
            for (std::size_t r = 0; r < at_.rows; ++r) {
                bound += at[r] * static_cast<double>(room[r]);
                paid += at[r] * static_cast<double>(usage[r]);
            }
            if (bound < least) {
                least = bound;
                best_price = at;
            }
            usage[at_.rows] = 1;
            usages.push_back(usage);
            worths.push_back(worth + paid);
            const scaled_costs scaled(rows, usages);
            relaxation master(usages, scaled, master_room, {});
            for (std::size_t k = 0; k < worths.size(); ++k)
                master.add(worths[k], static_cast<std::uint32_t>(k), k < fences ? 1e9 : 2);
            if (master.solve() != relaxation_status::optimal)
                break;
            if (least - master.bound <= std::max(close, 1e-11 * std::abs(least))) {
                bool beyond = false;
                for (std::size_t k = 0; k < fences; ++k)
                    beyond = beyond || master.value[k] > 1e-6;
                if (!beyond)
                    break;
                usages.erase(usages.begin(), usages.begin() + static_cast<std::ptrdiff_t>(fences));
                worths.erase(worths.begin(), worths.begin() + static_cast<std::ptrdiff_t>(fences));
                fences = 0;
                continue;
            }
            at = master.prices();
            at[at_.rows] = 0;
        }
        at_.price = best_price;
        at_.price[at_.rows] = 0;
    }

    /// Columns that buy a resource above its expected price and sell it below: they keep the master
    /// program's prices in between.
    std::size_t add_fence(
        double width, std::vector<resource_vector>& usages, std::vector<double>& worths) const
    {
        double total = 0;
        for (std::size_t r = 0; r < at_.rows; ++r)
            total += at_.price[r] * static_cast<double>(std::max<std::int64_t>(room_[r], 0));
        std::size_t count = 0;
        for (std::size_t r = 0; r < at_.rows; ++r) {
            const auto capacity = static_cast<double>(std::max<std::int64_t>(room_[r], 1));
            const double by = width * std::max(at_.price[r], 0.05 * total / capacity);
            resource_vector unit{};
            unit[r] = -1;
            usages.insert(usages.begin(), unit);
            worths.insert(worths.begin(), -(at_.price[r] + by));
            ++count;
            if (at_.price[r] - by > 0) {
                unit[r] = 1;
                usages.insert(usages.begin(), unit);
                worths.insert(worths.begin(), at_.price[r] - by);
                ++count;
            }
        }
        return count;
    }

    /// Where even the empty choice breaks a row (a floor), a column that mends it at a prohibitive
    /// loss keeps the master program feasible.
    void add_penalty(const resource_vector& room, double worth_of_all,
        std::vector<resource_vector>& usages, std::vector<double>& worths) const
    {
        resource_vector mend{};
        bool needed = false;
        for (std::size_t r = 0; r < at_.rows; ++r)
            if (room[r] < 0) {
                mend[r] = room[r];
                needed = true;
            }
        if (!needed)
            return;
        usages.push_back(mend);
        worths.push_back(-1e3 * (worth_of_all + 1));
    }
};

} // namespace espalier::detail
