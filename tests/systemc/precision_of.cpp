// SPDX-License-Identifier: Apache-2.0
// Fixed-point types are not part of SystemC's header unless asked for.
#define SC_INCLUDE_FX
#include <espalier/model/precision_of.hpp>

#include <systemc>

#include <check_both.hpp>
#include <cmath>

using namespace espalier;

// SystemC links sc_main into every program that starts its kernel; this one does not start it.
int sc_main(int, char**)
{
    return 0;
}

TEST_CASE("SystemC's fixed-point types have the precision of their arguments")
{
    CHECK_BOTH(precision_of<sc_dt::sc_fixed<18, 8>> == precision{18, 8, true});
    CHECK_BOTH(precision_of<sc_dt::sc_ufixed<18, 8>> == precision{18, 8, false});
    CHECK_BOTH(precision_of<sc_dt::sc_fixed_fast<12, -2>> == precision{12, -2, true});
    CHECK_BOTH(precision_of<sc_dt::sc_ufixed_fast<12, 20, sc_dt::SC_RND, sc_dt::SC_SAT>> ==
               precision{12, 20, false});
}

TEST_CASE("SystemC's integers have the precision of their argument")
{
    CHECK_BOTH(precision_of<sc_dt::sc_int<7>> == precision{7, 7, true});
    CHECK_BOTH(precision_of<sc_dt::sc_uint<7>> == precision{7, 7, false});
    CHECK_BOTH(precision_of<sc_dt::sc_bigint<60>> == precision{60, 60, true});
    CHECK_BOTH(precision_of<sc_dt::sc_biguint<60>> == precision{60, 60, false});
}

namespace {

/// Compares a precision with the values that the type itself holds: its largest and smallest under
/// saturation, and one step of its last bit.
template <class Fixed>
void holds_what_its_precision_says()
{
    constexpr precision p = precision_of<Fixed>;
    const double step = std::ldexp(1.0, p.integer - p.width);
    const double largest = std::ldexp(1.0, p.is_signed ? p.integer - 1 : p.integer) - step;
    const double smallest = p.is_signed ? -std::ldexp(1.0, p.integer - 1) : 0.0;
    CHECK(Fixed(1e30).to_double() == largest);
    CHECK(Fixed(-1e30).to_double() == smallest);
    CHECK(Fixed(step).to_double() == step);
    CHECK(Fixed(step / 2).to_double() == 0); // truncated
}

} // namespace

TEST_CASE("SystemC's types hold the values that their precision says")
{
    using namespace sc_dt;
    holds_what_its_precision_says<sc_fixed<18, 8, SC_TRN, SC_SAT>>();
    holds_what_its_precision_says<sc_ufixed<18, 8, SC_TRN, SC_SAT>>();
    holds_what_its_precision_says<sc_fixed<9, 12, SC_TRN, SC_SAT>>();
    holds_what_its_precision_says<sc_ufixed<10, -4, SC_TRN, SC_SAT>>();
    holds_what_its_precision_says<sc_fixed_fast<16, 6, SC_TRN, SC_SAT>>();
    holds_what_its_precision_says<sc_ufixed_fast<16, 6, SC_TRN, SC_SAT>>();
}
