// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/finding.hpp>
#include <espalier/hls/hardware_flow.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/prune/recount.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace espalier::detail {

/// Looks at one matrix and says what stays of it.
class matrix_explainer {
public:
    /// \param m     with the strategy that is built
    /// \param kept  in hardware order
    matrix_explainer(const weight_matrix& m, std::vector<std::uint8_t> kept,
        const hardware_flow& flow, std::vector<finding>& found)
        : m_(m), kept_(std::move(kept)), flow_(flow), found_(&found)
    {
        // The code that hls4ml generates asks for block RAM under either backend.
        if (flow.is_hls4ml && m.strategy == strategy::resource_unrolled)
            flow_.costs.memory.min_bits = 0;
        product_ = product_of(m, flow_.costs);
        pruned_weights_ = std::ranges::count(kept_, std::uint8_t{0});
        if (m.strategy == strategy::latency && m.reuse_factor > 1) {
            built_ = pooled_multipliers(m, m.weights() - pruned_weights_);
        } else {
            const matrix_schedule schedule = schedule_of(m, std::span<const std::uint8_t>(kept_));
            numbers_.assign(schedule.numbers().begin(), schedule.numbers().end());
            built_ = schedule.multipliers();
        }
        pruned_ = m.multipliers() - built_;
        const std::vector<float> ones(kept_.size(), 1);
        best_ = counted_by(flow_.costs, memory_layout::packed);
        freeable_ = less(recount(m, layout::hardware, ones, flow_.costs), best_);
    }

    [[nodiscard]] bool is_pruned() const { return pruned_weights_ > 0; }

    /// Everything stays, for one reason.
    void nothing_is_freed(unfreed why, const std::string& because)
    {
        say(why, freeable_,
            pruned_phrase() + amounts(freeable_) + " frees nothing, because " + because);
    }

    /// The reasons of a flow that leaves zeros out.
    void explain(std::span<const float> weights)
    {
        const bool is_port = flow_.is_hls4ml && m_.weights() > flow_.bram_factor;
        const std::string port = counted(m_.weights(), "weight") +
                                 ", more than the BramFactor of " +
                                 std::to_string(flow_.bram_factor) + ", are read through a port";
        if (is_port && !has_weight_memory(m_)) {
            nothing_is_freed(unfreed::reloadable,
                port + ", so that synthesis does not know which of them are zero");
            return;
        }
        beside_kept();
        products(weights);
        if (is_port) {
            if (freeable_.bram18 > 0)
                say(unfreed::reloadable, {.bram18 = freeable_.bram18},
                    pruned_phrase() + " frees no memory" + amounts({.bram18 = freeable_.bram18}) +
                        ", because " + port + " from a memory that holds all of them");
            return;
        }
        columns();
        rom();
    }

private:
    /// What the kept weights need.
    [[nodiscard]] resources counted_by(const cost_policy& costs, memory_layout memory) const
    {
        const std::vector<float> weights(kept_.begin(), kept_.end());
        return recount(m_, layout::hardware, weights, costs, memory);
    }
    [[nodiscard]] static resources less(const resources& a, const resources& b)
    {
        return {.dsp = a.dsp - b.dsp, .bram18 = a.bram18 - b.bram18};
    }

    void beside_kept()
    {
        const bool is_shared_at_will = numbers_.empty() && built_ > 0;
        std::int64_t weights = 0;
        std::int64_t multipliers = 0;
        for (const std::int64_t g : numbers_) {
            const index_range on = weights_of_multiplier(m_, g);
            const auto zeros = std::count(kept_.begin() + on.first, kept_.begin() + on.last, 0);
            weights += zeros;
            multipliers += zeros > 0 ? 1 : 0;
        }
        if (is_shared_at_will)
            weights = std::max<std::int64_t>(pruned_weights_ - pruned_ * m_.reuse_factor, 0);
        if (weights == 0)
            return;
        found_->push_back({.why = unfreed::beside_kept,
            .matrix = name_of(m_),
            .weights = weights,
            .sentence =
                name_of(m_) + ": " + "pruning " + counted(weights, "weight") +
                " frees no multiplier, because " +
                (is_shared_at_will
                        ? "one goes for every " + std::to_string(m_.reuse_factor) + " of them"
                        : counted(multipliers * m_.copies, "multiplier") + " that would serve " +
                              (weights == 1 ? "it" : "them") +
                              (multipliers * m_.copies == 1 ? " has" : " have") +
                              " other weights to serve")});
    }

    void products(std::span<const float> weights)
    {
        if (pruned_ == 0)
            return;
        if (product_.blocks == 0) {
            say(unfreed::no_dsp, {},
                pruned_phrase() + " frees no DSP, because products of " +
                    std::to_string(m_.weight.width) + "x" + std::to_string(m_.data.width) +
                    " bits are built from LUTs");
            return;
        }
        if (m_.reuse_factor == 1 && !weights.empty())
            constants(weights);
        const resources stays{.dsp = counted_by(flow_.costs, flow_.memory).dsp - best_.dsp};
        if (stays.dsp > 0)
            say(unfreed::shared_dsp, stays,
                pruned_phrase() + " leaves " + listed(stays) + ", because a block " +
                    (product_.soft > 0 ? "adds up " : "holds ") + std::to_string(product_.sharing) +
                    " of them and some hold kept ones, too");
    }

    /// \param weights  in hardware order, before pruning
    void constants(std::span<const float> weights)
    {
        std::int64_t few = 0;
        for (std::size_t i = 0; i < kept_.size(); ++i)
            few += kept_[i] == 0 && signed_digits(quantized(double{weights[i]}, m_.weight)) <=
                                        flow_.costs.constants.max_digits
                       ? 1
                       : 0;
        if (few == 0)
            return;
        const resources stays{
            .dsp = (product_.dsp_for(built_ + few) - product_.dsp_for(built_)) * m_.copies};
        found_->push_back({.why = unfreed::few_digits,
            .matrix = name_of(m_),
            .weights = few,
            .multipliers = few * m_.copies,
            .stays = stays,
            .sentence = name_of(m_) + ": " + "pruning " + counted(few * m_.copies, "multiplier") +
                        amounts(stays) + " frees no DSP, because constants of at most " +
                        counted(flow_.costs.constants.max_digits, "signed digit") +
                        " are multiplied by adders"});
    }

    void columns()
    {
        const resources stays{
            .bram18 = counted_by(flow_.costs, flow_.memory).bram18 - best_.bram18};
        if (stays.bram18 == 0)
            return;
        const weight_memory memory = memory_of(m_, flow_.costs.memory);
        std::int64_t shared = 0;
        for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
            for (std::int64_t j = 0; j < memory.columns(bank); ++j) {
                const index_range on = multipliers_of_column(memory, j, bank);
                const auto kept = std::ranges::lower_bound(numbers_, on.last) -
                                  std::ranges::lower_bound(numbers_, on.first);
                shared += kept > 0 && kept < on.size() ? 1 : 0;
            }
        say(unfreed::shared_column, stays,
            pruned_phrase() + " leaves " + listed(stays) + ", because " +
                counted(shared, "memory column") +
                (pruned_ * m_.copies == 1 ? " with its weights" : " with their weights") +
                " hold those of kept ones, too; packed memory has none to share");
    }

    /// What is counted is what an accounting without such limits, as the paper's, calls freed.
    void rom()
    {
        if (!has_weight_memory(m_) || memory_of(m_, flow_.costs.memory).is_in_block_ram())
            return;
        cost_policy anyway = flow_.costs;
        anyway.memory.min_depth = anyway.memory.min_bits = 0;
        const weight_memory memory = memory_of(m_, anyway.memory);
        const resources stays{
            .bram18 = memory.bram18() - counted_by(anyway, memory_layout::packed).bram18};
        if (stays.bram18 > 0)
            say(unfreed::rom_in_luts, stays,
                pruned_phrase() + amounts(stays) + " frees no block RAM, because the memory of " +
                    counted(memory.depth, "word") + " of " + counted(memory.word_bits, "bit") +
                    " is built from LUTs");
    }

    [[nodiscard]] static std::string counted(std::int64_t number, const char* noun)
    {
        return std::to_string(number) + ' ' + noun + (number == 1 ? "" : "s");
    }
    [[nodiscard]] std::string pruned_phrase() const
    {
        return "pruning " + (pruned_ > 0 ? counted(pruned_ * m_.copies, "multiplier")
                                         : counted(pruned_weights_, "weight"));
    }
    /// "12 DSP, 6.5 BRAM"
    [[nodiscard]] static std::string listed(const resources& r)
    {
        std::string text;
        if (r.dsp > 0)
            text = std::to_string(r.dsp) + " DSP";
        if (r.bram18 > 0)
            text += (text.empty() ? "" : ", ") + shown(r.bram()) + " BRAM";
        return text;
    }
    /// The same in brackets, or nothing if it is nothing.
    [[nodiscard]] static std::string amounts(const resources& r)
    {
        const std::string text = listed(r);
        return text.empty() ? text : " (" + text + ')';
    }
    void say(unfreed why, const resources& stays, const std::string& what)
    {
        found_->push_back({.why = why,
            .matrix = name_of(m_),
            .weights = pruned_weights_,
            .multipliers = pruned_ * m_.copies,
            .stays = stays,
            .sentence = name_of(m_) + ": " + what});
    }

    weight_matrix m_;
    std::vector<std::uint8_t> kept_;
    hardware_flow flow_;
    std::vector<finding>* found_;
    product_cost product_;
    std::int64_t pruned_weights_ = 0;
    std::int64_t built_ = 0;            ///< multipliers of one copy that have a kept weight
    std::int64_t pruned_ = 0;           ///< the others
    std::vector<std::int64_t> numbers_; ///< of those built; empty under latency with sharing
    resources best_;                    ///< with the kept multipliers side by side
    resources freeable_;                ///< what is more than that before pruning
};

} // namespace espalier::detail
