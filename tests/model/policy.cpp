// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/model/policy.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>

using namespace espalier;

namespace {

/// What reports say of products with operands of these widths.
struct reported {
    std::map<std::int64_t, std::int64_t> products_with_dsp; ///< DSP blocks → how many
    std::int64_t products = 0;
};

std::map<std::pair<int, int>, reported> read_multiplications()
{
    std::map<std::pair<int, int>, reported> all;
    std::ifstream file(MULTIPLICATIONS);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        int wide = 0, narrow = 0;
        std::int64_t dsp = 0, count = 0;
        if (!(fields >> wide >> narrow >> dsp >> count))
            continue; // a comment, or the heading
        reported& r = all[{wide, narrow}];
        r.products_with_dsp[dsp] += count;
        r.products += count;
    }
    return all;
}

} // namespace

TEST_CASE("every reported product is in DSP blocks or in LUTs as the rule of HLS says")
{
    std::int64_t products = 0, blocks_differ = 0;
    for (const auto& [widths, r] : read_multiplications()) {
        const precision wide{widths.first, 1}, narrow{widths.second, 1};
        cost_policy policy = cost_policy::hls;
        CAPTURE(wide.width);
        CAPTURE(narrow.width);
        for (const auto& [dsp, count] : r.products_with_dsp) {
            CHECK((product_of(wide, narrow, policy).blocks > 0) == (dsp > 0));
            CHECK((product_of(narrow, wide, policy).blocks > 0) == (dsp > 0));
            bool any = false; // the reports are of both families
            for (const dsp_family family : {dsp_family::dsp48e1, dsp_family::dsp48e2}) {
                policy.dsp = family;
                any = any || product_of(wide, narrow, policy).blocks == dsp;
            }
            blocks_differ += any ? 0 : count;
        }
        products += r.products;
    }
    CHECK(products == 67'337);
    CHECK(blocks_differ == 192 + 1); // 32 × 8 in four blocks, and 34 × 34 in three
}

TEST_CASE("the paper's rule and Yosys's put some of the reported products on the wrong side")
{
    const auto wrong = [](const cost_policy& policy) {
        std::int64_t count = 0;
        for (const auto& [widths, r] : read_multiplications())
            for (const auto& [dsp, products] : r.products_with_dsp)
                count += (product_of({widths.first, 1}, {widths.second, 1}, policy).blocks > 0) !=
                                 (dsp > 0)
                             ? products
                             : 0;
        return count;
    };
    CHECK(wrong(cost_policy::hls) == 0);
    CHECK(wrong(cost_policy::logic_synthesis) == 0);
    CHECK(wrong(cost_policy::paper) > 10'000);
    CHECK(wrong(cost_policy::yosys) > 5'000);
}

TEST_CASE("a policy has a name on every device")
{
    CHECK(cost_policy{} == cost_policy::hls);
    for (const device& d : devices) {
        CHECK(to_string(costs_on(d)) == "hls");
        CHECK(costs_on(d).dsp == d.dsp);
        CHECK(to_string(costs_on(d, cost_policy::hls_block_rom)) == "hls_block_rom");
        CHECK(to_string(costs_on(d, cost_policy::logic_synthesis)) == "logic_synthesis");
        CHECK(to_string(costs_on(d, cost_policy::paper)) == "paper");
        CHECK(to_string(costs_on(d, cost_policy::yosys)) == "yosys");
    }
    CHECK(to_string(cost_policy{.lut_below = 6}) == "custom");
    static_assert(to_string(cost_policy{}) == "hls");
}

TEST_CASE("the last multiplier is built for weights below 1 where its memory is trimmed")
{
    // 20 bits, 10 of them before the point: 11 are left, one DSP48E2 instead of two.
    const weight_matrix m = matrices_of(dense{
        .inputs = 8, .outputs = 4, .reuse_factor = 4, .weight = {20, 10}, .data = {20, 10}})[0];
    CHECK(product_of(m).blocks == 2);
    CHECK(last_product_of(m).blocks == 1);
    CHECK(last_product_of(m, cost_policy::paper).blocks == 2);
    cost_policy intel;
    intel.dsp = dsp_family::intel_variable_precision;
    CHECK(last_product_of(m, intel) == product_of(m, intel)); // two products in a block, perhaps
    weight_matrix constants = m;
    constants.reuse_factor = 1; // in no memory
    CHECK(last_product_of(constants).blocks == 2);
    CHECK(without_sign_bits({16, 6}) == precision{11, 1});
    CHECK(without_sign_bits({16, 2}) == precision{15, 1});
    CHECK(without_sign_bits({16, 1}) == precision{16, 1});
    CHECK(without_sign_bits({16, -2}) == precision{16, -2});
    CHECK(without_sign_bits({4, 9}) == precision{1, 1});
    CHECK(without_sign_bits({16, 6, false}) == precision{16, 6, false});
}
