// SPDX-License-Identifier: Apache-2.0
#include "model/framework_order.hpp"
#include "model/hardware_loops.hpp"
#include "model/random_layers.hpp"

#include <espalier/model/layers.hpp>
#include <espalier/model/legality.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

// Compares the mapping with the simulation of the hardware loops that the tests use, for random
// layers of every kind, and prints what was compared and how much disagrees.
//
//   mapping_correctness [layers of each kind] [seed]

namespace {

using namespace espalier;
using hardware_loops::comparison;

/// One row of the table.
struct row {
    std::int64_t layers = 0;
    comparison hardware;   ///< by flat index, with the arithmetic
    comparison frameworks; ///< by offset in a framework's tensor
    std::set<std::int64_t> reuse_factors;
    std::int64_t legal = 0;         ///< matrices whose reuse factor hls4ml accepts
    std::int64_t partly_filled = 0; ///< matrices whose last multiplier idles in some cycles

    row& operator+=(const row& other)
    {
        layers += other.layers;
        hardware += other.hardware;
        frameworks += other.frameworks;
        reuse_factors.insert(other.reuse_factors.begin(), other.reuse_factors.end());
        legal += other.legal;
        partly_filled += other.partly_filled;
        return *this;
    }
    void print(const std::string& name) const
    {
        std::cout << "| " << name << " | " << layers << " | " << hardware.matrices << " | "
                  << reuse_factors.size() << " | " << legal << " | " << partly_filled << " | "
                  << hardware.loops << " | " << hardware.weights << " | " << frameworks.matrices
                  << " | " << frameworks.weights << " | "
                  << hardware.disagreements + frameworks.disagreements << " |\n";
    }
};

row compare(layer_kind kind, int layers, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    row result;
    result.layers = layers;
    for (int i = 0; i < layers; ++i) {
        layer_spec s = random_layers::layer_of(random, kind, 120);
        random_layers::draw_reuse_factors(random, s);
        for (const weight_matrix& m : matrices_of(s)) {
            result.hardware += hardware_loops::compare(m, random);
            for (const layout l : framework_order::layouts_for(m))
                result.frameworks += framework_order::compare(m, l);
            result.reuse_factors.insert(m.reuse_factor);
            result.legal += legal_reuse_factors(m).contains(m.reuse_factor) ? 1 : 0;
            result.partly_filled += m.weights() % m.reuse_factor != 0 ? 1 : 0;
        }
    }
    return result;
}

} // namespace

int main(int argc, char** argv)
{
    const int layers = argc > 1 ? std::atoi(argv[1]) : 2000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    std::cout
        << "| layer | layers | matrices | reuse factors | legal ones | last multiplier partly "
           "filled | loops run | weights met | tensors | offsets placed | disagreements |\n"
           "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    row total;
    for (const layer_kind kind : random_layers::kinds) {
        const row one = compare(kind, layers, seed);
        one.print(std::string(to_string(kind)));
        total += one;
    }
    total.print("all");
    return total.hardware.disagreements + total.frameworks.disagreements == 0 ? EXIT_SUCCESS
                                                                              : EXIT_FAILURE;
}
