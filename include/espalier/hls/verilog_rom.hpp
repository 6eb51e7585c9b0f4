// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/integer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The weight memory of a circuit. Packed, it is one memory, as wide as the multipliers that are
// built, which the synthesiser cuts into block RAMs. In place it is one memory for each column of
// the dense hardware that still holds a bit, because a synthesiser that saw one memory would leave
// the pruned bits out and move the others together.

namespace espalier {

/// Bits of a word in one memory column: what a RAMB18 of 7-series and UltraScale, and a DP16KD of
/// ECP5, are wide at a depth.
[[nodiscard]] constexpr std::int64_t rom_column_bits(std::int64_t depth)
{
    std::int64_t words = 512;
    for (const std::int64_t bits : {36, 18, 9, 4, 2}) {
        if (depth <= words)
            return bits;
        words *= 2;
    }
    return 1;
}

namespace detail {

/// Bits [first, last) of the k-th multiplier's weight, side by side in one memory.
struct rom_piece {
    std::int64_t multiplier = 0;
    int first = 0;
    int last = 0;
};

/// The memories, each with what lies in it from bit 0 on.
inline std::vector<std::vector<rom_piece>> rom_pieces(const matrix_schedule& schedule)
{
    const int width = schedule.matrix().weight.width;
    const std::int64_t column_bits = rom_column_bits(schedule.cycles());
    std::vector<std::vector<rom_piece>> memories;
    std::int64_t last_column = -1;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        if (schedule.memory() == memory_layout::packed) {
            memories.resize(1);
            memories.front().push_back({k, 0, width});
            continue;
        }
        for (int b = 0; b < width;) {
            const std::int64_t bit = schedule.first_bit(k) + b;
            const std::int64_t column = bit / column_bits;
            const int end = static_cast<int>(
                std::min<std::int64_t>(width, b + (column + 1) * column_bits - bit));
            if (column != last_column)
                memories.emplace_back();
            last_column = column;
            memories.back().push_back({k, b, end});
            b = end;
        }
    }
    return memories;
}

/// Writes one memory as a module: address in, word out one clock later.
inline void write_rom(std::ostream& out, std::string_view name, const matrix_schedule& schedule,
    std::span<const rom_piece> pieces, std::span<const std::int64_t> weights)
{
    const auto depth = schedule.cycles();
    const std::int64_t address_bits = ceil_log2(depth);
    std::int64_t width = 0;
    for (const rom_piece& piece : pieces)
        width += piece.last - piece.first;
    // Forced, because synthesis takes shallow memories apart into logic.
    out << "module " << name << "(input clk, input " << range(address_bits)
        << " address, output reg " << range(width) << " q);\n    (* rom_style = \"block\" *) reg "
        << range(width) << " words [0:" << depth - 1
        << "];\n    always @(posedge clk) q <= words[address];\n    initial begin\n";
    for (std::int64_t cycle = 0; cycle < depth; ++cycle) {
        bit_string word;
        for (const rom_piece& piece : pieces) {
            const std::int64_t flat =
                schedule.slots(piece.multiplier)[static_cast<std::size_t>(cycle)].weight;
            const std::int64_t value =
                flat == schedule_slot::idle ? 0 : weights[static_cast<std::size_t>(flat)];
            word.push(value >> piece.first, piece.last - piece.first);
        }
        out << "        words[" << cycle << "] = " << word.literal() << ";\n";
    }
    out << "    end\nendmodule\n\n";
}

} // namespace detail

/// Writes the modules of a schedule's weight memory; `name`_rom has the ports clk, address and q,
/// where the weight of the k-th multiplier is the k-th of q one clock after its cycle was
/// addressed.
/// \param weights  raw integers in hardware order
inline void write_verilog_rom(std::ostream& out, const std::string& name,
    const matrix_schedule& schedule, std::span<const std::int64_t> weights)
{
    const auto memories = detail::rom_pieces(schedule);
    if (schedule.memory() == memory_layout::packed) {
        detail::write_rom(out, name + "_rom", schedule, memories.front(), weights);
        return;
    }
    for (std::size_t j = 0; j < memories.size(); ++j)
        detail::write_rom(out, name + "_rom" + std::to_string(j), schedule, memories[j], weights);
    const int width = schedule.matrix().weight.width;
    out << "module " << name << "_rom(input clk, input "
        << detail::range(ceil_log2(schedule.cycles())) << " address, output "
        << detail::range(schedule.multipliers() * width) << " q);\n";
    // What lies in one memory is a run of q: columns cut the word from its lowest bit.
    std::vector<std::string> q;
    for (std::size_t j = 0; j < memories.size(); ++j) {
        const auto& first = memories[j].front();
        const auto& last = memories[j].back();
        const std::int64_t begin = first.multiplier * width + first.first;
        const std::int64_t end = last.multiplier * width + last.last;
        q.push_back(detail::numbered("q", static_cast<std::int64_t>(j)));
        out << "    wire " << detail::range(end - begin) << " " << q.back() << ";\n    " << name
            << "_rom" << j << " column" << j << "(clk, address, " << q.back() << ");\n";
    }
    out << "    assign q = " << detail::concatenation(q) << ";\n";
    out << "endmodule\n\n";
}

} // namespace espalier
