// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

// What all sums of the values are multiples of. Where the values are equal, or small integers, two
// choices differ by a whole step or not at all, and a bound less than one step above the best
// choice known is a proof. (Values of trained weights have no common divisor but a rounding error;
// that is found out after a few of them.)

namespace espalier::detail {

/// Euclid's algorithm on numbers that are not integers. `fmod` is exact, and so is the result.
class common_divisor {
    double divisor_ = 0;
    double least_;

public:
    /// \param least  a divisor below this is of no use
    explicit common_divisor(double least) : least_(least) {}

    /// Takes one more value into account.
    void add(double value)
    {
        while (value > 0 && divisor_ >= 0) {
            const double rest = divisor_ > 0 ? std::fmod(divisor_, value) : 0.0;
            divisor_ = value;
            value = rest;
            if (divisor_ < least_)
                divisor_ = -1; // too small: give up
        }
    }
    /// For whoever knows of a value that is a multiple of nothing.
    void give_up() { divisor_ = -1; }
    [[nodiscard]] bool gave_up() const { return divisor_ < 0; }

    /// A little less than what two choices of different value differ by at least, or 0.
    [[nodiscard]] double step() const { return divisor_ > 0 ? divisor_ * (1 - 1e-6) : 0.0; }
};

} // namespace espalier::detail
