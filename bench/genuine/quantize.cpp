// SPDX-License-Identifier: Apache-2.0
// Every rounding and overflow mode against the genuine ap_fixed, value by value: from real numbers
// and from other formats. Needs the ap_types headers (bench/genuine/run.sh has them).

#include "raws.hpp"

#include <espalier/model/precision_of.hpp>
#include <espalier/model/quantize.hpp>

#include <ap_fixed.h>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

long long compared = 0;
long long different = 0;

template <class To>
void compare(std::int64_t expected, std::int64_t actual, const std::string& what)
{
    ++compared;
    if (expected == actual || ++different > 40)
        return;
    constexpr esp::fixed_point to = esp::fixed_point_of<To>;
    std::printf("%s to <%d, %d, %s> %s %s: ap_fixed %lld, ours %lld\n", what.c_str(),
        to.format.width, to.format.integer, to.format.is_signed ? "signed" : "unsigned",
        std::string(to_string(to.rounding)).c_str(), std::string(to_string(to.overflow)).c_str(),
        static_cast<long long>(expected), static_cast<long long>(actual));
}

/// Near nothing, near a limit of the format or anywhere, in quarters of a step: ties, both signs.
double random_number(const esp::precision& p)
{
    const double quarters =
        static_cast<double>(static_cast<std::int64_t>(randomness()) >> pick(20, 62));
    const double limit = std::ldexp(1.0, p.integer - (p.is_signed ? 1 : 0));
    const int base = pick(-3, 3);
    return (base > 1       ? limit
               : base < -1 ? -limit
                           : 0) +
           quarters * std::ldexp(0.25, p.integer - p.width);
}

template <class To, class From>
void run(int values)
{
    constexpr esp::fixed_point to = esp::fixed_point_of<To>;
    constexpr esp::precision from = esp::precision_of<From>;
    for (int i = 0; i < values; ++i) {
        const double real = random_number(to.format);
        const To number = real;
        compare<To>(raws_of(&number, 1)[0], esp::quantized(real, to), std::to_string(real));
        const std::int64_t raw = random_raws<From>(1)[0];
        const To target = array_of<From>({raw})[0];
        compare<To>(raws_of(&target, 1)[0], esp::requantized(raw, from, to),
            std::to_string(raw) + " in <" + std::to_string(from.width) + ", " +
                std::to_string(from.integer) + ">");
    }
}

template <template <int, int, ap_q_mode, ap_o_mode, int> class Fixed, int W, int I, class From>
void all_modes(int values)
{
    const auto each = [&]<ap_q_mode... Q>(std::integer_sequence<ap_q_mode, Q...>)
    {
        ((run<Fixed<W, I, Q, AP_WRAP, 0>, From>(values),
             run<Fixed<W, I, Q, AP_SAT, 0>, From>(values),
             run<Fixed<W, I, Q, AP_SAT_ZERO, 0>, From>(values),
             run<Fixed<W, I, Q, AP_SAT_SYM, 0>, From>(values)),
            ...);
    };
    each(std::integer_sequence<ap_q_mode, AP_RND, AP_RND_ZERO, AP_RND_MIN_INF, AP_RND_INF,
        AP_RND_CONV, AP_TRN, AP_TRN_ZERO>{});
}

} // namespace

int main(int argc, char** argv)
{
    const int values = argc > 1 ? std::atoi(argv[1]) : 10'000;
    all_modes<ap_fixed, 18, 8, ap_fixed<36, 16>>(values);
    all_modes<ap_fixed, 16, 6, ap_ufixed<32, 12>>(values);
    all_modes<ap_fixed, 8, 3, ap_fixed<18, 8>>(values);
    all_modes<ap_fixed, 2, 1, ap_fixed<9, 3>>(values);
    all_modes<ap_fixed, 3, 2, ap_fixed<6, 3>>(values);
    all_modes<ap_fixed, 5, 9, ap_fixed<20, 12>>(values);
    all_modes<ap_fixed, 7, -3, ap_fixed<12, 1>>(values);
    all_modes<ap_fixed, 24, 12, ap_fixed<10, 4>>(values);
    all_modes<ap_fixed, 40, 10, ap_fixed<64, 20>>(values);
    all_modes<ap_fixed, 64, 30, ap_fixed<50, 35>>(values);
    all_modes<ap_fixed, 33, 33, ap_ufixed<48, 20>>(values);
    all_modes<ap_ufixed, 18, 8, ap_fixed<36, 16>>(values);
    all_modes<ap_ufixed, 8, 0, ap_ufixed<16, 6>>(values);
    all_modes<ap_ufixed, 1, 1, ap_ufixed<6, 3>>(values);
    all_modes<ap_ufixed, 12, 14, ap_fixed<22, 14>>(values);
    all_modes<ap_ufixed, 6, -2, ap_fixed<18, 3>>(values);
    all_modes<ap_ufixed, 30, 20, ap_ufixed<64, 40>>(values);
    all_modes<ap_ufixed, 64, 32, ap_fixed<64, 36>>(values);
    std::printf("%lld values compared, %lld different\n", compared, different);
    return different == 0 ? 0 : 1;
}
