// SPDX-License-Identifier: Apache-2.0
// Constant matrices with the additions that their signed digits take, written out and shared, for
// additions.py: a line of inputs, outputs, percentage that is not zero, bits, additions and shared
// additions, then a line of the matrix by outputs.
#include <espalier/hls/shift_add.hpp>
#include <espalier/model/constant.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

namespace {

struct shape {
    int inputs;
    int outputs;
    int percent; ///< of the weights that are not zero
    int bits;
};
constexpr shape shapes[] = {{12, 8, 25, 8}, {12, 8, 100, 8}, {25, 6, 50, 8}, {25, 6, 100, 8},
    {16, 64, 20, 8}, {16, 64, 100, 8}, {64, 32, 20, 8}, {32, 32, 100, 8}, {150, 16, 20, 8},
    {32, 5, 100, 12}, {64, 32, 20, 4}, {64, 32, 100, 4}};

} // namespace

int main()
{
    std::mt19937_64 random(1);
    for (const shape& s : shapes) {
        std::vector<std::int64_t> matrix;
        for (int i = 0; i < s.inputs * s.outputs; ++i)
            matrix.push_back(static_cast<int>(random() % 100) < s.percent
                                 ? static_cast<std::int64_t>(random()) >> (64 - s.bits)
                                 : 0);
        std::int64_t written_out = 0;
        for (int output = 0; output < s.outputs; ++output) {
            std::int64_t digits = 0;
            for (int input = 0; input < s.inputs; ++input)
                digits += espalier::signed_digits(
                    matrix[static_cast<std::size_t>(output * s.inputs + input)]);
            written_out += digits > 0 ? digits - 1 : 0;
        }
        std::printf("%d %d %d %d %lld %zu\n", s.inputs, s.outputs, s.percent, s.bits,
            static_cast<long long>(written_out),
            espalier::shift_add(s.inputs, matrix).adders.size());
        for (const std::int64_t weight : matrix)
            std::printf("%lld ", static_cast<long long>(weight));
        std::printf("\n");
    }
}
