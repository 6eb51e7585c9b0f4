// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

// The JSON that an example leaves behind.

namespace example {

/// Makes sure before the training that the result can be written after it, without touching what
/// an earlier run has left there.
inline void ensure_writable(const std::string& path)
{
    const bool existed = std::filesystem::exists(path);
    if (!std::ofstream(path, std::ios::app))
        throw std::runtime_error("the output file " + path + " cannot be written");
    if (!existed)
        std::filesystem::remove(path);
}

inline void write_json(const std::string& path, const nlohmann::ordered_json& json)
{
    std::ofstream output(path);
    output << json.dump(2) << '\n';
    if (!output.flush())
        throw std::runtime_error("the output file " + path + " cannot be written");
}

} // namespace example
