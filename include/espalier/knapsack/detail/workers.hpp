// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <cstddef>
#include <future>
#include <vector>

// Threads for the sweeps over all items. A range is cut into grains of a fixed size and a part of
// consecutive grains goes to each thread. Sums of real numbers are taken grain by grain and added
// up in the order of the grains, so that no result depends on the number of threads.

namespace espalier::detail {

class workers {
public:
    /// Things in a grain, where the work on each of them is a few instructions.
    static constexpr std::size_t grain = tuning::grain;

    workers() = default;
    /// \param threads  at least 1; none is started before there is work for it
    explicit workers(std::size_t threads) : threads_(threads) {}

    [[nodiscard]] std::size_t threads() const { return threads_; }

    /// The number of parts that so many things are cut into: at least one.
    [[nodiscard]] std::size_t parts(std::size_t things, std::size_t the_grain = grain) const
    {
        return std::clamp<std::size_t>(grains(things, the_grain), 1, threads_);
    }
    /// The number of grains of so many things; the last may be smaller.
    [[nodiscard]] static std::size_t grains(std::size_t things, std::size_t the_grain = grain)
    {
        return (things + the_grain - 1) / the_grain;
    }

    /// Calls `work(part, begin, end)` for every part, side by side. The first runs in the calling
    /// thread; where there is only one, no other thread is started.
    /// \throws what `work` throws, std::system_error if there is no thread to be had
    template <class Work>
    void each_part(std::size_t things, std::size_t the_grain, const Work& work) const
    {
        run(things, the_grain, &work,
            [](const void* what, std::size_t part, std::size_t begin, std::size_t end) {
                (*static_cast<const Work*>(what))(part, begin, end);
            });
    }
    template <class Work>
    void each_part(std::size_t things, const Work& work) const
    {
        each_part(things, grain, work);
    }

    /// What `work(begin, end)` returns for every part, in the order of the parts.
    template <class Result, class Work>
    [[nodiscard]] std::vector<Result> of_parts(std::size_t things, const Work& work) const
    {
        std::vector<Result> results(parts(things));
        each_part(things, [&](std::size_t part, std::size_t begin, std::size_t end) {
            results[part] = work(begin, end);
        });
        return results;
    }

private:
    std::size_t threads_ = 1;

    /// The same for work of any type, so that what starts threads is compiled once and not for
    /// every sweep: it takes a compiler half a second in all.
    void run(std::size_t things, std::size_t the_grain, const void* what,
        void (*work)(const void*, std::size_t, std::size_t, std::size_t)) const
    {
        const std::size_t count = parts(things, the_grain);
        const auto begin = [&](std::size_t part) {
            return std::min(things, grains(things, the_grain) * part / count * the_grain);
        };
        std::vector<std::future<void>> others; // their destructors wait, whatever is thrown
        for (std::size_t part = 1; part < count; ++part)
            others.push_back(std::async(
                std::launch::async, [&, part] { work(what, part, begin(part), begin(part + 1)); }));
        work(what, 0, 0, begin(1));
        for (std::future<void>& other : others)
            other.get();
    }
};

} // namespace espalier::detail
