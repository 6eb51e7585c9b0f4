// SPDX-License-Identifier: Apache-2.0
// a schedule answers a progress in [0, 1]
//
// A schedule of your own answers how far along the way to its target the next round goes: 1 is the
// target, whatever that is. It is not the part that is to be removed, nor per cent.
#include <espalier/prune/schedule.hpp>

#include <optional>
#include <span>

struct at_once {
    espalier::pruning_target target = 0.9;
    std::optional<double> operator()(std::span<const espalier::trial> trials) const
    {
#ifdef BROKEN
        return trials.empty() ? std::optional(80.0) : std::nullopt;
#else
        return trials.empty() ? std::optional(0.8) : std::nullopt;
#endif
    }
};

void program()
{
    const espalier::schedule steps = at_once{};
    (void)steps.next({});
}
