// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/label.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/resources.hpp>

#include <array>
#include <cstdint>

// Devices as plain values: a user's own board is one more aggregate. The table holds what the
// vendors' product tables (DS890, DS891, DS190, DS950, the Alveo data sheets and FPGA-DS-02012)
// give for the whole die; what a shell or a static region takes away is a separate value.

namespace espalier {

/// The part of each resource that a design may fill and still close timing.
struct headroom {
    double dsp = 0.8;
    double bram = 0.8;
    double lut = 0.7;
    double ff = 0.5;
    double uram = 0.8;

    friend constexpr bool operator==(const headroom&, const headroom&) = default;
};

/// Every block usable: what `fits` compares with unless told otherwise.
inline constexpr headroom whole_device{1, 1, 1, 1, 1};
/// The usual safe fill for timing closure.
inline constexpr headroom timing_closure{};

/// An FPGA: what it has and what is taken before the design starts.
struct device {
    label name{};
    resources available{};
    dsp_family dsp = dsp_family::dsp48e2;
    int dies = 1;      ///< super logic regions
    resources shell{}; ///< taken before the design starts: platform shell, static region

    friend constexpr bool operator==(const device&, const device&) = default;

    static const device xcvu9p, xcvu13p, xcvu37p, alveo_u50, xcvu3p, xczu3eg, xczu5ev, xczu7ev,
        xczu9eg, xc7z020, xcku115, xcvc1902, lfe5u_25f, lfe5u_45f, lfe5u_85f;
};

// Constructor order: DSP, RAMB18 (two for each 36-Kb block of the tables), LUT, FF, URAM.
inline constexpr device device::xcvu9p{
    "XCVU9P", {6'840, 2 * 2'160, 1'182'240, 2'364'480, 960}, dsp_family::dsp48e2, 3};
inline constexpr device device::xcvu13p{
    "XCVU13P", {12'288, 2 * 2'688, 1'728'000, 3'456'000, 1'280}, dsp_family::dsp48e2, 4};
inline constexpr device device::xcvu37p{
    "XCVU37P", {9'024, 2 * 2'016, 1'303'680, 2'607'360, 960}, dsp_family::dsp48e2, 3};
inline constexpr device device::alveo_u50{
    "Alveo U50", {5'952, 2 * 1'344, 871'680, 1'743'360, 640}, dsp_family::dsp48e2, 2};
inline constexpr device device::xcvu3p{
    "XCVU3P", {2'280, 2 * 720, 394'080, 788'160, 320}, dsp_family::dsp48e2, 1};
inline constexpr device device::xczu3eg{
    "XCZU3EG", {360, 2 * 216, 70'560, 141'120, 0}, dsp_family::dsp48e2, 1};
inline constexpr device device::xczu5ev{
    "XCZU5EV", {1'248, 2 * 144, 117'120, 234'240, 64}, dsp_family::dsp48e2, 1};
inline constexpr device device::xczu7ev{
    "XCZU7EV", {1'728, 2 * 312, 230'400, 460'800, 96}, dsp_family::dsp48e2, 1};
inline constexpr device device::xczu9eg{
    "XCZU9EG", {2'520, 2 * 912, 274'080, 548'160, 0}, dsp_family::dsp48e2, 1};
inline constexpr device device::xc7z020{
    "XC7Z020", {220, 2 * 140, 53'200, 106'400, 0}, dsp_family::dsp48e1, 1};
/// Figures not re-checked against a data sheet.
inline constexpr device device::xcku115{
    "XCKU115", {5'520, 2 * 2'160, 663'360, 1'326'720, 0}, dsp_family::dsp48e2, 2};
/// LUT, block RAM and URAM not re-checked against a data sheet.
inline constexpr device device::xcvc1902{
    "XCVC1902", {1'968, 2 * 967, 899'840, 1'799'680, 463}, dsp_family::dsp58, 1};

/// Lattice ECP5: MULT18X18D and DP16KD, which is as large as a RAMB18, beside LUTs of 4 inputs.
inline constexpr device device::lfe5u_25f{
    "LFE5U-25F", {28, 56, 24'288, 24'288, 0}, dsp_family::mult18x18d, 1};
inline constexpr device device::lfe5u_45f{
    "LFE5U-45F", {72, 108, 43'848, 43'848, 0}, dsp_family::mult18x18d, 1};
inline constexpr device device::lfe5u_85f{
    "LFE5U-85F", {156, 208, 83'640, 83'640, 0}, dsp_family::mult18x18d, 1};

/// All built-in devices.
inline constexpr std::array devices{device::xcvu9p, device::xcvu13p, device::xcvu37p,
    device::alveo_u50, device::xcvu3p, device::xczu3eg, device::xczu5ev, device::xczu7ev,
    device::xczu9eg, device::xc7z020, device::xcku115, device::xcvc1902, device::lfe5u_25f,
    device::lfe5u_45f, device::lfe5u_85f};

/// What a design may use: (available - shell) · headroom, rounded down.
/// \throws std::invalid_argument if a headroom is outside (0, 1] or the shell exceeds the device
[[nodiscard]] constexpr resources usable(const device& d, const headroom& fill = whole_device)
{
    const auto part = [](std::int64_t available, std::int64_t taken, double factor) {
        ensure(factor > 0 && factor <= 1, "a headroom factor is above 0 and at most 1",
            given{"factor", factor});
        ensure(taken >= 0 && taken <= available, "a shell takes no more than the device has",
            given{"shell", taken}, given{"available", available});
        // 0.7 as a double is a little less than 0.7: without the last factor, 70 % of 663,360 would
        // be one look-up table short.
        return static_cast<std::int64_t>(
            static_cast<double>(available - taken) * factor * (1 + 1e-12));
    };
    return {part(d.available.dsp, d.shell.dsp, fill.dsp),
        part(d.available.bram18, d.shell.bram18, fill.bram),
        part(d.available.lut, d.shell.lut, fill.lut), part(d.available.ff, d.shell.ff, fill.ff),
        part(d.available.uram, d.shell.uram, fill.uram)};
}

} // namespace espalier
