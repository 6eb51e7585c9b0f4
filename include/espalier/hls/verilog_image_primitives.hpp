// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

// The modules that circuits of images are made of. Verilog 2001.

namespace espalier {

/// Writes the modules `espalier_…` between the products of a network, once for all circuits.
inline void write_verilog_image_primitives(std::ostream& out)
{
    // The lines are read without a clock, at the column that is overwritten: memory of LUTs, which
    // takes a line of some ten to some hundred pixels; block RAM would be mostly empty.
    out << R"(// Moves a window of KH by KW pixels of B bits over images of H by W, which arrive pixel by pixel and
// have T rows and L columns of padding before them: PH by PW with all padding, whose pixels are PAD.
// It steps through one position in a cycle. Row by row, the lowest bits are the first column's.
module espalier_window #(parameter B = 1, H = 1, W = 1, T = 0, L = 0, PH = 1, PW = 1, KH = 1, KW = 1,
    SH = 1, SW = 1, R = 1, C = 1, parameter [B-1:0] PAD = {B{1'b0}})
    (input clk, rst, in_valid, output in_ready, input [B-1:0] in_data,
     output reg out_valid, input out_ready, output reg [KH*KW*B-1:0] out_data);
    reg [R-1:0] row, down;      // down, across: positions until a window is complete
    reg [C-1:0] column, across;
    wire inside = row >= T && row < T + H && column >= L && column < L + W;
    wire free = !out_valid || out_ready;
    wire step = free && (!inside || in_valid);
    wire is_last = column == PW - 1;
    wire is_bottom = row == PH - 1;
    assign in_ready = inside && free;
    always @(posedge clk)
        if (rst) begin
            out_valid <= 1'b0;
            row <= 0;
            column <= 0;
            down <= KH - 1;
            across <= KW - 1;
        end else begin
            if (free) out_valid <= step && down == 0 && across == 0;
            if (step) begin
                column <= is_last ? {C{1'b0}} : column + 1'b1;
                across <= is_last ? KW - 1 : across == 0 ? SW - 1 : across - 1'b1;
                if (is_last) begin
                    row <= is_bottom ? {R{1'b0}} : row + 1'b1;
                    down <= is_bottom ? KH - 1 : down == 0 ? SH - 1 : down - 1'b1;
                end
            end
        end
    wire [B-1:0] entering = inside ? in_data : PAD;
    wire [KH*B-1:0] entered;    // the column of the window that enters, the newest line last
    genvar r;
    generate
        if (KH > 1) begin : lines
            reg [(KH-1)*B-1:0] words [0:PW-1];
            assign entered = {entering, words[column]};
            always @(posedge clk) if (step) words[column] <= entered[KH*B-1:B];
        end else assign entered = entering;
        for (r = 0; r < KH; r = r + 1) begin : rows
            if (KW > 1) begin : shifted
                always @(posedge clk) if (step) out_data[r*KW*B +: KW*B] <=
                    {entered[r*B +: B], out_data[r*KW*B+B +: (KW-1)*B]};
            end else begin : single
                always @(posedge clk) if (step) out_data[r*B +: B] <= entered[r*B +: B];
            end
        end
    endgenerate
endmodule

// N pixels side by side, the first in the lowest bits.
module espalier_flatten #(parameter B = 1, N = 2, C = 1)
    (input clk, rst, in_valid, output in_ready, input [B-1:0] in_data,
     output reg out_valid, input out_ready, output reg [N*B-1:0] out_data);
    reg [C-1:0] count;
    wire step = in_valid && in_ready;
    wire is_last = count == N - 1;
    assign in_ready = !out_valid || out_ready;
    always @(posedge clk) begin
        if (rst) begin
            out_valid <= 1'b0;
            count <= 0;
        end else begin
            if (in_ready) out_valid <= step && is_last;
            if (step) count <= is_last ? {C{1'b0}} : count + 1'b1;
        end
        if (step) out_data <= {in_data, out_data[N*B-1:B]};
    end
endmodule

// y = a 2^S + b 2^T, for Y bits that hold it.
module espalier_sum #(parameter A = 1, AS = 1, S = 0, B = 1, BS = 1, T = 0, Y = 1)
    (input [A-1:0] a, input [B-1:0] b, output signed [Y-1:0] y);
    wire signed [Y-1:0] left = {{(Y-A){AS && a[A-1]}}, a};
    wire signed [Y-1:0] right = {{(Y-B){BS && b[B-1]}}, b};
    assign y = (left <<< S) + (right <<< T);
endmodule

// y = a / N, cut towards zero: times 2^K / N, rounded up, for K = A + log2 N, rounded up.
module espalier_divide #(parameter A = 1, AS = 1, N = 1, K = 1)
    (input [A-1:0] a, output [A-1:0] y);
    localparam [K:0] RECIPROCAL = ({1'b1, {K{1'b0}}} + N - 1) / N;
    wire negative = AS && a[A-1];
    wire [A-1:0] magnitude = negative ? -a : a;
    wire [A+K:0] product = magnitude * RECIPROCAL;
    wire [A-1:0] quotient = product[A+K-1:K];
    assign y = negative ? -quotient : quotient;
endmodule

// y = W x 2^S + B, for Y bits that hold it.
module espalier_affine #(parameter D = 1, XS = 1, WB = 1, S = 0, Y = 1,
    parameter signed [WB-1:0] W = 0, parameter signed [Y-1:0] B = 0)
    (input [D-1:0] x, output signed [Y-1:0] y);
    wire signed [D:0] operand = {XS && x[D-1], x};
    wire signed [D+WB:0] product = operand * W;
    wire signed [Y-1:0] wide = product;
    assign y = (wide <<< S) + B;
endmodule

module espalier_larger #(parameter D = 1, S = 1)
    (input [D-1:0] a, b, output [D-1:0] y);
    wire above;
    generate
        if (S) assign above = $signed(a) > $signed(b);
        else assign above = a > b;
    endgenerate
    assign y = above ? a : b;
endmodule

)";
}

} // namespace espalier
