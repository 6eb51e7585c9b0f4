// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/whole_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// A test bench that knows the answers. It feeds each circuit all of its vectors twice: as fast as
// they are taken, where every cycle of a hand-over can be compared with the predicted one, and then
// with valid and ready drawn at random. It ends with a line "PASS" or "FAIL".

namespace espalier {

/// What one circuit is given and has to answer.
struct verilog_test {
    std::string module;
    std::int64_t inputs = 0; ///< values of a vector that is handed in at once
    int input_width = 0;     ///< bits of each
    std::int64_t outputs = 0;
    int output_width = 0;
    std::vector<std::int64_t> given;    ///< raw integers, vector after vector
    std::vector<std::int64_t> expected; ///< likewise
    /// Clock edges at which the vectors are handed in and out, counted from the first of all;
    /// empty: not compared.
    std::vector<std::int64_t> taken_at{};
    std::vector<std::int64_t> handed_at{};
};

namespace detail {

inline void ensure_test(const verilog_test& t)
{
    ensure_module_name(t.module);
    const auto vectors = [](const std::vector<std::int64_t>& values, std::int64_t each) {
        const auto size = static_cast<std::int64_t>(values.size());
        return each > 0 && size > 0 && size % each == 0 ? size / each : 0;
    };
    const std::int64_t given_vectors = vectors(t.given, t.inputs);
    const std::int64_t expected_vectors = vectors(t.expected, t.outputs);
    ensure(given_vectors > 0 && expected_vectors > 0,
        "a test bench has whole vectors, and at least one", given{"given", t.given.size()},
        given{"inputs", t.inputs}, given{"expected", t.expected.size()},
        given{"outputs", t.outputs});
    const auto is_for = [](const std::vector<std::int64_t>& cycles, std::int64_t count) {
        return cycles.empty() || static_cast<std::int64_t>(cycles.size()) == count;
    };
    ensure(is_for(t.taken_at, given_vectors) && is_for(t.handed_at, expected_vectors),
        "a test bench has a cycle for each vector or none at all",
        given{"taken_at", t.taken_at.size()}, given{"handed_at", t.handed_at.size()});
}

/// Writes the words of a memory.
inline void write_words(std::ostream& out, std::string_view memory,
    std::span<const std::int64_t> values, std::int64_t each, int width)
{
    const auto n = static_cast<std::size_t>(each);
    for (std::size_t v = 0; v * n < values.size(); ++v) {
        bit_string word;
        for (const std::int64_t value : values.subspan(v * n, n))
            word.push(value, width);
        out << "        " << memory << "[" << v << "] = " << word.literal() << ";\n";
    }
}

/// The module `name`_test around one circuit.
inline void write_test_module(std::ostream& out, const verilog_test& t)
{
    const std::size_t given_vectors = t.given.size() / static_cast<std::size_t>(t.inputs);
    const std::size_t expected_vectors = t.expected.size() / static_cast<std::size_t>(t.outputs);
    std::int64_t limit = 2000;
    for (const auto* cycles : {&t.taken_at, &t.handed_at})
        for (std::size_t i = 1; i < cycles->size(); ++i)
            limit = std::max(limit, 8 * ((*cycles)[i] - (*cycles)[i - 1]));
    if (!t.handed_at.empty())
        limit = std::max(limit, 8 * t.handed_at.front());
    const std::string in = range(t.inputs * t.input_width);
    const std::string result = range(t.outputs * t.output_width);
    out << "module " << t.module << "_test(input clk, output reg done, output integer errors);\n"
        << "    localparam GIVEN = " << given_vectors << ", EXPECTED = " << expected_vectors
        << ", TAKEN_AT = " << !t.taken_at.empty() << ", HANDED_AT = " << !t.handed_at.empty()
        << ", LIMIT = " << limit << ";\n    reg " << in << " given [0:GIVEN-1];\n    reg " << result
        << " expected [0:EXPECTED-1];\n    integer taken_at [0:GIVEN-1];\n"
           "    integer handed_at [0:EXPECTED-1];\n    wire "
        << in << " in_data;\n    wire " << result
        << " out_data;\n    reg rst, in_valid, out_ready, hurried;\n"
           "    wire in_ready, out_valid;\n    "
        << t.module
        << " dut(clk, rst, in_valid, in_ready, in_data, out_valid, out_ready, out_data);\n";
    out << R"(    integer cycle, first, sent, got, quiet, next;
    assign in_data = given[sent < GIVEN ? sent : 0];
    task wrong(input integer what, input integer vector);
        begin
            errors = errors + 1;
            if (errors < 10) $display("%m: %0s of vector %0d at cycle %0d", what == 0 ? "intake"
                : what == 1 ? "cycle of the result" : what == 2 ? "result" : "no result", vector,
                cycle - first);
        end
    endtask
    initial begin
        {done, in_valid, out_ready} = 0;
        {rst, hurried} = 2'b11;
        {cycle, first, sent, got, quiet, errors} = 0;
)";
    write_words(out, "given", t.given, t.inputs, t.input_width);
    write_words(out, "expected", t.expected, t.outputs, t.output_width);
    write_words(out, "taken_at", t.taken_at, 1, 32);
    write_words(out, "handed_at", t.handed_at, 1, 32);
    out << R"(    end
    always @(posedge clk) if (!done) begin
        cycle <= cycle + 1;
        quiet <= in_valid && in_ready || out_valid && out_ready ? 0 : quiet + 1;
        next = sent;
        if (rst) rst <= cycle < 2;
        else begin
            if (in_valid && in_ready) begin
                if (sent == 0) first = cycle;
                if (TAKEN_AT && hurried && cycle - first != taken_at[sent]) wrong(0, sent);
                next = sent + 1;
            end
            if (out_valid && out_ready) begin
                if (got >= EXPECTED || out_data !== expected[got]) wrong(2, got);
                else if (HANDED_AT && hurried && cycle - first != handed_at[got]) wrong(1, got);
                got <= got + 1;
            end
        end
        sent <= next;
        in_valid <= !rst && next < GIVEN && (hurried || $random % 2 == 0);
        out_ready <= !rst && (hurried || $random % 2 == 0);
        // Nothing for long: all that will come has come.
        if (quiet == LIMIT) begin
            if (got < EXPECTED) wrong(3, got);
            if (!hurried) done <= 1;
            hurried <= 0;
            {rst, in_valid} <= 2'b10;
            {cycle, sent, got, quiet} <= 0;
        end
    end
)";
    out << "endmodule\n\n";
}

} // namespace detail

/// Writes a test bench for circuits, which are to be simulated together with it.
/// \throws std::invalid_argument if vectors are missing or cut off
inline void write_verilog_testbench(std::ostream& out, std::span<const verilog_test> tests)
{
    for (const verilog_test& t : tests) {
        detail::ensure_test(t);
        detail::write_test_module(out, t);
    }
    out << "module espalier_testbench;\n    reg clk = 0;\n    always #1 clk = !clk;\n    wire "
        << detail::range(static_cast<std::int64_t>(tests.size())) << " done;\n";
    for (std::size_t i = 0; i < tests.size(); ++i)
        out << "    wire [31:0] errors" << i << ";\n    " << tests[i].module << "_test test" << i
            << "(clk, done[" << i << "], errors" << i << ");\n";
    out << "    always @(posedge clk) if (&done) begin\n        if (0";
    for (std::size_t i = 0; i < tests.size(); ++i)
        out << " | errors" << i;
    out << ") $display(\"FAIL\");\n        else $display(\"PASS\");\n        $finish;\n    end\n"
           "endmodule\n";
}

/// Writes it to a file, whole or not at all.
/// \throws std::invalid_argument as above, or if the file cannot be written
inline void write_verilog_testbench(
    const std::filesystem::path& file, std::span<const verilog_test> tests)
{
    std::ostringstream text;
    write_verilog_testbench(text, tests);
    write_whole_file(file, text.str());
}

} // namespace espalier
