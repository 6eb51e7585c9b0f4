// SPDX-License-Identifier: Apache-2.0
// channels and pixels are those of the matrix
//
// `channels_of` says what they are.
#include <espalier/model/layers.hpp>
#include <espalier/prune/order_search.hpp>

#include <vector>

void program()
{
    const espalier::weight_matrix m = espalier::matrices_of(
        espalier::layer_spec(espalier::dense{.inputs = 8, .outputs = 1, .reuse_factor = 2}))[0];
    const espalier::grouping groups(m, espalier::structure::n_of(2));
    const std::vector<double> importances{9, 0, 1, 1, 0, 9, 1, 1};
#ifdef BROKEN
    const espalier::input_channels channels{.channels = 8, .pixels = 2};
#else
    const espalier::input_channels channels{.channels = 8};
#endif
    (void)espalier::best_order(
        groups, channels, importances, 0.25, espalier::input_permutation::identity(8));
}
