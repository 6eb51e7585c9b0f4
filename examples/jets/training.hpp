// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace jets {

using example::perceptron;
using example::vector;

/// The network as a file has it.
inline void set_weights(perceptron& net, std::span<const float> trained)
{
    const float* next = trained.data();
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        // (inputs, outputs) by rows is outputs × inputs by columns.
        net.weights[l] =
            Eigen::Map<const matrix>(next, net.weights[l].rows(), net.weights[l].cols());
        next += net.weights[l].size();
        net.biases[l] = Eigen::Map<const vector>(next, net.biases[l].size());
        next += net.biases[l].size();
    }
}

/// Adam (Kingma and Ba 2015) with a rate that falls to 0 as a half cosine.
class adam {
public:
    adam(perceptron& net, double rate, int steps) : rate_(rate), steps_(steps)
    {
        const auto add = [this](auto& parameters, auto& gradients) {
            for (std::size_t l = 0; l < parameters.size(); ++l)
                parts_.push_back({{parameters[l].data(), parameters[l].size()},
                    {gradients[l].data(), gradients[l].size()},
                    Eigen::ArrayXf::Zero(parameters[l].size()),
                    Eigen::ArrayXf::Zero(parameters[l].size())});
        };
        add(net.weights, net.weight_gradients);
        add(net.biases, net.bias_gradients);
    }

    void step()
    {
        constexpr double of_mean = 0.9;
        constexpr double of_square = 0.999;
        const double rate = rate_ * (1 + std::cos(M_PI * step_ / steps_)) / 2;
        ++step_;
        const auto scale = static_cast<float>(rate / (1 - std::pow(of_mean, step_)));
        const auto root = static_cast<float>(1 / (1 - std::pow(of_square, step_)));
        for (part& p : parts_) {
            p.mean = 0.9F * p.mean + 0.1F * p.gradients;
            p.square = 0.999F * p.square + 0.001F * p.gradients.square();
            p.parameters -= scale * p.mean / ((root * p.square).sqrt() + 1e-8F);
        }
    }

private:
    struct part {
        Eigen::Map<Eigen::ArrayXf> parameters;
        Eigen::Map<Eigen::ArrayXf> gradients;
        Eigen::ArrayXf mean;
        Eigen::ArrayXf square;
    };
    double rate_;
    int steps_;
    int step_ = 0;
    std::vector<part> parts_;
};

/// How long to train: an epoch is as many inputs as the training part has.
struct recipe {
    int epochs = 0;
    int batch = 64;
    double rate = 0;
};

/// Trains; the trainer's loop of any pruner.
/// \param draw    (batch size) → inputs and targets of a batch
/// \param around  () → what is to live during a forward and backward pass
/// \param after   called after every step
template <class Draw, class Around, class After>
void train(perceptron& net, std::size_t rows, const recipe& how, Draw&& draw, Around&& around,
    After&& after)
{
    const int steps = how.epochs * std::max(1, static_cast<int>(rows) / how.batch);
    adam optimizer(net, how.rate, steps);
    for (int s = 0; s < steps; ++s) {
        const auto [inputs, targets] = draw(how.batch);
        {
            [[maybe_unused]] const auto during = around();
            net.backward(inputs, targets);
        }
        optimizer.step();
        after();
    }
}

struct batch {
    matrix inputs;
    matrix targets;
};

/// Inputs that a teacher is asked about: points on the line between two rows, nearer to the first.
/// No label is used.
inline batch distilled(
    const perceptron& teacher, const matrix& rows, int count, std::mt19937& random)
{
    const auto any = [&] {
        return static_cast<Eigen::Index>(random() % static_cast<std::uint32_t>(rows.cols()));
    };
    std::uniform_real_distribution<float> part(0, 0.5F);
    batch b{matrix(rows.rows(), count), {}};
    for (Eigen::Index i = 0; i < count; ++i) {
        const Eigen::Index from = any();
        const float t = part(random);
        b.inputs.col(i) = (1 - t) * rows.col(from) + t * rows.col(any());
    }
    b.targets = example::softmax(teacher.forward(b.inputs).back());
    return b;
}

/// Rows and their labels.
inline batch labelled(
    const matrix& rows, std::span<const std::uint8_t> labels, int count, std::mt19937& random)
{
    std::vector<Eigen::Index> chosen;
    std::vector<std::uint8_t> of_chosen;
    for (int i = 0; i < count; ++i) {
        chosen.push_back(
            static_cast<Eigen::Index>(random() % static_cast<std::uint32_t>(rows.cols())));
        of_chosen.push_back(labels[static_cast<std::size_t>(chosen.back())]);
    }
    return {rows(Eigen::all, chosen),
        example::one_hot(std::span<const std::uint8_t>(of_chosen), classes)};
}

} // namespace jets
