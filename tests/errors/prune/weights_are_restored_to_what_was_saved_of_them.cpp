// SPDX-License-Identifier: Apache-2.0
// weights are restored to what was saved of them
//
// `restore` takes the bytes that `save` gave, and those of another matrix or number type are more
// or fewer.
#include <espalier/prune/weight_view.hpp>

#include <vector>

void program()
{
    std::vector<float> weights(8, 1.0F);
#ifdef BROKEN
    std::vector<float> others(6, 1.0F);
#else
    std::vector<float> others(8, 1.0F);
#endif
    const espalier::weight_view view(weights, espalier::layout::pytorch);
    view.restore(espalier::weight_view(others, espalier::layout::pytorch).save());
}
