// SPDX-License-Identifier: Apache-2.0
#include "hls/random_circuits.hpp"
#include "hls/simulation.hpp"

#include <espalier/hls/verilog_matrix.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;

TEST_CASE("random pruned circuits give the bits and take the cycles that integers foretell")
{
    std::mt19937_64 random(11);
    std::vector<random_circuits::circuit> circuits;
    std::vector<verilog_test> tests;
    for (int i = 0; i < 24; ++i) {
        circuits.push_back(random_circuits::draw(random, "layer" + std::to_string(i)));
        tests.push_back(circuits.back().test);
    }
    CHECK(simulation::simulated(
              [&](std::ostream& out) {
                  for (const auto& k : circuits)
                      write_verilog_matrix(out, k.test.module, k.schedule, k.weights, k.biases);
              },
              tests) == "PASS\n");
}

TEST_CASE("multipliers that choose their weights give the bits and take the cycles, too")
{
    std::mt19937_64 random(2);
    std::vector<random_circuits::circuit> circuits;
    std::vector<verilog_test> tests;
    int choosing = 0;
    for (int i = 0; i < 12; ++i) {
        circuits.push_back(random_circuits::draw_assigned(random, "layer" + std::to_string(i)));
        tests.push_back(circuits.back().test);
        choosing += plan_of(circuits.back().schedule).tables.empty() ? 0 : 1;
    }
    CHECK(choosing > 3);
    CHECK(simulation::simulated(
              [&](std::ostream& out) {
                  for (const auto& k : circuits)
                      write_verilog_matrix(out, k.test.module, k.schedule, k.weights, k.biases);
              },
              tests) == "PASS\n");
}

TEST_CASE("a test bench finds a wrong bit and a wrong cycle")
{
    std::mt19937_64 random(5);
    const auto k = random_circuits::draw(random, "layer");
    const auto outcome = [&](const verilog_test& test) {
        return simulation::simulated(
            [&](std::ostream& out) {
                write_verilog_matrix(out, "layer", k.schedule, k.weights, k.biases);
            },
            std::vector{test});
    };
    CHECK(outcome(k.test) == "PASS\n");
    auto wrong = k.test;
    wrong.expected.back() ^= 1;
    CHECK(outcome(wrong).find("result of vector 5") != std::string::npos);
    wrong = k.test;
    ++wrong.handed_at[2];
    CHECK(outcome(wrong).find("cycle of the result of vector 2") != std::string::npos);
    wrong = k.test;
    ++wrong.taken_at[3];
    CHECK(outcome(wrong).find("intake of vector 3") != std::string::npos);
    wrong = k.test; // an answer more than comes
    wrong.expected.insert(wrong.expected.end(), static_cast<std::size_t>(wrong.outputs), 0);
    wrong.handed_at.clear();
    CHECK(outcome(wrong).find("no result of vector 6") != std::string::npos);
    wrong = k.test; // and one less
    wrong.expected.resize(wrong.expected.size() - static_cast<std::size_t>(wrong.outputs));
    wrong.handed_at.clear();
    CHECK(outcome(wrong).find("result of vector 5") != std::string::npos);
}
