// SPDX-License-Identifier: Apache-2.0
#include "networks.hpp"

#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/weight_view.hpp>
#include <espalier/with/dlib.hpp>

#include <dlib/dnn.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

TEST_CASE("LeNet in a loop of its own: the network that is left is the one that was accepted")
{
    std::srand(1); // of dlib's initial weights
    lenet net;
    std::vector<dlib::adam> solvers(lenet::num_computational_layers, dlib::adam(0, 0.9F, 0.99F));
    const auto train = [&](int epochs, const auto& before, const auto& after) {
        for (int epoch = 0; epoch < epochs; ++epoch)
            for_each_batch(32, [&](const auto& images, const auto& labels) {
                dlib::resizable_tensor data;
                net.to_tensor(images.begin(), images.end(), data);
                net.compute_parameter_gradients(data, labels.begin());
                before();
                net.update_parameters(dlib::make_sstack(solvers), 3e-3);
                after();
            });
    };
    train(
        5, [] {}, [] {});

    const auto layers = layers_of(net, training().images[0], hardware);
    pruner p{layers, trainee_of(net, solvers),
        {.schedule = polynomial{.steps = 3, .target = 0.97},
            .tolerance = 0.9,
            .patience = 1,
            .regularization = 1e-4}};
    p.baseline(confidence(net));
    std::string accepted = everything_in(net);
    std::size_t rejected = 0;
    while (auto round = p.next()) {
        train(
            1, [&] { round->regularize(gradients_of(net)); }, [&] { round->mask(); });
        if (p.report(confidence(net)))
            accepted = everything_in(net);
        else
            ++rejected;
    }
    REQUIRE(p.accepted() != nullptr);
    CHECK(rejected >= 1);
    for (const round_record& r : p.history())
        MESSAGE("the pruner took ", 1e3 * r.pruner_seconds, " ms of ", r.seconds, " s");
    CHECK(confidence(net) == p.accepted()->metric); // to the last bit
    CHECK((everything_in(net) == accepted));
}

TEST_CASE("LeNet in the hands of dlib's trainer, which goes back as well")
{
    std::srand(2);
    lenet net;
    dlib::dnn_trainer<lenet> trainer(net, dlib::sgd(5e-4F, 0.9F));
    trainer.set_learning_rate(0.02);
    const auto train = [&](const auto& after) {
        for_each_batch(32, [&](const auto& images, const auto& labels) {
            trainer.train_one_step(images, labels);
            after();
        });
    };
    for (int epoch = 0; epoch < 4; ++epoch)
        train([] {});
    trainer.get_net();

    const auto layers = layers_of(net, training().images[0], hardware);
    pruner p{layers, trainee_of(trainer),
        {.schedule = constant{.steps = 3, .target = 0.6}, .tolerance = 0.6, .patience = 1}};
    p.baseline(confidence(trainer.get_net()));
    std::string accepted;
    std::string after_one_step; // as the accepted network goes on
    while (auto round = p.next()) {
        train([&] { round->mask(); });
        const bool is_first = p.history().size() == 1;
        if (!is_first)
            trainer.set_learning_rate(0.5); // a bad idea that has to be forgotten
        const double metric = confidence(trainer.get_net());
        CHECK(p.report(is_first ? metric : 0.0) == is_first);
        if (is_first) {
            accepted = everything_in(net);
            trainer.train_one_step(training().images, training().labels);
            after_one_step = everything_in(trainer.get_net());
        }
    }
    REQUIRE(p.history().size() == 2);
    CHECK(confidence(net) == p.accepted()->metric);
    CHECK((everything_in(net) == accepted));
    CHECK(trainer.get_learning_rate() == 0.02);
    trainer.train_one_step(training().images, training().labels);
    CHECK((everything_in(trainer.get_net()) == after_one_step)); // momentum and all
}

TEST_CASE("running statistics and solvers go back")
{
    std::srand(4);
    small_net<dlib::bn_con> net;
    std::mt19937 random(5);
    std::vector<dlib::matrix<float>> images;
    std::vector<unsigned long> labels;
    for (int i = 0; i < 48; ++i) {
        labels.push_back(random() % 3);
        images.emplace_back(9, 7);
        for (float& pixel : images.back())
            pixel = static_cast<float>(random() % 100) / 50 + static_cast<float>(labels.back());
    }
    std::vector<dlib::sgd> solvers(net.num_computational_layers, dlib::sgd(0, 0.9F));
    const auto step = [&] {
        dlib::resizable_tensor data;
        net.to_tensor(images.begin(), images.end(), data);
        net.compute_parameter_gradients(data, labels.begin());
        net.update_parameters(dlib::make_sstack(solvers), 0.1);
    };
    const auto metric = [&] { // as dlib wants it: with affine layers in place of the normalisation
        small_net<dlib::affine> inference(net);
        return confidence(inference, images, labels);
    };
    for (int i = 0; i < 20; ++i)
        step();
    // Gradients lie as the weights do: a solver that has just begun moves against them.
    {
        std::vector<float> buffer;
        std::vector<std::vector<float>> before;
        for (const weight_view& view : weights_of(net)) {
            const auto weights = view.read(buffer);
            before.emplace_back(weights.begin(), weights.end());
        }
        std::fill(solvers.begin(), solvers.end(), dlib::sgd(0, 0.9F));
        step();
        const auto gradients = gradients_of(net);
        const auto after = weights_of(net);
        REQUIRE(gradients.size() == 2);
        for (std::size_t m = 0; m < 2; ++m) {
            const auto weights = after[m].read(buffer);
            REQUIRE(gradients[m].size() == weights.size());
            for (std::size_t i = 0; i < weights.size(); ++i)
                CHECK(weights[i] ==
                      doctest::Approx(before[m][i] - 0.1F * gradients[m][i]).epsilon(1e-5));
        }
    }
    const auto layers = layers_of(net, images[0], hardware);
    pruner p{layers, trainee_of(net, solvers),
        {.schedule = constant{.steps = 4, .target = 0.5}, .tolerance = 0.5, .patience = 1}};
    p.baseline(metric());
    std::string accepted;
    std::string after_one_step;
    while (auto round = p.next()) {
        for (int i = 0; i < 5; ++i) {
            step();
            round->mask();
        }
        const bool is_first = p.history().size() == 1;
        CHECK(p.report(is_first ? metric() : std::numeric_limits<double>::quiet_NaN()) == is_first);
        if (is_first) {
            accepted = everything_in(net);
            step();
            after_one_step = everything_in(net);
        }
    }
    CHECK(metric() == p.accepted()->metric);
    CHECK((everything_in(net) == accepted));
    step();
    CHECK((everything_in(net) == after_one_step));
}
