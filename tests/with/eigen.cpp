// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/with/eigen.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace espalier;

TEST_CASE_TEMPLATE("an Eigen matrix is read in the order of its storage", Matrix, Eigen::MatrixXf,
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>)
{
    constexpr int outputs = 3;
    constexpr int inputs = 5;
    Matrix matrix(outputs, inputs);
    for (int out = 0; out < outputs; ++out)
        for (int in = 0; in < inputs; ++in)
            matrix(out, in) = static_cast<float>(10 * out + in);
    const weight_matrix m = matrices_of(dense{.inputs = inputs, .outputs = outputs})[0];
    for (int out = 0; out < outputs; ++out)
        for (int in = 0; in < inputs; ++in) {
            const auto at = to_framework(m, layout_of<Matrix>, out * inputs + in);
            CHECK(coefficients_of(matrix)[static_cast<std::size_t>(at)] == matrix(out, in));
        }
}

TEST_CASE("a matrix shows its layout and its shape, and whether it was moved")
{
    Eigen::MatrixXd columns(3, 5);
    const weight_view view = weights_of(columns);
    CHECK(view.order() == layout::keras);
    CHECK(view.shape() == tensor_shape{5, 3}); // as Keras writes it
    CHECK(view.size() == 15);
    CHECK(view.is_in_place());
    columns.resize(300, 500);
    CHECK_FALSE(view.is_in_place());
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(3, 5);
    CHECK(weights_of(rows).order() == layout::pytorch);
    CHECK(weights_of(rows).shape() == tensor_shape{3, 5});
}

TEST_CASE("parts of a matrix and maps are weights, and what is beside them stays as it is")
{
    using rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto check = [](auto& matrix, auto&& part, layout order, const tensor_shape& shape) {
        const weight_view view = weights_of(part);
        CHECK(view.order() == order);
        CHECK(view.shape() == shape);
        std::vector<float> buffer;
        const auto weights = view.read(buffer);
        const weight_matrix m = matrices_of(dense{
            .inputs = static_cast<int>(part.cols()), .outputs = static_cast<int>(part.rows())})[0];
        std::vector<std::uint8_t> keep(view.size(), 1);
        const auto at = static_cast<std::size_t>(to_framework(m, order, part.cols() + 1));
        keep[at] = 0; // output 1, input 1
        for (Eigen::Index out = 0; out < part.rows(); ++out)
            for (Eigen::Index in = 0; in < part.cols(); ++in)
                CHECK(weights[static_cast<std::size_t>(to_framework(
                          m, order, out * part.cols() + in))] == static_cast<float>(part(out, in)));
        auto expected = matrix;
        const Eigen::Index row = &part(1, 1) - matrix.data();
        expected.data()[row] = 0;
        view.mask(keep);
        CHECK(matrix == expected);
    };
    Eigen::MatrixXf columns = Eigen::MatrixXf::Random(4, 6);
    check(columns, columns.leftCols(5), layout::keras, {5, 4}); // the biases are the last column
    check(columns, columns.block(1, 2, 3, 3), layout::keras, {3, 3});
    check(columns, columns.transpose(), layout::pytorch, {6, 4});
    rows by_rows = rows::Random(4, 6);
    check(by_rows, by_rows.rightCols(5), layout::pytorch, {4, 5}); // the biases are the first
    std::vector<double> memory(4 * 7);
    for (std::size_t i = 0; i < memory.size(); ++i)
        memory[i] = static_cast<double>(i + 1);
    rows all = Eigen::Map<rows>(memory.data(), 4, 7);
    Eigen::Map<rows, 0, Eigen::OuterStride<>> padded(all.data(), 4, 5, Eigen::OuterStride<>(7));
    check(all, padded, layout::pytorch, {4, 5});

    const Eigen::Map<Eigen::MatrixXd, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> scattered(
        memory.data(), 3, 2, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(7, 2));
    CHECK_THROWS_WITH(static_cast<void>(weights_of(scattered)),
        "weights lie side by side along rows or along columns (stride along rows = 2, stride along "
        "columns = 7)");
}
