// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/detail/circuit_text.hpp>

#include <sstream>

// The module that joins the parts of a circuit.

namespace espalier::detail {

inline void circuit_text::write_control() const
{
    const std::int64_t counter_bits = ceil_log2(m_.reuse_factor);
    out_ << "    wire en, load, step, first;\n    wire " << range(counter_bits)
         << " c, next;\n    espalier_control #(" << m_.reuse_factor << ", " << counter_bits
         << ") control(clk, rst, in_valid, in_ready, out_valid, out_ready,\n"
            "        en, load, step, c, next, first);\n";
    for (const std::int64_t p : plan_.periods)
        out_ << "    wire " << numbered("last", p) << ";\n    wire " << range(ceil_log2(p)) << " "
             << numbered("c", p) << ";\n    espalier_count #(" << p << ", " << ceil_log2(p) << ") "
             << numbered("count", p) << "(.clk(clk), .rst(rst), .step(step), .c("
             << numbered("c", p) << "), .last(" << numbered("last", p) << "));\n";
}

/// The marks of the ends of rows, three clocks after the cycle: a shorter counter is at its last
/// step, and the upper bits of the cycle say which row ends.
inline void circuit_text::write_ends(const std::set<std::int64_t>& cycles) const
{
    const std::int64_t bits = ceil_log2(m_.reuse_factor);
    for (const std::int64_t cycle : cycles) {
        const std::int64_t period = plan_.period_that_ends(cycle);
        const std::int64_t low = circuit_plan::low_bits(period);
        const std::string id = numbered("end", cycle);
        out_ << "    wire " << id << ";\n    espalier_delay #(3) delay_" << id << "(clk, en, ";
        if (period > 0)
            out_ << numbered("last", period) << " && ";
        out_ << "c[" << bits - 1 << ":" << low << "] == " << (cycle >> low) << ", " << id << ");\n";
    }
}

/// The marks of the beginnings of rows, a wire for each set of cycles, two clocks after the
/// counter.
inline void circuit_text::write_begins(const circuit_marks& marks) const
{
    for (std::size_t i = 0; i < marks.sets().size(); ++i) {
        const auto& cycles = marks.sets()[i];
        // The shortest counter that tells these cycles from the others.
        std::int64_t period = m_.reuse_factor;
        for (const std::int64_t p : plan_.periods) {
            bool repeats = true;
            for (std::int64_t c = 0; c < m_.reuse_factor; ++c)
                repeats = repeats && cycles.contains(c) == cycles.contains(c % p);
            if (repeats) {
                period = p;
                break;
            }
        }
        const std::string counter = period == m_.reuse_factor ? "c" : numbered("c", period);
        const std::string id = numbered("begin", static_cast<std::int64_t>(i));
        out_ << "    wire " << id << ";\n    espalier_delay #(2) delay_" << id << "(clk, en, ";
        const bool always = static_cast<std::int64_t>(cycles.size()) == m_.reuse_factor;
        const char* separator = "";
        out_ << (always ? "1'b1" : "");
        for (const std::int64_t c : cycles) {
            if (always || c >= period)
                break;
            out_ << separator << counter << " == " << c;
            separator = " || ";
        }
        out_ << ", " << id << ");\n";
    }
}

inline void circuit_text::write_operands() const
{
    const int data = m_.data.width, weight = m_.weight.width;
    const std::int64_t streams = plan_.operands;
    const std::int64_t multipliers = schedule_.multipliers();
    out_ << "    reg " << range(m_.n_in() * data)
         << " x;\n    always @(posedge clk) if (load) x <= in_data;\n    wire "
         << range(streams * data) << " chosen;\n    " << name_ << "_select select(x, c";
    for (const std::int64_t p : plan_.periods)
        out_ << ", " << numbered("c", p);
    out_ << ", chosen);\n    reg " << range(streams * data)
         << " operand;\n    always @(posedge clk) if (en) operand <= chosen;\n    wire "
         << range(multipliers * weight) << " q;\n    " << name_ << "_rom rom(clk, next, q);\n";
    for (std::int64_t k = 0; k < multipliers; ++k)
        out_ << "    wire signed " << range(plan_.term_bits) << " p" << k
             << ";\n    espalier_multiply #(" << data << ", " << weight << ", "
             << int{m_.data.is_signed} << ", " << int{m_.weight.is_signed} << ", "
             << plan_.product_bits << ", " << plan_.dropped_bits << ", " << plan_.term_bits << ") m"
             << k << "(clk, en, "
             << element("operand", plan_.stream_of[static_cast<std::size_t>(k)], data) << ", "
             << element("q", k, weight) << ", p" << k << ");\n";
}

inline void circuit_text::write_lane(
    std::size_t lane, circuit_marks& begins, std::set<std::int64_t>& ends, std::ostream& out) const
{
    const circuit_lane& l = plan_.lanes[lane];
    const auto number = static_cast<std::int64_t>(lane);
    const int width = m_.accum.width;
    const auto leaves = static_cast<std::int64_t>(l.multipliers.size());
    const auto operand = [&](std::int64_t node) {
        return node < leaves ? numbered("p", l.multipliers[static_cast<std::size_t>(node)])
                             : numbered("t", number) + numbered("_", node - leaves);
    };
    const auto adders = adder_tree(leaves, plan_.term_bits, width);
    for (std::size_t i = 0; i < adders.size(); ++i) {
        const tree_adder& a = adders[i];
        const std::string id = operand(leaves + static_cast<std::int64_t>(i));
        out << "    wire signed " << range(a.bits) << " " << id << ";\n    espalier_add #("
            << a.left_bits << ", " << a.right_bits << ", " << a.bits << ") add_" << id << "("
            << operand(a.left) << ", " << operand(a.right) << ", " << id << ");\n";
    }
    const int sum_bits = adders.empty() ? plan_.term_bits : adders.back().bits;
    const std::set<std::int64_t> cycles = begins_of(l);
    const std::string first =
        cycles.size() == 1 ? "first" : numbered("begin", static_cast<std::int64_t>(begins(cycles)));
    std::string start = constant(start_of(lane, 0));
    if (has_start_table(lane)) {
        start = numbered("start", number);
        out << "    wire " << range(width) << " " << start << ";\n    "
            << numbered(name_ + "_start", number) << " table_" << start << "(c_begin, " << start
            << ");\n";
    }
    const std::string sum = numbered("sum", number);
    out << "    wire signed " << range(width) << " " << sum << ";\n    espalier_accumulate #("
        << sum_bits << ", " << width << ") acc_" << sum << "(clk, en, " << first << ", "
        << operand(leaves + static_cast<std::int64_t>(adders.size()) - 1) << ", " << start << ", "
        << sum << ");\n";
    for (std::size_t s = 0; s < l.segments.size(); ++s) {
        if (!l.is_captured(s))
            continue;
        const std::string id = sum_name(plan_, {lane, s});
        const std::int64_t last = l.segments[s].last - 1;
        ends.insert(last);
        out << "    wire signed " << range(width) << " " << id << ";\n    espalier_capture #("
            << width << ") capture_" << id << "(clk, en && " << numbered("end", last) << ", " << sum
            << ", " << id << ");\n";
    }
}

/// The parts of each output, added up.
inline void circuit_text::write_outputs() const
{
    const int width = m_.accum.width;
    std::vector<std::string> sums;
    for (std::int64_t r = 0; r < m_.n_out(); ++r) {
        const auto& parts = plan_.outputs[static_cast<std::size_t>(r)];
        std::string sum = parts.empty() ? constant(bias_of(r)) : sum_name(plan_, parts.front());
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const std::string id =
                numbered("y", r).append(numbered("_", static_cast<std::int64_t>(i)));
            out_ << "    wire signed " << range(width) << " " << id << ";\n    espalier_add #("
                 << width << ", " << width << ", " << width << ") add_" << id << "(" << sum << ", "
                 << sum_name(plan_, parts[i]) << ", " << id << ");\n";
            sum = id;
        }
        sums.push_back(std::move(sum));
    }
    out_ << "    assign out_data = " << concatenation(sums) << ";\n";
}

inline void circuit_text::write_top() const
{
    out_ << "module " << name_ << "(input clk, rst, in_valid, output in_ready, input "
         << range(m_.n_in() * m_.data.width)
         << " in_data,\n    output out_valid, input out_ready, output "
         << range(m_.n_out() * m_.accum.width) << " out_data);\n";
    write_control();
    if (schedule_.multipliers() > 0)
        write_operands();
    circuit_marks begins;
    std::set<std::int64_t> ends;
    std::ostringstream lanes; // behind the marks that they ask for
    bool has_table = false;
    for (std::size_t lane = 0; lane < plan_.lanes.size(); ++lane) {
        write_lane(lane, begins, ends, lanes);
        has_table = has_table || has_start_table(lane);
    }
    write_begins(begins);
    write_ends(ends);
    if (has_table) {
        const std::string bits = range(ceil_log2(m_.reuse_factor));
        out_ << "    reg " << bits
             << " c_multiply, c_begin;\n    always @(posedge clk) if (en) "
                "{c_begin, c_multiply} <= {c_multiply, c};\n";
    }
    out_ << lanes.str();
    write_outputs();
    out_ << "endmodule\n\n";
}

} // namespace espalier::detail
