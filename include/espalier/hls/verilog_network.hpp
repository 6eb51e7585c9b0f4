// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/circuit_network.hpp>
#include <espalier/hls/detail/network_text.hpp>
#include <espalier/hls/detail/verilog_text.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/verilog_primitives.hpp>
#include <espalier/hls/whole_file.hpp>

#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>

// A network as one circuit. Between its layers pixels are handed over by valid and ready, so all
// layers work at once, each on what it has; circuit_network.hpp says of what a layer is made. The
// ports are those of verilog_matrix.hpp: one pixel of an image, all channels side by side, in the
// order (row, column), image after image without a gap. What comes out has the bits of the
// network's reference.

namespace espalier {

/// Writes the modules of a network: `name`, and its products as `name`_layer0, …
/// \throws std::invalid_argument if the name is none of a module, or the network cannot be emitted
///         (ensure_circuit, write_verilog_constants); then nothing was written
inline void write_verilog_network(
    std::ostream& out, const std::string& name, const kernel_network& network)
{
    detail::ensure_module_name(name);
    ensure_circuit(network);
    std::ostringstream text;
    detail::network_text(text, name, network).write();
    out << text.str();
}

/// Writes them with all modules that they are made of to a file, whole or not at all.
/// \throws std::invalid_argument as above, or if the file cannot be written
inline void write_verilog_network(
    const std::filesystem::path& file, const std::string& name, const kernel_network& network)
{
    std::ostringstream text;
    write_verilog_primitives(text);
    write_verilog_network(text, name, network);
    write_whole_file(file, text.str());
}

} // namespace espalier
