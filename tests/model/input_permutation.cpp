// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/input_channels.hpp>
#include <espalier/model/input_permutation.hpp>
#include <espalier/model/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;

namespace {

input_permutation shuffled(std::mt19937& random, std::size_t size)
{
    std::vector<std::uint32_t> channels(size);
    std::iota(channels.begin(), channels.end(), 0U);
    std::shuffle(channels.begin(), channels.end(), random);
    return input_permutation(channels);
}

std::string rearranged(const input_permutation& p, std::string text)
{
    p.apply(std::span<char>(text.data(), text.size()));
    return text;
}

} // namespace

TEST_CASE("a permutation puts at each place the channel that it names")
{
    const input_permutation p({2, 0, 3, 1});
    CHECK(rearranged(p, "abcd") == "cadb");
    CHECK(rearranged(p.inverse(), "cadb") == "abcd");
    CHECK(p.size() == 4);
    CHECK(p[0] == 2);
    CHECK(std::vector<std::uint32_t>(p.channels().begin(), p.channels().end()) ==
          std::vector<std::uint32_t>{2, 0, 3, 1});
    CHECK_FALSE(p.is_identity());
    CHECK(input_permutation::identity(4) == input_permutation({0, 1, 2, 3}));
    CHECK(input_permutation::identity(4).is_identity());
    CHECK(input_permutation().is_identity());
}

TEST_CASE("one permutation after the other is both, and the inverse undoes either")
{
    std::mt19937 random(1);
    const std::string text = "abcdefghijk";
    for (int i = 0; i < 50; ++i) {
        const input_permutation first = shuffled(random, text.size());
        const input_permutation next = shuffled(random, text.size());
        CHECK(rearranged(first.then(next), text) == rearranged(next, rearranged(first, text)));
        CHECK(rearranged(first.inverse(), rearranged(first, text)) == text);
        CHECK(first.then(first.inverse()).is_identity());
        CHECK(first.inverse().inverse() == first);
    }
}

TEST_CASE("a channel has one place, and sizes agree")
{
    CHECK_THROWS_AS(input_permutation({0, 0}), std::invalid_argument);
    CHECK_THROWS_AS(input_permutation({1, 2}), std::invalid_argument);
    const input_permutation p({1, 0});
    CHECK_THROWS_AS((void)p.then(input_permutation({0})), std::invalid_argument);
    std::vector<int> three(3);
    CHECK_THROWS_AS(p.apply(std::span(three)), std::invalid_argument);
}

TEST_CASE("channels stand side by side in a pixel, but one after the other behind a transpose")
{
    const auto matrix = [](io_type io, int height, int width, int channels) {
        return matrices_of(dense{.inputs = height * width * channels,
            .outputs = 2,
            .flattened = {height, width, channels},
            .io = io})[0];
    };
    const weight_matrix parallel = matrix(io_type::io_parallel, 2, 3, 4);
    const weight_matrix stream = matrix(io_type::io_stream, 2, 3, 4);
    for (const layout l : {layout::hardware, layout::keras, layout::keras_channels_first,
             layout::pytorch, layout::dlib}) {
        CHECK(channels_of(parallel, l) == input_channels{4, 6, true});
        const bool by_channel = l == layout::pytorch || l == layout::keras_channels_first;
        CHECK(channels_of(stream, l) == input_channels{4, 6, !by_channel});
    }
    CHECK(channels_of(parallel, layout::keras).input(3, 2) == 2 * 4 + 3);
    CHECK(channels_of(stream, layout::pytorch).input(3, 2) == 3 * 6 + 2);

    const input_permutation swapped({1, 0});
    using inputs = std::vector<std::size_t>;
    CHECK(input_channels{2, 3, true}.inputs_under(swapped) == inputs{1, 0, 3, 2, 5, 4});
    CHECK(input_channels{2, 3, false}.inputs_under(swapped) == inputs{3, 4, 5, 0, 1, 2});
    CHECK(input_channels{3, 1, true}.inputs_under(input_permutation({2, 0, 1})) == inputs{2, 0, 1});
    CHECK_THROWS_AS(
        (void)(input_channels{3, 1, true}.inputs_under(swapped)), std::invalid_argument);
}
