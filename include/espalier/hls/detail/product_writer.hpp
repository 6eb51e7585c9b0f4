// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/detail/kernel_text.hpp>
#include <espalier/hls/detail/product_parts.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

// The matrix-vector product of a schedule as HLS C++: a loop over the cycles. In each of them
//
//   stream s takes x[…], spelt out, so that it is a selector of no more inputs than cycles; or,
//   where multipliers take any of several inputs of a cycle, one of few streams, which a table
//   says; multiplier k multiplies its stream by the weight at its place in the cycle's memory word;
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

class product_writer {
public:
    product_writer(std::ostream& out, const product_stage& stage)
        : out_(out),
          stage_(stage),
          schedule_(stage.schedule),
          m_(stage.schedule.matrix()),
          streams_(schedule_),
          choosing_(streams_.choosing()),
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
        write_choices();
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

    /// The table of choices that a stream stands in, and its place there. HLS takes no more than
    /// so many numbers apart.
    [[nodiscard]] std::string choice_of(std::size_t i) const
    {
        constexpr auto most = static_cast<std::size_t>(largest_unrolled);
        std::string text("choice");
        if (choosing_.size() > most)
            text.append(std::to_string(i / most));
        return text.append("[cycle][").append(std::to_string(i % most)).append("]");
    }
    void write_choices() const
    {
        constexpr auto most = static_cast<std::size_t>(largest_unrolled);
        for (std::size_t first = 0; first < choosing_.size(); first += most) {
            const std::size_t last = std::min(first + most, choosing_.size());
            std::string name("choice");
            if (choosing_.size() > most)
                name.append(std::to_string(first / most));
            out_ << "        static const unsigned short " << name << '[' << schedule_.cycles()
                 << "][" << last - first << "] = {\n";
            for (std::int64_t cycle = 0; cycle < schedule_.cycles(); ++cycle) {
                std::vector<std::int64_t> chosen;
                for (std::size_t i = first; i < last; ++i)
                    chosen.push_back(streams_.choice(choosing_[i], cycle));
                out_ << "            ";
                write_list(out_, chosen);
                out_ << (cycle + 1 < schedule_.cycles() ? ",\n" : "};\n");
            }
            out_ << "#pragma HLS ARRAY_PARTITION variable=" << name << " complete dim=2\n";
        }
    }
    /// Writes the selectors of streams that choose from others.
    void write_chosen() const
    {
        for (std::size_t i = 0; i < choosing_.size(); ++i) {
            const auto& from = streams_.streams[choosing_[i]].from;
            out_ << "            switch (" << choice_of(i) << ") {\n";
            for (std::size_t f = 0; f < from.size(); ++f) {
                out_ << "            ";
                if (f + 1 == from.size())
                    out_ << "default";
                else
                    out_ << "case " << f;
                out_ << ": in[" << choosing_[i] << "] = in[" << from[f] << "]; break;\n";
            }
            out_ << "            }\n";
        }
    }

    void write_cycles() const
    {
        out_ << "        for (int cycle = 0; cycle < " << schedule_.cycles() << "; ++cycle) {\n";
        if (schedule_.cycles() > 1)
            out_ << "#pragma HLS PIPELINE II=1 rewind\n";
        out_ << "            data_t in[" << streams_.streams.size() << "];\n"
             << "#pragma HLS ARRAY_PARTITION variable=in complete\n";
        by_cycle([&](std::int64_t cycle, const char* indent) {
            for (std::size_t s = 0; s < streams_.streams.size(); ++s)
                if (streams_.streams[s].from.empty())
                    out_ << indent << "in[" << s << "] = x[" << streams_.input(s, cycle) << "];\n";
        });
        write_chosen();
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
    product_streams streams_;
    std::vector<std::size_t> choosing_;
    slot_sequences rows_;
    std::vector<memory_part> parts_;
    bool saturates_;
};

} // namespace espalier::detail
