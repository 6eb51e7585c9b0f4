// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/verify.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <knapsack/columns.hpp>
#include <knapsack/instances.hpp>

using namespace espalier;

namespace {

void compare(const std::vector<columns::layer>& layers)
{
    for (const std::size_t width : {12U, 16U, 18U, 20U})
        for (const double share : {0.5, 0.1}) {
            CAPTURE(width);
            CAPTURE(share);
            const knapsack_problem single = columns::problem_of(layers, width, 1, share);
            const knapsack_problem groups =
                columns::problem_of(layers, width, columns::consecutive(width), share);
            REQUIRE(single.capacity == groups.capacity);
            const knapsack_solution linked = exact{}(single);
            const knapsack_solution consecutive = exact{}(groups);
            CHECK(linked.status == solve_status::optimal);
            CHECK(consecutive.status == solve_status::optimal);
            CHECK(is_feasible(single, linked.keep));
            CHECK(is_feasible(groups, consecutive.keep));
            CHECK(linked.value >= consecutive.value * (1 - 1e-12));
        }
}

} // namespace

TEST_CASE("linked columns keep no less than consecutive multipliers at the same budget")
{
    instances::dice random(4);
    std::vector<columns::layer> layers{{16, 64, 4}, {64, 32, 4}, {32, 5, 2}};
    for (columns::layer& one : layers) {
        std::vector<float> kernel(one.inputs * one.outputs);
        for (float& w : kernel)
            w = static_cast<float>(random.unit() * random.unit() - 0.2);
        columns::rank(one, kernel);
    }
    compare(layers);
}

TEST_CASE("linked columns keep no less than consecutive multipliers of the trained jets network")
{
    const char* data = std::getenv("ESPALIER_DATA");
    if (data == nullptr) {
        MESSAGE("skipped: set ESPALIER_DATA to the folder that holds jets/");
        return;
    }
    std::vector<columns::layer> layers{{16, 64, 4}, {64, 32, 4}, {32, 32, 4}, {32, 5, 4}};
    REQUIRE(columns::read(std::string(data) + "/jets/jets_mlp_16_64_32_32_5_keras.f32", layers));
    compare(layers);
}
