// SPDX-License-Identifier: Apache-2.0
#include "framework_order.hpp"
#include "hardware_loops.hpp"
#include "how_often.hpp"
#include "random_layers.hpp"

#include <espalier/model/split_offsets.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace espalier;
using hardware_loops::integer;

TEST_CASE("row and input parts of an offset add up to where the framework stores the weight")
{
    std::mt19937_64 random(81);
    int differ = 0;
    for (const layer_kind kind : random_layers::kinds)
        for (int i = 0; i < 60; ++i)
            for (const weight_matrix& m : matrices_of(random_layers::layer_of(random, kind)))
                for (const layout l : framework_order::layouts_for(m)) {
                    const split_offsets offsets(m, l);
                    const std::vector<integer> numbers = framework_order::hardware_numbers(m, l);
                    integer flat = 0;
                    bool in_a_row = true;
                    for (integer out = 0; out < offsets.rows(); ++out)
                        for (integer in = 0; in < m.n_in(); ++in, ++flat) {
                            const integer offset = offsets.of_row(out) + offsets.of_input(in);
                            differ += numbers[static_cast<std::size_t>(offset)] != flat ? 1 : 0;
                            in_a_row = in_a_row && offset == offsets.of_input(in) + out;
                        }
                    differ += flat != m.weights() ? 1 : 0;
                    differ += offsets.outputs_in_a_row() && !in_a_row ? 1 : 0;
                }
    CHECK(differ == 0);
}

TEST_CASE("a visit of all weights meets each once, with its group")
{
    std::mt19937_64 random(82);
    int differ = 0;
    for (const layer_kind kind : random_layers::kinds)
        for (int i = 0; i < how_often(60); ++i) {
            layer_spec s = random_layers::layer_of(random, kind, 200);
            random_layers::draw_reuse_factors(random, s);
            s.weight = {random_layers::between(random, 1, 64), 1};
            for (const weight_matrix& m : matrices_of(s)) {
                const structure block{.kind = structure_kind::block,
                    .block_outputs = random_layers::between(random, 1, 9),
                    .block_inputs = random_layers::between(random, 1, 9)};
                for (const structure& how : {structure::weights, structure::multipliers,
                         structure::consecutive, structure::neurons, block}) {
                    if (how.kind == structure_kind::block && m.is_depthwise())
                        continue;
                    const grouping groups(m, how);
                    const layout l = random_layers::one_of(random, framework_order::layouts_for(m));
                    const std::vector<integer> numbers = framework_order::hardware_numbers(m, l);
                    std::vector<int> met(numbers.size(), 0);
                    visit_weights(groups, l, [&](std::int64_t offset, std::int64_t group) {
                        const auto at = static_cast<std::size_t>(offset);
                        ++met[at];
                        differ += group != groups.group_of(numbers[at]) ? 1 : 0;
                    });
                    for (const int times : met)
                        differ += times != 1 ? 1 : 0;
                }
            }
        }
    CHECK(differ == 0);
}
