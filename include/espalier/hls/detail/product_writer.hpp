// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/detail/kernel_text.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

// The matrix-vector product of a schedule as HLS C++: a loop over the cycles. In each of them
//
//   stream s takes x[…], spelt out, so that it is a selector of no more inputs than cycles;
//   multiplier k multiplies its stream by the weight at its place in the cycle's memory word;
//   row r, the multipliers that always serve the same outputs, adds its products up, and its sum
//   goes to the accumulator of the cycle's output.
//
// An accumulator that wraps may be added to in any order. One that saturates is added to product by
// product in the order of the multipliers, as hls4ml does.
//
// A multiplier's place in the memory word is its number in the dense hardware (in place) or among
// those that are built (packed). In place, columns that nobody reads fall out: there is a memory
// for each run of columns that are used.

namespace espalier::detail {

/// The distinct sequences of a field of the slots, in the order in which they are met.
struct slot_sequences {
    std::vector<std::int64_t> of;                  ///< for each multiplier
    std::vector<std::vector<std::int64_t>> values; ///< of each sequence, cycle by cycle

    slot_sequences(const matrix_schedule& schedule, std::int64_t schedule_slot::*field)
    {
        std::map<std::vector<std::int64_t>, std::int64_t> known;
        for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
            std::vector<std::int64_t> sequence;
            for (const schedule_slot& slot : schedule.slots(k))
                sequence.push_back(slot.*field);
            const auto [at, is_new] =
                known.emplace(sequence, static_cast<std::int64_t>(known.size()));
            if (is_new)
                values.push_back(std::move(sequence));
            of.push_back(at->second);
        }
    }

    [[nodiscard]] std::int64_t at(std::size_t sequence, std::int64_t cycle) const
    {
        return values[sequence][static_cast<std::size_t>(cycle)];
    }
    [[nodiscard]] bool changes(std::size_t sequence) const
    {
        const auto& s = values[sequence];
        return std::ranges::any_of(s, [&](std::int64_t v) { return v != s.front(); });
    }
    [[nodiscard]] bool any_changes() const
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (changes(i))
                return true;
        return false;
    }
};

/// Multipliers [first, last) of a schedule whose weights lie in one memory.
struct memory_part {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t places = 0; ///< weights of a word; more than multipliers if some were pruned
};

/// The memories of a product: one for each run of used columns in place, else a single one; none
/// wider than HLS unrolls.
inline std::vector<memory_part> memory_parts(const matrix_schedule& schedule)
{
    const weight_matrix& m = schedule.matrix();
    const weight_memory memory = memory_of(m);
    const bool in_place = schedule.memory() == memory_layout::in_place && has_weight_memory(m);
    const auto numbers = schedule.numbers();
    const auto number = [&](std::int64_t k) { return numbers[static_cast<std::size_t>(k)]; };
    const auto columns = [&](std::int64_t k) {
        return columns_of(memory, {number(k), number(k) + 1});
    };
    std::vector<memory_part> parts;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        const auto places = [&] {
            const std::int64_t first = parts.back().first;
            return (in_place ? number(k) - number(first) : k - first) + 1;
        };
        if (parts.empty() || places() > largest_unrolled ||
            (in_place && memory.is_in_block_ram() &&
                columns(k).first > columns(k - 1).last)) // a column that neither uses
            parts.push_back({k, k, 0});
        parts.back().places = places();
        parts.back().last = k + 1;
    }
    return parts;
}

class product_writer {
public:
    product_writer(std::ostream& out, const product_stage& stage)
        : out_(out),
          stage_(stage),
          schedule_(stage.schedule),
          m_(stage.schedule.matrix()),
          streams_(schedule_, &schedule_slot::input),
          rows_(schedule_, &schedule_slot::output),
          parts_(memory_parts(schedule_)),
          saturates_(stage.numbers.formats.accum.overflow != overflow::wrap)
    {}

    void write() const
    {
        const bool is_empty = schedule_.multipliers() == 0;
        out_ << "    /// One matrix-vector product: " << schedule_.multipliers() << " of "
             << m_.multipliers() << " multipliers, reuse factor " << schedule_.cycles() << ".\n"
             << "    static void product(const data_t x[" << m_.n_in() << "], result_t y["
             << m_.n_out() << "])\n    {\n";
        if (is_empty || schedule_.cycles() == 1)
            out_ << "#pragma HLS PIPELINE II=1\n";
        if (is_empty)
            out_ << "        (void)x; // only biases are left\n";
        else
            out_ << "#pragma HLS ALLOCATION operation instances=mul limit="
                 << schedule_.multipliers() << "\n";
        for (std::size_t i = 0; i < parts_.size(); ++i)
            write_memory(i);
        write_start();
        if (!is_empty)
            write_cycles();
        out_ << "        for (int i = 0; i < " << m_.n_out() << "; ++i) {\n#pragma HLS UNROLL\n"
             << "            y[i] = result_t(acc[i]);\n        }\n    }\n";
    }

private:
    [[nodiscard]] std::int64_t place_of(const memory_part& part, std::int64_t k) const
    {
        const auto numbers = schedule_.numbers();
        return part.places == part.last - part.first
                   ? k - part.first
                   : numbers[static_cast<std::size_t>(k)] -
                         numbers[static_cast<std::size_t>(part.first)];
    }
    /// What tells the names of one part from those of another.
    [[nodiscard]] std::string suffix(std::size_t part) const
    {
        return parts_.size() > 1 ? std::to_string(part) : std::string();
    }

    /// Writes the weights of one part, and which stream and which row each multiplier belongs to.
    void write_memory(std::size_t index) const
    {
        const memory_part& part = parts_[index];
        const std::string weights = "weights" + suffix(index);
        out_ << "        static const " << bits_of(m_.weight) << ' ' << weights << '['
             << schedule_.cycles() << "][" << part.places << "] = {\n";
        for (std::int64_t cycle = 0; cycle < schedule_.cycles(); ++cycle) {
            std::vector<std::int64_t> word(static_cast<std::size_t>(part.places));
            for (std::int64_t k = part.first; k < part.last; ++k) {
                const schedule_slot& slot = schedule_.slots(k)[static_cast<std::size_t>(cycle)];
                if (slot.weight != schedule_slot::idle)
                    word[static_cast<std::size_t>(place_of(part, k))] =
                        stage_.numbers.weights[static_cast<std::size_t>(slot.weight)];
            }
            out_ << "            ";
            write_list(out_, word);
            out_ << (cycle + 1 < schedule_.cycles() ? ",\n" : "};\n");
        }
        if (has_weight_memory(m_)) {
            out_ << "#pragma HLS ARRAY_RESHAPE variable=" << weights << " complete dim=2\n";
            if (memory_of(m_).is_in_block_ram())
                out_ << "#pragma HLS BIND_STORAGE variable=" << weights
                     << " type=rom_1p impl=bram\n";
        } else {
            out_ << "#pragma HLS ARRAY_PARTITION variable=" << weights << " complete dim=0\n";
        }
        if (part.places != part.last - part.first)
            write_table("place", index, [&](std::int64_t k) { return place_of(part, k); });
        write_table("stream", index,
            [&](std::int64_t k) { return streams_.of[static_cast<std::size_t>(k)]; });
        if (!saturates_)
            write_table("row", index,
                [&](std::int64_t k) { return rows_.of[static_cast<std::size_t>(k)]; });
        for (std::int64_t cycle = 0; saturates_ && cycle < schedule_.cycles(); ++cycle)
            if (cycle == 0 || rows_.any_changes())
                write_table("output" + std::to_string(cycle) + "_", index, [&](std::int64_t k) {
                    return schedule_.slots(k)[static_cast<std::size_t>(cycle)].output;
                });
    }

    template <class Value>
    void write_table(const std::string& name, std::size_t index, Value&& value) const
    {
        const memory_part& part = parts_[index];
        std::vector<std::int64_t> values;
        for (std::int64_t k = part.first; k < part.last; ++k)
            values.push_back(value(k));
        out_ << "        static const unsigned short " << name << suffix(index) << '['
             << values.size() << "] = ";
        write_list(out_, values);
        out_ << ";\n";
    }

    void write_start() const
    {
        const precision& bias = stage_.numbers.formats.bias.format;
        out_ << "        static const " << bits_of(bias) << " biases[" << m_.n_out() << "] = ";
        write_list(out_, stage_.numbers.biases);
        out_ << ";\n#pragma HLS ARRAY_PARTITION variable=biases complete\n"
             << "        accum_t acc[" << m_.n_out() << "];\n"
             << "#pragma HLS ARRAY_PARTITION variable=acc complete\n"
             << "        for (int i = 0; i < " << m_.n_out() << "; ++i) {\n#pragma HLS UNROLL\n"
             << "            acc[i] = accum_t(" << number_of("bias_t", bias)
             << "(biases[i]));\n        }\n";
    }

    void write_cycles() const
    {
        out_ << "        for (int cycle = 0; cycle < " << schedule_.cycles() << "; ++cycle) {\n";
        if (schedule_.cycles() > 1)
            out_ << "#pragma HLS PIPELINE II=1 rewind\n";
        out_ << "            data_t in[" << streams_.values.size() << "];\n"
             << "#pragma HLS ARRAY_PARTITION variable=in complete\n";
        by_cycle([&](std::int64_t cycle, const char* indent) {
            for (std::size_t s = 0; s < streams_.values.size(); ++s)
                out_ << indent << "in[" << s << "] = x[" << streams_.at(s, cycle) << "];\n";
        });
        if (saturates_)
            write_saturating();
        else
            write_wrapping();
        out_ << "        }\n";
    }

    void write_wrapping() const
    {
        const std::size_t rows = rows_.values.size();
        out_ << "            accum_t sum[" << rows << "];\n"
             << "#pragma HLS ARRAY_PARTITION variable=sum complete\n"
             << "            for (int i = 0; i < " << rows
             << "; ++i) {\n#pragma HLS UNROLL\n                sum[i] = 0;\n            }\n";
        for (std::size_t i = 0; i < parts_.size(); ++i)
            write_multiplications(i, "sum[row" + suffix(i) + "[k]]", "            ");
        const auto add = [&](std::size_t row, std::int64_t cycle, const char* indent) {
            out_ << indent << "acc[" << rows_.at(row, cycle) << "] += sum[" << row << "];\n";
        };
        for (std::size_t r = 0; r < rows; ++r)
            if (!rows_.changes(r))
                add(r, 0, "            ");
        if (rows_.any_changes())
            by_cycle([&](std::int64_t cycle, const char* indent) {
                for (std::size_t r = 0; r < rows; ++r)
                    if (rows_.changes(r))
                        add(r, cycle, indent);
            });
    }

    void write_saturating() const
    {
        const auto multiply = [&](std::int64_t cycle, const char* indent) {
            for (std::size_t i = 0; i < parts_.size(); ++i)
                write_multiplications(
                    i, "acc[output" + std::to_string(cycle) + "_" + suffix(i) + "[k]]", indent);
        };
        if (rows_.any_changes())
            by_cycle(multiply);
        else
            multiply(0, "            ");
    }

    /// Writes the loop over the multipliers of one part, which adds their products to `sum`.
    void write_multiplications(
        std::size_t index, const std::string& sum, const std::string& indent) const
    {
        const memory_part& part = parts_[index];
        const std::int64_t count = part.last - part.first;
        const std::string place = part.places == count ? "k" : "place" + suffix(index) + "[k]";
        out_ << indent << "for (int k = 0; k < " << count << "; ++k) {\n#pragma HLS UNROLL\n"
             << indent << "    " << sum << " += accum_t(\n"
             << indent << "        " << number_of("weight_t", m_.weight) << "(weights"
             << suffix(index) << "[cycle][" << place << "]) * in[stream" << suffix(index)
             << "[k]]);\n"
             << indent << "}\n";
    }

    /// Writes what is different in each cycle. The last case is the default, so that there is
    /// always one.
    template <class Lines>
    void by_cycle(Lines&& lines) const
    {
        const std::int64_t cycles = schedule_.cycles();
        if (cycles == 1)
            return lines(0, "            ");
        out_ << "            switch (cycle) {\n";
        for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
            if (cycle + 1 == cycles)
                out_ << "            default:\n";
            else
                out_ << "            case " << cycle << ":\n";
            lines(cycle, "                ");
            out_ << "                break;\n";
        }
        out_ << "            }\n";
    }

    std::ostream& out_;
    const product_stage& stage_;
    const matrix_schedule& schedule_;
    const weight_matrix& m_;
    slot_sequences streams_;
    slot_sequences rows_;
    std::vector<memory_part> parts_;
    bool saturates_;
};

} // namespace espalier::detail
