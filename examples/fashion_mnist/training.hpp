// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataset.hpp"
#include "lenet.hpp"
#include "progress.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>
#include <utility>

// Adam with a cosine learning rate, and optionally distillation: part of the loss compares the
// network with the dense one it was pruned from instead of with the labels (Hinton et al. 2015).
// The pruner appears as two hooks, one between backward pass and step, one behind the step.

namespace fashion_mnist {

struct training_options {
    std::int64_t epochs = 10;
    std::int64_t batch = 128;
    double peak_rate = 1e-3;
    double final_rate = 1e-5;
    double warm_up = 0;      ///< part of the steps with a rising learning rate
    double weight_decay = 0; ///< decoupled
    double distillation = 0; ///< part of the loss that comes from the teacher
    double temperature = 2;  ///< of the softened classes
};

struct training_hooks {
    std::function<void()> before_step = [] {};
    std::function<void()> after_step = [] {};
};

class trainer {
public:
    trainer(lenet& net, const dataset& data, std::uint64_t seed)
        : net_(net), data_(data), random_(at::detail::createCPUGenerator(seed))
    {}

    /// Logits of every training row (mirrored ones too), to distil from.
    void set_teacher(torch::Tensor logits) { teacher_ = std::move(logits); }

    void train(const std::string& phase, const training_options& o, const training_hooks& hooks)
    {
        torch::optim::AdamW optimizer(net_.parameters(),
            torch::optim::AdamWOptions(o.peak_rate).weight_decay(o.weight_decay));
        const std::int64_t batch = std::min(o.batch, data_.training_size);
        const std::int64_t each_epoch = data_.training_size / batch;
        const std::int64_t steps = o.epochs * each_epoch;
        progress bar(phase, steps);
        torch::Tensor order;
        double mean_loss = 0;
        for (std::int64_t step = 0; step < steps; ++step) {
            if (step % each_epoch == 0)
                order = shuffled();
            set_rate(optimizer, o, static_cast<double>(step) / static_cast<double>(steps));
            const torch::Tensor rows = order.narrow(0, step % each_epoch * batch, batch);
            const torch::Tensor loss = loss_on(rows, o);
            optimizer.zero_grad();
            loss.backward();
            hooks.before_step();
            optimizer.step();
            hooks.after_step();
            const auto value = loss.item<double>();
            mean_loss = step == 0 ? value : 0.99 * mean_loss + 0.01 * value;
            bar.show(step + 1, mean_loss);
        }
    }

    /// Runs the backward pass of single batches without changing anything, for rankings that need
    /// gradients. The labels are drawn from the network's own answers: with those of the data the
    /// gradients of a well-fitted network vanish, and with them all differences (Kunstner et al.
    /// 2019).
    void look(std::int64_t batches, const std::function<void()>& with_gradients)
    {
        for (std::int64_t b = 0; b < batches; ++b) {
            const torch::Tensor rows =
                torch::randint(2 * data_.training_size, {64}, random_, torch::kInt64);
            const torch::Tensor logits = net_.forward(data_.training.images.index_select(0, rows));
            const torch::Tensor labels =
                torch::softmax(logits.detach(), 1).multinomial(1, false, random_).squeeze(1);
            net_.zero_grad();
            torch::nn::functional::cross_entropy(logits, labels).backward();
            with_gradients();
        }
        net_.zero_grad();
    }

private:
    torch::Tensor loss_on(const torch::Tensor& rows, const training_options& o)
    {
        const torch::Tensor logits = net_.forward(data_.training.images.index_select(0, rows));
        torch::Tensor loss =
            (1 - o.distillation) * torch::nn::functional::cross_entropy(
                                       logits, data_.training.labels.index_select(0, rows));
        if (o.distillation > 0) {
            const torch::Tensor soft =
                torch::softmax(teacher_.index_select(0, rows) / o.temperature, 1);
            const torch::Tensor distance =
                -(soft * torch::log_softmax(logits / o.temperature, 1)).sum(1).mean();
            // Softened gradients shrink with the square of the temperature.
            loss = loss + o.distillation * o.temperature * o.temperature * distance;
        }
        return loss;
    }

    /// Every image once, each mirrored or not.
    torch::Tensor shuffled()
    {
        const std::int64_t n = data_.training_size;
        const torch::Tensor order = torch::randperm(n, random_, torch::kInt64);
        return order + n * torch::randint(2, {n}, random_, torch::kInt64);
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

    lenet& net_;
    const dataset& data_;
    at::Generator random_;
    torch::Tensor teacher_;
};

} // namespace fashion_mnist
