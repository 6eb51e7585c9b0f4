// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/precision_of.hpp>

#include <check_both.hpp>
#include <cstdint>
#include <string>
#include <type_traits>

// Declarations with the template parameters of the vendors' headers, and nothing else: the types
// stay incomplete, as in a host program that never includes them.

enum ap_q_mode {
    AP_RND,
    AP_RND_ZERO,
    AP_RND_MIN_INF,
    AP_RND_INF,
    AP_RND_CONV,
    AP_TRN,
    AP_TRN_ZERO
};
enum ap_o_mode { AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP, AP_WRAP_SM };
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_fixed;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_ufixed;
template <int W>
struct ap_int;
template <int W>
struct ap_uint;

enum ac_q_mode {
    AC_TRN,
    AC_RND,
    AC_TRN_ZERO,
    AC_RND_ZERO,
    AC_RND_INF,
    AC_RND_MIN_INF,
    AC_RND_CONV,
    AC_RND_CONV_ODD
};
enum ac_o_mode { AC_WRAP, AC_SAT, AC_SAT_ZERO, AC_SAT_SYM };
template <int W, int I, bool S = true, ac_q_mode Q = AC_TRN, ac_o_mode O = AC_WRAP>
class ac_fixed;
template <int W, bool S = true>
class ac_int;

// Scoped enumerations, a namespace, definitions: other headers differ in these.
namespace vendor {
enum class rounding { nearest };
enum class overflow { saturate };
template <int W, int I, rounding = rounding::nearest, overflow = overflow::saturate, int N = 0>
struct ap_fixed {
    double value;
};
template <int Width>
struct ap_uint {
    unsigned value;
};
} // namespace vendor

using namespace espalier;

namespace {

/// What an HLS project calls its types.
using fc1_weight_t = ap_fixed<18, 8>;
using input_t = ap_ufixed<12, 4, AP_RND_CONV, AP_SAT>;

} // namespace

TEST_CASE("ap_fixed and ap_ufixed differ in nothing but the sign")
{
    CHECK_BOTH(precision_of<ap_fixed<18, 8>> == precision{18, 8, true});
    CHECK_BOTH(precision_of<ap_ufixed<18, 8>> == precision{18, 8, false});
    CHECK_BOTH(precision_of<ap_fixed<16, 6, AP_RND_CONV, AP_SAT, 2>> == precision{16, 6, true});
    CHECK_BOTH(precision_of<ap_ufixed<16, 6, AP_TRN_ZERO, AP_SAT_SYM>> == precision{16, 6, false});
}

TEST_CASE("a binary point outside the bits is kept")
{
    CHECK_BOTH(precision_of<ap_fixed<8, -3>> == precision{8, -3, true});
    CHECK_BOTH(precision_of<ac_fixed<8, 12, false>> == precision{8, 12, false});
}

TEST_CASE("ap_int and ap_uint are all integer bits")
{
    CHECK_BOTH(precision_of<ap_int<5>> == precision{5, 5, true});
    CHECK_BOTH(precision_of<ap_uint<1>> == precision{1, 1, false});
    CHECK_BOTH(precision_of<ap_int<64>> == precision{64, 64, true});
}

TEST_CASE("ac_fixed and ac_int carry their sign as an argument")
{
    CHECK_BOTH(precision_of<ac_fixed<18, 8>> == precision{18, 8, true});
    CHECK_BOTH(precision_of<ac_fixed<18, 8, false, AC_RND, AC_SAT>> == precision{18, 8, false});
    CHECK_BOTH(precision_of<ac_int<7>> == precision{7, 7, true});
    CHECK_BOTH(precision_of<ac_int<7, false>> == precision{7, 7, false});
}

TEST_CASE("a type in a namespace, with scoped modes or a definition, is the same type")
{
    CHECK_BOTH(precision_of<vendor::ap_fixed<20, 10>> == precision{20, 10, true});
    CHECK_BOTH(precision_of<vendor::ap_uint<9>> == precision{9, 9, false});
}

TEST_CASE("the modes are those that the type names, whatever their numbers")
{
    using r = rounding;
    using o = overflow;
    CHECK_BOTH(fixed_point_of<ap_fixed<18, 8>> == fixed_point{{18, 8, true}, r::trn, o::wrap});
    CHECK_BOTH(fixed_point_of<ap_ufixed<16, 6, AP_TRN_ZERO, AP_SAT_SYM>> ==
               fixed_point{{16, 6, false}, r::trn_zero, o::sat_sym});
    CHECK_BOTH(fixed_point_of<ap_fixed<9, 2, AP_RND, AP_SAT>>.rounding == r::rnd);
    CHECK_BOTH(fixed_point_of<ap_fixed<9, 2, AP_RND_ZERO, AP_SAT_ZERO>> ==
               fixed_point{{9, 2}, r::rnd_zero, o::sat_zero});
    CHECK_BOTH(fixed_point_of<ap_fixed<9, 2, AP_RND_INF, AP_SAT>> ==
               fixed_point{{9, 2}, r::rnd_inf, o::sat});
    CHECK_BOTH(fixed_point_of<ap_fixed<9, 2, AP_RND_MIN_INF>>.rounding == r::rnd_min_inf);
    CHECK_BOTH(fixed_point_of<ap_fixed<9, 2, AP_RND_CONV>>.rounding == r::rnd_conv);
    CHECK_BOTH(fixed_point_of<ac_fixed<9, 2, false, AC_RND_CONV, AC_SAT_ZERO>> ==
               fixed_point{{9, 2, false}, r::rnd_conv, o::sat_zero});
    CHECK_BOTH(fixed_point_of<const ac_fixed<9, 2, true, AC_TRN_ZERO, AC_SAT_SYM>&> ==
               fixed_point{{9, 2}, r::trn_zero, o::sat_sym});
    CHECK_BOTH(fixed_point_of<ac_int<7, false>> == fixed_point{{7, 7, false}, r::trn, o::wrap});
    CHECK_BOTH(fixed_point_of<std::int8_t> == fixed_point{{8, 8, true}, r::trn, o::wrap});
}

TEST_CASE("const and references do not matter")
{
    CHECK_BOTH(precision_of<const ap_ufixed<10, 2>&> == precision{10, 2, false});
    CHECK_BOTH(precision_of<volatile ac_int<10>> == precision_of<ac_int<10>>);
}

TEST_CASE("built-in integers have the width of their type")
{
    CHECK_BOTH(precision_of<std::int8_t> == precision{8, 8, true});
    CHECK_BOTH(precision_of<std::uint16_t> == precision{16, 16, false});
    CHECK_BOTH(precision_of<std::int64_t> == precision{64, 64, true});
    CHECK_BOTH(precision_of<bool> == precision{1, 1, false});
}

TEST_CASE("a host program writes its layers with the types of its kernel")
{
    constexpr dense fc1{.name = "fc1",
        .inputs = 16,
        .outputs = 64,
        .reuse_factor = 4,
        .weight = precision_of<fc1_weight_t>,
        .data = precision_of<input_t>};
    constexpr dense spelt_out{.name = "fc1",
        .inputs = 16,
        .outputs = 64,
        .reuse_factor = 4,
        .weight = {18, 8},
        .data = {12, 4, false}};
    CHECK_BOTH(layer_spec(fc1) == layer_spec(spelt_out));
    CHECK_BOTH(cost(layer_spec(fc1)).dsp == 256);
}
