// SPDX-License-Identifier: Apache-2.0
// a rounding mode is TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, RND_MIN_INF or RND_CONV
//
// `fixed_point_of` reads the modes of a type by the names of their enumerators. AC_RND_CONV_ODD is
// not among them.
#include <espalier/model/precision_of.hpp>

enum ac_q_mode { AC_TRN, AC_RND_CONV_ODD };
enum ac_o_mode { AC_WRAP };
template <int W, int I, bool S, ac_q_mode Q, ac_o_mode O>
class ac_fixed;

#ifdef BROKEN
using weight_t = ac_fixed<18, 8, true, AC_RND_CONV_ODD, AC_WRAP>;
#else
using weight_t = ac_fixed<18, 8, true, AC_TRN, AC_WRAP>;
#endif
constexpr auto format = espalier::fixed_point_of<weight_t>;
