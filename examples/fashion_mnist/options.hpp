// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../shared/grouping_kind.hpp"
#include "../shared/ladder.hpp"
#include "../shared/torch_training.hpp"
#include "lenet.hpp"

#include <espalier/prune/ranking.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace fashion_mnist {

using example::training_options;

/// How long to train and how far to prune.
struct recipe {
    training_options dense;  ///< the network to start from
    training_options round;  ///< after each step of the schedule but the last
    training_options finish; ///< after the last
    std::size_t rounds = 6;
    double dsp_factor = 4.7; ///< how many times fewer DSPs in the end
    double bram_factor = 2.1;
    example::ladder_recipe ladder{}; ///< of the structures beyond the paper's
};

/// 96 epochs in all, some five minutes on two cores. The last phase is the longest by far: a
/// network that has lost most of its weights learns slowly and overfits late.
inline recipe default_recipe()
{
    recipe r{.dense = {.epochs = 18,
                 .batch = 128,
                 .peak_rate = 2e-3,
                 .final_rate = 1e-5,
                 .warm_up = 0.05,
                 .weight_decay = 1e-2},
        .round =
            {.epochs = 2, .batch = 64, .peak_rate = 2e-3, .final_rate = 1e-3, .distillation = 0.5},
        .finish = {
            .epochs = 50, .batch = 64, .peak_rate = 3e-3, .final_rate = 1e-5, .distillation = 0.5}};
    r.ladder.round = r.round;
    r.ladder.round.epochs = 1;
    r.ladder.finish = r.finish;
    r.ladder.finish.epochs = 15;
    r.ladder.first_rounds = 4;
    r.ladder.rounds = 1;
    return r;
}

/// About a minute.
inline recipe quick_recipe()
{
    recipe r = default_recipe();
    r.dense.epochs = 10;
    r.round.epochs = 1;
    r.rounds = 4;
    r.finish.epochs = 11;
    r.ladder.finish.epochs = 5;
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
    r.ladder.factors = {20, 30, 50, 80};
    r.ladder.first_rounds = 6;
    r.ladder.round.epochs = 2;
    r.ladder.finish.epochs = 25;
    r.ladder.finish.averaging = 0.999;
    return r;
}

struct options {
    recipe how = default_recipe();
    std::vector<std::uint64_t> seeds{1};
    std::string data = "/usr/share/datasets/fashion-mnist";
    std::string output;
    std::string load_weights;
    std::string save_weights;
    std::string save_pruned;
    std::vector<std::string> teachers; ///< files of dense weights, beside the own network
    double tolerance = 0.98;
    double regularization = 0;
    std::int64_t training_images = std::numeric_limits<std::int64_t>::max();
    int threads = 2;
    int bits = 18;     ///< of the structures
    bool paper = true; ///< whether the paper's groups are pruned first
    std::vector<example::grouping_kind> kinds{{"n:4", true}};
};

/// \return the options, or the exit code if the program is to end here (--help, nonsense)
inline std::optional<options> parse(
    int argc, char** argv, const std::string& default_output, int& exit_code)
{
    options o;
    o.output = default_output;
    bool quick = false;
    bool full = false;
    bool only_structures = false;
    std::vector<std::string> structures{"n:4"};
    std::string two_digits = "yes";
    std::vector<double> factors;
    CLI::App app{"Trains LeNet on Fashion-MNIST, prunes it in whole DSP blocks and block RAMs, and "
                 "prints what is left."};
    auto* quick_flag = app.add_flag("--quick", quick,
        "a minute of training instead of five, and no structures unless some are named");
    app.add_flag("--full", full, "6x fewer DSPs, and two structures at 20x to 80x, within an hour")
        ->excludes(quick_flag);
    app.add_option("--seed,--seeds", o.seeds, "decides everything that is random; one run for each")
        ->delimiter(',')
        ->capture_default_str();
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
    app.add_option("--save-pruned", o.save_pruned,
        "keep the weights of the last structure at its last factor; of --factors 1: a teacher");
    app.add_option("--teachers", o.teachers,
           "more dense networks, by their weights: what is distilled is the mean of all answers")
        ->delimiter(',')
        ->check(CLI::ExistingFile);
    app.add_option("--training-images", o.training_images,
           "use fewer than 54,000, to see everything once in seconds")
        ->check(CLI::Range(std::int64_t{1000}, std::int64_t{54000}))
        ->option_text("N");
    app.add_option("--threads", o.threads, "1 or 2; the result is the same")
        ->check(CLI::Range(1, 2))
        ->capture_default_str()
        ->option_text("N");
    app.add_flag("--only-structures", only_structures, "leave out the paper's groups at 4.7x");
    auto* structures_option =
        app.add_option("--structures", structures,
               "groups of the layers with a memory: paper, multipliers, n:2, n:4, n:8, "
               "permuted n:4, free")
            ->delimiter(',')
            ->check(CLI::IsMember(example::grouping_names()))
            ->capture_default_str();
    app.add_option("--two-digits", two_digits,
           "whether weights at reuse factor 1 may stay with two signed digits and no DSP")
        ->check(CLI::IsMember({"yes", "no", "both"}))
        ->capture_default_str();
    app.add_option("--factors", factors,
           "times fewer DSPs (LUTs of multipliers, at 8 bits), ascending; the structures are "
           "pruned "
           "from one to the next; 1 only trains for the hardware")
        ->delimiter(',')
        ->check(CLI::Range(1.0, 500.0));
    app.add_option("--bits", o.bits,
           "of weights and data of the structures; below 18, data are rounded in training as well")
        ->check(CLI::IsMember(possible_bits()))
        ->capture_default_str();
    app.add_option("--bram-share", o.how.ladder.bram_factor,
           "times fewer block RAMs of the structures, as a part of these factors")
        ->check(CLI::Range(0.0, 2.0))
        ->capture_default_str();
    const std::map<std::string, esp::normalization> normalizations{
        {"none", esp::normalization::none}, {"lamp", esp::normalization::lamp},
        {"mean", esp::normalization::layer_mean}, {"maximum", esp::normalization::layer_maximum}};
    std::string normalization = "none";
    app.add_option("--normalization", normalization,
           "of what the groups of the structures are worth, by layer")
        ->check(CLI::IsMember(normalizations))
        ->capture_default_str();
    // What is not given stays as the recipe has it, which is not chosen yet.
    struct {
        std::optional<std::int64_t> first_rounds, rounds, round_epochs, finish_epochs, batch, shift;
        std::optional<double> peak_rate, distillation, averaging, regrowth, temperature, decay;
    } given;
    const auto add = [&]<class T>(const char* name, std::optional<T>& to, const char* what,
                         std::type_identity_t<T> most, std::type_identity_t<T> least = 0) {
        app.add_option(name, to, what)->check(CLI::Range(least, most));
    };
    add("--first-rounds", given.first_rounds, "of the structures, to the first factor", 100);
    add("--rounds", given.rounds, "of the structures, to each of the others", 100);
    add("--round-epochs", given.round_epochs, "of the structures, after each round but the last",
        1000);
    add("--finish-epochs", given.finish_epochs, "of the structures, after the last", 1000);
    add("--peak-rate", given.peak_rate,
        "of learning in the last phase; it restarts there each time", 1);
    add("--distillation", given.distillation, "part of the loss that comes from the dense network",
        1);
    add("--averaging", given.averaging,
        "of weights in the last phase: 0.999 is over about 1,000 steps", 0.99999);
    add("--batch", given.batch, "images of a batch of the structures", 1024, 1);
    add("--regrowth", given.regrowth,
        "step by whose length pruned weights may come back; 0: they do not", 1e6);
    add("--shift", given.shift, "pixels by which images of the structures move at random, at most",
        4);
    add("--temperature", given.temperature, "by which the dense network's answers are softened",
        100, 0.1);
    add("--weight-decay", given.decay, "of the structures, decoupled from the gradients", 10);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error);
        return std::nullopt;
    }
    const double bram_share = o.how.ladder.bram_factor;
    if (quick)
        o.how = quick_recipe();
    if (full)
        o.how = full_recipe();
    if (full && structures_option->count() == 0)
        structures.emplace_back("free");
    o.how.ladder.bram_factor = bram_share;
    o.paper = !only_structures;
    o.kinds.clear();
    if (!quick || structures_option->count() > 0)
        for (const std::string& name : structures)
            for (const bool with : {false, true})
                if (two_digits == "both" || with == (two_digits == "yes"))
                    o.kinds.push_back({name, with});
    example::ladder_recipe& ladder = o.how.ladder;
    if (!factors.empty())
        ladder.factors = factors;
    std::ranges::sort(ladder.factors);
    ladder.normalize_by = normalizations.at(normalization);
    const auto set = [](const auto& from, auto&... to) {
        if (from)
            ((to = static_cast<std::remove_reference_t<decltype(to)>>(*from)), ...);
    };
    set(given.first_rounds, ladder.first_rounds);
    set(given.rounds, ladder.rounds);
    set(given.round_epochs, ladder.round.epochs);
    set(given.finish_epochs, ladder.finish.epochs);
    set(given.peak_rate, ladder.finish.peak_rate);
    set(given.distillation, ladder.round.distillation, ladder.finish.distillation);
    set(given.averaging, ladder.finish.averaging);
    set(given.batch, ladder.round.batch, ladder.finish.batch);
    set(given.regrowth, ladder.regrowth);
    set(given.shift, ladder.round.shift, ladder.finish.shift);
    set(given.temperature, ladder.round.temperature, ladder.finish.temperature);
    set(given.decay, ladder.round.weight_decay, ladder.finish.weight_decay);
    return o;
}

} // namespace fashion_mnist
