// SPDX-License-Identifier: Apache-2.0
// a schedule meets every weight that is not zero
//
// A weight that no multiplier meets would be missing in the result: the masks of the schedule are
// not those of the weights.
#include <espalier/hls/kernel_network.hpp>
#include <espalier/model/layers.hpp>

void program()
{
    espalier::kernel_network network("net", {1, 1, 2}, espalier::precision{16, 6});
    const espalier::layer_spec layer = espalier::dense{.inputs = 2, .outputs = 1};
    const std::vector<std::uint8_t> mask{1, 0};
#ifdef BROKEN
    const std::vector<std::int64_t> weights{3, 5};
#else
    const std::vector<std::int64_t> weights{3, 0};
#endif
    network.add(layer, {espalier::formats_of(layer), weights, {}},
        espalier::schedule_of(
            espalier::matrices_of(layer)[0], std::span<const std::uint8_t>(mask)));
}
