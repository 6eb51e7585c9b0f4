// SPDX-License-Identifier: Apache-2.0
// a target holds what pruning cannot remove
//
// An amount is for the whole network: batch normalisation, tables, gates and FIFOs stay.
#include <espalier/prune/pruning_target.hpp>

void program()
{
#ifdef BROKEN
    const espalier::pruning_target target = espalier::at_most{.dsp = 10};
#else
    const espalier::pruning_target target = espalier::at_most{.dsp = 20};
#endif
    (void)target.of({.dsp = 100}, {.dsp = 16}); // of 116, 16 are of a batch normalisation
}
