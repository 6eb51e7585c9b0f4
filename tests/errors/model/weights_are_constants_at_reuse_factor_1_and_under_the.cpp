// SPDX-License-Identifier: Apache-2.0
// weights are constants at reuse factor 1 and under the latency strategy only
//
// A multiplier that reads its weights from a memory cannot be specialised for one. What such a
// matrix needs is counted from the weights themselves.
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

#ifdef BROKEN
constexpr espalier::dense layer{.inputs = 4, .outputs = 2, .reuse_factor = 2};
#else
constexpr espalier::dense layer{.inputs = 4, .outputs = 2};
#endif
constexpr auto need = espalier::cost(
    espalier::matrices_of(layer)[0], espalier::constant_counts{.products = 8, .dsp = 8});
