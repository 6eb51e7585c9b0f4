// SPDX-License-Identifier: Apache-2.0
// In place of the genuine ap_fixed: the same numbers by SystemC, where Vivado's headers are absent.
#pragma once

#ifndef SC_INCLUDE_FX
#define SC_INCLUDE_FX
#endif
#include <systemc>

constexpr sc_dt::sc_q_mode AP_RND = sc_dt::SC_RND;
constexpr sc_dt::sc_q_mode AP_TRN = sc_dt::SC_TRN;
constexpr sc_dt::sc_o_mode AP_SAT = sc_dt::SC_SAT;
constexpr sc_dt::sc_o_mode AP_WRAP = sc_dt::SC_WRAP;

template <int W, int I, sc_dt::sc_q_mode Q = AP_TRN, sc_dt::sc_o_mode O = AP_WRAP, int N = 0>
using ap_fixed = sc_dt::sc_fixed<W, I, Q, O, N>;
template <int W, int I, sc_dt::sc_q_mode Q = AP_TRN, sc_dt::sc_o_mode O = AP_WRAP, int N = 0>
using ap_ufixed = sc_dt::sc_ufixed<W, I, Q, O, N>;
