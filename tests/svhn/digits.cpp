// SPDX-License-Identifier: Apache-2.0
#include "temporary_folder.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <svhn/digits.hpp>
#include <svhn/made_up.hpp>
#include <vector>

using svhn::digits;
namespace fs = std::filesystem;

namespace {

/// Images whose bytes tell where they are: (n, row, column, channel).
digits some_digits(std::size_t n)
{
    digits all;
    for (std::size_t i = 0; i < n * 32 * 32 * 3; ++i)
        all.pixels.push_back(static_cast<std::uint8_t>(i * 7 + i / 251));
    for (std::size_t i = 0; i < n; ++i)
        all.labels.push_back(static_cast<std::uint8_t>((3 * i) % 10));
    return all;
}

void write_idx(const fs::path& path, const std::vector<std::uint32_t>& extents,
    const std::vector<std::uint8_t>& bytes)
{
    std::vector<std::uint8_t> all{0, 0, 8, static_cast<std::uint8_t>(extents.size())};
    for (const std::uint32_t extent : extents)
        for (int shift = 24; shift >= 0; shift -= 8)
            all.push_back(static_cast<std::uint8_t>(extent >> shift));
    all.insert(all.end(), bytes.begin(), bytes.end());
    const gzFile file = gzopen(path.c_str(), "wb");
    REQUIRE(gzwrite(file, all.data(), static_cast<unsigned>(all.size())) ==
            static_cast<int>(all.size()));
    gzclose(file);
}

std::string refusal(const fs::path& folder)
{
    try {
        (void)svhn::read_digits(folder, "train");
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("digits are read from IDX files as they were written")
{
    const temporary_folder folder;
    const digits all = some_digits(5);
    write_idx(folder.path / "train-images-idx4-ubyte.gz", {5, 32, 32, 3}, all.pixels);
    write_idx(folder.path / "train-labels-idx1-ubyte.gz", {5}, all.labels);
    const digits read = svhn::read_digits(folder.path, "train");
    CHECK(read.pixels == all.pixels);
    CHECK(read.labels == all.labels);
    CHECK(read.size() == 5);

    write_idx(folder.path / "train-labels-idx1-ubyte.gz", {5}, {1, 2, 3, 4, 10});
    CHECK(refusal(folder.path).find("has labels that are not 0 to 9") != std::string::npos);
    write_idx(folder.path / "train-labels-idx1-ubyte.gz", {4}, {1, 2, 3, 4});
    CHECK(refusal(folder.path).find("as many labels as 32x32 images") != std::string::npos);
    write_idx(folder.path / "train-images-idx4-ubyte.gz", {0, 32, 32, 3}, {});
    write_idx(folder.path / "train-labels-idx1-ubyte.gz", {0}, {});
    CHECK(refusal(folder.path).find("holds no digit of the part train") != std::string::npos);
    CHECK_THROWS_AS((void)svhn::read_digits(folder.path, "test"), std::runtime_error);
}

TEST_CASE("a folder without digits is named, with what is looked for")
{
    const std::string sentence = refusal("/nonexistent");
    CHECK(sentence.find("/nonexistent holds neither train-images-idx4-ubyte.gz nor "
                        "train_32x32.mat (--data names the folder)") == 0);
}

#ifdef SVHN_WITH_MATIO
namespace {

/// As the set's own page has them: X(row, column, channel, image) and 10 for the digit 0.
/// \param as_doubles  the labels
void write_mat(const fs::path& path, const digits& all, bool as_doubles, std::size_t rows = 32)
{
    const auto n = static_cast<std::size_t>(all.size());
    mat_t* const file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
    REQUIRE(file != nullptr);
    std::vector<std::uint8_t> bytes;
    for (std::size_t image = 0; image < n; ++image)
        for (std::size_t channel = 0; channel < 3; ++channel)
            for (std::size_t column = 0; column < 32; ++column)
                for (std::size_t row = 0; row < rows; ++row)
                    bytes.push_back(all.pixels[((image * 32 + row) * 32 + column) * 3 + channel]);
    std::array<std::size_t, 4> dims{rows, 32, 3, n};
    matvar_t* const x =
        Mat_VarCreate("X", MAT_C_UINT8, MAT_T_UINT8, n == 1 ? 3 : 4, dims.data(), bytes.data(), 0);
    REQUIRE(Mat_VarWrite(file, x, MAT_COMPRESSION_ZLIB) == 0);
    Mat_VarFree(x);
    std::vector<std::uint8_t> labels;
    std::vector<double> doubles;
    for (const std::uint8_t label : all.labels) {
        labels.push_back(label == 0 ? 10 : label);
        doubles.push_back(labels.back());
    }
    std::array<std::size_t, 2> column{n, 1};
    matvar_t* const y =
        as_doubles
            ? Mat_VarCreate("y", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, column.data(), doubles.data(), 0)
            : Mat_VarCreate("y", MAT_C_UINT8, MAT_T_UINT8, 2, column.data(), labels.data(), 0);
    REQUIRE(Mat_VarWrite(file, y, MAT_COMPRESSION_NONE) == 0);
    Mat_VarFree(y);
    Mat_Close(file);
}

} // namespace

TEST_CASE("digits are read from MATLAB files as they were written")
{
    const temporary_folder folder;
    for (const bool as_doubles : {false, true})
        for (const std::size_t n : {1U, 7U}) {
            fs::remove(folder.path / "train_32x32.mat");
            const digits all = some_digits(n);
            write_mat(folder.path / "train_32x32.mat", all, as_doubles);
            const digits read = svhn::read_digits(folder.path, "train");
            CHECK(read.pixels == all.pixels);
            CHECK(read.labels == all.labels);
        }
    fs::remove(folder.path / "train_32x32.mat");
    write_mat(folder.path / "train_32x32.mat", some_digits(2), true, 31);
    CHECK(refusal(folder.path).find("has no X of 32 x 32 x 3 x n bytes") != std::string::npos);
    std::ofstream(folder.path / "train_32x32.mat") << "not MATLAB";
    CHECK(refusal(folder.path).find("is not a MATLAB file") != std::string::npos);
}
#endif

TEST_CASE("digits that are made up are all ten, the same for a seed, and readable by their shape")
{
    const digits all = svhn::made_up_digits(400, 3);
    CHECK(all.pixels.size() == 400 * 32 * 32 * 3);
    CHECK(all.pixels == svhn::made_up_digits(400, 3).pixels);
    CHECK(all.pixels != svhn::made_up_digits(400, 4).pixels);
    CHECK(std::set<int>(all.labels.begin(), all.labels.end()).size() == 10);
    // Ink is far from the corner's colour: an 8 has the most, a 1 the least.
    std::array<double, 10> ink{};
    std::array<int, 10> count{};
    for (std::size_t i = 0; i < 400; ++i) {
        const std::uint8_t* image = all.pixels.data() + i * 3072;
        for (std::size_t p = 0; p < 1024; ++p)
            ink[all.labels[i]] += std::abs(image[3 * p] - image[0]) > 40 ? 1 : 0;
        ++count[all.labels[i]];
    }
    for (std::size_t digit = 0; digit < 10; ++digit)
        ink[digit] /= count[digit];
    for (const std::size_t digit : {0U, 2U, 3U, 4U, 5U, 6U, 7U, 9U}) {
        CHECK(ink[digit] > ink[1]);
        CHECK(ink[digit] < ink[8]);
    }
}
