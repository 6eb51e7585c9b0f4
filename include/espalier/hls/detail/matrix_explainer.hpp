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
#include <espalier/model/resources.hpp>
#include <espalier/model/weight_matrix.hpp>

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
        const hardware_flow& flow, const cost_policy& costs, std::vector<finding>& found)
        : m_(m),
          kept_(std::move(kept)),
          flow_(flow),
          costs_(costs),
          found_(&found),
          product_(product_of(m, costs))
    {
        pruned_weights_ = std::ranges::count(kept_, std::uint8_t{0});
        built_ = m.strategy == strategy::latency && m.reuse_factor > 1
                     ? ceil_div(m.weights() - pruned_weights_, m.reuse_factor)
                     : count_built();
        pruned_ = m.multipliers() - built_;
        if (m.strategy == strategy::resource)
            costs_.memory.min_bits = std::max(costs_.memory.min_bits, flow.least_rom_bits + 1);
        const weight_memory memory = memory_of(m, costs_.memory);
        if (memory.bram18_per_column > 0)
            packed_columns_ = ceil_div(built_ * m.weight.width, memory.column_bits);
        freeable_ = {
            .dsp = (product_.dsp_for(m.multipliers()) - product_.dsp_for(built_)) * m.copies,
            .bram18 = (memory.columns() - packed_columns_) * memory.bram18_per_column};
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
            nothing_is_freed(unfreed::reloadable, port + " and are no constants");
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
    [[nodiscard]] std::int64_t count_built()
    {
        const matrix_schedule schedule =
            schedule_of(m_, std::span<const std::uint8_t>(kept_), flow_.memory);
        numbers_.assign(schedule.numbers().begin(), schedule.numbers().end());
        columns_ = schedule.columns(costs_.memory);
        return schedule.multipliers();
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
                        : counted(multipliers * m_.copies, "multiplier") +
                              " that would serve them have other weights to serve")});
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
        // Without a memory nothing says which two products share a block; as `recount` has it.
        const bool is_packed = flow_.memory == memory_layout::packed && has_weight_memory(m_);
        if (product_.sharing == 1 || is_packed || numbers_.empty())
            return;
        std::int64_t blocks = 0;
        for (std::size_t k = 0; k < numbers_.size(); ++k)
            blocks += k == 0 || numbers_[k] / product_.sharing != numbers_[k - 1] / product_.sharing
                          ? product_.blocks
                          : 0;
        const resources stays{.dsp = (blocks - product_.dsp_for(built_)) * m_.copies};
        if (stays.dsp > 0)
            say(unfreed::shared_dsp, stays,
                pruned_phrase() + " leaves " + listed(stays) + ", because a block holds " +
                    std::to_string(product_.sharing) + " of them and some hold kept ones, too");
    }

    /// \param weights  in hardware order, before pruning
    void constants(std::span<const float> weights)
    {
        std::int64_t few = 0;
        for (std::size_t i = 0; i < kept_.size(); ++i)
            few += kept_[i] == 0 && signed_digits(quantized(double{weights[i]}, m_.weight)) <=
                                        costs_.constants.max_digits
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
                        counted(costs_.constants.max_digits, "signed digit") +
                        " are multiplied by adders"});
    }

    void columns()
    {
        const weight_memory memory = memory_of(m_, costs_.memory);
        const auto used = static_cast<std::int64_t>(columns_.size());
        if (memory.bram18_per_column == 0 || flow_.memory == memory_layout::packed ||
            used == packed_columns_)
            return;
        std::int64_t shared = 0;
        for (const std::int64_t j : columns_) {
            const index_range on = multipliers_of_column(m_, memory, j);
            const auto kept = std::ranges::lower_bound(numbers_, on.last) -
                              std::ranges::lower_bound(numbers_, on.first);
            shared += kept < on.size() ? 1 : 0;
        }
        const resources stays{.bram18 = (used - packed_columns_) * memory.bram18_per_column};
        say(unfreed::shared_column, stays,
            pruned_phrase() + " leaves " + listed(stays) + ", because " +
                counted(shared, "memory column") +
                " that they are on hold weights of kept ones, too; packed memory has none to "
                "share");
    }

    /// What is counted is what an accounting without such limits, as the paper's, calls freed.
    void rom()
    {
        if (!has_weight_memory(m_) || memory_of(m_, costs_.memory).bram18_per_column > 0)
            return;
        const weight_memory memory = memory_of(m_, {.shapes = costs_.memory.shapes});
        const resources stays{
            .bram18 = (memory.columns() - ceil_div(built_ * m_.weight.width, memory.column_bits)) *
                      memory.bram18_per_column};
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
    cost_policy costs_;
    std::vector<finding>* found_;
    product_cost product_;
    std::int64_t pruned_weights_ = 0;
    std::int64_t built_ = 0;            ///< multipliers of one copy that have a kept weight
    std::int64_t pruned_ = 0;           ///< the others
    std::vector<std::int64_t> numbers_; ///< of those built; empty under latency with sharing
    std::vector<std::int64_t> columns_; ///< that hold one of them
    std::int64_t packed_columns_ = 0;
    resources freeable_; ///< with the kept multipliers side by side
};

} // namespace espalier::detail
