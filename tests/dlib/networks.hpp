// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layers.hpp>

#include <dlib/dnn.h>

#include <cmath>
#include <cstddef>
#include <digits.hpp>
#include <functional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// The networks of dlib that the tests train and ask, and their data.

using namespace espalier; // for tests only

using image = dlib::matrix<unsigned char>;

/// LeNet, read from the output to the input.
using lenet = dlib::loss_multiclass_log<dlib::fc<10,
    dlib::relu<dlib::fc<84,
        dlib::relu<dlib::fc<120,
            dlib::max_pool<2, 2, 2, 2,
                dlib::relu<dlib::con<16, 5, 5, 1, 1,
                    dlib::max_pool<2, 2, 2, 2,
                        dlib::relu<dlib::con<6, 5, 5, 1, 1, dlib::input<image>>>>>>>>>>>>>;

/// The same with fewer layers, batch normalisation, and kernels and images that are not square.
template <template <class> class Normalised>
using small_net = dlib::loss_multiclass_log<
    dlib::fc<3, Normalised<dlib::con<4, 3, 2, 2, 2, dlib::input<dlib::matrix<float>>>>>>;

inline const digits<image>& training()
{
    static const digits<image> data(480, 1);
    return data;
}
inline const digits<image>& validation()
{
    static const digits<image> data(200, 2);
    return data;
}

/// Mean probability of the right class: a metric of which every bit depends on every parameter.
template <class Net, class Image>
double confidence(Net& net, const std::vector<Image>& images, std::span<const unsigned long> labels)
{
    double sum = 0;
    for (std::size_t i = 0; i < images.size(); ++i) {
        dlib::resizable_tensor data;
        net.to_tensor(&images[i], &images[i] + 1, data);
        const auto logits = dlib::mat(net.subnet().forward(data));
        double all = 0;
        for (long k = 0; k < logits.nc(); ++k)
            all += std::exp(static_cast<double>(logits(0, k)));
        sum += std::exp(static_cast<double>(logits(0, static_cast<long>(labels[i])))) / all;
    }
    return sum / static_cast<double>(images.size());
}
inline double confidence(lenet& net)
{
    return confidence(net, validation().images, validation().labels);
}

/// Calls `step(images, labels)` for every batch of an epoch.
template <class Step>
void for_each_batch(std::size_t size, Step&& step)
{
    const digits<image>& data = training();
    for (std::size_t at = 0; at + size <= data.images.size(); at += size) {
        const auto first = static_cast<std::ptrdiff_t>(at);
        const auto last = static_cast<std::ptrdiff_t>(at + size);
        step(std::vector<image>(data.images.begin() + first, data.images.begin() + last),
            std::vector<unsigned long>(data.labels.begin() + first, data.labels.begin() + last));
    }
}

/// Every number of a network: its parameters and whatever else its layers remember.
template <class Net>
std::string everything_in(Net& net)
{
    std::ostringstream all;
    dlib::visit_computational_layers(net, [&](auto& layer) { serialize(layer, all); });
    return all.str();
}

inline std::string refusal(const std::function<void()>& of)
{
    try {
        of();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

inline const layer_spec hardware = dense{.reuse_factor = 1, .weight = {16, 6}};
