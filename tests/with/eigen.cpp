// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/with/eigen.hpp>

#include <doctest/doctest.h>

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
