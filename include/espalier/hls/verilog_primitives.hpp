// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/verilog_image_primitives.hpp>

#include <ostream>

// The modules that all emitted circuits are made of. Each is a module of its own, so that a
// synthesiser that keeps the hierarchy works on each size once, joins no adders to trees of its
// own, and needs what the schedule says. Verilog 2001.

namespace espalier {

/// Writes the modules `espalier_…`, once for all circuits of a simulation or synthesis.
inline void write_verilog_primitives(std::ostream& out)
{
    // In the accumulator, the sum must be the first operand and the selection a wire of its own:
    // written as two branches, or the other way round, synthesis spends a second LUT for each bit.
    out << R"(// Selects one of up to four, one LUT for each bit.
module espalier_select2 #(parameter D = 1)
    (input s, input [D-1:0] a, b, output [D-1:0] y);
    assign y = s ? b : a;
endmodule
module espalier_select3 #(parameter D = 1)
    (input [1:0] s, input [D-1:0] a, b, c, output [D-1:0] y);
    assign y = s[1] ? c : s[0] ? b : a;
endmodule
module espalier_select4 #(parameter D = 1)
    (input [1:0] s, input [D-1:0] a, b, c, d, output [D-1:0] y);
    assign y = s[1] ? (s[0] ? d : c) : (s[0] ? b : a);
endmodule

// x is a registered operand; the weight and the product are registered here. Of the product's P
// bits, T are handed on from bit L, with zeros below bit 0.
module espalier_multiply #(parameter D = 1, W = 1, XS = 1, WS = 1, P = 2, L = 0, T = 2)
    (input clk, en, input [D-1:0] x, input [W-1:0] q, output signed [T-1:0] p);
    reg [W-1:0] w;
    reg signed [P-1:0] product;
    wire signed [P-1:0] full;
    generate
        if (XS && WS) assign full = $signed(x) * $signed(w);
        else if (XS) assign full = $signed(x) * $signed({1'b0, w});
        else if (WS) assign full = $signed({1'b0, x}) * $signed(w);
        else assign full = $signed({1'b0, x}) * $signed({1'b0, w});
        if (L >= P) assign p = {T{product[P-1]}};
        else if (L >= 0) assign p = product[L+T-1:L];
        else if (T + L <= 0) assign p = {T{1'b0}};
        else assign p = {product[T+L-1:0], {-L{1'b0}}};
    endgenerate
    always @(posedge clk) if (en) begin
        w <= q;
        product <= full;
    end
endmodule

module espalier_add #(parameter A = 1, B = 1, Y = 1)
    (input signed [A-1:0] a, input signed [B-1:0] b, output signed [Y-1:0] y);
    assign y = a + b;
endmodule
// y = a + b 2^S, or a - b 2^S. The lowest S bits of a pass by.
module espalier_shift_add #(parameter A = 1, B = 1, S = 0, SUBTRACT = 0, Y = 1)
    (input signed [A-1:0] a, input signed [B-1:0] b, output signed [Y-1:0] y);
    localparam E = A > S ? A : S + 1;
    wire signed [E-1:0] wide = a;
    generate
        if (Y <= S) assign y = wide[Y-1:0];
        else begin : upper
            wire signed [Y-S-1:0] sum;
            wire signed [E-S-1:0] top = wide[E-1:S];
            if (SUBTRACT) assign sum = top - b;
            else assign sum = top + b;
            if (S == 0) assign y = sum;
            else assign y = {sum, wide[(S > 0 ? S - 1 : 0):0]};
        end
    endgenerate
endmodule
// y = a 2^S
module espalier_scale #(parameter A = 1, S = 0, Y = 1)
    (input signed [A-1:0] a, output signed [Y-1:0] y);
    wire signed [Y-1:0] wide = a;
    assign y = wide << S;
endmodule

// Adds up, beginning anew from `start` where `first` is set.
module espalier_accumulate #(parameter S = 1, A = 1)
    (input clk, en, first, input signed [S-1:0] s, input signed [A-1:0] start,
     output reg signed [A-1:0] y);
    wire signed [A-1:0] held = first ? start : y;
    always @(posedge clk) if (en) y <= s + held;
endmodule

module espalier_capture #(parameter A = 1)
    (input clk, en, input signed [A-1:0] d, output reg signed [A-1:0] y);
    always @(posedge clk) if (en) y <= d;
endmodule

module espalier_delay #(parameter N = 1)(input clk, en, d, output q);
    reg [N-1:0] stages;
    assign q = stages[N-1];
    always @(posedge clk) if (en) stages <= {stages, d};
endmodule

// Counts to N and begins anew; `next` is what it will be after this clock.
module espalier_count #(parameter N = 2, C = 1)
    (input clk, rst, step, output reg [C-1:0] c, output [C-1:0] next, output last);
    assign last = c == N - 1;
    assign next = !step ? c : last ? {C{1'b0}} : c + 1'b1;
    always @(posedge clk) c <= rst ? {C{1'b0}} : next;
endmodule

// Takes a vector when it is idle or at its last cycle, and stands still (en = 0) while a result
// waits to be taken. `first` and `out_valid` go along with the operand, the product and the sum.
module espalier_control #(parameter N = 2, C = 1)
    (input clk, rst, in_valid, output in_ready, output out_valid, input out_ready,
     output en, load, step, output [C-1:0] c, next, output first);
    wire last;
    reg busy;
    reg [1:0] begins;
    reg [2:0] ends;
    assign out_valid = ends[2];
    assign en = !out_valid || out_ready;
    assign step = busy && en;
    assign in_ready = !busy || (last && en);
    assign load = in_valid && in_ready;
    assign first = begins[1];
    espalier_count #(N, C) counter(clk, rst, step, c, next, last);
    always @(posedge clk) begin
        if (rst) busy <= 1'b0;
        else if (load) busy <= 1'b1;
        else if (last && en) busy <= 1'b0;
        if (en) begins <= {begins[0], c == 0};
        if (rst) ends <= 3'b0;
        else if (en) ends <= {ends[1:0], busy && last};
    end
endmodule

// From one fixed-point format to another, with F bits fewer right of the point: ROUND and OVERFLOW
// are the enumerations of precision.hpp, in their order. RELU: negative numbers become 0 first.
module espalier_convert #(parameter A = 1, AS = 1, F = 0, Y = 1, YS = 1, ROUND = 0, OVERFLOW = 0,
    RELU = 0) (input [A-1:0] a, output [Y-1:0] y);
    localparam D = F > 0 ? F : 0;
    localparam U = F < 0 ? -F : 0;
    localparam M = A > Y ? A : Y;
    localparam R = M + D + U + 3;
    wire negative = AS && a[A-1];
    wire signed [R-1:0] wide = RELU && negative ? {R{1'b0}} : {{(R-A){negative}}, a};
    wire signed [R-1:0] lower = (wide <<< U) >>> D;
    wire half, rest, up;
    generate
        if (D > 0) assign half = wide[(D > 0 ? D - 1 : 0)];
        else assign half = 1'b0;
        if (D > 1) assign rest = |wide[(D > 1 ? D - 2 : 0):0];
        else assign rest = 1'b0;
        case (ROUND)
            1: assign up = wide[R-1] && (half || rest);
            2: assign up = half;
            3: assign up = half && (rest || wide[R-1]);
            4: assign up = half && (rest || !wide[R-1]);
            5: assign up = half && rest;
            6: assign up = half && (rest || lower[0]);
            default: assign up = 1'b0;
        endcase
    endgenerate
    wire signed [R-1:0] value = lower + $signed({1'b0, up});
    wire signed [R-1:0] largest = $signed({{(R-Y){1'b0}}, {Y{1'b1}}}) >>> (YS ? 1 : 0);
    wire signed [R-1:0] smallest = !YS ? {R{1'b0}} : OVERFLOW == 3 ? -largest : ~largest;
    wire above = value > largest;
    wire below = value < smallest;
    assign y = OVERFLOW == 0 || !(above || below) ? value[Y-1:0]
        : OVERFLOW == 2 ? {Y{1'b0}} : above ? largest[Y-1:0] : smallest[Y-1:0];
endmodule

// Two registers in a row, inputs and outputs, with nothing but logic in between.
module espalier_flow(input clk, rst, in_valid, output in_ready, output out_valid, input out_ready,
    output take, en);
    reg [1:0] full;
    assign out_valid = full[1];
    assign en = !full[1] || out_ready;
    assign in_ready = !full[0] || en;
    assign take = in_valid && in_ready;
    always @(posedge clk)
        if (rst) full <= 2'b0;
        else full <= {en ? full[0] : full[1], in_ready ? in_valid : full[0]};
endmodule

)";
    write_verilog_image_primitives(out);
}

} // namespace espalier
