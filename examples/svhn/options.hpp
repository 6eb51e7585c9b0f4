// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/grouping_kind.hpp"
#include "../shared/ladder.hpp"
#include "../shared/torch_training.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace svhn {

struct options {
    std::string data;
    std::string output = "svhn.json";
    std::string page; ///< empty: beside the JSON
    std::uint64_t seed = 1;
    std::int64_t made_up = 3000; ///< training digits where there is no data
    std::int64_t training_images = std::numeric_limits<std::int64_t>::max();
    std::string load_weights;
    std::string save_weights;
    int bits = 16;
    std::vector<int> reuse_factors{3, 9, 27};
    std::vector<std::string> structures{"paper", "n:4"};
    example::training_options dense{.epochs = 40,
        .batch = 64,
        .peak_rate = 2e-3,
        .final_rate = 1e-5,
        .warm_up = 0.05,
        .weight_decay = 1e-2};
    example::ladder_recipe ladder{.factors = {2.2, 3.9},
        .bram_factor = 0.5,
        .first_rounds = 3,
        .rounds = 2,
        .round =
            {.epochs = 1, .batch = 64, .peak_rate = 2e-3, .final_rate = 1e-3, .distillation = 0.5},
        .finish = {
            .epochs = 24, .batch = 64, .peak_rate = 2e-3, .final_rate = 1e-5, .distillation = 0.5}};
    int threads = 1;
};

/// \return the options, or the exit code if the program is to end here (--help, nonsense)
inline std::optional<options> parse(int argc, char** argv, int& exit_code)
{
    options o;
    CLI::App app{
        "Prunes a network for street-view house numbers in whole DSP blocks and block RAMs, "
        "for several kinds of groups and reuse factors, and prints what is left."};
    app.add_option("--data", o.data,
        "folder of the digits, as IDX files (train-images-idx4-ubyte.gz, …) or as train_32x32.mat "
        "and test_32x32.mat; without it, digits are made up");
    app.add_option("--output", o.output, "where the JSON goes")->capture_default_str();
    app.add_option("--page", o.page, "where the HTML page goes; without it beside the JSON");
    app.add_option("--seed", o.seed, "decides everything that is random")->capture_default_str();
    app.add_option("--made-up", o.made_up, "how many training digits are made up")
        ->check(CLI::Range(300, 100'000))
        ->capture_default_str();
    app.add_option("--training-images", o.training_images, "use no more than so many")
        ->check(CLI::Range(std::int64_t{100}, std::int64_t{1'000'000}))
        ->option_text("N");
    app.add_option("--load-weights", o.load_weights,
        "start from these dense weights (raw 32-bit floats) instead of training");
    app.add_option("--save-weights", o.save_weights, "keep the dense weights for --load-weights");
    app.add_option("--bits", o.bits, "18 is ap_fixed<18,8>, 16 is ap_fixed<16,6>")
        ->check(CLI::IsMember({16, 18}))
        ->capture_default_str();
    app.add_option(
           "--reuse-factors", o.reuse_factors, "of all layers, each the nearest that hls4ml takes")
        ->check(CLI::Range(2, 64))
        ->delimiter(',')
        ->capture_default_str();
    app.add_option(
           "--structures", o.structures, "paper, multipliers, n:2, n:4, n:8, permuted n:4, free")
        ->check(CLI::IsMember(example::grouping_names()))
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--factors", o.ladder.factors, "times fewer DSPs, one after the other")
        ->check(CLI::Range(1.1, 100.0))
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--bram-share", o.ladder.bram_factor,
           "times fewer block RAMs, as a part of these factors")
        ->check(CLI::Range(0.0, 2.0))
        ->capture_default_str();
    app.add_option("--dense-epochs", o.dense.epochs, "of training before the first pruning")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.add_option("--first-rounds", o.ladder.first_rounds, "of pruning to the first factor")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--rounds", o.ladder.rounds, "of pruning to each of the others")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--round-epochs", o.ladder.round.epochs, "after each round but the last")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    app.add_option("--finish-epochs", o.ladder.finish.epochs, "after the last round of a factor")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.add_option("--threads", o.threads, "1 or 2; the result is the same")
        ->check(CLI::Range(1, 2))
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error);
        return std::nullopt;
    }
    std::ranges::sort(o.ladder.factors);
    if (o.page.empty())
        o.page = std::filesystem::path(o.output).replace_extension(".html").string();
    return o;
}

} // namespace svhn
