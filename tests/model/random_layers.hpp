// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

#include <cstdint>
#include <random>
#include <vector>

// Random sound layers of every kind, the same for the same seed on every machine (the standard
// distributions are not, so numbers are drawn by remainder).

namespace random_layers {

inline int between(std::mt19937_64& random, int least, int most)
{
    return least + static_cast<int>(random() % static_cast<std::uint64_t>(most - least + 1));
}

template <class T>
T one_of(std::mt19937_64& random, const std::vector<T>& choices)
{
    return choices[random() % choices.size()];
}

inline constexpr espalier::layer_kind kinds[] = {espalier::layer_kind::dense,
    espalier::layer_kind::conv1d, espalier::layer_kind::conv2d,
    espalier::layer_kind::depthwise_conv2d, espalier::layer_kind::separable_conv2d,
    espalier::layer_kind::lstm, espalier::layer_kind::gru};

/// A layer of a kind with random extents and reuse factor 1, streamed half of the time; dense
/// layers follow a flatten half of the time.
/// \param size  bound of the extents of a dense layer; others are scaled to have about as many
///              weights
inline espalier::layer_spec layer_of(
    std::mt19937_64& random, espalier::layer_kind kind, int size = 80)
{
    espalier::layer_spec s{.kind = kind};
    s.io = one_of<espalier::io_type>(
        random, {espalier::io_type::io_parallel, espalier::io_type::io_stream});
    if (espalier::is_convolution(kind)) {
        s.kernel_height = kind == espalier::layer_kind::conv1d ? 1 : between(random, 1, 4);
        s.kernel_width = between(random, 1, 4);
        s.height = kind == espalier::layer_kind::conv1d ? 1 : between(random, s.kernel_height, 7);
        s.width = between(random, s.kernel_width, 7);
        s.stride_height = kind == espalier::layer_kind::conv1d ? 1 : between(random, 1, 2);
        s.stride_width = between(random, 1, 2);
        s.padding =
            one_of<espalier::padding>(random, {espalier::padding::valid, espalier::padding::same});
        s.channels = between(random, 1, size / 8);
        s.filters = kind == espalier::layer_kind::depthwise_conv2d ? s.channels
                                                                   : between(random, 1, size / 5);
    } else if (espalier::is_recurrent(kind)) {
        s.inputs = between(random, 1, size / 2);
        s.outputs = between(random, 1, size / 4);
        s.timesteps = between(random, 1, 4);
        s.bidirectional = random() % 2 == 0;
    } else if (random() % 2 == 0) {
        s.inputs = between(random, 1, size);
        s.outputs = between(random, 1, size);
    } else {
        s.height = between(random, 1, 5);
        s.width = between(random, 1, 5);
        s.channels = between(random, 1, size / 8);
        s.inputs = s.height * s.width * s.channels;
        s.outputs = between(random, 1, size);
    }
    return s;
}

/// A legal reuse factor of a matrix or, half of the time, any up to a little above the number of
/// weights.
inline int reuse_factor_for(std::mt19937_64& random, const espalier::weight_matrix& m)
{
    if (random() % 2 == 0)
        return between(random, 1, static_cast<int>(m.weights()) + 2);
    std::vector<int> legal;
    for (const std::int64_t rf : espalier::legal_reuse_factors(m))
        legal.push_back(static_cast<int>(rf));
    return one_of(random, legal);
}

/// Draws the reuse factors of a layer, each for its own matrix.
inline void draw_reuse_factors(std::mt19937_64& random, espalier::layer_spec& s)
{
    const espalier::layer_matrices matrices = espalier::matrices_of(s);
    s.reuse_factor = reuse_factor_for(random, matrices[0]);
    if (matrices.size() > 1)
        s.second_reuse_factor = reuse_factor_for(random, matrices[1]);
}

} // namespace random_layers
