// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace espalier {

/// Wall time since it was made.
class stopwatch {
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();

public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    }
};

} // namespace espalier
