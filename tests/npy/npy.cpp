// SPDX-License-Identifier: Apache-2.0
#include "temporary_folder.hpp"

#include <espalier/with/npy.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>

using namespace espalier;

namespace {

/// A file of version 1 with this header and these bytes of data.
std::string file_with(std::string header, const std::string& data = {})
{
    header += '\n';
    return std::string("\x93NUMPY\1") + '\0' + static_cast<char>(header.size() & 0xFFU) +
           static_cast<char>(header.size() >> 8U) + header + data;
}

template <class Number>
void round_trip(const std::vector<std::int64_t>& shape)
{
    const temporary_folder here;
    const std::filesystem::path file = here.path / "array.npy";
    std::int64_t size = 1;
    for (const std::int64_t extent : shape)
        size *= extent;
    npy_array<Number> array{.shape = shape, .values = {}};
    std::mt19937 random(5);
    for (std::int64_t i = 0; i < size; ++i)
        array.values.push_back(static_cast<Number>(random() % 256) / Number{2});
    write_npy(file, array);
    CHECK(read_npy<Number>(file) == array);
    CHECK(read_npy<Number>(file, shape) == array.values);
    CHECK(std::filesystem::file_size(file) % 64 == array.values.size() * sizeof(Number) % 64);
    CHECK_FALSE(std::filesystem::exists(here.path / "array.npy.tmp"));

    // What another library reads, and what it writes.
    const auto theirs = xt::load_npy<Number>(file.string());
    CHECK(std::vector<std::int64_t>(theirs.shape().begin(), theirs.shape().end()) == shape);
    CHECK(std::vector<Number>(theirs.begin(), theirs.end()) == array.values);
    xt::dump_npy((here.path / "theirs.npy").string(),
        xt::xarray<Number>(
            xt::adapt(array.values, std::vector<std::size_t>(shape.begin(), shape.end()))));
    CHECK(read_npy<Number>(here.path / "theirs.npy") == array);
}

} // namespace

TEST_CASE("arrays are read as they were written, by another library, too")
{
    round_trip<float>({3, 4});
    round_trip<float>({2, 3, 4, 5});
    round_trip<double>({7});
    round_trip<std::uint8_t>({16, 3});
    round_trip<std::int32_t>({1, 1, 2});
    round_trip<std::int64_t>({5, 2});
    round_trip<float>({0, 4});
}

TEST_CASE("the bytes are those of numpy.save")
{
    const temporary_folder here;
    const std::filesystem::path file = here.path / "array.npy";
    write_npy<float>(file, {.shape = {2, 3}, .values = {1, 2, 3, 4, 5, 6}});
    // numpy.save of numpy.arange(1, 7, dtype='<f4').reshape(2, 3), NumPy 2.4.
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const std::string bytes = contents_of(file);
    CHECK(bytes.substr(0, 10) == std::string("\x93NUMPY\1\0v\0", 10));
    CHECK(bytes.substr(10, 118) == header + std::string(117 - header.size(), ' ') + '\n');
    CHECK(bytes.size() == 128 + 24);
    CHECK(bytes.substr(128, 8) == std::string("\0\0\x80\x3f\0\0\0\x40", 8));
    // One number has a comma behind its only extent, and a single value no extent.
    write_npy<double>(file, {.shape = {1}, .values = {2}});
    CHECK(contents_of(file).find("'shape': (1,), }") != std::string::npos);
    write_npy<double>(file, {.shape = {}, .values = {2}});
    CHECK(contents_of(file).find("'shape': (), }") != std::string::npos);
    CHECK(read_npy<double>(file).values == std::vector<double>{2});
}

TEST_CASE("a header may say it in its own way")
{
    const temporary_folder here;
    const auto reads = [&](const std::string& bytes) {
        const auto array = read_npy<std::uint8_t>(here.file("array.npy", bytes));
        return array.shape == std::vector<std::int64_t>{2} &&
               array.values == std::vector<std::uint8_t>{'a', 'b'};
    };
    CHECK(reads(file_with("{'shape': (2,), 'fortran_order': False, 'descr': '|u1'}", "ab")));
    CHECK(reads(file_with("{'descr':'|u1','fortran_order':True,'shape':(2,),}", "ab")));
    // Versions 2 and 3 have four bytes for the length of the header, here more than 127 and 255.
    for (const int padding : {60, 200, 500})
        for (const char version : {'\2', '\3'}) {
            std::string bytes =
                file_with("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }" +
                              std::string(static_cast<std::size_t>(padding), ' '),
                    "ab");
            CHECK(reads(bytes));
            bytes[6] = version;
            bytes.insert(10, 2, '\0');
            CHECK(reads(bytes));
        }
}

TEST_CASE("a file that is no such array is refused by what is wrong with it")
{
    const temporary_folder here;
    const auto refused = [&](const std::string& bytes, const std::string& sentence) {
        const std::filesystem::path file = here.file("array.npy", bytes);
        try {
            (void)read_npy<float>(file);
            FAIL("it was read: " << sentence);
        } catch (const std::invalid_argument& error) {
            const std::string expected = sentence + " (file = '" + file.string() + "'";
            CHECK_MESSAGE(std::string(error.what()).starts_with(expected), error.what());
        }
    };
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    const std::string data(8, '\0');
    CHECK(read_npy<float>(here.file("array.npy", file_with(header, data))).values ==
          std::vector<float>(2));
    refused("", "an array file begins with NumPy's magic number and a version");
    refused("\x93NUMPY\1", "an array file begins with NumPy's magic number and a version");
    refused(
        "PK\3\4 this is an .npz", "an array file begins with NumPy's magic number and a version");
    refused(std::string("\x93NUMPY\4\0\0\0\0\0", 12), "an array file has version 1, 2 or 3");
    refused(std::string("\x93NUMPY\1\0\xFF\xFF{}", 12), "an array file is as long as it says");
    for (const char* wrong : {"{}", "{'descr': '<f4', 'fortran_order': False, }",
             "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }",
             "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (x,), }",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (2,"})
        refused(
            file_with(wrong, data), "the header of an array file has a type, an order and a shape");
    for (const char* type : {"<f8", ">f4", "<i4", "|u1", "<c8", "f4"})
        refused(file_with("{'descr': '" + std::string(type) +
                              "', 'fortran_order': False, 'shape': (2,), }",
                    data),
            "an array file holds numbers of the type that is asked for");
    refused(file_with("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }", data),
        "an array file counts the last index fastest (numpy.ascontiguousarray)");
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{7}, std::size_t{9}})
        refused(file_with(header, std::string(bytes, '\0')),
            "an array file has as many numbers as its shape says");
    refused(file_with("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, "
                      "4611686018427387904), }"),
        "an array file has as many numbers as its shape says");
    CHECK_THROWS_WITH_AS((void)read_npy<float>("/nonexistent.npy"),
        "a file that is named is there and can be read (file = '/nonexistent.npy')",
        std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)read_npy<float>(here.path),
        ("a file that is named is there and can be read (file = '" + here.path.string() + "')")
            .c_str(),
        std::invalid_argument);
    const std::filesystem::path file = here.file("array.npy", file_with(header, data));
    CHECK_THROWS_WITH_AS((void)read_npy<float>(file, {1, 2}),
        ("an array has the shape that it is used with (file = '" + file.string() +
            "', shape = '(2,)', used with = '(1, 2)')")
            .c_str(),
        std::invalid_argument);
}

TEST_CASE("no byte that is missing or changed is taken for an array of another size")
{
    const temporary_folder here;
    const std::string whole = file_with(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5), }", std::string(60, '\1'));
    const npy_array<float> array = read_npy<float>(here.file("array.npy", whole));
    int refused = 0;
    const auto look = [&](const std::string& bytes, bool must_fail) {
        try {
            const auto read = read_npy<float>(here.file("array.npy", bytes));
            CHECK_FALSE(must_fail);
            CHECK(read.values.size() == 15);
        } catch (const std::invalid_argument&) {
            ++refused;
        }
    };
    for (std::size_t length = 0; length < whole.size(); ++length)
        look(whole.substr(0, length), true);
    for (std::size_t at = 0; at < whole.size() - 60; ++at)
        for (const int value : {0, 1, 39, 40, 41, 44, 48, 57, 127, 128, 255}) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(value);
            look(bytes, false);
        }
    CHECK(refused > 600);
}

TEST_CASE("nothing is written that is no array or has no place")
{
    const temporary_folder here;
    CHECK_THROWS_WITH_AS(write_npy<float>(here.path / "a.npy", {.shape = {2, 2}, .values = {1}}),
        "an array has as many values as its shape says (values = 1, shape = 4)",
        std::invalid_argument);
    CHECK(std::filesystem::is_empty(here.path));
    CHECK_THROWS_WITH_AS(write_npy<float>("/nonexistent/a.npy", {.shape = {1}, .values = {1}}),
        "a file can be written where it is to be (file = '/nonexistent/a.npy')",
        std::invalid_argument);
    // Where a folder has the name, nothing takes its place and nothing is left beside it.
    std::filesystem::create_directories(here.path / "a.npy" / "full");
    CHECK_THROWS_AS(write_npy<float>(here.path / "a.npy", {.shape = {1}, .values = {1}}),
        std::invalid_argument);
    CHECK_FALSE(std::filesystem::exists(here.path / "a.npy.tmp"));
}
