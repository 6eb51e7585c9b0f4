// SPDX-License-Identifier: Apache-2.0
// there is one ranking for each weight matrix
//
// A `sensitivity` ranks all matrices in one way, or is given a way for each.
#include <espalier/prune/sensitivity.hpp>

#include <span>
#include <vector>

void program()
{
    const std::vector<float> weights(8, 1.0F);
    const std::vector<float> gradients(8, 0.5F);
    const std::vector<std::span<const float>> of_one{weights};
    const std::vector<std::span<const float>> slopes{gradients};
#ifdef BROKEN
    espalier::sensitivity mine({espalier::ranking::taylor, espalier::ranking::fisher});
#else
    espalier::sensitivity mine(std::vector{espalier::ranking::taylor});
#endif
    mine.observe(of_one, slopes);
}
