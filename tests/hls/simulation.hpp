// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/hls/verilog_testbench.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <unistd.h>

// Runs Icarus Verilog on what was emitted.

namespace simulation {

/// What a command prints, both streams.
inline std::string output_of(const std::string& command)
{
    std::string text;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr)
        return "no pipe";
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        text.append(buffer, n);
    return ::pclose(pipe) == 0 ? text : text + "(failed)\n";
}

/// A folder that goes when it is left.
class folder {
public:
    folder()
        : path_(std::filesystem::temp_directory_path() /
                ("espalier_verilog_" + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(path_);
    }
    ~folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    [[nodiscard]] std::string operator/(const std::string& file) const { return path_ / file; }

private:
    std::filesystem::path path_;
};

/// What a simulation of circuits and their test bench prints: "PASS\n" if all is well.
inline std::string simulated(const std::function<void(std::ostream&)>& circuits,
    std::span<const espalier::verilog_test> tests, int seconds = 300)
{
    const folder work;
    {
        std::ofstream out(work / "circuits.v");
        espalier::write_verilog_primitives(out);
        circuits(out);
        espalier::write_verilog_testbench(out, tests);
    }
    const std::string limit = "timeout " + std::to_string(seconds) + " ";
    const std::string compiled = output_of(limit + "iverilog -g2001 -s espalier_testbench -o " +
                                           work / "a.vvp" + " " + work / "circuits.v");
    return compiled + output_of(limit + "vvp -n " + work / "a.vvp");
}

} // namespace simulation
