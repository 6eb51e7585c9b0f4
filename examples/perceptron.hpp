// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

// A network whose training loop is written by hand, for the examples without a framework. Points
// are columns.

namespace example {

using matrix = Eigen::MatrixXf;
using vector = Eigen::VectorXf;

/// Logits, classes × points → probabilities.
inline matrix softmax(matrix logits)
{
    logits.rowwise() -= logits.colwise().maxCoeff().eval();
    logits = logits.array().exp();
    logits.array().rowwise() /= logits.colwise().sum().eval().array();
    return logits;
}

/// Classes as probabilities, classes × points.
template <class Class>
matrix one_hot(std::span<const Class> classes, Eigen::Index count)
{
    matrix all = matrix::Zero(count, static_cast<Eigen::Index>(classes.size()));
    for (std::size_t p = 0; p < classes.size(); ++p)
        all(static_cast<Eigen::Index>(classes[p]), static_cast<Eigen::Index>(p)) = 1;
    return all;
}

/// A perceptron with ReLU between its layers and a softmax at the end.
struct perceptron {
    std::vector<matrix> weights; ///< outputs × inputs
    std::vector<vector> biases;
    std::vector<matrix> weight_gradients;
    std::vector<vector> bias_gradients;

    perceptron(std::span<const esp::layer_spec> layers, std::mt19937& random)
    {
        for (const esp::layer_spec& layer : layers) {
            std::normal_distribution<float> normal(
                0, std::sqrt(2.0F / static_cast<float>(layer.inputs)));
            weights.emplace_back(matrix::NullaryExpr(
                layer.outputs, layer.inputs, [&](auto, auto) { return normal(random); }));
            biases.emplace_back(vector::Zero(layer.outputs));
        }
        weight_gradients = weights;
        bias_gradients = biases;
    }

    /// Activations of every layer, the inputs first; the last are logits.
    [[nodiscard]] std::vector<matrix> forward(const matrix& inputs) const
    {
        std::vector<matrix> activations{inputs};
        for (std::size_t l = 0; l < weights.size(); ++l) {
            matrix z = (weights[l] * activations.back()).colwise() + biases[l];
            activations.push_back(l + 1 < weights.size() ? matrix(z.cwiseMax(0.0F)) : z);
        }
        return activations;
    }

    /// Mean gradients of the cross-entropy over a batch.
    /// \param targets  probabilities, classes × points
    void backward(const matrix& inputs, const matrix& targets)
    {
        const auto activations = forward(inputs);
        matrix delta = softmax(activations.back()) - targets;
        delta /= static_cast<float>(delta.cols());
        for (std::size_t l = weights.size(); l-- > 0;) {
            weight_gradients[l] = delta * activations[l].transpose();
            bias_gradients[l] = delta.rowwise().sum();
            if (l > 0)
                delta = (weights[l].transpose() * delta).array() *
                        (activations[l].array() > 0).cast<float>();
        }
    }
};

} // namespace example
