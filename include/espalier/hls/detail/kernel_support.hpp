// SPDX-License-Identifier: Apache-2.0
#pragma once

// What all kernels share, as it stands at the head of an emitted header: C++14, as HLS front ends
// take it. Number types are named by width, integer bits and modes, so that one header serves
// ap_fixed, ac_fixed and sc_fixed.

namespace espalier::detail {

inline constexpr char kernel_support[] = R"text(#ifndef ESPALIER_KERNEL_SUPPORT
#define ESPALIER_KERNEL_SUPPORT
// Number types: those of Vivado and Vitis unless ESPALIER_AC_TYPES or ESPALIER_SYSTEMC is defined.
#if defined(ESPALIER_AC_TYPES)
#  include <ac_channel.h>
#  include <ac_fixed.h>
#define ESPALIER_FIXED(W, I, Q, O) ac_fixed<W, I, true, AC_##Q, AC_##O>
#define ESPALIER_UFIXED(W, I, Q, O) ac_fixed<W, I, false, AC_##Q, AC_##O>
#elif defined(ESPALIER_SYSTEMC) // for simulation
#ifndef SC_INCLUDE_FX
#define SC_INCLUDE_FX
#endif
#  include <systemc>
#define ESPALIER_FIXED(W, I, Q, O) sc_dt::sc_fixed<W, I, sc_dt::SC_##Q, sc_dt::SC_##O>
#define ESPALIER_UFIXED(W, I, Q, O) sc_dt::sc_ufixed<W, I, sc_dt::SC_##Q, sc_dt::SC_##O>
#else
#  include <ap_fixed.h>
#  include <hls_stream.h>
#define ESPALIER_FIXED(W, I, Q, O) ap_fixed<W, I, AP_##Q, AP_##O>
#define ESPALIER_UFIXED(W, I, Q, O) ap_ufixed<W, I, AP_##Q, AP_##O>
#endif

// Constants are the bits of numbers. A simulation has them as built-in integers, because no
// compiler ends with a table of tens of thousands of numbers that have a constructor.
#if !defined(__SYNTHESIS__) && !defined(ESPALIER_SYNTHESIS)
#  include <cmath>
#define ESPALIER_BITS(W) long long
#define ESPALIER_UBITS(W) long long
#elif defined(ESPALIER_AC_TYPES)
#define ESPALIER_BITS(W) ac_int<W, true>
#define ESPALIER_UBITS(W) ac_int<W, false>
#elif defined(ESPALIER_SYSTEMC)
#error SystemC types are for simulation: synthesis takes ap_fixed or ac_fixed
#else
#define ESPALIER_BITS(W) ap_int<W>
#define ESPALIER_UBITS(W) ap_uint<W>
#endif

namespace espalier_kernels {

#if defined(ESPALIER_AC_TYPES)
template <class T> using stream = ac_channel<T>;
#elif defined(ESPALIER_SYSTEMC)
} // namespace espalier_kernels
#  include <queue>
namespace espalier_kernels {
template <class T> class stream {
public:
    void write(const T& value) { waiting_.push(value); }
    T read()
    {
        T value = waiting_.front();
        waiting_.pop();
        return value;
    }
    bool empty() const { return waiting_.empty(); }

private:
    std::queue<T> waiting_;
};
#else
template <class T> using stream = hls::stream<T>;
#endif

/// The number that has these bits; Fraction of them are behind the binary point.
template <class T, int Width, int Fraction, class Bits> T number(const Bits& bits)
{
#pragma HLS INLINE
#if !defined(__SYNTHESIS__) && !defined(ESPALIER_SYNTHESIS)
    return T(std::ldexp(static_cast<double>(bits), -(Fraction)));
#elif defined(ESPALIER_AC_TYPES)
    T value = 0;
    value.set_slc(0, bits);
    return value;
#else
    T value;
    value.range(Width - 1, 0) = bits;
    return value;
#endif
}

/// All channels of one pixel.
template <class T, int Channels> struct pixel {
    T at[Channels];
};

/// Moves a window over an image that arrives pixel by pixel. Lines are kept that the window still
/// needs; pixels outside the image are zero.
template <class Kernel>
void slide(stream<pixel<typename Kernel::data_t, Kernel::channels> >& x,
    stream<pixel<typename Kernel::result_t, Kernel::filters> >& y)
{
    typedef Kernel K;
    typename K::data_t lines[K::kernel_height][K::padded_width][K::channels];
#pragma HLS ARRAY_PARTITION variable=lines complete dim=1
#pragma HLS ARRAY_PARTITION variable=lines complete dim=3
    typename K::data_t window[K::kernel_height * K::kernel_width * K::channels];
#pragma HLS ARRAY_PARTITION variable=window complete
    for (int row = 0; row < K::padded_height; ++row) {
        for (int column = 0; column < K::padded_width; ++column) {
            if (K::cycles == 1) {
#pragma HLS PIPELINE II=1
            }
            const bool inside = row >= K::pad_top && row < K::pad_top + K::height &&
                                column >= K::pad_left && column < K::pad_left + K::width;
            pixel<typename K::data_t, K::channels> arrived;
            if (inside)
                arrived = x.read();
            for (int c = 0; c < K::channels; ++c) {
#pragma HLS UNROLL
                for (int r = 0; r < K::kernel_height; ++r) {
#pragma HLS UNROLL
                    for (int i = 0; i + 1 < K::kernel_width; ++i) {
#pragma HLS UNROLL
                        window[(r * K::kernel_width + i) * K::channels + c] =
                            window[(r * K::kernel_width + i + 1) * K::channels + c];
                    }
                    // The last line is the one that arrives.
                    typename K::data_t entering = inside ? arrived.at[c] : typename K::data_t(0);
                    if (r + 1 < K::kernel_height)
                        entering = lines[r][column][c];
                    window[(r * K::kernel_width + K::kernel_width - 1) * K::channels + c] =
                        entering;
                    if (r > 0)
                        lines[r - 1][column][c] = entering;
                }
            }
            const int top = row + 1 - K::kernel_height;
            const int left = column + 1 - K::kernel_width;
            if (top >= 0 && left >= 0 && top % K::stride_height == 0 &&
                left % K::stride_width == 0) {
                pixel<typename K::result_t, K::filters> out;
                K::product(window, out.at);
                y.write(out);
            }
        }
    }
}

/// Moves copies of a window over an image that is all there.
template <class Kernel>
void slide(const typename Kernel::data_t x[Kernel::height * Kernel::width * Kernel::channels],
    typename Kernel::result_t y[Kernel::out_height * Kernel::out_width * Kernel::filters])
{
    typedef Kernel K;
    for (int first = 0; first < K::out_height * K::out_width; first += K::copies) {
        if (K::cycles == 1) {
#pragma HLS PIPELINE II=1
        }
        for (int copy = 0; copy < K::copies; ++copy) {
#pragma HLS UNROLL
            const int at = first + copy;
            if (at < K::out_height * K::out_width) {
                const int top = at / K::out_width * K::stride_height - K::pad_top;
                const int left = at % K::out_width * K::stride_width - K::pad_left;
                typename K::data_t window[K::kernel_height * K::kernel_width * K::channels];
#pragma HLS ARRAY_PARTITION variable=window complete
                for (int i = 0; i < K::kernel_height * K::kernel_width; ++i) {
#pragma HLS UNROLL
                    const int r = top + i / K::kernel_width;
                    const int c = left + i % K::kernel_width;
                    const bool inside = r >= 0 && r < K::height && c >= 0 && c < K::width;
                    for (int k = 0; k < K::channels; ++k) {
#pragma HLS UNROLL
                        window[i * K::channels + k] =
                            inside ? x[(r * K::width + c) * K::channels + k]
                                   : typename K::data_t(0);
                    }
                }
                K::product(window, y + at * K::filters);
            }
        }
    }
}

/// The largest number of each channel.
template <class Data, class Accum, class Result, int Pixels, int Channels>
void largest(const Data* window, Result* y)
{
#pragma HLS INLINE
    for (int c = 0; c < Channels; ++c) {
#pragma HLS UNROLL
        Data most = window[c];
        for (int i = 1; i < Pixels; ++i) {
#pragma HLS UNROLL
            if (window[i * Channels + c] > most)
                most = window[i * Channels + c];
        }
        y[c] = Result(Accum(most));
    }
}

/// A number divided by an integer, cut towards zero at its last bit.
template <class T, class Bits, int Width, int Fraction> T quotient(const T& x, int divisor)
{
#pragma HLS INLINE
#if !defined(__SYNTHESIS__) && !defined(ESPALIER_SYNTHESIS)
    const Bits bits = static_cast<Bits>(std::ldexp(x.to_double(), Fraction));
#elif defined(ESPALIER_AC_TYPES)
    const Bits bits = x.template slc<Width>(0);
#else
    Bits bits;
    bits.range(Width - 1, 0) = x.range(Width - 1, 0);
#endif
    return number<T, Width, Fraction>(Bits(bits / divisor));
}

/// The mean of each channel.
template <class Data, class Accum, class Bits, int Width, int Fraction, class Result, int Pixels,
    int Channels>
void mean(const Data* window, Result* y)
{
#pragma HLS INLINE
    for (int c = 0; c < Channels; ++c) {
#pragma HLS UNROLL
        Accum sum = 0;
        for (int i = 0; i < Pixels; ++i) {
#pragma HLS UNROLL
            sum = Accum(sum + window[i * Channels + c]);
        }
        y[c] = Result(quotient<Accum, Bits, Width, Fraction>(sum, Pixels));
    }
}

/// What a kernel makes of each pixel alone.
template <class Kernel, int Pixels>
void each_pixel(const typename Kernel::data_t* x, typename Kernel::result_t* y)
{
#pragma HLS PIPELINE II=1
    for (int i = 0; i < Pixels; ++i) {
#pragma HLS UNROLL
        Kernel::product(x + i * Kernel::channels, y + i * Kernel::channels);
    }
}

/// The same of a stream.
template <class Kernel, int Pixels>
void each_pixel(stream<pixel<typename Kernel::data_t, Kernel::channels> >& x,
    stream<pixel<typename Kernel::result_t, Kernel::channels> >& y)
{
    for (int i = 0; i < Pixels; ++i) {
#pragma HLS PIPELINE II=1
        const pixel<typename Kernel::data_t, Kernel::channels> in = x.read();
        pixel<typename Kernel::result_t, Kernel::channels> out;
        Kernel::product(in.at, out.at);
        y.write(out);
    }
}

/// Numbers in another format, with Clip zero in place of what is negative.
template <class In, class Out, bool Clip> Out converted(const In& x)
{
#pragma HLS INLINE
    return Clip && x < 0 ? Out(0) : Out(x);
}

/// The same of an array.
template <class In, class Out, bool Clip, int Size> void convert(const In* x, Out* y)
{
#pragma HLS PIPELINE II=1
    for (int i = 0; i < Size; ++i) {
#pragma HLS UNROLL
        y[i] = converted<In, Out, Clip>(x[i]);
    }
}

/// The same of a stream.
template <class In, class Out, bool Clip, int Pixels, int Channels>
void convert(stream<pixel<In, Channels> >& x, stream<pixel<Out, Channels> >& y)
{
    for (int i = 0; i < Pixels; ++i) {
#pragma HLS PIPELINE II=1
        const pixel<In, Channels> in = x.read();
        pixel<Out, Channels> out;
        for (int c = 0; c < Channels; ++c) {
#pragma HLS UNROLL
            out.at[c] = converted<In, Out, Clip>(in.at[c]);
        }
        y.write(out);
    }
}

/// All pixels of a stream, side by side.
template <class T, int Pixels, int Channels> void flatten(stream<pixel<T, Channels> >& x, T* y)
{
    for (int i = 0; i < Pixels; ++i) {
#pragma HLS PIPELINE II=1
        const pixel<T, Channels> in = x.read();
        for (int c = 0; c < Channels; ++c) {
#pragma HLS UNROLL
            y[i * Channels + c] = in.at[c];
        }
    }
}

} // namespace espalier_kernels
#endif // ESPALIER_KERNEL_SUPPORT
)text";

} // namespace espalier::detail
