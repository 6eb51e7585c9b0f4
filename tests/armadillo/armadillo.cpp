// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/with/armadillo.hpp>

#include <armadillo>
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// Sets one weight after the other to zero, each by its place in the hardware, and looks with
/// Armadillo's own product which input no longer reaches which output.
template <class Number>
std::size_t wrong_weights(const weight_view& view, auto&& matrix)
{
    const auto outputs = static_cast<std::int64_t>(matrix.n_rows);
    const auto inputs = static_cast<std::int64_t>(matrix.n_cols);
    const weight_matrix m = matrices_of(
        dense{.inputs = static_cast<int>(inputs), .outputs = static_cast<int>(outputs)})[0];
    const arma::Mat<Number> before = matrix;
    std::size_t wrong = 0;
    for (std::int64_t out = 0; out < outputs; ++out)
        for (std::int64_t in = 0; in < inputs; ++in) {
            std::vector<std::uint8_t> keep(view.size(), 1);
            keep[static_cast<std::size_t>(to_framework(m, view.order(), out * inputs + in))] = 0;
            const auto saved = view.save();
            view.mask(keep);
            for (std::int64_t k = 0; k < inputs; ++k) {
                arma::Col<Number> unit(matrix.n_cols, arma::fill::zeros);
                unit(static_cast<arma::uword>(k)) = 1;
                const arma::Col<Number> change = (before - matrix) * unit;
                for (std::int64_t o = 0; o < outputs; ++o)
                    wrong += (change(static_cast<arma::uword>(o)) != 0) != (o == out && k == in);
            }
            view.restore(saved);
        }
    return wrong;
}

} // namespace

TEST_CASE_TEMPLATE("Armadillo's matrices and parts of them are weights", Number, float, double)
{
    arma::arma_rng::set_seed(1);
    arma::Mat<Number> matrix(4, 6, arma::fill::randu);
    matrix += 1;
    const weight_view view = weights_of(matrix);
    CHECK(view.order() == layout::armadillo);
    CHECK(view.order() == layout::column_major);
    CHECK(view.shape() == tensor_shape{6, 4});
    CHECK(wrong_weights<Number>(view, matrix) == 0);
    CHECK(view.is_in_place());

    const arma::Mat<Number> before = matrix;
    const weight_view part = weights_of(matrix.head_cols(5)); // the biases are the last column
    CHECK(part.shape() == tensor_shape{5, 4});
    CHECK(wrong_weights<Number>(part, matrix.head_cols(5)) == 0);
    part.mask(std::vector<std::uint8_t>(20, 0));
    CHECK(arma::all(matrix.col(5) == before.col(5)));
    CHECK(arma::accu(matrix.head_cols(5)) == 0);
    matrix = before;
    const weight_view block = weights_of(matrix.submat(1, 2, 2, 4));
    CHECK(block.shape() == tensor_shape{3, 2});
    CHECK(wrong_weights<Number>(block, matrix.submat(1, 2, 2, 4)) == 0);
    CHECK(arma::all(arma::vectorise(matrix == before)));

    matrix.set_size(40, 60);
    CHECK_FALSE(view.is_in_place());
    static_assert(!requires(const arma::Mat<Number>& constant) { weights_of(constant); });
    static_assert(
        !requires(const arma::Mat<Number>& constant) { weights_of(constant.head_cols(1)); });
}

TEST_CASE("mlpack's order, asked of the matrix and the cube that it makes of its vector")
{
    // A layer of mlpack is a view of one vector of parameters, with the biases behind the weights:
    // Linear takes a matrix (outputs, inputs) of it, Convolution a cube (width, height, outputs ×
    // inputs), and what a convolution hands on is a cube (width, height, channels) as a vector.
    constexpr int height = 2, width = 3, channels = 2, outputs = 4;
    constexpr int inputs = height * width * channels;
    arma::vec parameters =
        arma::linspace(1, outputs * inputs + outputs, outputs * inputs + outputs);
    const arma::mat weight(parameters.memptr(), outputs, inputs, false, true);
    const weight_matrix m = matrices_of(
        dense{.inputs = inputs, .outputs = outputs, .flattened = {height, width, channels}})[0];
    std::size_t wrong = 0;
    for (int out = 0; out < outputs; ++out)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                for (int c = 0; c < channels; ++c) {
                    arma::cube image(width, height, channels, arma::fill::zeros);
                    image(static_cast<arma::uword>(x), static_cast<arma::uword>(y),
                        static_cast<arma::uword>(c)) = 1;
                    const arma::vec result = weight * arma::vectorise(image);
                    const auto flat = ((out * height + y) * width + x) * channels + c;
                    const auto at = static_cast<arma::uword>(to_framework(m, layout::mlpack, flat));
                    wrong += parameters(at) != result(static_cast<arma::uword>(out)) ? 1 : 0;
                }
    CHECK(wrong == 0);

    const arma::cube kernels(parameters.memptr(), width, height, outputs * channels, false, true);
    const weight_matrix k = matrices_of(conv2d{.height = 5,
        .width = 5,
        .channels = channels,
        .filters = outputs,
        .kernel_height = height,
        .kernel_width = width})[0];
    for (int out = 0; out < outputs; ++out)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                for (int c = 0; c < channels; ++c) {
                    const auto flat = ((out * height + y) * width + x) * channels + c;
                    const auto at = static_cast<arma::uword>(to_framework(k, layout::mlpack, flat));
                    wrong += parameters(at) != kernels(static_cast<arma::uword>(x),
                                                   static_cast<arma::uword>(y),
                                                   static_cast<arma::uword>(out * channels + c))
                                 ? 1
                                 : 0;
                }
    CHECK(wrong == 0);
}
