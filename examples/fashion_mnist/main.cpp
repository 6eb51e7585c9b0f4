// SPDX-License-Identifier: Apache-2.0
// The main job: train LeNet on Fashion-MNIST, prune it in whole DSP blocks and block RAMs while it
// trains on, and show what is left; first in the paper's groups, then in those that hardware allows
// beyond them. The 6,000 validation images make every decision; the 10,000 test images are looked
// at once, for the tables.

#include "../shared/integer_images.hpp"
#include "../shared/json_file.hpp"
#include "../shared/ladder.hpp"
#include "dataset.hpp"
#include "lenet.hpp"
#include "options.hpp"
#include "quantized.hpp"
#include "report.hpp"

#include <espalier/espalier.hpp>
#include <espalier/stopwatch.hpp>
#include <espalier/with/torch.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <malloc.h>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace fashion_mnist {
namespace {

using example::accuracy;
using example::image_data;

/// Batches whose gradients rank the groups before each round.
constexpr std::int64_t ranking_batches = 50;
/// Of the logs, from which examples/report makes a page.
constexpr const char* title = "LeNet on Fashion-MNIST";

/// One seed: a dense network and what is made of it.
class experiment {
public:
    experiment(const options& o, std::uint64_t seed, const image_data& data)
        : o_(o), seed_(seed), data_(data), train_(net_, twin_, data, seed, o.threads)
    {}

    nlohmann::ordered_json run()
    {
        const esp::stopwatch all;
        // The pruner sees the weights where LibTorch keeps them. It is made before the training so
        // that a wrong option is refused before an hour has gone by.
        esp::trainee trainee = esp::trainee_of(net_, hardware.specs);
        esp::pruner pruner{hardware, trainee, options_of_paper()};

        const esp::stopwatch dense_clock;
        if (o_.load_weights.empty())
            train_.train("dense", o_.how.dense, {});
        else
            example::load_weights(net_, o_.load_weights);
        if (!o_.save_weights.empty())
            example::save_weights(net_, o_.save_weights);
        dense_seconds_ = dense_clock.seconds();
        dense_accuracy_.validation = validate();
        pruner.baseline(dense_accuracy_.validation);
        dense_ = tallies(trainee.weights);
        dense_parameters_ = example::snapshot(net_);
        std::printf("dense network: %lld DSP, %g BRAM, %lld weights, validation accuracy %.2f %% "
                    "(%.0f s)\n",
            static_cast<long long>(dense_.back().paper.dsp), dense_.back().paper.bram(),
            static_cast<long long>(dense_.back().weights), 100 * dense_accuracy_.validation,
            dense_seconds_);
        set_teachers();
        after_dense_ = train_.random();
        nlohmann::ordered_json json{{"seed", seed_}};
        if (o_.paper)
            json.update(prune_as_paper(pruner, trainee));
        json["structures"] = nlohmann::ordered_json::array();
        if (!o_.kinds.empty()) {
            json["structures"] = prune_by_structures();
            json["runs"] = nlohmann::ordered_json::array();
            for (const example::run_log& log : ladders_)
                json["runs"].push_back(example::to_json(log));
        }
        json["seconds"]["dense"] = dense_seconds_;
        json["seconds"]["total"] = all.seconds();
        return json;
    }

private:
    [[nodiscard]] esp::pruner_options options_of_paper() const
    {
        return {.schedule = esp::polynomial{.steps = o_.how.rounds,
                    .target = {1 - 1 / o_.how.dsp_factor, 1 - 1 / o_.how.bram_factor}},
            .tolerance = o_.tolerance,
            .regularization = o_.regularization,
            .rank_by = esp::ranking::fisher,
            .normalize_by = esp::normalization::none,
            .selection = {
                .structure = esp::structure::consecutive, // the paper's groups and accounting
                .costs = costs}};
    }

    /// The dense network, and those that are named.
    void set_teachers()
    {
        train_.set_teacher();
        for (const std::string& file : o_.teachers) {
            example::load_weights(net_, file);
            std::printf(
                "teacher %s: validation accuracy %.2f %%\n", file.c_str(), 100 * validate());
            train_.add_teacher();
        }
        example::restore(net_, dense_parameters_);
    }

    double validate() { return accuracy(net_, data_.validation.images, data_.validation.labels); }

    /// Prunes and trains in turns.
    nlohmann::ordered_json prune_as_paper(esp::pruner& pruner, const esp::trainee& trainee)
    {
        const esp::stopwatch pruning_clock;
        const std::vector<std::vector<float>> dense_weights = copies(trainee.weights);
        const auto observe = [&] {
            train_.look(
                ranking_batches, [&] { pruner.observe(esp::gradients_of(net_, hardware.specs)); });
        };
        nlohmann::ordered_json rounds = nlohmann::ordered_json::array();
        print_round_header();
        for (observe(); auto round = pruner.next(); observe()) {
            const bool last = round->meets_target();
            train_.train("round " + std::to_string(round->number()),
                last ? o_.how.finish : o_.how.round,
                {.before_step =
                        [&] {
                            if (o_.regularization > 0)
                                round->regularize(esp::gradients_of(net_, hardware.specs));
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
        const nlohmann::ordered_json layers =
            example::to_json(example::layers_of(pruner, trainee.weights));
        if (const esp::round_record* record = pruner.accepted();
            record != nullptr && (pruned.back().paper.dsp > record->usage.dsp ||
                                     pruned.back().paper.bram18 > record->usage.bram18))
            throw std::logic_error("the final weights need more than the pruner reported");
        std::printf("counted from the zeros of the final weights: %lld DSP, %g BRAM\n",
            static_cast<long long>(pruned.back().paper.dsp), pruned.back().paper.bram());
        print_reported(dense_.back(), pruned.back());
        const accuracies pruned_accuracy{.validation = validate(),
            .test = accuracy(net_, data_.test.images, data_.test.labels),
            .quantized_test = accuracy(in_integers(net_), data_.test.images, data_.test.labels)};
        example::restore(net_, dense_parameters_);
        dense_accuracy_.test = accuracy(net_, data_.test.images, data_.test.labels);
        dense_accuracy_.quantized_test =
            accuracy(in_integers(net_), data_.test.images, data_.test.labels);
        print_table(dense_, pruned, dense_accuracy_, pruned_accuracy);
        print_unfreed(pruner.masks(), trainee.weights, dense_weights);
        return {{"title", title}, {"structure", "paper"}, {"accounting", "paper"},
            {"layers", layers}, {"baseline", to_json(dense_.back(), dense_accuracy_)},
            {"rounds", rounds}, {"pruned", to_json(pruned.back(), pruned_accuracy)},
            {"seconds", {{"pruning", pruning_seconds}}}};
    }

    /// Every kind of groups from the same dense network, with the weights of the hardware in every
    /// forward pass.
    nlohmann::ordered_json prune_by_structures()
    {
        const std::vector<esp::layer_spec> layers = layers_with(o_.bits);
        const auto test_as = [&](std::span<const esp::layer_spec> as) {
            return accuracy(in_integers(net_, as, true), data_.test.images, data_.test.labels);
        };
        const example::climber<lenet> climber{
            net_, layers, train_, [&] { return validate(); }, [&] { return test_as(layers); }};
        // Whatever the width, it is the dense network of 18 bits that is compared with.
        example::restore(net_, dense_parameters_);
        example::rung start{.seed = seed_,
            .dense_validation = validate(),
            .dense_test = test_as(layers_with(18)),
            .dense = dense_.back()};
        if (o_.bits < 18)
            for (lenet* each : {&net_, &twin_})
                each->round_as(layers);
        nlohmann::ordered_json rungs = nlohmann::ordered_json::array();
        std::vector<example::rung> all;
        for (const example::grouping_kind& kind : o_.kinds) {
            // What comes of a kind does not depend on what was run before it.
            example::restore(net_, dense_parameters_);
            const std::size_t first = all.size();
            train_.set_random(after_dense_);
            start.kind =
                kind.title() + (o_.bits == 18 ? "" : ", " + std::to_string(o_.bits) + " bits");
            example::climb<lenet>(
                climber, kind, o_.how.ladder, start, [&](const example::rung& reached) {
                    all.push_back(reached);
                    rungs.push_back(to_json(reached));
                    std::printf("%s\n", row_of(reached).c_str());
                    std::fflush(stdout);
                });
            if (all.size() > first)
                ladders_.push_back(example::run_of(title, std::span(all).subspan(first)));
        }
        if (!o_.save_pruned.empty())
            example::save_weights(net_, o_.save_pruned);
        example::print_rung_header();
        for (const example::rung& each : all)
            std::printf("%s\n", row_of(each).c_str());
        return rungs;
    }

    const options& o_;
    std::uint64_t seed_;
    const image_data& data_;
    lenet net_;
    lenet twin_;
    example::trainer<lenet> train_;
    std::vector<tally> dense_;
    std::vector<example::run_log> ladders_; ///< one for each kind of groups
    accuracies dense_accuracy_;
    std::vector<torch::Tensor> dense_parameters_;
    at::Generator after_dense_;
    double dense_seconds_ = 0;
};

void run(const options& o)
{
    const esp::stopwatch all;
    example::ensure_writable(o.output);
    const image_data data = read_dataset(o.data, o.training_images);
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const std::uint64_t seed : o.seeds) {
        torch::manual_seed(seed);
        if (o.seeds.size() > 1)
            std::printf("\nseed %llu\n", static_cast<unsigned long long>(seed));
        experiment one(o, seed, data);
        runs.push_back(one.run());
        // One run is written as it is.
        example::write_json(
            o.output, o.seeds.size() == 1 ? runs[0] : nlohmann::ordered_json{{"runs", runs}});
    }
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
        fashion_mnist::run(*o);
        return 0;
    } catch (const c10::Error& error) {
        std::fprintf(stderr, "fashion_mnist: %s\n", error.what_without_backtrace());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fashion_mnist: %s\n", error.what());
    }
    return 1;
}
