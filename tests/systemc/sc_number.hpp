// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fixed-point types are not part of SystemC's header unless asked for.
#ifndef SC_INCLUDE_FX
#define SC_INCLUDE_FX
#endif
#include <espalier/model/quantize.hpp>

#include <systemc>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <variant>

// SystemC's numbers whose format and modes are arguments of the constructor, and random formats.

namespace sc_test {

using namespace espalier;

inline sc_dt::sc_q_mode mode_of(rounding r)
{
    switch (r) {
    case rounding::trn:
        return sc_dt::SC_TRN;
    case rounding::trn_zero:
        return sc_dt::SC_TRN_ZERO;
    case rounding::rnd:
        return sc_dt::SC_RND;
    case rounding::rnd_zero:
        return sc_dt::SC_RND_ZERO;
    case rounding::rnd_inf:
        return sc_dt::SC_RND_INF;
    case rounding::rnd_min_inf:
        return sc_dt::SC_RND_MIN_INF;
    case rounding::rnd_conv:
        return sc_dt::SC_RND_CONV;
    }
    return sc_dt::SC_TRN;
}

inline sc_dt::sc_o_mode mode_of(overflow o)
{
    switch (o) {
    case overflow::wrap:
        return sc_dt::SC_WRAP;
    case overflow::sat:
        return sc_dt::SC_SAT;
    case overflow::sat_zero:
        return sc_dt::SC_SAT_ZERO;
    case overflow::sat_sym:
        return sc_dt::SC_SAT_SYM;
    }
    return sc_dt::SC_WRAP;
}

/// One number of a format; what is assigned to it is cast.
class number {
public:
    explicit number(const fixed_point& f) : format_(f.format), value_(make(f)) {}
    number(const fixed_point& f, std::int64_t raw) : number(f) { set_raw(raw); }

    template <class Value>
    number& operator=(const Value& value)
    {
        std::visit([&](auto& n) { n = value; }, value_);
        return *this;
    }
    /// Exact, of any width.
    [[nodiscard]] sc_dt::sc_fxval value() const
    {
        return std::visit([](const auto& n) { return sc_dt::sc_fxval(n); }, value_);
    }
    /// The bits, extended by the sign.
    [[nodiscard]] std::int64_t raw() const
    {
        return std::visit(
            [&](const auto& n) {
                std::uint64_t bits = 0;
                for (int i = 0; i < format_.width; ++i)
                    bits |= std::uint64_t{n[i].operator bool()} << i;
                if (format_.is_signed && format_.width < 64 &&
                    (bits >> (format_.width - 1) & 1) != 0)
                    bits |= ~std::uint64_t{0} << format_.width;
                return static_cast<std::int64_t>(bits);
            },
            value_);
    }
    void set_raw(std::int64_t raw)
    {
        std::visit(
            [&](auto& n) {
                for (int i = 0; i < format_.width; ++i)
                    n[i] = (static_cast<std::uint64_t>(raw) >> i & 1) != 0;
            },
            value_);
    }

private:
    using signed_or_not = std::variant<sc_dt::sc_fix, sc_dt::sc_ufix>;
    static signed_or_not make(const fixed_point& f)
    {
        const auto q = mode_of(f.rounding);
        const auto o = mode_of(f.overflow);
        if (f.format.is_signed)
            return sc_dt::sc_fix(f.format.width, f.format.integer, q, o);
        return sc_dt::sc_ufix(f.format.width, f.format.integer, q, o);
    }

    precision format_;
    signed_or_not value_;
};

using generator = std::mt19937_64;

inline int pick(generator& random, int from, int to)
{
    return from + static_cast<int>(random() % static_cast<std::uint64_t>(to - from + 1));
}

/// A raw integer of a format, often an extreme one.
inline std::int64_t random_raw(generator& random, const precision& p)
{
    switch (random() % 8) {
    case 0:
        return smallest_raw(p);
    case 1:
        return largest_raw(p);
    default:
        return requantized(static_cast<std::int64_t>(random()) >> pick(random, 0, 63), {64, 64},
            precision{p.width, p.width, p.is_signed});
    }
}

} // namespace sc_test
