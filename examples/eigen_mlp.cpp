// SPDX-License-Identifier: Apache-2.0
// Pruning without a framework: a multilayer perceptron whose training loop is written by hand with
// Eigen. The problem is small and made here (five clouds of points in 16 dimensions, the shape of
// the jet-tagging network), so that the program runs in seconds and shows one thing: the pruner
// asks for spans of weights and gives masks, and the loop stays yours.

#include "perceptron.hpp"

#include <espalier/espalier.hpp>
#include <espalier/stopwatch.hpp>
#include <espalier/with/eigen.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstdio>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

// The hardware: reuse factor 4, 18-bit weights, a strategy whose kernel leaves out zeros. The
// compiler checks the numbers.
constexpr esp::dense layer(esp::label name, int inputs, int outputs)
{
    return {.name = name,
        .inputs = inputs,
        .outputs = outputs,
        .strategy = esp::strategy::resource_unrolled,
        .reuse_factor = 4,
        .weight = {18, 8}};
}
constexpr auto jets = esp::network<layer("fc1", 16, 64), layer("fc2", 64, 32), layer("fc3", 32, 32),
    layer("out", 32, 5)>;
static_assert(esp::cost(jets).dsp == (16 * 64 + 64 * 32 + 32 * 32 + 32 * 5) / 4);
static_assert(esp::fits(jets, esp::device::xcvu9p));

using example::matrix;
using example::perceptron;
using example::vector;

struct data_set {
    matrix inputs; ///< 16 × points
    std::vector<int> classes;
};

/// Points of five classes, each a sum of two clouds, so that no line separates them.
data_set make_data(int points, std::mt19937& random)
{
    static const std::vector<vector> centres = [] {
        std::mt19937 fixed(12);
        std::normal_distribution<float> normal(0, 1.4F);
        std::vector<vector> all;
        for (int i = 0; i < 10; ++i)
            all.emplace_back(vector::NullaryExpr(16, [&](Eigen::Index) { return normal(fixed); }));
        return all;
    }();
    std::normal_distribution<float> normal;
    data_set data{matrix(16, points), {}};
    for (int p = 0; p < points; ++p) {
        const auto cloud = static_cast<std::size_t>(random() % centres.size());
        data.inputs.col(p) = centres[cloud] + vector::NullaryExpr(16, [&](Eigen::Index) {
            return 1.6F * normal(random);
        });
        data.classes.push_back(static_cast<int>(cloud % 5));
    }
    return data;
}

double accuracy(const perceptron& net, const data_set& data)
{
    const matrix logits = net.forward(data.inputs).back();
    int right = 0;
    for (Eigen::Index p = 0; p < logits.cols(); ++p) {
        Eigen::Index best = 0;
        logits.col(p).maxCoeff(&best);
        right += best == data.classes[static_cast<std::size_t>(p)] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(logits.cols());
}

/// Plain gradient descent with momentum; after each step `then` may change the weights.
template <class BeforeStep, class AfterStep>
void train(
    perceptron& net, const data_set& data, int epochs, BeforeStep&& before, AfterStep&& after)
{
    constexpr Eigen::Index batch = 128;
    std::vector<matrix> velocity;
    for (const matrix& w : net.weights)
        velocity.emplace_back(matrix::Zero(w.rows(), w.cols()));
    for (int epoch = 0; epoch < epochs; ++epoch)
        for (Eigen::Index at = 0; at + batch <= data.inputs.cols(); at += batch) {
            net.backward(data.inputs.middleCols(at, batch),
                example::one_hot(
                    std::span(data.classes).subspan(static_cast<std::size_t>(at), batch), 5));
            before();
            for (std::size_t l = 0; l < net.weights.size(); ++l) {
                velocity[l] = 0.9F * velocity[l] - 0.02F * net.weight_gradients[l];
                net.weights[l] += velocity[l];
                net.biases[l] -= 0.02F * net.bias_gradients[l];
            }
            after();
        }
}

int run()
{
    std::mt19937 random(1);
    const data_set training = make_data(8192, random);
    const data_set validation = make_data(4096, random);
    const data_set test = make_data(4096, random);

    perceptron net(jets.specs, random);
    train(
        net, training, 20, [] {}, [] {});
    const double baseline = accuracy(net, validation);
    const double baseline_test = accuracy(net, test);

    // The pruner sees the weights where they are.
    esp::trainee trainee;
    std::vector<std::span<float>> gradients;
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        trainee.weights.push_back(esp::weights_of(net.weights[l])); // with its layout and shape
        trainee.state.emplace_back(
            "bias " + std::to_string(l), esp::coefficients_of(net.biases[l]));
        gradients.push_back(esp::coefficients_of(net.weight_gradients[l]));
    }
    esp::pruner pruner{jets, trainee,
        {.schedule = esp::polynomial{.steps = 8, .target = 0.85},
            .tolerance = 0.98,
            .regularization = 1e-5}};
    pruner.baseline(baseline);

    std::printf("baseline: %lld DSP, %g BRAM, validation accuracy %.4f\n\n",
        static_cast<long long>(pruner.groups().total().dsp), pruner.groups().total().bram(),
        baseline);
    std::printf("round  budget DSP  DSP  BRAM  weights  validation  accepted\n");
    double of_regularizer = 0;
    while (auto round = pruner.next()) {
        const auto regularize = [&] {
            const esp::stopwatch clock;
            round->regularize(gradients);
            of_regularizer += clock.seconds();
        };
        train(net, training, 6, regularize, [&] { round->mask(); });
        pruner.report(accuracy(net, validation));
        const esp::round_record& r = pruner.history().back();
        std::printf("%5zu  %10lld  %3lld  %4g  %7lld  %10.4f  %s\n", pruner.history().size(),
            static_cast<long long>(r.budget.dsp), static_cast<long long>(r.usage.dsp),
            r.usage.bram(), static_cast<long long>(r.kept_weights), r.metric,
            r.accepted ? "yes" : "no");
    }
    std::printf("\nstopped: %s\n", pruner.stopped_because().c_str());

    // What is left, counted from the weights alone.
    esp::resources left;
    for (std::size_t l = 0; l < net.weights.size(); ++l)
        left += esp::recount(esp::matrices_of(jets.specs[l])[0], esp::layout_of<matrix>,
            esp::coefficients_of(net.weights[l]));
    const esp::resources total = esp::cost(jets);
    std::printf("DSP %lld -> %lld (%.1fx), BRAM %g -> %g (%.1fx), test accuracy %.4f -> %.4f\n",
        static_cast<long long>(total.dsp), static_cast<long long>(left.dsp),
        static_cast<double>(total.dsp) / static_cast<double>(left.dsp), total.bram(), left.bram(),
        total.bram() / left.bram(), baseline_test, accuracy(net, test));
    double seconds = 0;
    double of_pruner = 0;
    for (const esp::round_record& r : pruner.history()) {
        seconds += r.seconds;
        of_pruner += r.pruner_seconds;
    }
    std::printf("the pruner took %.1f of %.0f ms, its regulariser %.1f\n", 1e3 * of_pruner,
        1e3 * seconds, 1e3 * of_regularizer);
    return 0;
}

} // namespace

int main()
{
    try {
        return run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "eigen_mlp: %s\n", error.what());
        return 1;
    }
}
