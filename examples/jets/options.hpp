// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hardware.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jets {

struct options {
    std::string data;
    std::string output = "jets.json";
    std::uint32_t seed = 1;
    std::size_t folds = 5;
    std::size_t rows = 1024; ///< of the synthetic set
    int dense_epochs = 60;   ///< where there is no trained network
    int epochs = 100;        ///< after each reduction
    std::vector<int> bits{18, 16};
    std::vector<int> reuse_factors{2, 4, 8, 16};
    std::vector<double> reductions{50, 80, 90, 95}; ///< percent, ascending
    double most_lost = 100;                         ///< points
    double regrowth = 0;                            ///< `pruner_options::regrowth`
    std::vector<std::string> groups{};              ///< names of kinds; empty: all
};

inline std::vector<std::string> kind_names()
{
    std::vector<std::string> names;
    for (const kind& each : kinds)
        names.emplace_back(each.name);
    return names;
}

/// \return the options, or the exit code if the program is to end here (--help, nonsense)
inline std::optional<options> parse(int argc, char** argv, int& exit_code)
{
    options o;
    CLI::App app{"Prunes the jet tagger 16-64-32-32-5 in whole DSP blocks and block RAMs, for "
                 "several kinds of groups, formats and reuse factors, and prints what is left."};
    app.add_option("--data", o.data,
        "folder of jets_features.f32, jets_labels.u8 and, if there is one, a trained network, "
        "jets_mlp_16_64_32_32_5_keras.f32; without it, rows are made up");
    app.add_option("--output", o.output, "where the JSON goes")->capture_default_str();
    app.add_option("--seed", o.seed, "decides everything that is random")->capture_default_str();
    app.add_option("--folds", o.folds, "parts, of which each is tested once")
        ->check(CLI::Range(2, 100))
        ->capture_default_str();
    app.add_option("--rows", o.rows, "how many rows are made up")
        ->check(CLI::Range(100, 1'000'000))
        ->capture_default_str();
    app.add_option("--dense-epochs", o.dense_epochs, "of training, if no trained network is given")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.add_option("--epochs", o.epochs, "of fine-tuning after each reduction")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.add_option("--bits", o.bits, "18 is ap_fixed<18,8>, 16 is ap_fixed<16,6>")
        ->check(CLI::IsMember({16, 18}))
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--reuse-factors", o.reuse_factors, "of all layers")
        ->check(CLI::IsMember({1, 2, 4, 8, 16}))
        ->delimiter(',')
        ->capture_default_str();
    auto* reductions = app.add_option("--reductions", o.reductions,
                              "percent of DSP blocks and block RAM to remove")
                           ->check(CLI::Range(1.0, 99.0))
                           ->delimiter(',')
                           ->capture_default_str();
    std::vector<double> factors;
    app.add_option("--factors", factors, "the same as times fewer: 4 removes 75 percent")
        ->check(CLI::Range(1.1, 100.0))
        ->delimiter(',')
        ->excludes(reductions);
    app.add_option("--groups", o.groups, "kinds of groups")
        ->check(CLI::IsMember(kind_names()))
        ->delimiter(',')
        ->default_str("all");
    app.add_option("--most-lost", o.most_lost,
           "points of accuracy on the part that is not tested; a network that loses more is not "
           "kept, and not pruned further")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    app.add_option("--regrowth", o.regrowth,
           "step by whose length pruned weights may come back; 0: they do not")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error);
        return std::nullopt;
    }
    if (!factors.empty())
        o.reductions.clear();
    for (const double factor : factors)
        o.reductions.push_back(100 - 100 / factor);
    std::ranges::sort(o.reductions);
    return o;
}

} // namespace jets
