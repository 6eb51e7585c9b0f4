// SPDX-License-Identifier: Apache-2.0
// a part of the state is restored to what was saved of it
//
// `restore` takes the bytes that `save` gave, and those of another part are more or fewer.
#include <espalier/prune/trainee.hpp>

#include <vector>

void program()
{
    std::vector<float> bias(2, 0.5F);
#ifdef BROKEN
    std::vector<float> other(3, 0.5F);
#else
    std::vector<float> other(2, 0.5F);
#endif
    const espalier::state_part part("bias", bias);
    part.restore(espalier::state_part("other", other).save());
}
