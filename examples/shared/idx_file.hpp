// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// The gzipped IDX files of the MNIST family: two zero bytes, the element type, the rank, one
// big-endian 32-bit extent for each dimension, then the elements, here always unsigned bytes.

namespace example {

struct idx_array {
    std::vector<std::int64_t> extents;
    std::vector<std::uint8_t> bytes;
};

/// \throws std::runtime_error naming the file and what is wrong with it
inline idx_array read_idx(const std::filesystem::path& path)
{
    const auto fail = [&](const char* why) { throw std::runtime_error(path.string() + " " + why); };
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file{gzopen(path.c_str(), "rb"), &gzclose};
    if (!file)
        fail("cannot be opened");
    const auto read = [&](std::uint8_t* target, std::size_t size) {
        if (gzread(file.get(), target, static_cast<unsigned>(size)) != static_cast<int>(size))
            fail("is truncated");
    };
    std::array<std::uint8_t, 4> magic{};
    read(magic.data(), magic.size());
    constexpr std::uint8_t unsigned_bytes = 8;
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != unsigned_bytes)
        fail("is not an IDX file of unsigned bytes");
    idx_array array;
    std::int64_t size = 1;
    for (int dimension = 0; dimension < magic[3]; ++dimension) {
        std::array<std::uint8_t, 4> digits{};
        read(digits.data(), digits.size());
        std::int64_t extent = 0;
        for (const std::uint8_t digit : digits)
            extent = extent * 256 + digit;
        array.extents.push_back(extent);
        constexpr std::int64_t most = 1'000'000'000;
        if (extent > most || (size *= extent) > most)
            fail("claims to hold more than 10^9 elements");
    }
    array.bytes.resize(static_cast<std::size_t>(size));
    read(array.bytes.data(), array.bytes.size());
    return array;
}

} // namespace example
