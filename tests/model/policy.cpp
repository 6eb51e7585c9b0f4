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
        CHECK(to_string(costs_on(d, cost_policy::ecp5)) == "ecp5");
    }
    CHECK(to_string(cost_policy{.lut_below = 6}) == "custom");
    static_assert(to_string(cost_policy{}) == "hls");
}

TEST_CASE("a policy keeps its name whatever the clock and the accumulators")
{
    for (cost_policy policy : {cost_policy::hls, cost_policy::logic_synthesis, cost_policy::paper,
             cost_policy::yosys, cost_policy::ecp5}) {
        const std::string name(to_string(policy));
        policy.fabric.clock_ps = 3'000;
        policy.fabric.accum_rounding = rounding::rnd_conv;
        policy.fabric.accum_overflow = overflow::sat;
        CHECK(to_string(policy) == name);
        policy.fused_additions = !policy.fused_additions;
        CHECK(to_string(policy) == "custom");
    }
}

namespace {

/// A kernel of a report: where its binary points are, and its DSP blocks.
struct reported_kernel {
    int inputs, outputs, reuse_factor;
    precision weight, data, accum;
    std::int64_t dsp;
};

weight_matrix matrix_of(const reported_kernel& k)
{
    return matrices_of(dense{.inputs = k.inputs,
        .outputs = k.outputs,
        .reuse_factor = k.reuse_factor,
        .weight = k.weight,
        .data = k.data,
        .accum = k.accum})[0];
}

/// Spehic/Diplomska-hls4ml, Vivado HLS 2020.1.
constexpr reported_kernel aligned{800, 32, 50, {4, 1}, {4, 0, false}, {19, 12}, 256};

} // namespace

TEST_CASE("narrow products are fused with additions that have the same binary point")
{
    // Two projects beside it have narrow products and accumulators with fewer places:
    // mgrailoo/HLS4ML_CPP_HDL_MNIST_Accelerator and uw-acme/HLS4ML_VS_MANUAL.
    for (const reported_kernel& k : {aligned, {288, 32, 72, {4, 1}, {4, 0, false}, {18, 11}, 64},
             {32, 10, 64, {4, 1}, {4, 0, false}, {14, 7}, 5},
             {9, 32, 72, {4, 1}, {16, 6}, {25, 12}, 4},
             {784, 100, 7'840, {6, 1}, {6, 1}, {12, 4}, 0},
             {100, 10, 500, {6, 1}, {6, 1}, {12, 4}, 0},
             {54, 8, 9, {8, 3}, {8, 2, false}, {16, 6}, 0},
             {10, 15, 10, {8, 3}, {8, 2, false}, {16, 6}, 0}}) {
        CAPTURE(k.inputs);
        const weight_matrix m = matrix_of(k);
        CHECK(product_of(m).dsp_for(m.multipliers()) == k.dsp);
        CHECK(is_fused(m) == (k.dsp > 0));
    }
}

TEST_CASE("of two products that are added up one is fused, and each that is added alone")
{
    reported_kernel k = aligned;
    CHECK(product_of(matrix_of(k)) == product_cost{1, 2, 1}); // 16 of each output
    k.reuse_factor = 400;
    CHECK(product_of(matrix_of(k)) == product_cost{1, 2, 1}); // two
    for (const int alone : {800, 1'600}) {
        k.reuse_factor = alone;
        CHECK(product_of(matrix_of(k)) == product_cost{1, 1});
        CHECK(last_product_of(matrix_of(k)) == product_cost{1, 1});
    }
    k.weight = {4, 3}; // the last weight of a word has two bits; its block adds all the same
    k.accum = {19, 14};
    CHECK(last_product_of(matrix_of(k)) == product_cost{1, 1});
}

TEST_CASE("what is shifted, cut or saturated before it is added is not fused")
{
    const auto fused = [](reported_kernel k, const cost_policy& policy = {}) {
        return is_fused(matrix_of(k), policy);
    };
    reported_kernel k = aligned;
    REQUIRE(fused(k));
    for (const int off : {-1, 1}) {
        k = aligned;
        k.accum.integer += off;
        CHECK(!fused(k));
        k = aligned;
        k.data.integer += off;
        CHECK(!fused(k));
        k = aligned;
        k.weight.integer += off;
        CHECK(!fused(k));
    }
    k = aligned;
    k.accum = {8, 1}; // holds the product and no more
    CHECK(fused(k));
    k.accum = {7, 0};
    CHECK(!fused(k));
    CHECK(!fused(aligned, {.fused_additions = false}));
    CHECK(!fused(aligned, {.fabric = {.accum_overflow = overflow::sat}}));
    CHECK(fused(aligned, {.fabric = {.accum_rounding = rounding::rnd}})); // nothing to round
    for (const cost_policy& policy : {cost_policy::paper, cost_policy::yosys, cost_policy::ecp5})
        CHECK(!fused(aligned, policy));
    for (const cost_policy& policy : {cost_policy::hls_block_rom, cost_policy::logic_synthesis})
        CHECK(fused(aligned, policy));
    for (const dsp_family family : {dsp_family::dsp48e1, dsp_family::dsp48e2, dsp_family::dsp58})
        CHECK(fused(aligned, {.dsp = family}));
    for (const dsp_family family :
        {dsp_family::intel_variable_precision, dsp_family::agilex, dsp_family::mult18x18d})
        CHECK(!fused(aligned, {.dsp = family}));
}

TEST_CASE("only products that one block holds and that no rule gives a block are fused")
{
    reported_kernel k = aligned;
    const auto align = [&k](int weight, int data) {
        k.weight = {weight, 1};
        k.data = {data, 1};
        k.accum = {weight + data + 4, 6};
        return matrix_of(k);
    };
    CHECK(!is_fused(align(3, 8)));
    CHECK(is_fused(align(4, 4)));
    CHECK(!is_fused(align(8, 3)));
    CHECK(is_fused(align(10, 10)));
    CHECK(!is_fused(align(5, 11))); // has a block of its own
    CHECK(product_of(align(5, 11)) == product_cost{1, 1});
    CHECK(is_fused(align(4, 27)));
    CHECK(!is_fused(align(4, 28))); // two blocks
    CHECK(!is_fused(align(4, 27), {.dsp = dsp_family::dsp48e1}));
    CHECK(is_fused(align(4, 25), {.dsp = dsp_family::dsp48e1}));
    CHECK(is_fused(align(8, 18), {.lut_below_weight = 9}));
    // Constants: of eight kernels with one binary point and narrow products none had a block.
    weight_matrix m = align(6, 6);
    m.strategy = strategy::resource_unrolled;
    CHECK(is_fused(m));
    m.strategy = strategy::latency;
    CHECK(!is_fused(m));
    m.strategy = strategy::resource;
    m.reuse_factor = 1;
    CHECK(!is_fused(m));
}

TEST_CASE("products on ECP5 take the blocks that Yosys gave them")
{
    // `synth_ecp5` of Yosys 0.23, widths and MULT18X18D: two bits are enough for a block, and a
    // last bit beyond 18 or 36 is built from LUTs.
    struct measured {
        int a, b;
        std::int64_t blocks;
    };
    for (const measured& m :
        {measured{1, 1, 0}, {1, 16, 0}, {2, 2, 1}, {2, 16, 1}, {3, 3, 1}, {18, 18, 1}, {18, 19, 1},
            {19, 19, 1}, {20, 20, 4}, {9, 30, 2}, {18, 36, 2}, {18, 37, 2}, {20, 35, 4},
            {36, 36, 4}, {37, 37, 4}, {38, 38, 9}, {3, 40, 3}, {40, 40, 9}}) {
        CAPTURE(m.a);
        CAPTURE(m.b);
        CHECK(product_of({m.a, 1}, {m.b, 1}, cost_policy::ecp5).blocks == m.blocks);
        CHECK(product_of({m.b, 1}, {m.a, 1}, cost_policy::ecp5).blocks == m.blocks);
    }
    CHECK(to_string(dsp_family::mult18x18d) == "MULT18X18D");
    CHECK(lut_inputs_of(dsp_family::mult18x18d) == 4);
    CHECK(lut_inputs_of(dsp_family::dsp48e2) == 6);
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
