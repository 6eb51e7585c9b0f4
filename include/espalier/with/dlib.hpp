// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>
#include <espalier/with/dlib_layers.hpp>

#include <dlib/dnn.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

// Networks of dlib as weights. The matrices are those of the con_ and fc_ layers, in the order in
// which data passes them: the type of a network reads the other way round, its first layer is the
// last. The parameters of such a layer are one tensor, the weights first, in layout::dlib, and the
// biases behind them. All other layers with parameters (bn_, affine_, prelu_, cont_, …) are not
// pruned; they are parts of the state.
//
// A network makes its parameters when it sees its first data, moves them when it is assigned to,
// and a trainer changes them in a thread of its own. So no pointer is kept: the weights are copied
// out of the network and into it, where they are at that time, and a trainer is waited for.

namespace espalier {

namespace detail {

/// The parameters of one con_ or fc_ layer.
struct dlib_weights {
    dlib::tensor* parameters; ///< the weights, then the biases
    dlib::tensor* gradients;
    tensor_shape shape; ///< of the weights: (filters, channels, height, width) or (inputs, outputs)

    [[nodiscard]] std::size_t size() const
    {
        std::int64_t product = 1;
        for (const std::int64_t extent : shape)
            product *= extent;
        return static_cast<std::size_t>(product);
    }
};

/// Gathers the layers that have weights; dlib passes over what it cannot call the visitor with.
struct dlib_weights_visitor {
    std::vector<dlib_weights>& found;

    template <long Filters, long Rows, long Columns, int... Steps, class Subnet, class Enabled>
    void operator()(std::size_t,
        dlib::add_layer<dlib::con_<Filters, Rows, Columns, Steps...>, Subnet, Enabled>& layer) const
    {
        auto& con = layer.layer_details();
        dlib::tensor& all = con.get_layer_params();
        const long biases = con.bias_is_disabled() ? 0 : con.num_filters();
        const long kernel = con.num_filters() * con.nr() * con.nc();
        const auto weights = static_cast<long>(all.size()) - biases;
        const long channels = kernel > 0 && weights > 0 ? weights / kernel : 0;
        found.push_back({&all, &layer.get_parameter_gradient(),
            {con.num_filters(), channels, con.nr(), con.nc()}});
    }
    template <unsigned long Outputs, dlib::fc_bias_mode Bias, class Subnet, class Enabled>
    void operator()(
        std::size_t, dlib::add_layer<dlib::fc_<Outputs, Bias>, Subnet, Enabled>& layer) const
    {
        auto& fc = layer.layer_details();
        const auto weights = fc.get_weights();
        found.push_back({&fc.get_layer_params(), &layer.get_parameter_gradient(),
            {weights.num_samples(), weights.k()}});
    }
};

template <class Net>
std::vector<dlib_weights> dlib_weights_of(Net& net)
{
    std::vector<dlib_weights> found;
    dlib::visit_layers_backwards(net, dlib_weights_visitor{found});
    return found;
}

/// Views of the weights of a network that is asked for whenever they are read or written.
template <class Network>
std::vector<weight_view> dlib_views(Network network)
{
    std::vector<weight_view> views;
    for (const dlib_weights& now : dlib_weights_of(network())) {
        const std::size_t m = views.size();
        const std::size_t size = now.size();
        ensure(size > 0, "a network of dlib has weights when it has seen data: run it once before",
            given{"matrix", m});
        const auto weights = [network, m, size] {
            const dlib_weights of = dlib_weights_of(network())[m];
            ensure(of.size() == size, "a network of dlib keeps the sizes of its layers",
                given{"matrix", m}, given{"weights", of.size()}, given{"before", size});
            return std::span<float>(of.parameters->host(), size);
        };
        views.emplace_back(
            copied_weights{.size = size,
                .read = [weights](
                            std::span<float> to) { std::ranges::copy(weights(), to.begin()); },
                .write =
                    [weights](std::span<const float> from) {
                        std::ranges::copy(from, weights().begin());
                    }},
            layout::dlib, now.shape);
    }
    return views;
}

/// Bytes of whatever dlib can serialize; its tensors are written as they are in memory.
template <class Thing>
std::vector<std::byte> dlib_bytes(const Thing& thing)
{
    std::ostringstream stream;
    serialize(thing, stream);
    const std::string text = std::move(stream).str();
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}
template <class Thing>
void dlib_restore(Thing& thing, std::span<const std::byte> saved)
{
    std::istringstream stream(
        std::string(reinterpret_cast<const char*>(saved.data()), saved.size()));
    deserialize(thing, stream);
}

/// Adds every layer that computes something to the state, with all that it remembers.
template <class Net>
void add_dlib_layers(Net& net, std::vector<state_part>& state)
{
    // Layers are found by their position when they are needed: an assignment makes new ones.
    const auto at = [&net](std::size_t position, const auto& use) {
        dlib::visit_computational_layers(net, [&](std::size_t i, auto& layer) {
            if (i == position)
                use(layer);
        });
    };
    dlib::visit_computational_layers(net, [&](std::size_t position, auto&) {
        state.emplace_back(
            "layer<" + std::to_string(position) + ">",
            [at, position] {
                std::vector<std::byte> bytes;
                at(position, [&](const auto& layer) { bytes = dlib_bytes(layer); });
                return bytes;
            },
            [at, position](std::span<const std::byte> saved) {
                at(position, [&](auto& layer) { dlib_restore(layer, saved); });
            });
    });
}

} // namespace detail

/// The weights of all con_ and fc_ layers from input to output, with layout and shape. The network
/// must outlive them.
/// \throws std::invalid_argument if the network has not seen any data, as it then has no weights
template <class Net>
[[nodiscard]] std::vector<weight_view> weights_of(Net& net) requires(Net::num_layers > 0)
{
    return detail::dlib_views([&net]() -> Net& { return net; });
}

/// The gradients of the same weights, to be asked for after `compute_parameter_gradients`.
/// \throws std::invalid_argument if there are none
template <class Net>
[[nodiscard]] std::vector<std::span<float>> gradients_of(Net& net) requires(Net::num_layers > 0)
{
    std::vector<std::span<float>> spans;
    for (const detail::dlib_weights& of : detail::dlib_weights_of(net)) {
        ensure(of.size() > 0 && of.gradients->size() == of.parameters->size(),
            "a network of dlib has gradients after compute_parameter_gradients()",
            given{"matrix", spans.size()});
        spans.emplace_back(of.gradients->host(), of.size());
    }
    return spans;
}

/// A network with everything that training changes in it: weights, biases, parameters and running
/// statistics of all layers. What no layer writes when it is serialized stays as it is; in dlib
/// that is the random state of dropout_.
/// \throws std::invalid_argument as `weights_of`
template <class Net>
[[nodiscard]] trainee trainee_of(Net& net) requires(Net::num_layers > 0)
{
    trainee result{.weights = weights_of(net)};
    detail::add_dlib_layers(net, result.state);
    return result;
}

/// The same with the solvers that are handed to `update_parameters`, one for each layer that
/// computes something: their moments and step counts go back as well. (dlib does not show moments,
/// so those of pruned weights are not zero; masks keep the weights zero all the same.)
template <class Net, class Solver>
[[nodiscard]] trainee trainee_of(Net& net, std::vector<Solver>& solvers) requires(
    Net::num_layers > 0)
{
    trainee result = trainee_of(net);
    for (std::size_t i = 0; i < solvers.size(); ++i)
        result.state.emplace_back(
            "solver " + std::to_string(i), [&solvers, i] { return detail::dlib_bytes(solvers[i]); },
            [&solvers, i](
                std::span<const std::byte> saved) { detail::dlib_restore(solvers[i], saved); });
    return result;
}

/// A network in the hands of dlib's own trainer, which is waited for whenever weights are read or
/// written: `mask()` after `train_one_step()` needs no more. All that the trainer writes into its
/// synchronization file goes back: network, solvers, learning rate, loss history, counts of epochs
/// and steps. When it looks at the loss history the next time is not among that. The trainer works
/// on one device; the copies of the network on further ones would not be masked.
/// \throws std::invalid_argument as `weights_of`
template <class Net, class Solver>
[[nodiscard]] trainee trainee_of(dlib::dnn_trainer<Net, Solver>& trainer)
{
    trainee result{.weights = detail::dlib_views([&trainer]() -> Net& {
        return trainer.get_net(dlib::force_flush_to_disk::no);
    })};
    result.state.emplace_back(
        "trainer", [&trainer] { return detail::dlib_bytes(trainer); },
        [&trainer](std::span<const std::byte> saved) { detail::dlib_restore(trainer, saved); });
    return result;
}

} // namespace espalier
