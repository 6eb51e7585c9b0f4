// SPDX-License-Identifier: Apache-2.0
// inputs are permuted in a layer under N:M, behind a layer whose rows may move
//
// With `pruner_options::permute_inputs` there is such a layer. Rows may move where memories are
// packed and the reuse factor divides the inputs, at reuse factor 1, and where multipliers are
// shared (`rows_may_move`): elsewhere multipliers share memory columns with neighbours.
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.name = "fc1", .inputs = 8, .outputs = 8, .reuse_factor = 2},
        espalier::dense{.name = "fc2", .inputs = 8, .outputs = 4, .reuse_factor = 2}};
    std::vector<std::vector<float>> weights{
        std::vector<float>(64, 1.0F), std::vector<float>(32, 1.0F)};
#ifdef BROKEN
    const espalier::structure of_first = espalier::structure::multipliers;
#else
    const espalier::structure of_first = espalier::structure::packed_multipliers;
#endif
    const espalier::pruner pruner{layers, {espalier::weights_in(espalier::layout::keras, weights)},
        {.selection = {.structure = espalier::structure::n_of(2),
             .rules = {{.layer = "fc1", .structure = of_first}}},
            .permute_inputs = espalier::order_search{}}};
}
