// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/label.hpp>
#include <espalier/model/layer_spec.hpp>

#include <dlib/dnn.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The layers of a dlib network as hardware sees them: made from the network, or written by hand and
// compared with it.

namespace espalier {

namespace detail {

/// The numbers of a layer that a network knows.
struct dlib_number {
    const char* field;
    int layer_spec::*number;
};
inline constexpr dlib_number dlib_geometry[] = {{"inputs", &layer_spec::inputs},
    {"outputs", &layer_spec::outputs}, {"height", &layer_spec::height},
    {"width", &layer_spec::width}, {"channels", &layer_spec::channels},
    {"filters", &layer_spec::filters}, {"kernel_height", &layer_spec::kernel_height},
    {"kernel_width", &layer_spec::kernel_width}, {"stride_height", &layer_spec::stride_height},
    {"stride_width", &layer_spec::stride_width}};

/// What the layers of a network say of themselves, gathered while data is in it.
struct dlib_layers_visitor {
    const layer_spec& hardware;
    std::vector<layer_spec>& found;
    /// What the layer sees that is visited next. Asked for by layers with weights only: others may
    /// work in place, and then the output below them is no more.
    std::function<const dlib::tensor&()> below;

    template <long Filters, long Rows, long Columns, int... Steps>
    void describe(const dlib::con_<Filters, Rows, Columns, Steps...>& con) const
    {
        layer_spec s = hardware;
        s.kind = layer_kind::conv2d;
        s.name = name_of_next("con");
        see_image(s);
        s.filters = static_cast<int>(con.num_filters());
        s.kernel_height = static_cast<int>(con.nr());
        s.kernel_width = static_cast<int>(con.nc());
        s.stride_height = static_cast<int>(con.stride_y());
        s.stride_width = static_cast<int>(con.stride_x());
        const auto is = [&](padding p) {
            return pads_as(p, s.height, s.kernel_height, s.stride_height, con.padding_y()) &&
                   pads_as(p, s.width, s.kernel_width, s.stride_width, con.padding_x());
        };
        s.padding = is(padding::valid) ? padding::valid : padding::same;
        ensure(is(s.padding),
            "the padding of a con_ layer is one that Espalier knows: valid or same",
            given{"layer", s.name.view()}, given{"kernel_height", s.kernel_height},
            given{"padding_y", con.padding_y()}, given{"kernel_width", s.kernel_width},
            given{"padding_x", con.padding_x()});
        found.push_back(s);
    }
    template <unsigned long Outputs, dlib::fc_bias_mode Bias>
    void describe(const dlib::fc_<Outputs, Bias>& fc) const
    {
        layer_spec s = hardware;
        s.kind = layer_kind::dense;
        s.name = name_of_next("fc");
        see_image(s);
        s.inputs = s.height * s.width * s.channels;
        s.outputs = static_cast<int>(fc.get_num_outputs());
        if (s.height * s.width == 1) // nothing was flattened
            s.height = s.width = s.channels = 0;
        found.push_back(s);
    }
    template <class Details>
    void describe(const Details&) const
    {}

    template <class Layer>
    void operator()(std::size_t, Layer& layer)
    {
        if constexpr (dlib::is_nonloss_layer_type<Layer>::value) {
            if constexpr (dlib::is_add_layer<Layer>::value)
                describe(layer.layer_details());
            below = [&layer]() -> const dlib::tensor& { return layer.get_output(); };
        }
    }

private:
    void see_image(layer_spec& s) const
    {
        s.height = static_cast<int>(below().nr());
        s.width = static_cast<int>(below().nc());
        s.channels = static_cast<int>(below().k());
    }
    /// dlib pads both ends by the same number; the frameworks' "same" makes ⌈extent / stride⌉
    /// outputs with the smaller half of the zeros in front.
    static bool pads_as(padding p, int extent, int kernel, int stride, long zeros)
    {
        if (p == padding::valid)
            return zeros == 0;
        const int outputs = (extent - 1) / stride + 1;
        const int all_zeros = std::max((outputs - 1) * stride + kernel - extent, 0);
        return zeros == all_zeros / 2 && (extent + 2 * zeros - kernel) / stride + 1 == outputs;
    }
    [[nodiscard]] espalier::label name_of_next(std::string_view kind) const
    {
        const auto of_kind = std::count_if(found.begin(), found.end(),
            [&](const layer_spec& s) { return s.name.view().starts_with(kind); });
        return espalier::label(std::string(kind) + std::to_string(of_kind + 1));
    }
};

} // namespace detail

/// The layers of a network as the hardware sees them: geometry from the network, everything else
/// (precisions, strategy, factors, io) from one pattern, to be changed layer by layer where they
/// differ. Their order is that of `weights_of`, their names are con1, con2, …, fc1, fc2, …
/// \param sample    of the network's input; a copy of the network runs with it, as the sizes of
///                  images are not in a network's type
/// \throws std::invalid_argument if a convolution pads in a way that `padding` has no name for
template <class Net>
[[nodiscard]] std::vector<layer_spec> layers_of(
    const Net& net, const typename Net::input_type& sample, const layer_spec& hardware)
{
    Net copy(net);
    dlib::resizable_tensor data;
    copy.to_tensor(&sample, &sample + 1, data);
    if constexpr (dlib::is_loss_layer_type<Net>::value)
        copy.subnet().forward(data);
    else
        copy.forward(data);
    std::vector<layer_spec> layers;
    dlib::visit_layers_backwards(copy, detail::dlib_layers_visitor{hardware, layers,
                                           [&data]() -> const dlib::tensor& { return data; }});
    return layers;
}

/// Whether layers that were written by hand are those of a network. Shapes alone, which a pruner
/// compares, say nothing of images, strides and padding.
/// \throws std::invalid_argument naming the layer and the first field in which they differ
template <class Net>
void ensure_describes(
    std::span<const layer_spec> layers, const Net& net, const typename Net::input_type& sample)
{
    const std::vector<layer_spec> expected = layers_of(net, sample, layer_spec{});
    ensure(layers.size() == expected.size(),
        "there is one layer for each con_ and fc_ layer of a network",
        given{"layers", layers.size()}, given{"network", expected.size()});
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const layer_spec& mine = layers[i];
        const layer_spec& its = expected[i];
        ensure(mine.kind == its.kind, "layers stand in the order in which data passes them",
            given{"layer", mine.name.view()}, given{"kind", to_string(mine.kind)},
            given{"the network's", to_string(its.kind)});
        for (const auto& [field, number] : detail::dlib_geometry) {
            // A dense layer without .flattened has inputs in the order in which dlib counts them.
            const bool is_open = mine.kind == layer_kind::dense && mine.channels == 0 &&
                                 number != &layer_spec::inputs && number != &layer_spec::outputs;
            ensure(is_open || mine.*number == its.*number,
                "a layer is what the network has in its place", given{"layer", mine.name.view()},
                given{"field", std::string_view(field)}, given{"value", mine.*number},
                given{"the network's", its.*number});
        }
        const bool pads = is_convolution(mine.kind);
        ensure(!pads || (output_height(mine) == output_height(its) &&
                            output_width(mine) == output_width(its)),
            "a layer pads as the network does in its place", given{"layer", mine.name.view()},
            given{"same", mine.padding == padding::same},
            given{"the network's", its.padding == padding::same});
    }
}

} // namespace espalier
