// SPDX-License-Identifier: Apache-2.0
// the reuse factor must be legal for the layer
//
// The same layer from a configuration file.
#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

void program()
{
    espalier::layer_spec layer = espalier::dense{.inputs = 16, .outputs = 64};
#ifdef BROKEN
    layer.reuse_factor = 7;
#else
    layer.reuse_factor = static_cast<int>(espalier::legal_reuse_factors(layer).below(7));
#endif
    espalier::ensure_legal(layer);
}
