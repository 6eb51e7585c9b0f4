// SPDX-License-Identifier: Apache-2.0
// The paper's second network: three convolutions and three dense layers that read house numbers,
// pruned in whole DSP blocks and block RAMs at several reuse factors, for the paper's groups and
// for others. One dense network is trained; every kind of groups starts from it at every reuse
// factor. Accuracies of test images are those of the network in integers.

#include "../report/page.hpp"
#include "../shared/integer_images.hpp"
#include "../shared/json_file.hpp"
#include "../shared/ladder.hpp"
#include "../shared/tally.hpp"
#include "dataset.hpp"
#include "made_up.hpp"
#include "network.hpp"
#include "options.hpp"

#include <espalier/espalier.hpp>
#include <espalier/stopwatch.hpp>
#include <espalier/with/torch.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <malloc.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace svhn {
namespace {

using example::rung;

/// What the paper's Table I says of this network.
constexpr const char* of_paper = "the paper: 2.2x to 3.9x DSP, 1.4x BRAM, +0.26 points";

/// A rung with what its test images can show.
struct outcome {
    int reuse_factor = 0;
    rung reached{};
    double error = 0; ///< standard error of the change of test accuracy, in points
};

/// Standard error of the difference of two accuracies on the same images, in points: of its mean
/// over the images, taken as independent.
double error_of_change(const std::vector<bool>& before, const std::vector<bool>& after)
{
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const double difference = (after[i] ? 1 : 0) - (before[i] ? 1 : 0);
        sum += difference;
        squares += difference * difference;
    }
    const auto n = static_cast<double>(before.size());
    return 100 * std::sqrt((squares / n - sum / n * sum / n) / (n - 1));
}

/// "reuse factor 9 (fc1 8, fc2 7, out 8), 16 bits"
std::string title_of(int reuse_factor, std::span<const esp::layer_spec> layers, int bits)
{
    std::string others;
    for (const esp::layer_spec& layer : layers)
        if (layer.reuse_factor != reuse_factor)
            others += (others.empty() ? " (" : ", ") + std::string(layer.name.view()) + ' ' +
                      std::to_string(layer.reuse_factor);
    return "reuse factor " + std::to_string(reuse_factor) + others + (others.empty() ? "" : ")") +
           ", " + std::to_string(bits) + " bits";
}

/// One dense network and what is made of it.
class experiment {
public:
    experiment(const options& o, const example::image_data& data)
        : o_(o), data_(data), train_(net_, twin_, data, o.seed, o.threads)
    {}

    /// \return the log of a run for each reuse factor and kind of groups
    std::vector<example::run_log> run()
    {
        if (o_.load_weights.empty())
            train_.train("dense", o_.dense, {});
        else
            example::load_weights(net_, o_.load_weights);
        if (!o_.save_weights.empty())
            example::save_weights(net_, o_.save_weights);
        train_.set_teacher();
        dense_ = example::snapshot(net_);
        std::printf("the dense network puts %.2f %% of %lld validation images into the right class "
                    "(%.0f s)\n",
            100 * validate(), static_cast<long long>(data_.validation.size()), clock_.seconds());
        std::vector<example::run_log> logs;
        for (const int reuse_factor : o_.reuse_factors)
            for (const std::string& name : o_.structures)
                if (example::run_log log = climb(reuse_factor, {name}); !log.rounds.empty())
                    logs.push_back(std::move(log));
        return logs;
    }

    [[nodiscard]] const std::vector<outcome>& outcomes() const { return outcomes_; }

private:
    double validate()
    {
        return example::accuracy(net_, data_.validation.images, data_.validation.labels);
    }

    example::run_log climb(int reuse_factor, const example::grouping_kind& kind)
    {
        const std::vector<esp::layer_spec> layers = layers_of(o_.bits, reuse_factor);
        for (const esp::layer_spec& layer : layers)
            esp::ensure_legal(layer);
        example::restore(net_, dense_);
        std::vector<bool> right;
        const auto test = [&] {
            right = example::right_images(
                in_integers(net_, layers), data_.test.images, data_.test.labels);
            return static_cast<double>(std::count(right.begin(), right.end(), true)) /
                   static_cast<double>(right.size());
        };
        const rung start{.seed = o_.seed,
            .kind = kind.title(),
            .dense_validation = validate(),
            .dense_test = test(),
            .dense = example::tallies(layers, esp::weights_of(net_, layers),
                example::structures_of(layers, {"multipliers"}))
                         .back()};
        const std::vector<bool> dense_right = right;
        const std::string title = title_of(reuse_factor, layers, o_.bits);
        std::printf("\n%s, %s\n", title.c_str(), kind.title().c_str());
        std::vector<rung> rungs;
        example::climb<network>({net_, layers, train_, [&] { return validate(); }, test}, kind,
            o_.ladder, start, [&](const rung& reached) {
                rungs.push_back(reached);
                outcomes_.push_back({reuse_factor, reached, error_of_change(dense_right, right)});
                std::printf("%s\n", example::row_of(reached).c_str());
                std::fflush(stdout);
            });
        return example::run_of("SVHN, " + title, rungs);
    }

    const options& o_;
    const example::image_data& data_;
    network net_;
    network twin_;
    example::trainer<network> train_;
    std::vector<torch::Tensor> dense_;
    std::vector<outcome> outcomes_;
    esp::stopwatch clock_;
};

void print_table(const std::vector<outcome>& outcomes)
{
    std::printf("\n%s\n\n| RF | groups | DSP | | BRAM | | LUTs of selectors | under hls: DSP | "
                "BRAM | LUT | "
                "weights | validation | points | test, integers | points |\n"
                "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        of_paper);
    for (const outcome& o : outcomes) {
        const example::tally& from = o.reached.dense;
        const example::tally& to = o.reached.pruned;
        const auto dsp = [](const esp::resources& r) { return static_cast<double>(r.dsp); };
        std::printf("| %d | %s | %.0f → %.0f | %s | %g → %g | %s | %lld | %s | %s | %lld → %lld | "
                    "%lld → %lld | %.2f → %.2f %% | %+.2f | %.2f → %.2f %% | %+.2f ± %.2f |\n",
            o.reuse_factor, o.reached.kind.c_str(), dsp(from.paper), dsp(to.paper),
            example::factor(dsp(from.paper), dsp(to.paper)).c_str(), from.paper.bram(),
            to.paper.bram(), example::factor(from.paper.bram(), to.paper.bram()).c_str(),
            static_cast<long long>(to.paper.lut),
            example::factor(dsp(from.hls), dsp(to.hls)).c_str(),
            example::factor(from.hls.bram(), to.hls.bram()).c_str(),
            static_cast<long long>(from.hls.lut), static_cast<long long>(to.hls.lut),
            static_cast<long long>(from.weights), static_cast<long long>(to.weights),
            100 * o.reached.dense_validation, 100 * o.reached.validation,
            100 * (o.reached.validation - o.reached.dense_validation), 100 * o.reached.dense_test,
            100 * o.reached.test, 100 * (o.reached.test - o.reached.dense_test), o.error);
    }
}

example::image_data made_up_data(const options& o)
{
    const std::int64_t training = std::min(o.made_up, o.training_images);
    const std::int64_t each = std::min<std::int64_t>(training / 3, 500);
    digits all = made_up_digits(training + 2 * each, static_cast<std::uint32_t>(o.seed));
    const example::labelled tensors = to_tensors(all);
    const auto part = [&](std::int64_t first, std::int64_t size) {
        return example::labelled{tensors.images.narrow(0, first, size).clone(),
            tensors.labels.narrow(0, first, size).clone()};
    };
    return {.training = part(0, training),
        .validation = part(training, each),
        .test = part(training + each, each),
        .training_size = training};
}

void run(const options& o)
{
    const esp::stopwatch clock;
    example::ensure_writable(o.output);
    example::ensure_writable(o.page);
    const example::image_data data =
        o.data.empty() ? made_up_data(o) : read_dataset(o.data, o.training_images);
    std::printf("%lld training images in %lld forms, %lld for validation, %lld for the test, %s\n",
        static_cast<long long>(data.training_size), static_cast<long long>(data.forms()),
        static_cast<long long>(data.validation.size()), static_cast<long long>(data.test.size()),
        o.data.empty() ? "made up" : o.data.c_str());
    torch::manual_seed(o.seed);
    experiment one(o, data);
    const std::vector<example::run_log> logs = one.run();
    print_table(one.outcomes());

    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const example::run_log& log : logs)
        runs.push_back(example::to_json(log));
    nlohmann::ordered_json rungs = nlohmann::ordered_json::array();
    for (const outcome& each : one.outcomes()) {
        rungs.push_back({{"reuse_factor", each.reuse_factor}});
        rungs.back().update(example::to_json(each.reached));
        rungs.back()["standard_error_of_change"] = each.error;
    }
    example::write_json(
        o.output, {{"made_up", o.data.empty()}, {"seed", o.seed}, {"bits", o.bits},
                      {"training_images", data.training_size}, {"test_images", data.test.size()},
                      {"seconds", clock.seconds()}, {"outcomes", rungs}, {"runs", runs}});
    std::ofstream page(o.page, std::ios::binary);
    page << report::page_of(logs, "House numbers, pruned");
    if (!page.flush())
        throw std::runtime_error("the page " + o.page + " cannot be written");
    std::printf(
        "\n%.0f s in all; written to\n%s\n%s\n", clock.seconds(), o.page.c_str(), o.output.c_str());
}

} // namespace
} // namespace svhn

int main(int argc, char** argv)
{
    try {
        int exit_code = 0;
        const auto o = svhn::parse(argc, argv, exit_code);
        if (!o)
            return exit_code;
        // Keep freed tensors: fresh pages from the kernel cost as much as the arithmetic on them.
        mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        torch::set_num_threads(1); // the trainer shares the work out itself
        svhn::run(*o);
        return 0;
    } catch (const c10::Error& error) {
        std::fprintf(stderr, "svhn: %s\n", error.what_without_backtrace());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "svhn: %s\n", error.what());
    }
    return 1;
}
