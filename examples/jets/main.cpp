// SPDX-License-Identifier: Apache-2.0
// The paper's first network: a jet tagger 16-64-32-32-5, pruned in whole DSP blocks and block RAMs
// at several reuse factors and formats, for the paper's groups and for others that keep more, and
// by hls4ml's own rule.
//
// Rows are few, so that every row is tested: in each fold a network is pruned and fine-tuned
// without one part of the rows, and tested on it. Accuracies are those of the network in integers.

#include "../shared/json_file.hpp"
#include "hardware.hpp"
#include "hls4ml_rule.hpp"
#include "options.hpp"
#include "report.hpp"

#include <espalier/stopwatch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace jets {
namespace {

/// What the paper's Table I says of this network.
constexpr const char* of_paper = "the paper: 5.8x to 12.2x DSP, 2.3x to 5.2x BRAM, -0.63 points";
constexpr double lost_by_paper = 0.63; ///< points

/// The parts to remove, one after the other; a part that is too much ends it.
struct parts {
    std::vector<double> percent;
    esp::pruning_target target;

    explicit parts(std::vector<double> all)
        : percent(std::move(all)),
          target(esp::reduction(percent.back() / 100, percent.back() / 100))
    {}
    [[nodiscard]] std::optional<double> operator()(std::span<const esp::trial> trials) const
    {
        if (esp::rejected_progress(trials))
            return std::nullopt;
        for (const double part : percent)
            if (const double progress = progress_of(part);
                progress > esp::accepted_progress(trials))
                return progress;
        return std::nullopt;
    }
    [[nodiscard]] double progress_of(double part) const { return part / percent.back(); }
};

/// What the weights need that are not zero.
need counted(perceptron net, std::span<const esp::layer_spec> layers, const esp::structure& how)
{
    need sum;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const esp::weight_matrix m = esp::matrices_of(layers[l])[0];
        const std::span<const float> weights = esp::coefficients_of(net.weights[l]);
        sum += {esp::recount(m, esp::layout_of<matrix>, weights, esp::cost_policy::paper, how),
            example::as_reported(m, esp::layout_of<matrix>, weights, how)};
    }
    return sum;
}

esp::pruner_options options_of(const kind& of, const options& o)
{
    esp::pruner_options chosen =
        of.how == kind::manner::paper ? esp::pruner_options::paper() : esp::pruner_options{};
    chosen.selection.structure = of.structure;
    chosen.selection.costs = esp::cost_policy::paper;
    chosen.schedule = parts(o.reductions);
    chosen.tolerance = esp::tolerance::points(o.most_lost);
    chosen.regrowth = o.regrowth;
    if (of.how == kind::manner::permuted)
        chosen.permute_inputs = esp::order_search{};
    return chosen;
}

/// One network that is pruned step by step, and what is measured of it.
class fold_run {
public:
    perceptron net; // NOLINT(misc-non-private-member-variables-in-classes)

    fold_run(const perceptron& teacher, const fold& rows, const esp::structure& how,
        std::span<const esp::layer_spec> layers, const options& o)
        : net(teacher),
          teacher_(teacher),
          rows_(rows),
          how_(how),
          layers_(layers),
          random_(o.seed),
          looking_(o.seed + 1),
          orders_(layers),
          dense_accuracy_(validate()),
          dense_right_(test(net)),
          // A multiplier that could choose has no need of it there.
          dense_(counted(net, layers, esp::structure::packed_multipliers))
    {}

    /// Percent of the rows that are not tested.
    [[nodiscard]] double validate()
    {
        return percent_right(
            right_rows(in_integers(net, layers_), rows_.training, rows_.training_labels));
    }
    [[nodiscard]] double dense_accuracy() const { return dense_accuracy_; }
    void set_orders(const esp::input_orders& orders) { orders_ = orders; }
    /// As it is built: in the order of the inputs.
    [[nodiscard]] perceptron as_built() const { return in_order(net, orders_); }
    [[nodiscard]] need left() const { return counted(as_built(), layers_, how_); }

    template <class Around, class After>
    void fine_tune(int epochs, Around&& around, After&& after)
    {
        train(
            net, rows_.training_labels.size(), {.epochs = epochs, .rate = 3e-3},
            [&](int count) { return distilled(teacher_, rows_.training, count, random_); }, around,
            after);
    }

    /// How many weights that are kept are zero all the same.
    [[nodiscard]] std::size_t kept_zeros(const esp::pruner& pruner)
    {
        std::size_t zeros = 0;
        for (std::size_t l = 0; l < net.weights.size(); ++l) {
            const std::span<const float> weights = esp::coefficients_of(net.weights[l]);
            for (std::size_t i = 0; i < weights.size(); ++i)
                zeros += pruner.masks()[l][i] != 0 && weights[i] == 0 ? 1 : 0;
        }
        return zeros;
    }

    /// Shows a pruner the gradients of some batches. They are drawn apart from those of training,
    /// which is the same whether somebody looks or not.
    void show_gradients(esp::pruner& pruner)
    {
        constexpr int batches = 50;
        for (int k = 0; k < batches; ++k) {
            const batch b = distilled(teacher_, rows_.training, 64, looking_);
            {
                const auto hardware = pruner.as_in_hardware();
                net.backward(b.inputs, b.targets);
            }
            std::vector<std::span<float>> gradients;
            for (matrix& of_layer : net.weight_gradients)
                gradients.push_back(esp::coefficients_of(of_layer));
            pruner.observe(gradients);
        }
    }

    /// Adds what the network is now to an outcome.
    /// \param accuracy  of `validate`
    /// \param time      of the round, and what pruning took of it
    void add_to(outcome& o, double accuracy, std::pair<double, double> time)
    {
        const std::vector<bool> right = test(net);
        if (!orders_.is_identity() && test(as_built()) != right)
            throw std::logic_error("a network in another order puts other rows right");
        ++o.folds;
        o.dense += dense_;
        o.pruned += left();
        o.lost_in_training += dense_accuracy_ - accuracy;
        o.seconds += time.first;
        o.pruner_seconds += time.second;
        o.dense_right.insert(o.dense_right.end(), dense_right_.begin(), dense_right_.end());
        o.pruned_right.insert(o.pruned_right.end(), right.begin(), right.end());
    }

private:
    [[nodiscard]] std::vector<bool> test(perceptron of) const
    {
        return right_rows(in_integers(of, layers_), rows_.test, rows_.test_labels);
    }

    const perceptron& teacher_;
    const fold& rows_;
    esp::structure how_;
    std::span<const esp::layer_spec> layers_;
    std::mt19937 random_;
    std::mt19937 looking_;
    esp::input_orders orders_;
    double dense_accuracy_;
    std::vector<bool> dense_right_;
    need dense_;
};

/// Prunes one network step by step and adds what came out of each step to the outcome of its part.
void run_fold(const perceptron& teacher, const fold& rows, const kind& of,
    std::span<const esp::layer_spec> layers, const options& o, std::vector<outcome>& outcomes)
{
    fold_run run(teacher, rows, of.structure, layers, o);
    esp::trainee trainee = trainee_of(run.net);
    esp::pruner pruner{layers, trainee, options_of(of, o)};
    pruner.baseline(run.dense_accuracy());
    const auto next = [&] {
        if (o.regrowth > 0)
            run.show_gradients(pruner);
        return pruner.next();
    };
    while (auto round = next()) {
        run.fine_tune(
            o.epochs, [&] { return pruner.as_in_hardware(); }, [&] { round->mask(); });
        const double progress = round->record().progress;
        const double accuracy = run.validate();
        if (!pruner.report(accuracy))
            continue;
        run.set_orders(pruner.orders());
        const esp::round_record& record = pruner.history().back();
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            if (parts(o.reductions).progress_of(o.reductions[i]) == progress)
                run.add_to(outcomes[i], accuracy, {record.seconds, record.pruner_seconds});
    }
    // What is handed back is what was accepted: in its accuracy, and in what its weights need.
    const esp::round_record* accepted = pruner.accepted();
    if (run.validate() != (accepted != nullptr ? accepted->metric : run.dense_accuracy()))
        throw std::logic_error("the network that is handed back is not the one that was measured");
    run.set_orders(pruner.orders());
    const esp::resources left = run.left().paper;
    const esp::resources used = accepted != nullptr ? accepted->usage : pruner.groups().total();
    // A group that comes back starts at zero, and stays there in a network that is dead: where a
    // budget has room for no group of a layer but the cheapest, and that one was pruned before.
    const bool is_used = used.dsp == left.dsp && used.bram18 == left.bram18 && used.lut == left.lut;
    if (run.kept_zeros(pruner) == 0
            ? !is_used
            : left.dsp > used.dsp || left.bram18 > used.bram18 || left.lut > used.lut)
        throw std::logic_error("the weights do not need what the pruner says");
}

/// The same by hls4ml's rule: steps of 5 % of the dense network, with as many epochs in all between
/// two of the parts as there are for one.
void run_fold_by_hls4ml(const perceptron& teacher, const fold& rows,
    std::span<const esp::layer_spec> layers, int bits, const options& o,
    std::vector<outcome>& outcomes)
{
    constexpr double step = 5;
    fold_run run(teacher, rows, hls4ml_groups(bits), layers, o);
    double reached = 0;
    for (outcome& of_part : outcomes) {
        const esp::stopwatch round;
        double pruner_seconds = 0;
        std::vector<double> steps;
        for (double percent = reached + step; percent < of_part.reduction; percent += step)
            steps.push_back(percent);
        steps.push_back(of_part.reduction);
        const auto count = static_cast<int>(steps.size());
        for (int k = 0; k < count; ++k) {
            const esp::stopwatch clock;
            const std::vector<matrix> masks = prune_by_hls4ml(
                run.net, bits, layers[0].reuse_factor, steps[static_cast<std::size_t>(k)]);
            pruner_seconds += clock.seconds();
            run.fine_tune(
                o.epochs * (k + 1) / count - o.epochs * k / count,
                [&] { return rounded_weights(run.net, layers[0].weight); },
                [&] {
                    for (std::size_t l = 0; l < masks.size(); ++l)
                        run.net.weights[l].array() *= masks[l].array();
                });
        }
        reached = of_part.reduction;
        const double accuracy = run.validate();
        if (run.dense_accuracy() - accuracy > o.most_lost)
            return;
        run.add_to(of_part, accuracy, {round.seconds(), pruner_seconds});
    }
}

/// The network to prune: the given one, or one that is trained on the rows that are not tested.
perceptron teacher_of(const data_set& data, const fold& rows, const options& o)
{
    std::mt19937 random(o.seed);
    perceptron net(layers_of(18, 1), random);
    if (!data.trained.empty())
        set_weights(net, data.trained);
    else
        train(
            net, rows.training_labels.size(), {.epochs = o.dense_epochs, .rate = 3e-3},
            [&](int count) { return labelled(rows.training, rows.training_labels, count, random); },
            [] { return 0; }, [] {});
    return net;
}

std::vector<outcome> run_all(const data_set& data, const options& o)
{
    const std::vector<fold> folds = folds_of(data, o.folds, o.seed);
    std::vector<perceptron> teachers;
    for (const fold& rows : folds)
        teachers.push_back(teacher_of(data, rows, o));
    std::vector<outcome> all;
    for (const int bits : o.bits)
        for (const int reuse_factor : o.reuse_factors)
            for (const kind& how : kinds) {
                if (!o.groups.empty() && !std::ranges::count(o.groups, how.name))
                    continue;
                const std::vector<esp::layer_spec> layers = layers_of(bits, reuse_factor);
                std::vector<outcome> outcomes;
                for (const double part : o.reductions)
                    outcomes.push_back({.structure = std::string(how.name),
                        .bits = bits,
                        .reuse_factor = reuse_factor,
                        .reduction = part});
                const esp::stopwatch clock;
                for (std::size_t k = 0; k < folds.size(); ++k)
                    if (how.how == kind::manner::hls4ml)
                        run_fold_by_hls4ml(teachers[k], folds[k], layers, bits, o, outcomes);
                    else
                        run_fold(teachers[k], folds[k], how, layers, o, outcomes);
                std::fprintf(stderr, "%s, %d bits, reuse factor %d: %.1f s\n",
                    std::string(how.name).c_str(), bits, reuse_factor, clock.seconds());
                for (outcome& of_part : outcomes)
                    if (of_part.folds == folds.size())
                        all.push_back(std::move(of_part));
            }
    return all;
}

/// Of each hardware and kind of groups the most that may be removed if no more accuracy is lost
/// than the paper loses, on the rows that are not tested.
std::vector<outcome> strongest(const std::vector<outcome>& all)
{
    std::vector<outcome> best;
    for (const outcome& o : all) {
        if (o.lost_in_training / static_cast<double>(o.folds) > lost_by_paper)
            continue;
        if (!best.empty() && best.back().structure == o.structure && best.back().bits == o.bits &&
            best.back().reuse_factor == o.reuse_factor)
            best.back() = o;
        else
            best.push_back(o);
    }
    return best;
}

void run(const options& o)
{
    const esp::stopwatch clock;
    example::ensure_writable(o.output);
    const data_set data = o.data.empty() ? synthetic_data(o.rows, o.seed) : read_data(o.data);
    if (data.rows() < 10 * o.folds)
        throw std::runtime_error("every fold has at least 10 rows");
    std::printf("%zu rows, %s; the network to prune is %s\n", data.rows(),
        o.data.empty() ? "made up" : o.data.c_str(),
        data.trained.empty() ? "trained on the rows that are not tested" : "the given one");
    const std::vector<outcome> all = run_all(data, o);
    print_header();
    for (const outcome& each : all)
        print(each);
    std::printf("\nthe most at no more than %.2f points lost on the rows that are not tested "
                "(%s):\n",
        lost_by_paper, of_paper);
    print_header();
    for (const outcome& each : strongest(all))
        print(each);

    nlohmann::ordered_json outcomes = nlohmann::ordered_json::array();
    for (const outcome& each : all)
        outcomes.push_back(to_json(each));
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const example::run_log& log : logs_of(all))
        runs.push_back(example::to_json(log));
    example::write_json(
        o.output, {{"synthetic", o.data.empty()}, {"rows", data.rows()}, {"folds", o.folds},
                      {"seed", o.seed}, {"epochs", o.epochs}, {"seconds", clock.seconds()},
                      {"outcomes", outcomes}, {"runs", runs}});
    std::printf("\n%.0f s in all; written to %s\n", clock.seconds(), o.output.c_str());
}

} // namespace
} // namespace jets

int main(int argc, char** argv)
{
    try {
        int exit_code = 0;
        const auto o = jets::parse(argc, argv, exit_code);
        if (!o)
            return exit_code;
        jets::run(*o);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jets: %s\n", error.what());
    }
    return 1;
}
