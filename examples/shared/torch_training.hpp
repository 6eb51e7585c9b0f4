// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "labelled_images.hpp"
#include "progress.hpp"
#include "torch_network.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

// Adam with a cosine learning rate, and optionally distillation: part of the loss compares the
// network with the dense one it was pruned from instead of with the labels (Hinton et al. 2015).
// The pruner appears as hooks: around forward and backward pass, between backward pass and step,
// and behind the step.
//
// Each half of a batch goes through its own copy of the network, so that two cores need to meet
// only once a step. (LibTorch's own threads meet in every operation, which costs more than a small
// network has to share out.) The sum is the same whether the halves are computed beside or after
// each other, so the number of threads does not change the result.

namespace example {

struct training_options {
    std::int64_t epochs = 10;
    std::int64_t batch = 128;
    double peak_rate = 1e-3;
    double final_rate = 1e-5;
    double warm_up = 0;      ///< part of the steps with a rising learning rate
    double weight_decay = 0; ///< decoupled
    double distillation = 0; ///< part of the loss that comes from the teacher
    double temperature = 2;  ///< of the softened classes
    /// The network that is handed back is a mean of those of all steps, of which the one n steps
    /// ago has averaging^n times the weight of the last (Polyak and Juditsky 1992); 0: the last.
    double averaging = 0;
    /// Pixels by which each image is moved at random, at most, up or down and left or right.
    std::int64_t shift = 0;
};

struct training_hooks {
    std::function<void()> before_step = [] {};
    std::function<void()> after_step = [] {};
};

/// Nothing, for the time of a forward and backward pass.
struct as_it_is {
    int operator()() const { return 0; }
};

/// \tparam Network  a module with Tensor forward(Tensor), from images to logits
template <class Network>
class trainer {
public:
    /// \param twin     a second network of the same shape, which gets the parameters of the first
    /// \param threads  1 or 2
    trainer(Network& net, Network& twin, const image_data& data, std::uint64_t seed, int threads)
        : net_(net),
          twin_(twin),
          data_(data),
          random_(at::detail::createCPUGenerator(seed)),
          policy_(threads > 1 ? std::launch::async : std::launch::deferred)
    {
        std::vector<torch::Tensor> parameters = twin_.parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i)
            parameters[i].set_data(net_.parameters()[i]);
    }

    /// Makes the network as it is now the one to distil from. What it says about the forms of an
    /// image is averaged: that is a little better than any of them.
    void set_teacher()
    {
        said_ = torch::Tensor();
        teachers_ = 0;
        add_teacher();
    }

    /// Makes the network as it is now one more of those whose mean is distilled from.
    void add_teacher()
    {
        const std::int64_t n = data_.training_size;
        const torch::Tensor said = torch::softmax(logits_of(net_, data_.training.images), 1);
        torch::Tensor mean = said.narrow(0, 0, n);
        for (std::int64_t form = 1; form < data_.forms(); ++form)
            mean = mean + said.narrow(0, form * n, n);
        mean = mean / data_.forms();
        said_ = teachers_ == 0 ? mean : said_ + mean;
        ++teachers_;
        teacher_ = (said_ / teachers_).log();
    }

    /// All that is random from here on; to be put back where a second run is to see the same.
    [[nodiscard]] at::Generator random() const { return random_.clone(); }
    void set_random(const at::Generator& to) { random_ = to.clone(); }

    /// \param around  () → what is to live during each forward and backward pass
    template <class Around = as_it_is>
    void train(const std::string& phase, const training_options& o, const training_hooks& hooks,
        const Around& around = {})
    {
        torch::optim::AdamW optimizer(net_.parameters(),
            torch::optim::AdamWOptions(o.peak_rate).weight_decay(o.weight_decay));
        const std::int64_t batch = std::min(o.batch, data_.training_size);
        const std::int64_t each_epoch = data_.training_size / batch;
        const std::int64_t steps = o.epochs * each_epoch;
        std::vector<torch::Tensor> mean =
            o.averaging > 0 ? snapshot(net_) : std::vector<torch::Tensor>{};
        progress bar(phase, steps);
        torch::Tensor order;
        double mean_loss = 0;
        for (std::int64_t step = 0; step < steps; ++step) {
            if (step % each_epoch == 0)
                order = shuffled();
            set_rate(optimizer, o, static_cast<double>(step) / static_cast<double>(steps));
            const torch::Tensor rows = order.narrow(0, step % each_epoch * batch, batch);
            const double loss = [&] {
                [[maybe_unused]] const auto during = around();
                return differentiate(rows, o);
            }();
            hooks.before_step();
            optimizer.step();
            hooks.after_step();
            add_to(mean, o.averaging, step);
            mean_loss = step == 0 ? loss : 0.99 * mean_loss + 0.01 * loss;
            bar.show(step + 1, mean_loss);
        }
        if (!mean.empty()) {
            restore(net_, mean);
            hooks.after_step();
        }
    }

    /// Runs the backward pass of single batches without changing anything, for rankings that need
    /// gradients. The labels are drawn from the network's own answers: with those of the data the
    /// gradients of a well-fitted network vanish, and with them all differences (Kunstner et al.
    /// 2019).
    template <class Around = as_it_is>
    void look(std::int64_t batches, const std::function<void()>& with_gradients,
        const Around& around = {})
    {
        for (std::int64_t b = 0; b < batches; ++b) {
            {
                [[maybe_unused]] const auto during = around();
                const torch::Tensor rows =
                    torch::randint(data_.training.size(), {64}, random_, torch::kInt64);
                const torch::Tensor logits =
                    net_.forward(data_.training.images.index_select(0, rows));
                const torch::Tensor labels =
                    torch::softmax(logits.detach(), 1).multinomial(1, false, random_).squeeze(1);
                net_.zero_grad();
                torch::nn::functional::cross_entropy(logits, labels).backward();
            }
            with_gradients();
        }
        net_.zero_grad();
    }

private:
    /// Leaves the gradients of a batch in the parameters.
    /// \return the loss
    double differentiate(const torch::Tensor& rows, const training_options& o)
    {
        const std::int64_t size = rows.size(0);
        torch::Tensor images = data_.training.images.index_select(0, rows);
        if (o.shift > 0) {
            const auto pixels = [&] {
                return torch::randint(-o.shift, o.shift + 1, {size}, random_, torch::kInt64);
            };
            const torch::Tensor down = pixels();
            images = moved(images, o.shift, down, pixels());
        }
        const auto backpropagate = [&](Network& net, std::int64_t begin, std::int64_t end) {
            net.zero_grad();
            const torch::Tensor loss =
                loss_of(net.forward(images.slice(0, begin, end)), rows.slice(0, begin, end), o) *
                (static_cast<double>(end - begin) / static_cast<double>(size));
            loss.backward();
            return loss.template item<double>();
        };
        std::future<double> second_half = std::async(policy_, [&] {
            torch::set_num_threads(1); // OpenMP keeps the number thread by thread
            return backpropagate(twin_, size / 2, size);
        });
        const double first_loss = backpropagate(net_, 0, size / 2);
        const double loss = first_loss + second_half.get();
        const std::vector<torch::Tensor> parameters = net_.parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i)
            parameters[i].grad().add_(twin_.parameters()[i].grad());
        return loss;
    }

    torch::Tensor loss_of(
        const torch::Tensor& logits, const torch::Tensor& rows, const training_options& o) const
    {
        torch::Tensor loss =
            (1 - o.distillation) * torch::nn::functional::cross_entropy(
                                       logits, data_.training.labels.index_select(0, rows));
        if (o.distillation > 0) {
            const torch::Tensor images = rows.remainder(data_.training_size);
            const torch::Tensor soft =
                torch::softmax(teacher_.index_select(0, images) / o.temperature, 1);
            const torch::Tensor distance =
                -(soft * torch::log_softmax(logits / o.temperature, 1)).sum(1).mean();
            // Softened gradients shrink with the square of the temperature.
            loss = loss + o.distillation * o.temperature * o.temperature * distance;
        }
        return loss;
    }

    /// Every image once, each in any of its forms.
    torch::Tensor shuffled()
    {
        const std::int64_t n = data_.training_size;
        const torch::Tensor order = torch::randperm(n, random_, torch::kInt64);
        return order + n * torch::randint(data_.forms(), {n}, random_, torch::kInt64);
    }

    /// \param step  from 0; the first steps count as a plain mean, so that the network before
    ///              training has no part in it
    void add_to(std::vector<torch::Tensor>& mean, double averaging, std::int64_t step) const
    {
        const torch::NoGradGuard no_grad;
        const double steps = static_cast<double>(step + 1);
        const std::vector<torch::Tensor> parameters = net_.parameters();
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i].lerp_(parameters[i], std::max(1 - averaging, 1 / steps));
    }

    static void set_rate(torch::optim::AdamW& optimizer, const training_options& o, double done)
    {
        double rate = o.final_rate +
                      (o.peak_rate - o.final_rate) * (1 + std::cos(std::numbers::pi * done)) / 2;
        if (done < o.warm_up)
            rate *= done / o.warm_up;
        for (auto& group : optimizer.param_groups())
            group.options().set_lr(rate);
    }

    Network& net_;
    Network& twin_; ///< the parameters of net_, but gradients of its own
    const image_data& data_;
    at::Generator random_;
    std::launch policy_;
    torch::Tensor said_;    ///< sum of the teachers' probabilities, (training_size, classes)
    torch::Tensor teacher_; ///< logarithms of their mean
    std::int64_t teachers_ = 0;
};

} // namespace example
