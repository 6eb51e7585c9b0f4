// SPDX-License-Identifier: Apache-2.0
// Random circuits under Icarus Verilog, against answers that integers foretell:
//     bench_simulation matrix|assigned|constants COUNT [SEED]
// Of matrices with the fixed map, of multipliers that choose their weights, or of constants.
#include "hls/random_circuits.hpp"
#include "hls/simulation.hpp"

#include <espalier/hls/circuit_plan.hpp>
#include <espalier/hls/verilog_constants.hpp>
#include <espalier/hls/verilog_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

int main(int count, char** arguments)
{
    using namespace espalier;
    const std::string kind = count > 1 ? arguments[1] : "";
    const int circuits = count > 2 ? std::atoi(arguments[2]) : 0;
    std::mt19937_64 random(count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 1);
    if (circuits < 1 || (kind != "matrix" && kind != "assigned" && kind != "constants")) {
        std::cerr << "usage: bench_simulation matrix|assigned|constants COUNT [SEED]\n";
        return 2;
    }
    int wrong = 0;
    std::int64_t multipliers = 0, choosing = 0;
    for (int done = 0; done < circuits;) {
        // A few in one simulation; each has a name of its own.
        std::vector<random_circuits::circuit> drawn;
        std::vector<verilog_test> tests;
        while (drawn.size() < 20 && done < circuits) {
            const std::string name = "layer" + std::to_string(done);
            auto k = kind == "assigned" ? random_circuits::draw_assigned(random, name)
                                        : random_circuits::draw(random, name, kind == "constants");
            const weight_matrix& m = k.schedule.matrix();
            if (kind == "constants" && m.weight.width + m.data.width > 60)
                continue; // refused: products are to fit 64 bits
            drawn.push_back(std::move(k));
            ++done;
            tests.push_back(drawn.back().test);
            multipliers += drawn.back().schedule.multipliers();
            if (kind == "assigned")
                choosing += plan_of(drawn.back().schedule).tables.empty() ? 0 : 1;
        }
        const std::string said = simulation::simulated(
            [&](std::ostream& out) {
                for (const auto& k : drawn)
                    if (kind == "constants")
                        write_verilog_constants(
                            out, k.test.module, k.schedule, k.weights, k.biases);
                    else
                        write_verilog_matrix(out, k.test.module, k.schedule, k.weights, k.biases);
            },
            tests);
        std::cerr << done << " of " << circuits << " simulated\n";
        if (said != "PASS\n") {
            ++wrong;
            std::cout << said;
        }
    }
    std::cout << circuits << " circuits of " << multipliers << " multipliers, "
              << (kind == "assigned" ? std::to_string(choosing) + " with tables of choices, " : "")
              << (wrong == 0 ? "no bit and no cycle differs" : "something differs") << "\n";
    return wrong == 0 ? 0 : 1;
}
