// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/espalier.hpp>

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// The kinds of groups that examples compare (docs/structures.md), by name.

namespace example {

/// Groups of the layers with a memory, and whether constants may stay with two signed digits.
struct grouping_kind {
    std::string name;        ///< paper, multipliers, n:2, n:4, n:8, permuted n:4 or free
    bool two_digits = false; ///< in the layers at reuse factor 1
    /// Whether inputs are to stand in the order in which blocks keep most.
    [[nodiscard]] bool is_permuted() const { return name == "permuted n:4"; }
    /// Name and state of the constants, for tables.
    [[nodiscard]] std::string title() const { return name + (two_digits ? " + two digits" : ""); }
};

inline const std::vector<std::string>& grouping_names()
{
    static const std::vector<std::string> names{
        "paper", "multipliers", "n:2", "n:4", "n:8", "permuted n:4", "free"};
    return names;
}

/// \throws std::invalid_argument for a name that is none
inline esp::structure structure_of(const std::string& name)
{
    if (name == "paper")
        return esp::structure::consecutive;
    if (name == "multipliers")
        return esp::structure::packed_multipliers;
    if (name == "free")
        return esp::structure::free_rows;
    if (name == "n:2" || name == "n:4" || name == "n:8")
        return esp::structure::n_of(name[2] - '0');
    if (name == "permuted n:4")
        return esp::structure::n_of(4);
    throw std::invalid_argument("no kind of groups is called " + name);
}

/// The structure of each matrix. At reuse factor 1 there is nothing to choose but single weights.
inline std::vector<esp::structure> structures_of(
    std::span<const esp::layer_spec> layers, const grouping_kind& kind)
{
    std::vector<esp::structure> structures;
    for (const esp::layer_spec& layer : layers)
        for (const esp::weight_matrix& m : esp::matrices_of(layer))
            structures.push_back(m.reuse_factor > 1 ? structure_of(kind.name)
                                 : kind.two_digits  ? esp::structure::constants
                                                    : esp::structure::weights);
    return structures;
}

/// The same as rules of a selection.
inline std::vector<esp::layer_rule> rules_of(
    std::span<const esp::layer_spec> layers, const grouping_kind& kind)
{
    const std::vector<esp::structure> structures = structures_of(layers, kind);
    std::vector<esp::layer_rule> rules;
    for (const esp::layer_spec& layer : layers)
        for (const esp::weight_matrix& m : esp::matrices_of(layer))
            rules.push_back({.layer = esp::name_of(m), .structure = structures[rules.size()]});
    return rules;
}

} // namespace example
