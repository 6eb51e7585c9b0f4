// SPDX-License-Identifier: Apache-2.0
#include "networks.hpp"

#include <espalier/model/layers.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/with/dlib.hpp>

#include <dlib/dnn.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using strided_convolution = dlib::con_<4, 3, 2, 2, 1, 0, 0>;
using padded_convolution = dlib::con_<4, 3, 5, 1, 1, 1, 2>;

TEST_CASE_TEMPLATE("the weights of dlib are where layout::dlib says, asked of dlib's forward pass",
    Convolution, strided_convolution, padded_convolution)
{
    using channels = std::array<dlib::matrix<float>, 2>;
    dlib::fc<3, dlib::add_layer<Convolution, dlib::input<channels>>> net;
    std::mt19937 random(3);
    channels sample{dlib::matrix<float>(7, 6), dlib::matrix<float>(7, 6)};
    for (auto& channel : sample)
        for (float& pixel : channel)
            pixel = static_cast<float>(random() % 16); // small integers: sums are exact
    dlib::resizable_tensor data;
    net.to_tensor(&sample, &sample + 1, data);
    net.forward(data);
    dlib::visit_layer_parameters(net, [&](dlib::tensor& all) {
        for (float& number : all)
            number = static_cast<float>(random() % 8);
    });
    const auto views = weights_of(net);
    const auto layers = layers_of(net, sample, hardware);
    REQUIRE(views.size() == 2);
    REQUIRE(layers.size() == 2);
    const auto& con = dlib::layer<1>(net);
    const auto& fc = dlib::layer<0>(net);
    const long width = con.layer_details().nc(); // of the kernel
    CHECK(views[0].shape() == tensor_shape{4, 2, 3, width});
    // What the layers put out when a weight, in the order of its view, is raised by one.
    const auto raised = [&](const weight_view& view, std::size_t at, const dlib::tensor& output) {
        const auto raise = [&](float by) {
            view.update([&](auto weights) { weights[at] += by; });
            net.forward(data);
            return std::vector<float>(output.begin(), output.end());
        };
        const std::vector<float> before = raise(0);
        std::vector<float> change = raise(1);
        for (std::size_t i = 0; i < change.size(); ++i)
            change[i] -= before[i];
        raise(-1);
        return change;
    };
    // A convolution, literally: what is raised meets its pixel in every output of its filter.
    const long rows = con.get_output().nr();
    const long columns = con.get_output().nc();
    const long stride = con.layer_details().stride_y();
    const long up = con.layer_details().padding_y();
    const long left = con.layer_details().padding_x();
    const weight_matrix kernel = matrices_of(layers[0])[0];
    int wrong = 0;
    for (long f = 0; f < 4; ++f)
        for (long r = 0; r < 3; ++r)
            for (long c = 0; c < width; ++c)
                for (long k = 0; k < 2; ++k) {
                    const auto flat = ((f * 3 + r) * width + c) * 2 + k; // in the hardware's order
                    const auto at = to_framework(kernel, views[0].order(), flat);
                    const auto change =
                        raised(views[0], static_cast<std::size_t>(at), con.get_output());
                    auto next = change.begin();
                    for (long filter = 0; filter < 4; ++filter)
                        for (long y = 0; y < rows; ++y)
                            for (long x = 0; x < columns; ++x) {
                                const long py = stride * y + r - up;
                                const long px = x + c - left;
                                const bool inside = py >= 0 && py < 7 && px >= 0 && px < 6;
                                const float pixel =
                                    inside ? sample[static_cast<std::size_t>(k)](py, px) : 0;
                                wrong += *next++ != (filter == f ? pixel : 0) ? 1 : 0;
                            }
                }
    CHECK(wrong == 0);
    // And a dense layer: an input as the hardware counts it, (row, column, channel).
    const weight_matrix matrix = matrices_of(layers[1])[0];
    const dlib::tensor& seen = con.get_output();
    for (long out = 0; out < 3; ++out)
        for (long y = 0; y < rows; ++y)
            for (long x = 0; x < columns; ++x)
                for (long k = 0; k < 4; ++k) {
                    const auto flat = ((out * rows + y) * columns + x) * 4 + k;
                    const auto at = to_framework(matrix, views[1].order(), flat);
                    const auto change =
                        raised(views[1], static_cast<std::size_t>(at), fc.get_output());
                    const float input = seen.host()[(k * rows + y) * columns + x];
                    for (long o = 0; o < 3; ++o)
                        wrong += change[static_cast<std::size_t>(o)] != (o == out ? input : 0);
                }
    CHECK(wrong == 0);
    // A mask that keeps nothing leaves the biases alone, which lie behind the weights.
    for (const weight_view& view : views)
        view.mask(std::vector<std::uint8_t>(view.size(), 0));
    const auto is_zero = [](float w) { return w == 0; };
    for (const auto& [all, biases] : {std::pair(&con.layer_details().get_layer_params(), 4),
             {&fc.layer_details().get_layer_params(), 3}}) {
        const float* end = all->host() + all->size();
        CHECK(std::all_of(all->host(), end - biases, is_zero));
        CHECK_FALSE(std::all_of(end - biases, end, is_zero));
    }
}

TEST_CASE("layers are read off the network, and those written by hand are compared with it")
{
    lenet net;
    const image& sample = training().images[0];
    const auto layers = layers_of(net, sample, hardware);
    CHECK(dlib::layer<1>(net).layer_details().get_layer_params().size() == 0); // a copy has run
    const auto conv = [](const char(&name)[5], int size, int channels, int filters) {
        return conv2d{.name = name,
            .height = size,
            .width = size,
            .channels = channels,
            .filters = filters,
            .kernel_height = 5,
            .kernel_width = 5,
            .padding = padding::same,
            .weight = {16, 6}};
    };
    const std::vector<layer_spec> by_hand{conv("con1", 28, 1, 6), conv("con2", 14, 6, 16),
        dense{.name = "fc1",
            .inputs = 784,
            .outputs = 120,
            .flattened = {7, 7, 16},
            .weight = {16, 6}},
        dense{.name = "fc2", .inputs = 120, .outputs = 84, .weight = {16, 6}},
        dense{.name = "fc3", .inputs = 84, .outputs = 10, .weight = {16, 6}}};
    CHECK(layers == by_hand);
    const auto check = [&](const std::function<void(std::vector<layer_spec>&)>& change) {
        std::vector<layer_spec> changed = by_hand;
        change(changed);
        return refusal([&] { ensure_describes(changed, net, sample); });
    };
    CHECK(check([](auto& l) { l[2].height = l[2].width = l[2].channels = 0; }) == "accepted");
    CHECK(check([](auto& l) { std::reverse(l.begin(), l.end()); }) ==
          "layers stand in the order in which data passes them (layer = 'fc3', kind = 'dense', the "
          "network's = 'conv2d')");
    CHECK(check([](auto& l) { std::swap(l[3], l[4]); }) ==
          "a layer is what the network has in its place (layer = 'fc3', field = 'inputs', value = "
          "84, the network's = 120)");
    CHECK(check([](auto& l) { l.pop_back(); }) ==
          "there is one layer for each con_ and fc_ layer of a network (layers = 4, network = 5)");
    CHECK(check([](auto& l) { l[0].padding = padding::valid; }) ==
          "a layer pads as the network does in its place (layer = 'con1', same = false, the "
          "network's = true)");
    CHECK(check([](auto& l) { std::swap(l[1].channels, l[1].filters); }).find("channels") !=
          std::string::npos);
    CHECK(check([](auto& l) { l[1].stride_width = 2; }).find("stride_width") != std::string::npos);
    CHECK(check([](auto& l) { std::swap(l[2].height, l[2].channels); }).find("height") !=
          std::string::npos);

    small_net<dlib::affine> small;
    const dlib::matrix<float> other = dlib::zeros_matrix<float>(9, 7);
    const auto its = layers_of(small, other, hardware);
    REQUIRE(its.size() == 2);
    CHECK(its[0].kernel_height == 3);
    CHECK(its[0].kernel_width == 2);
    CHECK(its[0].stride_height == 2);
    CHECK(its[0].padding == padding::valid); // what dlib does with strides
    CHECK(its[1].inputs == 4 * 4 * 3); // the outputs of (9, 7) with kernel (3, 2) and stride 2
    auto swapped = its;
    std::swap(swapped[0].kernel_height, swapped[0].kernel_width);
    CHECK(refusal([&] { ensure_describes(swapped, small, other); }) ==
          "a layer is what the network has in its place (layer = 'con1', field = 'kernel_height', "
          "value = 2, the network's = 3)");
    // Without the network's eyes: the shapes of the weights.
    small(other);
    CHECK(refusal([&] {
        pruner{swapped, trainee_of(small)};
    }) == "a tensor has the shape of its layer in the framework's layout (layer = 'con1', layout = "
          "'dlib', shape = '(4, 1, 3, 2)', the layer's = '(4, 1, 2, 3)')");
    CHECK(refusal([&] { pruner{its, trainee_of(small)}; }) == "accepted");

    // Padding on both sides is the frameworks' "same" where they would pad both sides alike.
    using every_second =
        dlib::fc<2, dlib::add_layer<dlib::con_<4, 3, 3, 2, 2, 1, 1>, dlib::input<image>>>;
    const auto padding_at = [&](long size) {
        const image of = dlib::zeros_matrix<unsigned char>(size, size);
        return layers_of(every_second{}, of, hardware)[0];
    };
    CHECK(padding_at(27).padding == padding::same);
    CHECK(output_width(padding_at(27)) == 14);
    CHECK(refusal([&] { static_cast<void>(padding_at(28)); }).find("valid or same") !=
          std::string::npos); // they would pad one end only
    using flat = dlib::fc<2, dlib::con<4, 1, 3, 1, 1, dlib::input<image>>>;
    CHECK(layers_of(flat{}, sample, hardware)[0].padding == padding::same);
    using wide = dlib::fc<2, dlib::add_layer<dlib::con_<4, 4, 4, 1, 1, 2, 2>, dlib::input<image>>>;
    CHECK(refusal([&] { static_cast<void>(layers_of(wide{}, sample, hardware)); }) ==
          "the padding of a con_ layer is one that Espalier knows: valid or same (layer = 'con1', "
          "kernel_height = 4, padding_y = 2, kernel_width = 4, padding_x = 2)");
}

template <class Subnet>
using block = dlib::relu<dlib::con<4, 3, 3, 1, 1, Subnet>>;

TEST_CASE("a network that has seen nothing is refused, one that is assigned to is followed")
{
    using repeated =
        dlib::fc_no_bias<5, dlib::repeat<2, block, dlib::con<4, 5, 5, 1, 1, dlib::input<image>>>>;
    repeated net;
    CHECK(refusal([&] { static_cast<void>(weights_of(net)); }) ==
          "a network of dlib has weights when it has seen data: run it once before (matrix = 0)");
    net(training().images[0]);
    const auto views = weights_of(net);
    REQUIRE(views.size() == 4);
    CHECK(
        views[0].shape() == tensor_shape{4, 1, 5, 5}); // the input's first, then the repeated ones
    CHECK(views[1].shape() == tensor_shape{4, 4, 3, 3});
    CHECK(views[3].shape() == tensor_shape{4 * 28 * 28, 5});
    CHECK(layers_of(net, training().images[0], hardware).size() == 4);
    CHECK(refusal([&] { static_cast<void>(gradients_of(net)); }) ==
          "a network of dlib has gradients after compute_parameter_gradients() (matrix = 0)");
    {
        const repeated other = net;
        net = other;
    }
    views[2].mask(std::vector<std::uint8_t>(views[2].size(), 0));
    const auto& second =
        dlib::layer<1>(net); // repeat hands out what is nearest to the output first
    const dlib::tensor& all = second.subnet().layer_details().get_layer_params();
    CHECK(std::all_of(all.host(), all.host() + 144, [](float w) { return w == 0; }));
    net = repeated{};
    CHECK(
        refusal([&] { static_cast<void>(views[0].save()); }) ==
        "a network of dlib keeps the sizes of its layers (matrix = 0, weights = 0, before = 100)");
}
