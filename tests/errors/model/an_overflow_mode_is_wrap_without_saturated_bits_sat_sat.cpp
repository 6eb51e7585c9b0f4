// SPDX-License-Identifier: Apache-2.0
// an overflow mode is WRAP without saturated bits, SAT, SAT_ZERO or SAT_SYM
//
// WRAP_SM and the argument for saturated bits of WRAP change how a value wraps, and nothing here
// computes that. `precision_of` takes such a type, for what it costs.
#include <espalier/model/precision_of.hpp>

enum ap_q_mode { AP_TRN };
enum ap_o_mode { AP_WRAP };
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct ap_fixed;

#ifdef BROKEN
using weight_t = ap_fixed<18, 8, AP_TRN, AP_WRAP, 2>;
#else
using weight_t = ap_fixed<18, 8, AP_TRN, AP_WRAP, 0>;
#endif
constexpr auto format = espalier::fixed_point_of<weight_t>;
