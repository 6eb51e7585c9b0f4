// SPDX-License-Identifier: Apache-2.0
// a rule names a layer of the network
//
// A rule of `selection_options::rules` is for a layer by its name, or for one matrix of a layer
// that has several, such as `memory.recurrent_kernel`. A layer without a name is called after its
// position, the first one `layer0`.
#include <espalier/model/layers.hpp>
#include <espalier/prune/selection.hpp>

#include <vector>

void program()
{
    const std::vector<espalier::layer_spec> layers{
        espalier::dense{.name = "fc1", .inputs = 4, .outputs = 2}};
#ifdef BROKEN
    const espalier::selection groups(layers, {.rules = {espalier::unpruned("fc2")}});
#else
    const espalier::selection groups(layers, {.rules = {espalier::unpruned("fc1")}});
#endif
}
