// SPDX-License-Identifier: Apache-2.0
// The main job: train LeNet on Fashion-MNIST, prune it in whole DSP blocks and block RAMs while it
// trains on, and show what is left. The 6,000 validation images make every decision; the 10,000
// test images are looked at once, for the final table.

#include "dataset.hpp"
#include "lenet.hpp"
#include "options.hpp"
#include "quantized.hpp"
#include "report.hpp"
#include "training.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/torch.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <stdexcept>
#include <string>

namespace fashion_mnist {
namespace {

/// Batches whose gradients rank the groups before each round.
constexpr std::int64_t ranking_batches = 50;

class stopwatch {
public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    }

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Makes sure before the training that the result can be written after it, without touching what
/// an earlier run has left there.
void ensure_writable(const std::string& path)
{
    const bool existed = std::filesystem::exists(path);
    if (!std::ofstream(path, std::ios::app))
        throw std::runtime_error("the output file " + path + " cannot be written");
    if (!existed)
        std::filesystem::remove(path);
}

void run(const options& o)
{
    const stopwatch all;
    ensure_writable(o.output);
    const dataset data = read_dataset(o.data, o.training_images);
    lenet net;
    trainer train(net, data, o.seed, o.threads);
    const auto validate = [&] {
        return accuracy(net, data.validation.images, data.validation.labels);
    };

    // The pruner sees the weights where LibTorch keeps them. It is made before the training so that
    // a wrong option is refused before an hour has gone by.
    esp::trainee trainee = esp::trainee_of(net, hardware.specs);
    esp::pruner pruner{hardware, trainee,
        {.schedule = esp::polynomial{.steps = o.how.rounds,
             .target = {1 - 1 / o.how.dsp_factor, 1 - 1 / o.how.bram_factor}},
            .tolerance = o.tolerance,
            .regularization = o.regularization,
            .rank_by = esp::ranking::fisher,
            .normalize_by = esp::normalization::none,
            .selection = {
                .structure = esp::structure::consecutive, // the paper's groups and accounting
                .costs = costs}}};

    // The dense network.
    stopwatch dense_clock;
    if (o.load_weights.empty())
        train.train("dense", o.how.dense, {});
    else
        load_weights(net, o.load_weights);
    if (!o.save_weights.empty())
        save_weights(net, o.save_weights);

    const double dense_seconds = dense_clock.seconds();

    const std::vector<tally> dense = tallies(trainee.weights);
    accuracies dense_accuracy{.validation = validate()};
    const std::vector<torch::Tensor> dense_parameters = snapshot(net);
    const std::vector<std::vector<float>> dense_weights = copies(trainee.weights);
    std::printf("dense network: %lld DSP, %g BRAM, %lld weights, validation accuracy %.2f %% "
                "(%.0f s)\n",
        static_cast<long long>(dense.back().need.dsp), dense.back().need.bram(),
        static_cast<long long>(dense.back().weights), 100 * dense_accuracy.validation,
        dense_seconds);
    train.set_teacher();

    // Prune and train in turns.
    const stopwatch pruning_clock;
    pruner.baseline(dense_accuracy.validation);
    const auto observe = [&] {
        train.look(
            ranking_batches, [&] { pruner.observe(esp::gradients_of(net, hardware.specs)); });
    };
    nlohmann::ordered_json rounds = nlohmann::ordered_json::array();
    print_round_header();
    for (observe(); auto round = pruner.next(); observe()) {
        const bool last = round->record().progress >= 1;
        train.train("round " + std::to_string(round->number()), last ? o.how.finish : o.how.round,
            {.before_step =
                    [&] {
                        if (o.regularization > 0)
                            round->regularize(esp::gradients_of(net, hardware.specs));
                    },
                .after_step = [&] { round->mask(); }});
        pruner.report(validate());
        print_round(pruner.history().size(), pruner.history().back());
        rounds.push_back(to_json(pruner.history().back()));
    }
    const double pruning_seconds = pruning_clock.seconds();
    std::printf("stopped: %s\n", pruner.stopped_because().c_str());

    // The weights speak for themselves, and have to say what the pruner says.
    const std::vector<tally> pruned = tallies(trainee.weights);
    if (const esp::round_record* record = pruner.accepted();
        record != nullptr && (pruned.back().need.dsp > record->usage.dsp ||
                                 pruned.back().need.bram18 > record->usage.bram18))
        throw std::logic_error("the final weights need more than the pruner reported");
    std::printf("counted from the zeros of the final weights: %lld DSP, %g BRAM\n",
        static_cast<long long>(pruned.back().need.dsp), pruned.back().need.bram());
    const esp::resources reported = tallies(trainee.weights, esp::cost_policy::hls).back().need;
    std::printf("and as C synthesis reports block RAM (cost_policy::hls): %lld DSP, %g BRAM\n",
        static_cast<long long>(reported.dsp), reported.bram());
    const accuracies pruned_accuracy{.validation = validate(),
        .test = accuracy(net, data.test.images, data.test.labels),
        .quantized_test = accuracy(in_integers(net), data.test.images, data.test.labels)};
    restore(net, dense_parameters);
    dense_accuracy.test = accuracy(net, data.test.images, data.test.labels);
    dense_accuracy.quantized_test = accuracy(in_integers(net), data.test.images, data.test.labels);
    print_table(dense, pruned, dense_accuracy, pruned_accuracy);
    print_unfreed(pruner.masks(), trainee.weights, dense_weights);

    std::ofstream output(o.output);
    output << nlohmann::ordered_json{{"baseline", to_json(dense.back(), dense_accuracy)},
                  {"rounds", rounds}, {"pruned", to_json(pruned.back(), pruned_accuracy)},
                  {"seconds", {{"dense", dense_seconds}, {"pruning", pruning_seconds},
                                  {"total", all.seconds()}}},
                  {"seed", o.seed}}
                  .dump(2)
           << '\n';
    if (!output.flush())
        throw std::runtime_error("the output file " + o.output + " cannot be written");
    std::printf("\n%.0f s in all; written to\n%s\n", all.seconds(), o.output.c_str());
}

} // namespace
} // namespace fashion_mnist

int main(int argc, char** argv)
{
    try {
        int exit_code = 0;
        const auto o = fashion_mnist::parse(argc, argv,
            (std::filesystem::path(FASHION_MNIST_OUTPUT_FOLDER) / "fashion_mnist.json").string(),
            exit_code);
        if (!o)
            return exit_code;
        // Keep freed tensors: fresh pages from the kernel cost as much as the arithmetic on them.
        mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        torch::set_num_threads(1); // the trainer shares the work out itself
        torch::manual_seed(o->seed);
        fashion_mnist::run(*o);
        return 0;
    } catch (const c10::Error& error) {
        std::fprintf(stderr, "fashion_mnist: %s\n", error.what_without_backtrace());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fashion_mnist: %s\n", error.what());
    }
    return 1;
}
