// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>
#include <espalier/knapsack/solving.hpp>

#include <algorithm>
#include <limits>

// What one solve may spend. Every stage asks the same object, so that no stage can go on for long
// after the time is over, and a solve that is limited by work ends at the same point on every
// machine.

namespace espalier::detail {

class budget {
public:
    static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

    /// \param steps  work that may be done, in steps of about a nanosecond: a number that is looked
    ///               at in a loop
    budget(const stopwatch& watch, double seconds, std::uint64_t steps)
        : watch_(watch), seconds_(seconds), steps_(steps)
    {}

    /// Takes note of some work. Whether there may be more.
    bool spend(std::uint64_t steps)
    {
        spent_ += steps;
        since_reading_ += steps;
        if (since_reading_ >= tuning::steps_between_readings)
            read_clock();
        return !is_spent();
    }
    /// Looks at the clock whatever was spent since. Whether there may be more work.
    bool check()
    {
        read_clock();
        return !is_spent();
    }
    [[nodiscard]] bool is_spent() const { return out_of_time_ || spent_ >= steps_; }
    [[nodiscard]] bool out_of_time() const { return out_of_time_; }
    [[nodiscard]] std::uint64_t spent() const { return spent_; }

private:
    const stopwatch& watch_;
    double seconds_;
    std::uint64_t steps_;
    std::uint64_t spent_ = 0;
    std::uint64_t since_reading_ = 0;
    bool out_of_time_ = false;

    /// Once over, the time stays over, whatever a clock says later.
    void read_clock()
    {
        since_reading_ = 0;
        out_of_time_ = out_of_time_ || watch_.seconds() > seconds_;
    }
};

/// A part of a budget: what one search may spend before another has its turn.
class allowance {
    budget& whole_;
    std::uint64_t left_;

public:
    /// \param whole  must outlive this; what is spent here is spent there
    allowance(budget& whole, std::uint64_t steps) : whole_(whole), left_(steps) {}

    bool spend(std::uint64_t steps)
    {
        left_ -= std::min(left_, steps);
        return whole_.spend(steps) && left_ > 0;
    }
    [[nodiscard]] bool is_spent() const { return left_ == 0 || whole_.is_spent(); }
};

} // namespace espalier::detail
