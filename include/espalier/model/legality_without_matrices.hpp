// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layer_spec.hpp>

#include <cstdint>

// What a layer without weight matrices may be. `ensure_sound` and `ensure_legal` of legality.hpp
// ask here.

namespace espalier::detail {

/// Values that one step of a layer works on side by side: those of a pixel under io_stream and of a
/// softmax, of an inference under io_parallel.
constexpr std::int64_t values_at_once(const layer_spec& s)
{
    const bool pixel_by_pixel =
        s.io == io_type::io_stream ||
        (s.kind == layer_kind::activation && s.function == activation_function::softmax);
    return output_channels(s) * (pixel_by_pixel ? 1 : output_pixels(s));
}

/// Refuses what has no meaning.
constexpr void ensure_sound_without_matrices(const layer_spec& s)
{
    constexpr std::int64_t most = std::int64_t{1} << 40;
    if (is_pooling(s.kind)) {
        ensure(s.height >= 1 && s.width >= 1 && s.channels >= 1,
            "an image to pool has at least one row, column and channel", given{"height", s.height},
            given{"width", s.width}, given{"channels", s.channels});
        ensure(s.kernel_height >= 1 && s.kernel_width >= 1 &&
                   (s.padding == padding::same ||
                       (s.kernel_height <= s.height && s.kernel_width <= s.width)),
            "a pooling window has at least one row and column and is no larger than its image",
            given{"pool_height", s.kernel_height}, given{"height", s.height},
            given{"pool_width", s.kernel_width}, given{"width", s.width});
        ensure(s.stride_height >= 1 && s.stride_width >= 1, "a stride is at least 1",
            given{"stride_height", s.stride_height}, given{"stride_width", s.stride_width});
        std::int64_t values = 1;
        for (const std::int64_t factor :
            {s.height, s.width, s.channels, s.kernel_height, s.kernel_width}) {
            ensure(values <= most / factor, "a pooling layer reads at most 2^40 values",
                given{"values at least", values}, given{"times", factor});
            values *= factor;
        }
        return;
    }
    ensure(s.inputs >= 1, "a layer has at least one input", given{"inputs", s.inputs});
    ensure(s.channels == 0 || (s.channels > 0 && s.inputs % s.channels == 0),
        "the values of a layer are whole pixels of its channels", given{"inputs", s.inputs},
        given{"channels", s.channels});
    ensure_sound(s.table);
    ensure(s.table_size >= 2 && s.table_size <= 1 << 20, "a table has between 2 and 2^20 words",
        given{"table_size", s.table_size});
}

/// Refuses what hls4ml has no kernel for. The layer must be sound.
constexpr void ensure_legal_without_matrices(const layer_spec& s)
{
    ensure(s.reuse_factor <= values_at_once(s),
        "a reuse factor is at most the number of values that share a multiplier",
        given{"layer", s.name.view()}, given{"reuse_factor", s.reuse_factor},
        given{"values", values_at_once(s)});
    if (is_pooling(s.kind) && s.io == io_type::io_stream) {
        const bool pads =
            s.padding == padding::same &&
            ((output_height(s) - 1) * std::int64_t{s.stride_height} + s.kernel_height > s.height ||
                (output_width(s) - 1) * std::int64_t{s.stride_width} + s.kernel_width > s.width);
        ensure(!pads, "a pooling layer under io_stream does not pad", given{"layer", s.name.view()},
            given{"height", s.height}, given{"width", s.width},
            given{"pool_height", s.kernel_height}, given{"pool_width", s.kernel_width});
    }
}

} // namespace espalier::detail
