// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/precision.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>

// The precision of a kernel's own number types, so that an HLS host program writes its layers with
// the very types of its kernel: `dense{.weight = precision_of<ap_fixed<18, 8>>}`. None of the
// vendors' headers is included, and a forward declaration of the type is enough.
//
// A type is recognised by two things that need no definition. Its template arguments give the
// numbers; what kind of template it is an instance of (how many integers, then a bool, then
// enumerations of whatever type) gives their meaning. That cannot tell ap_fixed from ap_ufixed,
// which have the same parameters, nor either from a stranger's type of that shape, so the name of
// the template decides about the sign. Asking the type instead, say whether T(-1) < T(0), needs the
// definition and cannot be evaluated by the compiler for SystemC's types, which are not literal.
// Modes go by the names of their enumerators, because the vendors number them differently.

namespace espalier {

namespace detail {

template <class T>
struct type_tag {};

/// The name of a class template as the compiler spells it, without namespaces and arguments.
template <class T>
constexpr std::string_view template_name()
{
    // "… [with T = sc_dt::sc_fixed<18, 8>; …]" (GCC) or "… [T = sc_dt::sc_fixed<18, 8, …>]" (clang)
    std::string_view text = __PRETTY_FUNCTION__;
    text.remove_prefix(text.find("T = ") + 4);
    text = text.substr(0, text.find('<'));
    const std::size_t colon = text.rfind(':');
    return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

/// The name of an enumerator, without namespaces and the vendor's prefix: "RND_CONV". A number in
/// brackets if the enumeration is only declared.
template <auto Enumerator>
constexpr std::string_view enumerator_name()
{
    std::string_view text = __PRETTY_FUNCTION__;
    text.remove_prefix(text.find("Enumerator = ") + 13);
    text = text.substr(0, text.find_first_of(";]"));
    if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos)
        text.remove_prefix(colon + 1);
    for (const std::string_view prefix : {"AP_", "AC_", "SC_"})
        if (text.substr(0, prefix.size()) == prefix)
            return text.substr(prefix.size());
    return text;
}

template <std::size_t N>
constexpr bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names)
{
    for (const std::string_view candidate : names)
        if (candidate == name)
            return true;
    return false;
}

/// What the template arguments of a type say; `known` is false for a shape that means nothing.
struct shape {
    bool known = false;
    int width = 0;
    int integer = 0;
    bool is_signed = true;
    std::string_view rounding = "TRN";
    std::string_view overflow = "WRAP";
    int saturated_bits = 0; ///< of WRAP
};

template <class T>
constexpr shape shape_of(...)
{
    return {};
}

/// <W, I, rounding, overflow, N>: ap_fixed, ap_ufixed, sc_fixed, sc_ufixed and the _fast ones.
template <class Name, class Rounding, class Overflow,
    template <int, int, Rounding, Overflow, int> class Fixed, int W, int I, Rounding Q, Overflow O,
    int N>
constexpr shape shape_of(type_tag<Fixed<W, I, Q, O, N>>)
{
    constexpr std::string_view name = template_name<Name>();
    if (is_one_of(name, std::array<std::string_view, 3>{"ap_fixed", "sc_fixed", "sc_fixed_fast"}))
        return {true, W, I, true, enumerator_name<Q>(), enumerator_name<O>(), N};
    if (is_one_of(
            name, std::array<std::string_view, 3>{"ap_ufixed", "sc_ufixed", "sc_ufixed_fast"}))
        return {true, W, I, false, enumerator_name<Q>(), enumerator_name<O>(), N};
    return {};
}
/// <W, I, S, rounding, overflow>: ac_fixed.
template <class Name, class Rounding, class Overflow,
    template <int, int, bool, Rounding, Overflow> class Fixed, int W, int I, bool S, Rounding Q,
    Overflow O>
constexpr shape shape_of(type_tag<Fixed<W, I, S, Q, O>>)
{
    return {
        template_name<Name>() == "ac_fixed", W, I, S, enumerator_name<Q>(), enumerator_name<O>()};
}
/// <W, S>: ac_int.
template <class Name, template <int, bool> class Integer, int W, bool S>
constexpr shape shape_of(type_tag<Integer<W, S>>)
{
    return {template_name<Name>() == "ac_int", W, W, S};
}
/// <W>: ap_int, ap_uint and SystemC's.
template <class Name, template <int> class Integer, int W>
constexpr shape shape_of(type_tag<Integer<W>>)
{
    constexpr std::string_view name = template_name<Name>();
    if (is_one_of(name, std::array<std::string_view, 3>{"ap_int", "sc_int", "sc_bigint"}))
        return {true, W, W, true};
    if (is_one_of(name, std::array<std::string_view, 3>{"ap_uint", "sc_uint", "sc_biguint"}))
        return {true, W, W, false};
    return {};
}

template <class T>
constexpr precision precision_from()
{
    if constexpr (std::integral<T>) {
        return {std::numeric_limits<T>::digits + (std::is_signed_v<T> ? 1 : 0),
            std::numeric_limits<T>::digits + (std::is_signed_v<T> ? 1 : 0), std::is_signed_v<T>};
    } else {
        constexpr shape found = shape_of<T>(type_tag<T>{});
        static_assert(found.known,
            "a precision is that of an ap_[u]fixed, ap_[u]int, ac_fixed, ac_int, sc_[u]fixed, "
            "sc_[u]int, sc_big[u]int or built-in integer");
        constexpr precision result{found.width, found.integer, found.is_signed};
        if constexpr (found.known)
            ensure_sound(result);
        return result;
    }
}

/// The mode of a name, in upper case there; `known` is false if there is none.
template <class Mode>
struct named_mode {
    bool known = false;
    Mode mode{};
};
template <class Mode>
constexpr named_mode<Mode> mode_named(std::string_view name, Mode last)
{
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        const auto mode = static_cast<Mode>(i);
        const std::string_view ours = to_string(mode);
        bool same = ours.size() == name.size();
        for (std::size_t k = 0; same && k < name.size(); ++k)
            same = name[k] == (ours[k] == '_' ? '_' : static_cast<char>(ours[k] - 'a' + 'A'));
        if (same)
            return {true, mode};
    }
    return {};
}

template <class T>
constexpr fixed_point fixed_point_from()
{
    fixed_point result{.format = precision_from<T>()};
    if constexpr (!std::integral<T>) {
        constexpr shape found = shape_of<T>(type_tag<T>{});
        constexpr auto r = mode_named(found.rounding, rounding::rnd_conv);
        constexpr auto o = mode_named(found.overflow, overflow::sat_sym);
        static_assert(r.known, "a rounding mode is TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, "
                               "RND_MIN_INF or RND_CONV");
        static_assert(o.known && found.saturated_bits == 0,
            "an overflow mode is WRAP without saturated bits, SAT, SAT_ZERO or SAT_SYM");
        result.rounding = r.mode;
        result.overflow = o.mode;
    }
    return result;
}

} // namespace detail

/// The precision of a fixed-point or integer type; const and references do not matter. Any other
/// type, floating point too, is a compile error. Rounding and overflow modes are not part of it:
/// `fixed_point_of` has them.
template <class T>
inline constexpr precision precision_of = detail::precision_from<std::remove_cvref_t<T>>();

/// The same with the modes, for what computes: WRAP_SM and WRAP with saturated bits are compile
/// errors, and so is a type whose enumerations of modes are only declared.
template <class T>
inline constexpr fixed_point fixed_point_of = detail::fixed_point_from<std::remove_cvref_t<T>>();

} // namespace espalier
