// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <utility>

namespace example {

/// Shows how far a phase of training is: a bar that moves on a terminal, a line now and then
/// elsewhere.
class progress {
public:
    progress(std::string phase, std::int64_t steps) : phase_(std::move(phase)), steps_(steps) {}

    void show(std::int64_t step, double loss)
    {
        const auto now = clock::now();
        const bool last = step == steps_;
        if (terminal_) {
            if (!last && now - shown_ < std::chrono::milliseconds(200))
                return;
            constexpr int width = 30;
            const auto full = static_cast<int>(width * step / steps_);
            const double seconds = std::chrono::duration<double>(now - begun_).count();
            const double left =
                seconds * static_cast<double>(steps_ - step) / static_cast<double>(step);
            std::printf("\r%-12s [%.*s%.*s] %3d %%  loss %.4f  %4.0f s left ", phase_.c_str(), full,
                "##############################", width - full, "..............................",
                static_cast<int>(100 * step / steps_), loss, left);
            if (last)
                std::printf("\r%*s\r", 78, "");
            shown_ = now;
        } else if (!last && now - shown_ >= std::chrono::seconds(15)) {
            std::printf("%s: %d %%, loss %.4f\n", phase_.c_str(),
                static_cast<int>(100 * step / steps_), loss);
            shown_ = now;
        }
        std::fflush(stdout);
    }

private:
    using clock = std::chrono::steady_clock;
    std::string phase_;
    std::int64_t steps_;
    bool terminal_ = isatty(STDOUT_FILENO) != 0;
    clock::time_point begun_ = clock::now();
    clock::time_point shown_ = begun_;
};

} // namespace example
