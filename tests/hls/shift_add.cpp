// SPDX-License-Identifier: Apache-2.0
#include <espalier/hls/shift_add.hpp>
#include <espalier/model/constant.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

using namespace espalier;

TEST_CASE("signed digits add up to their integer, and no two stand side by side")
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const auto value = static_cast<std::int64_t>(random()) >> (2 + random() % 62);
        const auto terms = signed_digit_terms(5, value);
        CHECK(static_cast<int>(terms.size()) == signed_digits(value));
        std::int64_t sum = 0;
        int last = -2;
        for (const shift_term& t : terms) {
            CHECK(t.signal == 5);
            CHECK(t.shift >= last + 2);
            last = t.shift;
            sum += (t.negative ? -1 : 1) * (std::int64_t{1} << t.shift);
        }
        CHECK(sum == value);
    }
}

TEST_CASE("shared additions are the products of the matrix")
{
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t inputs = 1 + random() % 9, outputs = 1 + random() % 7;
        std::vector<std::int64_t> matrix(inputs * outputs);
        for (std::int64_t& w : matrix)
            w = random() % 3 == 0 ? 0 : static_cast<std::int64_t>(random()) >> (44 + random() % 20);
        const shift_add_graph graph = shift_add(static_cast<std::int64_t>(inputs), matrix);
        CHECK(graph == shift_add(static_cast<std::int64_t>(inputs), matrix));
        for (std::size_t a = 0; a < graph.adders.size(); ++a) {
            CHECK(graph.adders[a].left < static_cast<std::int64_t>(inputs + a));
            CHECK(graph.adders[a].right < static_cast<std::int64_t>(inputs + a));
            CHECK(graph.adders[a].shift >= 0);
        }
        std::vector<std::int64_t> x(inputs);
        for (std::int64_t& e : x)
            e = static_cast<std::int64_t>(random() % 65536) - 32768;
        const auto y = graph(x);
        for (std::size_t o = 0; o < outputs; ++o) {
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < inputs; ++i)
                sum += matrix[o * inputs + i] * x[i];
            CHECK(y[o] == sum);
            CHECK(graph.outputs[o].size() <= 1);
        }
    }
}

TEST_CASE("what occurs twice is added up once")
{
    // 5x + 3y and 5x + 5y: 5x, 5x + 4y, and from that - y and + y.
    const std::vector<std::int64_t> two{5, 3, 5, 5};
    CHECK(shift_add(2, two).adders.size() == 4);
    // The same sum of two inputs, shifted and negated.
    const std::vector<std::int64_t> sums{1, 1, 4, 4, -2, -2};
    CHECK(shift_add(2, sums).adders.size() == 1);
    // Overlapping pairs of one output, 1 + 4 + 16: one adder cannot serve both.
    const std::vector<std::int64_t> chain{21};
    CHECK(shift_add(1, chain).adders.size() == 2);
    // 1 + 4 + 16 + 64 = (1 + 4)(1 + 16)
    const std::vector<std::int64_t> product{85};
    CHECK(shift_add(1, product).adders.size() == 2);
    const std::vector<std::int64_t> zeros(6);
    CHECK(shift_add(3, zeros).adders.empty());
    CHECK(shift_add(3, zeros).outputs == std::vector<std::vector<shift_term>>(2));
}

TEST_CASE("sharing removes a third to a half of the additions of dense matrices")
{
    std::mt19937_64 random(5);
    std::vector<std::int64_t> matrix(std::size_t{16} * 16);
    std::int64_t digits = 0;
    for (std::int64_t& w : matrix) {
        w = static_cast<std::int64_t>(random() % 256) - 128;
        digits += signed_digits(w);
    }
    const auto adders = static_cast<std::int64_t>(shift_add(16, matrix).adders.size());
    CHECK(adders < (digits - 16) * 2 / 3);
    CHECK(adders > (digits - 16) / 4);
}

TEST_CASE("a constant matrix has whole rows")
{
    const std::vector<std::int64_t> five(5);
    CHECK_THROWS_WITH_AS((void)shift_add(2, five),
        "a constant matrix has whole rows (inputs = 2, constants = 5)", std::invalid_argument);
}
