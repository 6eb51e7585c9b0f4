// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "training.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace fashion_mnist {

/// How long to train and how far to prune.
struct recipe {
    training_options dense;  ///< the network to start from
    training_options round;  ///< after each step of the schedule but the last
    training_options finish; ///< after the last
    std::size_t rounds = 6;
    double dsp_factor = 4.7; ///< how many times fewer DSPs in the end
    double bram_factor = 2.1;
};

/// About four minutes on two cores. The last phase is the longest by far: a network that has lost
/// most of its weights learns slowly and overfits late.
inline recipe default_recipe()
{
    return {.dense = {.epochs = 18,
                .batch = 128,
                .peak_rate = 2e-3,
                .final_rate = 1e-5,
                .warm_up = 0.05,
                .weight_decay = 1e-2},
        .round =
            {.epochs = 2, .batch = 64, .peak_rate = 2e-3, .final_rate = 1e-3, .distillation = 0.5},
        .finish = {
            .epochs = 50, .batch = 64, .peak_rate = 3e-3, .final_rate = 1e-5, .distillation = 0.5}};
}

/// About a minute.
inline recipe quick_recipe()
{
    recipe r = default_recipe();
    r.dense.epochs = 10;
    r.round.epochs = 1;
    r.rounds = 4;
    r.finish.epochs = 11;
    return r;
}

/// Starts from the same dense network as the default, but prunes in shorter steps and trains the
/// last phase for longer.
inline recipe full_recipe()
{
    recipe r = default_recipe();
    r.round.epochs = 3;
    r.rounds = 10;
    r.finish.epochs = 160;
    r.dsp_factor = 6;
    return r;
}

struct options {
    recipe how = default_recipe();
    std::uint64_t seed = 1;
    std::string data = "/usr/share/datasets/fashion-mnist";
    std::string output;
    std::string load_weights;
    std::string save_weights;
    double tolerance = 0.98;
    double regularization = 0;
    std::int64_t training_images = std::numeric_limits<std::int64_t>::max();
    int threads = 2;
};

/// \return the options, or the exit code if the program is to end here (--help, nonsense)
inline std::optional<options> parse(
    int argc, char** argv, const std::string& default_output, int& exit_code)
{
    options o;
    o.output = default_output;
    bool quick = false;
    bool full = false;
    CLI::App app{"Trains LeNet on Fashion-MNIST, prunes it in whole DSP blocks and block RAMs, and "
                 "prints what is left."};
    auto* quick_flag = app.add_flag("--quick", quick, "a minute of training instead of four");
    app.add_flag("--full", full, "6x fewer DSPs, in a quarter of an hour")->excludes(quick_flag);
    app.add_option("--seed", o.seed, "decides everything that is random")->capture_default_str();
    app.add_option("--output", o.output, "where the JSON goes")->capture_default_str();
    app.add_option("--data", o.data, "folder of the four .gz files")->capture_default_str();
    app.add_option("--tolerance", o.tolerance,
           "part of the baseline's validation accuracy that a round must reach")
        ->capture_default_str();
    app.add_option("--regularization", o.regularization, "strength of the group lasso")
        ->capture_default_str();
    app.add_option("--load-weights", o.load_weights,
        "start from these dense weights (raw 32-bit floats) instead of training");
    app.add_option("--save-weights", o.save_weights, "keep the dense weights for --load-weights");
    app.add_option("--training-images", o.training_images,
           "use fewer than 54,000, to see everything once in seconds")
        ->check(CLI::Range(std::int64_t{1000}, std::int64_t{54000}))
        ->option_text("N");
    app.add_option("--threads", o.threads, "1 or 2; the result is the same")
        ->check(CLI::Range(1, 2))
        ->capture_default_str()
        ->option_text("N");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error);
        return std::nullopt;
    }
    if (quick)
        o.how = quick_recipe();
    if (full)
        o.how = full_recipe();
    return o;
}

} // namespace fashion_mnist
