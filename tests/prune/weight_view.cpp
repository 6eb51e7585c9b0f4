// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layout.hpp>
#include <espalier/prune/weight_view.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

using namespace espalier;

namespace {

/// Every second element of an array of doubles, behind two functions.
struct every_second {
    std::vector<double> memory{1, 9, -2, 9, 3, 9};

    weight_view view()
    {
        return {copied_weights{.size = 3,
                    .read =
                        [this](std::span<float> to) {
                            for (std::size_t i = 0; i < to.size(); ++i)
                                to[i] = static_cast<float>(memory[2 * i]);
                        },
                    .write =
                        [this](std::span<const float> from) {
                            for (std::size_t i = 0; i < from.size(); ++i)
                                memory[2 * i] = from[i];
                        }},
            layout::keras};
    }
};

} // namespace

TEST_CASE("floats are read where they are, everything else through a buffer")
{
    std::vector<float> floats{1, -2, 3};
    std::vector<double> doubles{1, -2, 3};
    every_second others;
    std::vector<float> buffer;
    const weight_view direct(floats, layout::keras);
    CHECK(direct.read(buffer).data() == floats.data());
    CHECK(buffer.empty());
    CHECK(direct.memory().data() == static_cast<const void*>(floats.data()));
    CHECK(others.view().memory().empty());
    for (const weight_view& view : {weight_view(doubles, layout::keras), others.view()}) {
        CHECK(view.size() == 3);
        const auto read = view.read(buffer);
        CHECK(std::equal(read.begin(), read.end(), floats.begin(), floats.end()));
    }
}

TEST_CASE("a mask writes zeros over anything, and only where it does not keep")
{
    const std::vector<std::uint8_t> keep{1, 0, 1};
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> floats{1, nan, 3};
    std::vector<double> doubles{1, nan, 3};
    every_second others;
    for (const weight_view& view :
        {weight_view(floats, layout::keras), weight_view(doubles, layout::keras), others.view()}) {
        CHECK(view.first_unmasked(keep) == std::size_t{1});
        view.mask(keep);
        CHECK_FALSE(view.first_unmasked(keep));
    }
    CHECK(floats == std::vector<float>{1, 0, 3});
    CHECK(doubles == std::vector<double>{1, 0, 3});
    CHECK(others.memory == std::vector<double>{1, 9, 0, 9, 3, 9});
    doubles[1] = 1e-300; // no float is so small, and yet it is not zero
    CHECK(weight_view(doubles, layout::keras).first_unmasked(keep) == std::size_t{1});
}

TEST_CASE("what is saved comes back to the last bit")
{
    std::vector<double> doubles{0.1, -0.0, 5e-324};
    const std::vector<double> before = doubles;
    const weight_view view(doubles, layout::keras);
    const auto saved = view.save();
    std::fill(doubles.begin(), doubles.end(), 7.0);
    view.restore(saved);
    CHECK(doubles == before);
    CHECK(std::signbit(doubles[1]));
    every_second others;
    const auto its = others.view().save();
    others.memory = {0, 1, 0, 1, 0, 1};
    others.view().restore(its);
    CHECK(others.memory == std::vector<double>{1, 1, -2, 1, 3, 1});
    CHECK_THROWS_WITH(view.restore(its),
        "weights are restored to what was saved of them (bytes = 24, saved = 12)");
}

TEST_CASE("a vector that was moved or grown is noticed, a span is taken at its word")
{
    std::vector<float> weights(4);
    const weight_view view(weights, layout::keras);
    const weight_view span(std::span<float>(weights), layout::keras);
    CHECK(view.is_in_place());
    std::vector<float> other(400);
    weights.swap(other);
    CHECK_FALSE(view.is_in_place());
    CHECK(span.is_in_place());
    weights.swap(other);
    CHECK(view.is_in_place());
}

TEST_CASE("weights that cannot be copied both ways are refused")
{
    CHECK_THROWS_WITH((weight_view{copied_weights{3, {}, {}}, layout::keras}),
        "copied weights can be read and written (size = 3)");
}

TEST_CASE("views of several matrices in one order")
{
    std::vector<std::vector<float>> all{{1, 2}, {3}};
    const auto views = weights_in(layout::dlib, all);
    REQUIRE(views.size() == 2);
    CHECK(views[0].order() == layout::dlib);
    CHECK(views[1].size() == 1);
    const std::vector<std::span<double>> none;
    CHECK(weights_in(layout::keras, none).empty());
}
