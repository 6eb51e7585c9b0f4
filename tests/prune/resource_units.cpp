// SPDX-License-Identifier: Apache-2.0
#include "how_often.hpp"
#include "literal_units.hpp"
#include "needed_hardware.hpp"

#include <espalier/model/layers.hpp>
#include <espalier/prune/resource_units.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

using namespace espalier;

namespace {

/// The units of a matrix as `each` hands them out, with how often users were not ascending.
std::vector<literal_units::unit> visited(const resource_units& units, int& not_ascending)
{
    std::vector<literal_units::unit> all;
    units.each([&](std::size_t kind, const auto& users) {
        all.push_back({.kind = kind});
        std::int64_t last = -1;
        for (const auto user : users) {
            not_ascending += static_cast<std::int64_t>(user) <= last ? 1 : 0;
            last = static_cast<std::int64_t>(user);
            all.back().users.insert(static_cast<std::uint32_t>(user));
        }
    });
    return all;
}

bool same(const std::vector<literal_units::unit>& a, const std::vector<literal_units::unit>& b)
{
    if (a.size() != b.size())
        return false;
    for (std::size_t u = 0; u < a.size(); ++u)
        if (a[u].kind != b[u].kind || a[u].users != b[u].users)
            return false;
    return true;
}

weight_matrix matrix_of_dense(int inputs, int outputs, int reuse_factor, int width)
{
    return matrices_of(dense{.inputs = inputs,
        .outputs = outputs,
        .reuse_factor = reuse_factor,
        .weight = {width, 1}})[0];
}

} // namespace

TEST_CASE("the users of every unit are the groups whose weights are placed there")
{
    std::mt19937_64 random(81);
    int differ = 0, not_ascending = 0, counts_differ = 0;
    std::size_t most_kinds = 0;
    std::size_t shared_products = 0, shared_columns = 0, own = 0;
    for (int i = 0; i < how_often(1500); ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        for (std::size_t l = 0; l < layers.size(); ++l)
            for (const weight_matrix& m : matrices_of(layers[l])) {
                const grouping groups(m, structures[l]);
                const resource_units units(groups, options.costs);
                const auto expected = literal_units::of(groups, options.costs);
                differ += same(visited(units, not_ascending), expected) ? 0 : 1;
                std::vector<std::int64_t> counts(units.kinds().size());
                for (const literal_units::unit& u : expected)
                    ++counts[u.kind];
                for (std::size_t kind = 0; kind < counts.size(); ++kind)
                    counts_differ += units.kinds()[kind].count != counts[kind] ? 1 : 0;
                most_kinds = std::max(most_kinds, counts.size());
                for (const literal_units::unit& u : expected) {
                    if (u.users.size() == 1)
                        ++own;
                    else
                        ++(units.kinds()[u.kind].type == unit_type::product ? shared_products
                                                                            : shared_columns);
                }
            }
    }
    CHECK(shared_products > how_often(5'000));
    CHECK(shared_columns > how_often(5'000));
    CHECK(own > how_often(5'000));
    CHECK(not_ascending == 0);
    CHECK(counts_differ == 0);
    CHECK(differ == 0);
    CHECK(most_kinds >= how_often(4U));
}

TEST_CASE("a last group, multiplier or column that is not full is found all the same")
{
    int not_ascending = 0, ragged_groups = 0;
    for (int inputs = 1; inputs <= 9; ++inputs)
        for (int outputs = 1; outputs <= 5; ++outputs)
            for (int reuse_factor = 1; reuse_factor <= inputs * outputs; ++reuse_factor)
                for (const int width : {7, 16, 36, 50})
                    for (const structure& how : {structure::weights, structure::multipliers,
                             structure::consecutive, structure::neurons,
                             structure{structure_kind::block, memory_layout::in_place, 2, 3}}) {
                        const weight_matrix m =
                            matrix_of_dense(inputs, outputs, reuse_factor, width);
                        const grouping groups(m, how);
                        ragged_groups += groups.size(groups.groups() - 1) != groups.size(0) ? 1 : 0;
                        CHECK(same(visited(resource_units(groups, {}), not_ascending),
                            literal_units::of(groups, {})));
                    }
    CHECK(ragged_groups > 1000);
    CHECK(not_ascending == 0);
}

TEST_CASE("a unit costs its DSP blocks, soft LUTs or block RAM, and all units cost the matrix")
{
    std::mt19937_64 random(82);
    for (int i = 0; i < 300; ++i) {
        const auto [layers, structures, options, order] = needed_hardware::draw(random);
        for (std::size_t l = 0; l < layers.size(); ++l)
            for (const weight_matrix& m : matrices_of(layers[l])) {
                const resource_units units(grouping(m, structures[l]), options.costs);
                const product_cost product = product_of(m, options.costs);
                const std::int64_t percent = options.costs.fabric.lut_percent;
                const auto left_of = [&](std::int64_t luts) {
                    return (luts * m.copies * percent + 99) / 100;
                };
                const resources soft{.lut = left_of(lut_product(m.weight.width, m.data.width))};
                const product_cost last = last_product_of(m, options.costs);
                const resources soft_last{
                    .lut = left_of(lut_product(without_sign_bits(m.weight).width, m.data.width))};
                const auto cost_of = [&](const product_cost& p, const resources& in_luts) {
                    return p.blocks > 0 ? resources{.dsp = p.blocks * m.copies} + p.soft * in_luts
                                        : in_luts;
                };
                std::vector<unit_kind> expected;
                const std::int64_t others =
                    ceil_div(m.multipliers() - (last != product ? 1 : 0), product.sharing);
                if (others > 0)
                    expected.push_back({unit_type::product, others, cost_of(product, soft)});
                if (last != product)
                    expected.push_back({unit_type::product, 1, cost_of(last, soft_last)});
                const bool packed = structures[l].memory == memory_layout::packed;
                const weight_memory memory = packed ? packed_memory_of(m, options.costs.memory)
                                                    : memory_of(m, options.costs.memory);
                for (std::size_t bank = 0; bank < memory.banks.size(); ++bank)
                    expected.push_back({unit_type::column, memory.columns(bank),
                        resources{.bram18 = memory.banks[bank].bram18}});
                CHECK(std::ranges::equal(units.kinds(), expected));
                const resources dense = cost(m, options.costs);
                CHECK(units.total().dsp == dense.dsp);
                CHECK(units.total().bram18 == memory.bram18());
                if (!packed)
                    CHECK(units.total().bram18 ==
                          dense.bram18 - index_memory_of(m, options.costs.memory).bram18());
                CHECK((product.blocks == 0 || last.blocks == 0 || product.soft > 0 ||
                       units.total().lut == 0));
            }
    }
}

TEST_CASE("units serve slots where multipliers are pooled or the memory is packed")
{
    cost_policy pairs = cost_policy::paper;
    pairs.dsp = dsp_family::intel_variable_precision;
    const weight_matrix m = matrix_of_dense(4, 4, 4, 16);
    const resource_units in_place(grouping(m, structure::multipliers), {});
    CHECK_FALSE(in_place.is_ranked());
    CHECK_FALSE(in_place.serves_slots(unit_type::product));
    CHECK_FALSE(in_place.serves_slots(unit_type::column));
    const resource_units packed(grouping(m, structure::packed_multipliers), {});
    CHECK(packed.is_ranked());
    CHECK_FALSE(packed.serves_slots(unit_type::product)); // alone in its DSP block
    CHECK(packed.serves_slots(unit_type::column));
    CHECK(resource_units(grouping(m, structure::packed_multipliers), pairs)
              .serves_slots(unit_type::product));
    CHECK_FALSE(resource_units(grouping(m, structure::multipliers), pairs)
                    .serves_slots(unit_type::product));
    weight_matrix pooled = m;
    pooled.strategy = strategy::latency;
    const resource_units shared(grouping(pooled, structure::weights), {});
    CHECK(shared.is_ranked());
    CHECK(shared.serves_slots(unit_type::product));
    // Nothing is packed where there is no memory.
    pooled.reuse_factor = 1;
    CHECK_FALSE(resource_units(grouping(pooled, structure::packed_multipliers), {}).is_ranked());
}

TEST_CASE("a matrix with 2^32 - 1 units of a resource or more is refused")
{
    CHECK_THROWS_WITH_AS(
        resource_units(grouping(matrix_of_dense(65'537, 65'535, 1, 16), structure::neurons), {}),
        "a matrix has fewer than 2^32 - 1 units of a resource (units = 4294967295)",
        std::invalid_argument);
    CHECK_NOTHROW(
        resource_units(grouping(matrix_of_dense(65'536, 65'535, 1, 16), structure::neurons), {}));
    // Fewer multipliers, but 64 columns of one bit for each.
    const cost_policy narrow{.memory = {.shapes = memory_shapes::best_aspect_ratio}};
    CHECK_THROWS_WITH_AS(resource_units(grouping(matrix_of_dense(1'048'576, 1'048'576, 16'384, 64),
                                            structure::neurons),
                             narrow),
        "a matrix has fewer than 2^32 - 1 units of a resource (units = 4294967296)",
        std::invalid_argument);
}
