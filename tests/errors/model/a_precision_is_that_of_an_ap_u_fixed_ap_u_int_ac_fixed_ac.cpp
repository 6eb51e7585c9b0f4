// SPDX-License-Identifier: Apache-2.0
// a precision is that of an ap_[u]fixed, ap_[u]int, ac_fixed, ac_int, sc_[u]fixed, sc_[u]int,
// sc_big[u]int or built-in integer
//
// `precision_of` knows the types of HLS tools by name and template parameters. A type of another
// name, or a floating-point type, has no width and binary point that could be read off.
#include <espalier/model/precision_of.hpp>

#ifdef BROKEN
constexpr auto format = espalier::precision_of<float>;
#else
template <int W>
struct ap_int; // the vendor's header, or a declaration like this

constexpr auto format = espalier::precision_of<ap_int<16>>;
#endif
