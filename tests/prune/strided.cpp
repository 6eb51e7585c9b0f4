// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/strided.hpp>
#include <espalier/prune/weight_view.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

using namespace espalier;

TEST_CASE_TEMPLATE("a matrix with gaps is read, masked and restored, and its gaps are left alone",
    Number, float, double)
{
    // Two rows of three weights, each with two other numbers behind it.
    std::vector<Number> memory{1, -2, 3, 70, 80, 4, Number(0.1), -6, 90, 95};
    const weight_view view{
        strided{std::span(memory), {.rows = 2, .columns = 3, .leading_dimension = 5}},
        layout::pytorch};
    CHECK(view.size() == 6);
    CHECK(view.shape() == tensor_shape{2, 3});
    CHECK(view.is_in_place());
    std::vector<float> buffer;
    CHECK(view.read(buffer).size() == 6);
    CHECK(buffer == std::vector<float>{1, -2, 3, 4, 0.1F, -6});
    const auto saved = view.save();
    CHECK(saved.size() == 6 * sizeof(Number));

    const std::vector<std::uint8_t> keep{1, 0, 1, 0, 1, 0};
    CHECK(view.first_unmasked(keep) == std::size_t{1});
    memory[1] = std::numeric_limits<Number>::quiet_NaN();
    view.mask(keep);
    CHECK_FALSE(view.first_unmasked(keep));
    CHECK(memory == std::vector<Number>{1, 0, 3, 70, 80, 0, Number(0.1), 0, 90, 95});
    memory[3] = 71;
    memory[5] = std::numeric_limits<Number>::denorm_min(); // no float, if it is a double
    CHECK(view.first_unmasked(keep) == std::size_t{3});
    view.restore(saved);
    CHECK(memory == std::vector<Number>{1, -2, 3, 71, 80, 4, Number(0.1), -6, 90, 95});
}

TEST_CASE("the last row needs no gap behind it, and rows beyond the memory are refused")
{
    std::vector<float> memory(13);
    const std::span<float> all(memory);
    const auto rows = [&](std::size_t count, std::size_t columns, std::size_t leading) {
        return strided{all, {.rows = count, .columns = columns, .leading_dimension = leading}};
    };
    CHECK(rows(3, 3, 5).size() == 9);
    CHECK(rows(3, 3, 5).row(2).data() == all.data() + 10);
    CHECK(rows(0, 3, 5).size() == 0);
    CHECK(rows(13, 1, 1).size() == 13);
    CHECK_THROWS_WITH(rows(3, 4, 5),
        "the rows of a matrix lie within its memory (rows = 3, columns "
        "= 4, leading_dimension = 5, memory = 13)");
    CHECK_THROWS_WITH(rows(4, 3, 5),
        "the rows of a matrix lie within its memory (rows = 4, columns "
        "= 3, leading_dimension = 5, memory = 13)");
    CHECK_THROWS_WITH(rows(1, 14, 14), "the rows of a matrix lie within its memory (rows = 1, "
                                       "columns = 14, leading_dimension = 14, memory = 13)");
    CHECK_THROWS_WITH(rows(2, 4, 3),
        "a leading dimension is at least the length of a row (columns = 4, leading_dimension = 3)");
    const std::size_t huge = std::numeric_limits<std::size_t>::max() / 2;
    CHECK_THROWS(rows(3, 1, huge)); // 2 · huge would wrap around
}

TEST_CASE("matrices side by side in one array are apart, rows that two share are not")
{
    const std::vector<layer_spec> layers{dense{.name = "a", .inputs = 3, .outputs = 4},
        dense{.name = "b", .inputs = 2, .outputs = 4}};
    std::vector<double> memory(4 * 6, 1.0); // rows of three weights of a, two of b, a bias
    const auto prune = [&](std::size_t first_of_b) {
        const std::span<double> all(memory);
        const weight_view a{
            strided{all, {.rows = 4, .columns = 3, .leading_dimension = 6}}, layout::pytorch};
        const weight_view b{
            strided{all.subspan(first_of_b), {.rows = 4, .columns = 2, .leading_dimension = 6}},
            layout::pytorch};
        pruner p{layers, {{a, b}}};
    };
    CHECK_NOTHROW(prune(3));
    CHECK_NOTHROW(prune(4));
    CHECK_THROWS_WITH(prune(2),
        "every matrix has weights of its own: two views show the same memory (layer = 'a', other "
        "layer = 'b')");
    // Inputs and outputs mixed up show in the shape, as they do without gaps.
    const weight_view swapped{
        strided{std::span(memory), {.rows = 3, .columns = 4, .leading_dimension = 6}},
        layout::pytorch};
    CHECK_THROWS_WITH((pruner{std::span(layers).first(1), {{swapped}}}),
        "a tensor has the shape of its layer in the framework's layout (layer = 'a', layout = "
        "'pytorch', shape = '(3, 4)', the layer's = '(4, 3)')");
}
