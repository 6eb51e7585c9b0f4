// SPDX-License-Identifier: Apache-2.0
// a kernel has the schedule of its layer's matrix
//
// A schedule knows the matrix it was made for, reuse factor and precisions included.
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::kernel_network network("net", {1, 1, 4}, espalier::precision{16, 6});
    const espalier::layer_spec layer =
        espalier::dense{.inputs = 4, .outputs = 2, .reuse_factor = 2};
#ifdef BROKEN
    const espalier::layer_spec scheduled = espalier::dense{.inputs = 4, .outputs = 2};
#else
    const espalier::layer_spec scheduled = layer;
#endif
    network.add(layer, {espalier::formats_of(layer), {1, 2, 3, 4, 5, 6, 7, 8}, {}},
        espalier::schedule_of(espalier::matrices_of(scheduled)[0]));
}
