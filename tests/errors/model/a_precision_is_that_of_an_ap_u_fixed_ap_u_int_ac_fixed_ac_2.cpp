// SPDX-License-Identifier: Apache-2.0
// a precision is that of an ap_[u]fixed, ap_[u]int, ac_fixed, ac_int, sc_[u]fixed, sc_[u]int,
// sc_big[u]int or built-in integer
//
// A type of one's own is recognised neither, whatever its parameters; its format can be written
// out.
#include <espalier/model/precision_of.hpp>

#ifdef BROKEN
template <int Bits>
struct my_int;

constexpr auto format = espalier::precision_of<my_int<16>>;
#else
constexpr espalier::precision format{.width = 16, .integer = 16};
#endif
