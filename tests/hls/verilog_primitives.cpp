// SPDX-License-Identifier: Apache-2.0
#include "hls/simulation.hpp"

#include <espalier/hls/verilog_primitives.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>

// The modules that hand vectors over, each beside a model of what it holds, clock by clock: whole
// networks would only be slower, or come to the same at another edge, if one of them were not ready
// where it could be.

namespace {

/// What a bench prints, "PASS\n" if its model and the module agree in 4,000 clocks: inputs are
/// seldom, often or always valid and results seldom, often, always or never taken, in all
/// combinations, and now and then everything is reset.
/// \param ports   declarations of what the module gives, beside in_ready and out_valid
/// \param dut     the instance
/// \param state   declarations of the model
/// \param wrong   what must not be, in one clock
/// \param begin   what the model begins with
/// \param step    what it does at a clock edge; `took` and `gave` say that vectors are handed over
std::string outcome(const std::string& ports, const std::string& dut, const std::string& state,
    const std::string& wrong, const std::string& begin, const std::string& step)
{
    const simulation::folder work;
    {
        std::ofstream out(work / "bench.v");
        espalier::write_verilog_primitives(out);
        out << "module bench;\n    reg clk, rst, in_valid, out_ready, bad;\n    wire in_ready, "
               "out_valid;\n    reg [3:0] in_data;\n    integer clock, i;\n    "
            << ports << "\n    " << dut << "\n    " << state << R"(
    wire took = in_valid && in_ready;
    wire gave = out_valid && out_ready;
    function chance(input integer which);
        chance = which == 0 ? $random % 8 == 0 : which == 1 ? $random % 4 != 0 : which == 2;
    endfunction
    always @(posedge clk) begin
        clock <= clock + 1;
        if (!rst && ()"
            << wrong << R"()) begin
            bad = 1;
            $display("wrong at clock %0d", clock);
            $finish;
        end
        if (rst) begin )"
            << begin << " end\n        else begin " << step << R"( end
        // Sixteen phases of 64 clocks.
        rst <= clock < 2 || clock % 500 == 499;
        in_valid <= chance(clock / 64 % 4 == 3 ? 1 : clock / 64 % 4);
        out_ready <= chance(clock / 256 % 4);
        in_data <= $random;
        if (clock == 4000) begin
            $display("PASS");
            $finish;
        end
    end
    initial begin
        {clk, in_valid, out_ready, bad, in_data, clock} = 0;
        rst = 1;
        forever #1 clk = !clk;
    end
endmodule
)";
    }
    const std::string compiled = simulation::output_of(
        "timeout 60 iverilog -g2001 -s bench -o " + work / "a.vvp" + " " + work / "bench.v");
    return compiled + simulation::output_of("timeout 60 vvp -n " + work / "a.vvp");
}

} // namespace

TEST_CASE("two registers take a vector while there is room, and hand it on two clocks later")
{
    // held: vectors in the registers; age: clocks since the older was taken.
    CHECK(outcome("wire take, en; reg [3:0] x, y;",
              "espalier_flow dut(clk, rst, in_valid, in_ready, out_valid, out_ready, take, en);\n"
              "    always @(posedge clk) begin if (take) x <= in_data; if (en) y <= x; end",
              "integer held, age, age_behind; reg [3:0] older, newer;",
              "in_ready !== (held < 2 || out_ready) || out_valid !== (held > 0 && age >= 2) || "
              "take !== took || out_valid && y !== older",
              "held = 0;",
              "age = age + 1; age_behind = age_behind + 1;\n"
              "            if (gave) begin held = held - 1; older = newer; age = age_behind; end\n"
              "            if (took) begin\n"
              "                if (held == 0) begin older = in_data; age = 1; end\n"
              "                else begin newer = in_data; age_behind = 1; end\n"
              "                held = held + 1;\n            end") == "PASS\n");
}

TEST_CASE("a circuit of several cycles takes a vector when it is idle or at its last cycle, and "
          "stands still while a result waits")
{
    // left: cycles until the vector is through; ends: its result on its way; begins: first cycles.
    for (const char* cycles : {"2, 1", "3, 2", "4, 2", "5, 3"}) {
        CAPTURE(cycles);
        const std::string n(1, cycles[0]);
        CHECK(
            outcome(
                std::string("wire en, load, step, first; wire [") + cycles[3] + "-1:0] c, next;",
                std::string("espalier_control #(") + cycles +
                    ") dut(clk, rst, in_valid, in_ready, out_valid, out_ready, en, load, step, c, "
                    "next, first);",
                "integer left, since; reg [2:0] ends; reg [1:0] begins; wire waits = ends[2] && "
                "!out_ready; wire [7:0] at = left == 0 ? 0 : " +
                    n +
                    " - left; wire [7:0] then = left == 0 || waits ? at : left == 1 ? 0 : at + 1;",
                "in_ready !== (left == 0 || left == 1 && !waits) || out_valid !== ends[2] || en "
                "!== !waits || load !== took || step !== (left > 0 && !waits) || c !== at || "
                "next !== then || since > 1 && first !== begins[1]",
                "left = 0; ends = 0; since = 0;",
                "if (!waits) begin begins = {begins[0], at == 0}; ends = {ends[1:0], left == 1}; "
                "since = since + 1; end\n"
                "            if (step) left = left - 1;\n            if (took) left = " +
                    n + ";") == "PASS\n");
    }
}

TEST_CASE("pixels are collected in their order, and the last is taken when the image before is")
{
    for (const int pixels : {2, 3, 4}) {
        CAPTURE(pixels);
        const std::string n = std::to_string(pixels), bits = std::to_string(4 * pixels);
        CHECK(outcome("wire [" + bits + "-1:0] y;",
                  "espalier_flatten #(4, " + n +
                      ", 2) dut(clk, rst, in_valid, in_ready, in_data, out_valid, out_ready, y);",
                  "integer count; reg full; reg [" + bits + "-1:0] image;",
                  "in_ready !== (!full || out_ready) || out_valid !== full || full && y !== image",
                  "count = 0; full = 0;",
                  "if (gave) full = 0;\n            if (took) begin image[4*count +: 4] = in_data; "
                  "count = (count + 1) % " +
                      n + "; full = count == 0; end") == "PASS\n");
    }
}
