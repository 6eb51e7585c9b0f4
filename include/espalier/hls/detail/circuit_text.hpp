// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/adder_tree.hpp>
#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// The text of one circuit: its selectors, its table of biases, and the module that joins them. What
// is constant stands in modules of its own.

namespace espalier::detail {

inline void ensure_circuit_biases(const weight_matrix& m, std::span<const std::int64_t> biases)
{
    ensure(biases.empty() || static_cast<std::int64_t>(biases.size()) == m.n_out(),
        "a circuit has a bias for each output or none at all", given{"given", biases.size()},
        given{"n_out", m.n_out()});
    ensure_within(biases, m.accum);
}

/// The cycles in which something happens to a lane, and the wire that says so.
class circuit_marks {
public:
    /// The number of the wire for a set of cycles.
    std::size_t operator()(const std::set<std::int64_t>& cycles)
    {
        const auto [at, is_new] = number_.emplace(cycles, sets_.size());
        if (is_new)
            sets_.push_back(cycles);
        return at->second;
    }
    [[nodiscard]] const std::vector<std::set<std::int64_t>>& sets() const { return sets_; }

private:
    std::map<std::set<std::int64_t>, std::size_t> number_;
    std::vector<std::set<std::int64_t>> sets_;
};

/// The cycles in which the segments of a lane begin; cycle 0 alone for a lane of one segment.
inline std::set<std::int64_t> begins_of(const circuit_lane& lane)
{
    std::set<std::int64_t> cycles;
    for (const circuit_segment& s : lane.segments)
        cycles.insert(s.first);
    return cycles;
}

class circuit_text {
public:
    circuit_text(std::ostream& out, const std::string& name, const matrix_schedule& schedule,
        const circuit_plan& plan, std::span<const std::int64_t> biases)
        : out_(out),
          name_(name),
          schedule_(schedule),
          m_(schedule.matrix()),
          plan_(plan),
          biases_(biases)
    {}

    /// The selectors: trees of selections of one of four by two bits of a counter, or of a choice,
    /// each.
    void write_select() const
    {
        const int width = m_.data.width;
        if (plan_.operands == 0)
            return;
        write_choices();
        out_ << "module " << name_ << "_select(input " << range(m_.n_in() * width) << " x, input "
             << range(ceil_log2(m_.reuse_factor)) << " c";
        for (const std::int64_t p : plan_.periods)
            out_ << ", input " << range(ceil_log2(p)) << " " << numbered("c", p);
        out_ << ", output " << range(plan_.operands * width) << " y);\n";
        if (!plan_.tables.empty())
            out_ << "    wire " << range(static_cast<std::int64_t>(plan_.tables.size()))
                 << " choice;\n    " << name_ << "_choices choices(c, choice);\n";
        // Those that choose among others come behind what they choose from.
        std::vector<std::string> chosen(plan_.streams.size());
        for (const bool choosing : {false, true})
            for (std::size_t s = 0; s < chosen.size(); ++s)
                if (plan_.streams[s].from.empty() != choosing)
                    chosen[s] = write_stream(s, chosen);
        chosen.resize(static_cast<std::size_t>(plan_.operands));
        out_ << "    assign y = " << concatenation(chosen) << ";\nendmodule\n\n";
    }

    /// For each lane of several outputs the bias that each begins with.
    void write_starts() const
    {
        for (std::size_t lane = 0; lane < plan_.lanes.size(); ++lane) {
            if (!has_start_table(lane))
                continue;
            const int width = m_.accum.width;
            out_ << "module " << numbered(name_ + "_start", static_cast<std::int64_t>(lane))
                 << "(input " << range(ceil_log2(m_.reuse_factor)) << " c, output reg "
                 << range(width) << " y);\n    always @* case (c)\n";
            const auto& segments = plan_.lanes[lane].segments;
            for (std::size_t s = 0; s < segments.size(); ++s)
                out_ << "        " << segments[s].first << ": y = " << constant(start_of(lane, s))
                     << ";\n";
            out_ << "        default: y = {" << width << "{1'bx}};\n    endcase\nendmodule\n\n";
        }
    }

    void write_top() const;

private:
    std::ostream& out_;
    const std::string& name_;
    const matrix_schedule& schedule_;
    const weight_matrix& m_;
    const circuit_plan& plan_;
    std::span<const std::int64_t> biases_;

    [[nodiscard]] std::string constant(std::int64_t value) const
    {
        bit_string bits;
        bits.push(value, m_.accum.width);
        return bits.literal();
    }
    [[nodiscard]] std::int64_t bias_of(std::int64_t output) const
    {
        return biases_.empty() ? 0 : biases_[static_cast<std::size_t>(output)];
    }
    /// What a segment begins with: the bias, in the first part of its output.
    [[nodiscard]] std::int64_t start_of(std::size_t lane, std::size_t segment) const
    {
        const std::int64_t output = plan_.lanes[lane].segments[segment].output;
        const auto& parts = plan_.outputs[static_cast<std::size_t>(output)];
        const bool is_first =
            !parts.empty() && parts.front().lane == lane && parts.front().segment == segment;
        return is_first ? bias_of(output) : 0;
    }
    [[nodiscard]] bool has_start_table(std::size_t lane) const
    {
        const std::size_t segments = plan_.lanes[lane].segments.size();
        bool any = false;
        for (std::size_t s = 0; s < segments; ++s)
            any = any || start_of(lane, s) != 0;
        return any && segments > 1;
    }

    /// The bits that say which streams are chosen, by the counter of the cycles.
    void write_choices() const
    {
        if (plan_.tables.empty())
            return;
        out_ << "module " << name_ << "_choices(input " << range(ceil_log2(m_.reuse_factor))
             << " c, output " << range(static_cast<std::int64_t>(plan_.tables.size())) << " y);\n";
        for (std::size_t t = 0; t < plan_.tables.size(); ++t) {
            bit_string bits;
            for (const bool bit : plan_.tables[t])
                bits.push(bit ? 1 : 0, 1);
            const auto number = static_cast<std::int64_t>(t);
            out_ << "    wire " << range(m_.reuse_factor) << " " << numbered("table", number)
                 << " = " << bits.literal() << ";\n    assign y[" << t
                 << "] = " << numbered("table", number) << "[c];\n";
        }
        out_ << "endmodule\n\n";
    }

    /// Writes the selector of a stream and returns what it selects.
    /// \param chosen  what the streams before it select
    [[nodiscard]] std::string write_stream(
        std::size_t place, std::span<const std::string> chosen) const
    {
        const auto& stream = plan_.streams[place];
        const auto number = static_cast<std::int64_t>(place);
        const int width = m_.data.width;
        std::string counter =
            stream.period() == m_.reuse_factor ? "c" : numbered("c", stream.period());
        std::vector<std::string> level;
        for (const std::int64_t input : stream.inputs)
            level.push_back(element("x", input, width));
        for (const std::int64_t from : stream.from)
            level.push_back(chosen[static_cast<std::size_t>(from)]);
        if (!stream.from.empty()) {
            counter = numbered("k", number);
            const auto bits = static_cast<std::int64_t>(stream.choice.size());
            out_ << "    wire " << range(bits) << " " << counter << ";\n";
            for (std::int64_t bit = 0; bit < bits; ++bit)
                out_ << "    assign " << counter << "[" << bit << "] = choice["
                     << stream.choice[static_cast<std::size_t>(bit)] << "];\n";
        }
        std::int64_t selectors = 0;
        for (int bit = 0; level.size() > 1; bit += 2) {
            std::vector<std::string> above;
            for (std::size_t i = 0; i < level.size(); i += 4) {
                const std::size_t choices = std::min<std::size_t>(4, level.size() - i);
                if (choices == 1) {
                    above.push_back(level[i]);
                    continue;
                }
                const std::string id = std::to_string(number) + "_" + std::to_string(selectors++);
                out_ << "    wire " << range(width) << " y" << id << ";\n    espalier_select"
                     << choices << " #(" << width << ") s" << id << "("
                     << slice(counter, bit, choices > 2 ? 2 : 1);
                for (std::size_t j = i; j < i + choices; ++j)
                    out_ << ", " << level[j];
                above.push_back("y" + id);
                out_ << ", " << above.back() << ");\n";
            }
            level = std::move(above);
        }
        return level.front();
    }

    void write_control() const;
    void write_begins(const circuit_marks& marks) const;
    void write_operands() const;
    void write_ends(const std::set<std::int64_t>& cycles) const;
    void write_lane(std::size_t lane, circuit_marks& begins, std::set<std::int64_t>& ends,
        std::ostream& out) const;
    void write_outputs() const;
    [[nodiscard]] static std::string sum_name(const circuit_plan& plan, const circuit_part& part)
    {
        const auto lane = static_cast<std::int64_t>(part.lane);
        return plan.lanes[part.lane].is_captured(part.segment)
                   ? numbered("sum", lane) + numbered("_", static_cast<std::int64_t>(part.segment))
                   : numbered("sum", lane);
    }
};

} // namespace espalier::detail

#include <espalier/hls/detail/circuit_text_parts.hpp>
