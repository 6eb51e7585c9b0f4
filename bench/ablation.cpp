// SPDX-License-Identifier: Apache-2.0
// Which ranking, which normalisation, which structure: networks are pruned to 50, 25 and 10 % of
// their DSPs and block RAM, step by step and with some training after each step, and the accuracy
// on data that no step has seen is all that counts. Every cell of a seed and fold starts from the
// same dense network and sees the same batches, so that cells can be compared in pairs.
//
//     bench_ablation TASK FOLDER [SEEDS [CELL...]]
//
// TASK is jets, jets-mixed, svhn or fashion; CELL is a part of a cell's name ("l1 | none"); the
// paper's choice always runs. The table goes to the standard output, each run as it ends to the
// standard error.

#include "ablation/tasks.hpp"
#include "ablation/values.hpp"

#include <espalier/espalier.hpp>
#include <espalier/with/torch.hpp>

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <numbers>
#include <string>
#include <vector>

namespace ablation {
namespace {

constexpr std::array removed{0.5, 0.75, 0.9};
using accuracies = std::array<double, removed.size()>;

/// The rows of one seed and fold.
struct split {
    Tensor inputs, labels, test_inputs, test_labels;
};

split split_of(const task& t, std::int64_t seed, int fold)
{
    if (t.folds == 1)
        return {t.inputs, t.labels, t.test_inputs, t.test_labels};
    const auto random = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
    const Tensor order = torch::randperm(t.labels.size(0), random, torch::kInt64);
    const Tensor is_test = torch::arange(t.labels.size(0)).remainder(t.folds).eq(fold);
    const Tensor test = order.masked_select(is_test);
    const Tensor train = order.masked_select(is_test.logical_not());
    return {t.inputs.index_select(0, train), t.labels.index_select(0, train),
        t.inputs.index_select(0, test), t.labels.index_select(0, test)};
}

double accuracy(const network& net, const split& rows)
{
    const torch::NoGradGuard no_grad;
    std::int64_t right = 0;
    for (std::int64_t at = 0; at < rows.test_labels.size(0); at += 500)
        right += net.forward(rows.test_inputs.slice(0, at, at + 500))
                     .argmax(1)
                     .eq(rows.test_labels.slice(0, at, at + 500))
                     .sum()
                     .item<std::int64_t>();
    return static_cast<double>(right) / static_cast<double>(rows.test_labels.size(0));
}

/// Adam with a rate that falls along a cosine to a hundredth.
/// \param masks  of the weights; empty: dense
void train(const network& net, const split& rows, std::int64_t epochs, std::int64_t batch,
    double rate, std::uint64_t seed, std::vector<Tensor>& weights, const std::vector<Tensor>& masks)
{
    const auto random = at::detail::createCPUGenerator(seed);
    torch::optim::Adam optimizer(net.module->parameters(), rate);
    const std::int64_t n = rows.labels.size(0);
    const std::int64_t each = (n + batch - 1) / batch;
    for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
        const Tensor order = torch::randperm(n, random, torch::kInt64);
        for (std::int64_t step = 0; step < each; ++step) {
            const double done =
                static_cast<double>(epoch * each + step) / static_cast<double>(epochs * each);
            for (auto& group : optimizer.param_groups())
                group.options().set_lr(
                    rate * (0.01 + 0.99 * (1 + std::cos(std::numbers::pi * done)) / 2));
            const Tensor chosen = order.slice(0, step * batch, (step + 1) * batch);
            optimizer.zero_grad();
            torch::nn::functional::cross_entropy(net.forward(rows.inputs.index_select(0, chosen)),
                rows.labels.index_select(0, chosen))
                .backward();
            optimizer.step();
            const torch::NoGradGuard no_grad;
            for (std::size_t m = 0; m < masks.size(); ++m)
                weights[m].mul_(masks[m]);
        }
    }
}

/// The sensitivities of 20 batches, with labels drawn from the network's own answers (Kunstner et
/// al. 2019).
void observe(const task& t, const network& net, const split& rows, std::uint64_t seed,
    esp::sensitivity& slopes)
{
    auto random = at::detail::createCPUGenerator(seed);
    const auto views = esp::weights_of(*net.module, t.hardware);
    for (int b = 0; b < 20; ++b) {
        const Tensor chosen = torch::randint(rows.labels.size(0), {64}, random, torch::kInt64);
        const Tensor logits = net.forward(rows.inputs.index_select(0, chosen));
        const Tensor labels =
            torch::softmax(logits.detach(), 1).multinomial(1, false, random).squeeze(1);
        net.module->zero_grad();
        torch::nn::functional::cross_entropy(logits, labels).backward();
        std::vector<std::vector<float>> copies(views.size());
        std::vector<std::span<const float>> weights;
        for (std::size_t m = 0; m < views.size(); ++m)
            weights.push_back(views[m].read(copies[m]));
        const auto gradients = esp::gradients_of(*net.module, t.hardware);
        slopes.observe(
            weights, std::vector<std::span<const float>>(gradients.begin(), gradients.end()));
    }
    net.module->zero_grad();
}

std::vector<Tensor> weights_of(const task& t, const network& net)
{
    std::vector<Tensor> all;
    const auto parameters = net.module->named_parameters();
    for (const esp::layer_spec& layer : t.hardware)
        all.push_back(parameters[std::string(layer.name.view()) + ".weight"].detach());
    return all;
}

/// Prunes and trains in turns.
accuracies prune(
    const task& t, const network& net, const split& rows, const cell& how, std::uint64_t seed)
{
    std::vector<Tensor> weights = weights_of(t, net);
    esp::selection groups(
        t.hardware, {.structure = how.structure, .costs = esp::cost_policy::paper});
    accuracies result{};
    for (std::size_t step = 0; step < removed.size(); ++step) {
        esp::sensitivity slopes(
            how.by == ranking::taylor ? esp::ranking::taylor : esp::ranking::fisher);
        if (how.by == ranking::taylor || how.by == ranking::fisher)
            observe(t, net, rows, seed + step, slopes);
        const auto& problem = groups.pose(values_of(groups, how, weights, slopes),
            esp::budget_at(groups.total(), removed[step], 1));
        const esp::knapsack_solution answer = esp::default_solver(problem);
        std::vector<Tensor> masks;
        for (std::size_t m = 0; m < weights.size(); ++m) {
            masks.push_back(torch::empty_like(weights[m]));
            groups.write_mask(answer.keep, m, esp::layout::pytorch,
                std::span{masks[m].data_ptr<float>(), static_cast<std::size_t>(masks[m].numel())});
            weights[m].mul_(masks[m]);
        }
        train(net, rows, t.epochs, t.batch, t.rate, seed + 100 * (step + 1), weights, masks);
        result[step] = accuracy(net, rows);
    }
    return result;
}

struct mean_and_error {
    double mean, error;
};

mean_and_error summary(const std::vector<double>& values)
{
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    for (const double v : values)
        sum += v;
    double squares = 0;
    for (const double v : values)
        squares += (v - sum / n) * (v - sum / n);
    return {sum / n, n > 1 ? std::sqrt(squares / (n - 1) / n) : 0};
}

/// \param runs  of each cell, in the order of the splits
void print(const std::vector<cell>& cells, const std::vector<std::vector<accuracies>>& runs,
    const std::vector<double>& dense)
{
    const auto show = [](const std::vector<double>& values, const char* format) {
        const auto [mean, error] = summary(values);
        std::printf(format, 100 * mean, 100 * error);
    };
    show(dense, "dense: %.2f ± %.2f %%");
    std::printf(" over %zu runs\n\n", dense.size());
    std::printf("| ranking | normalisation | structure | −50 %% | −75 %% | −90 %% | mean | against "
                "the paper's |\n|---|---|---|--:|--:|--:|--:|--:|\n");
    const auto mean_of = [](const accuracies& of) {
        double sum = 0;
        for (const double a : of)
            sum += a;
        return sum / static_cast<double>(of.size());
    };
    const auto of_paper = static_cast<std::size_t>(
        std::find_if(cells.begin(), cells.end(), is_paper) - cells.begin());
    for (std::size_t c = 0; c < cells.size(); ++c) {
        std::printf("| %s", cells[c].name().c_str());
        for (std::size_t step = 0; step < removed.size(); ++step) {
            std::vector<double> values;
            for (const accuracies& run : runs[c])
                values.push_back(run[step]);
            show(values, " | %.2f ± %.2f");
        }
        std::vector<double> means;
        std::vector<double> gains;
        for (std::size_t r = 0; r < runs[c].size(); ++r) {
            means.push_back(mean_of(runs[c][r]));
            gains.push_back(means.back() - mean_of(runs[of_paper][r]));
        }
        show(means, " | %.2f ± %.2f");
        show(gains, " | %+.2f ± %.2f |\n");
    }
}

void run(const std::string& name, const std::string& folder, std::int64_t seeds,
    const std::vector<std::string>& wanted)
{
    const task t = task_of(name, folder);
    std::vector<cell> cells;
    for (const cell& c : all_cells()) {
        const bool is_wanted = std::any_of(wanted.begin(), wanted.end(),
            [&](const std::string& part) { return c.name().find(part) != std::string::npos; });
        if (wanted.empty() || is_wanted || is_paper(c))
            cells.push_back(c);
    }
    std::vector<std::vector<accuracies>> runs(cells.size());
    std::vector<double> dense;
    for (std::int64_t seed = 1; seed <= seeds; ++seed)
        for (int fold = 0; fold < t.folds; ++fold) {
            const auto start = static_cast<std::uint64_t>(1000 * seed + 10 * fold);
            torch::manual_seed(start);
            const split rows = split_of(t, seed, fold);
            const network net = t.build();
            std::vector<Tensor> weights = weights_of(t, net);
            train(net, rows, t.dense_epochs, t.batch, 1e-3, start, weights, {});
            dense.push_back(accuracy(net, rows));
            std::fprintf(
                stderr, "%lld %d | dense %.4f\n", static_cast<long long>(seed), fold, dense.back());
            std::vector<Tensor> kept;
            for (const Tensor& parameter : net.module->parameters())
                kept.push_back(parameter.detach().clone());
            for (std::size_t c = 0; c < cells.size(); ++c) {
                const std::vector<Tensor> parameters = net.module->parameters();
                for (std::size_t p = 0; p < kept.size(); ++p)
                    parameters[p].detach().copy_(kept[p]);
                runs[c].push_back(prune(t, net, rows, cells[c], start));
                std::fprintf(stderr, "%lld %d | %s", static_cast<long long>(seed), fold,
                    cells[c].name().c_str());
                for (const double a : runs[c].back())
                    std::fprintf(stderr, " | %.4f", a);
                std::fprintf(stderr, "\n");
            }
        }
    print(cells, runs, dense);
}

} // namespace
} // namespace ablation

int main(int argc, char** argv)
{
    try {
        if (argc < 3)
            throw std::runtime_error("bench_ablation TASK FOLDER [SEEDS [CELL...]]");
        at::set_num_threads(1);
        ablation::run(argv[1], argv[2], argc > 3 ? std::stoll(argv[3]) : 3,
            std::vector<std::string>(argv + std::min(argc, 4), argv + argc));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_ablation: %s\n", error.what());
        return 1;
    }
}
