// SPDX-License-Identifier: Apache-2.0
// a block has at least one output and one input
#include <espalier/model/grouping.hpp>
#include <espalier/model/layers.hpp>

constexpr espalier::grouping groups(
    espalier::matrices_of(espalier::dense{.inputs = 4, .outputs = 2})[0],
#ifdef BROKEN
    {.kind = espalier::structure_kind::block, .block_outputs = 0});
#else
    {.kind = espalier::structure_kind::block, .block_outputs = 2, .block_inputs = 2});
#endif
