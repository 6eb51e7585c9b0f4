// SPDX-License-Identifier: Apache-2.0
#include "hls/random_circuits.hpp"
#include "hls/simulation.hpp"

#include <espalier/hls/verilog_constants.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace espalier;

TEST_CASE("random matrices of constants give the bits and take the cycles that integers foretell")
{
    std::mt19937_64 random(3);
    std::vector<random_circuits::circuit> circuits;
    std::vector<verilog_test> tests;
    int cut = 0;
    while (circuits.size() < 24) {
        auto c = random_circuits::draw(random, "layer" + std::to_string(circuits.size()), true);
        const weight_matrix& m = c.schedule.matrix();
        if (m.weight.width + m.data.width > 60)
            continue;
        cut += constants_of(c.schedule, c.weights).dropped_bits > 0 ? 1 : 0;
        tests.push_back(c.test);
        circuits.push_back(std::move(c));
    }
    CHECK(cut > 5);
    CHECK(cut < 19);
    CHECK(simulation::simulated(
              [&](std::ostream& out) {
                  for (const auto& c : circuits)
                      write_verilog_constants(out, c.test.module, c.schedule, c.weights, c.biases);
              },
              tests) == "PASS\n");
}
