// SPDX-License-Identifier: Apache-2.0
// an order of inputs has a place for each of them
//
// Of a row, not of the channels: `input_channels::inputs_under` turns one into the other.
#include <espalier/model/input_channels.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/prune/assign.hpp>

#include <cstddef>
#include <vector>

void program()
{
    const espalier::weight_matrix m = espalier::matrices_of(espalier::layer_spec(
        espalier::dense{.inputs = 8, .outputs = 1, .flattened = {1, 2, 4}, .reuse_factor = 2}))[0];
    const espalier::grouping groups(m, espalier::structure::n_of(2));
    const std::vector<double> importances{9, 0, 1, 1, 0, 9, 1, 1};
#ifdef BROKEN
    const std::vector<std::size_t> input_at{1, 0, 2, 3};
#else
    const std::vector<std::size_t> input_at =
        espalier::channels_of(m, espalier::layout::keras)
            .inputs_under(espalier::input_permutation({1, 0, 2, 3}));
#endif
    (void)espalier::assign(groups, importances, input_at);
}
