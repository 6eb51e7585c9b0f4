// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

namespace espalier::detail {

/// What the search knows at its end.
struct search_result {
    double loss = std::numeric_limits<double>::infinity(); ///< of the best choice, scaled values
    double least_loss = 0;                                 ///< no choice loses less
    bool proven = false; ///< the choice is optimal, or, where the loss is infinite, there is none
};

} // namespace espalier::detail
