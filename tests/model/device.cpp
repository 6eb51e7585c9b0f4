// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/device.hpp>
#include <espalier/model/utilization.hpp>

#include <array>
#include <check_both.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace espalier;

namespace {

/// A row of the vendors' product tables, in their order and units.
struct table_row {
    const device& part;
    std::string_view name;
    std::int64_t lut, ff, bram36, uram, dsp;
};

const std::array<table_row, 15> table{{
    {device::xcvu9p, "XCVU9P", 1'182'240, 2'364'480, 2'160, 960, 6'840},
    {device::xcvu13p, "XCVU13P", 1'728'000, 3'456'000, 2'688, 1'280, 12'288},
    {device::xcvu37p, "XCVU37P", 1'303'680, 2'607'360, 2'016, 960, 9'024},
    {device::alveo_u50, "Alveo U50", 871'680, 1'743'360, 1'344, 640, 5'952},
    {device::xcvu3p, "XCVU3P", 394'080, 788'160, 720, 320, 2'280},
    {device::xczu3eg, "XCZU3EG", 70'560, 141'120, 216, 0, 360},
    {device::xczu5ev, "XCZU5EV", 117'120, 234'240, 144, 64, 1'248},
    {device::xczu7ev, "XCZU7EV", 230'400, 460'800, 312, 96, 1'728},
    {device::xczu9eg, "XCZU9EG", 274'080, 548'160, 912, 0, 2'520},
    {device::xc7z020, "XC7Z020", 53'200, 106'400, 140, 0, 220},
    {device::xcku115, "XCKU115", 663'360, 1'326'720, 2'160, 0, 5'520},
    {device::xcvc1902, "XCVC1902", 899'840, 1'799'680, 967, 463, 1'968},
    // Memories of 18 Kb, so half as many of 36.
    {device::lfe5u_25f, "LFE5U-25F", 24'288, 24'288, 56 / 2, 0, 28},
    {device::lfe5u_45f, "LFE5U-45F", 43'848, 43'848, 108 / 2, 0, 72},
    {device::lfe5u_85f, "LFE5U-85F", 83'640, 83'640, 208 / 2, 0, 156},
}};

} // namespace

TEST_CASE("the devices are those of the vendors' tables, number by number")
{
    CHECK(table.size() == devices.size());
    for (std::size_t i = 0; i < table.size(); ++i) {
        const table_row& row = table[i];
        CHECK(row.part == devices[i]);
        CHECK(row.part.name.view() == row.name);
        CHECK(row.part.available.lut == row.lut);
        CHECK(row.part.available.ff == row.ff);
        CHECK(row.part.available.bram() == static_cast<double>(row.bram36));
        CHECK(row.part.available.uram == row.uram);
        CHECK(row.part.available.dsp == row.dsp);
        CHECK(row.part.shell == resources{});
    }
}

TEST_CASE("each device has the DSP block of its family, and the big ones their dies")
{
    CHECK_BOTH(device::xc7z020.dsp == dsp_family::dsp48e1);
    CHECK_BOTH(device::xcvc1902.dsp == dsp_family::dsp58);
    CHECK_BOTH(device::xcvu9p.dsp == dsp_family::dsp48e2);
    CHECK_BOTH(device::lfe5u_45f.dsp == dsp_family::mult18x18d);
    CHECK_BOTH(device::xcvu9p.dies == 3);
    CHECK_BOTH(device::xcvu13p.dies == 4);
}

TEST_CASE("headroom takes exact percentages, to the last block, on every device")
{
    for (const device& d : devices) {
        const resources part = usable(d, timing_closure);
        CHECK(part.lut == d.available.lut * 7 / 10);
        CHECK(part.ff == d.available.ff / 2);
        CHECK(part.bram18 == d.available.bram18 * 8 / 10);
        CHECK(part.uram == d.available.uram * 8 / 10);
        CHECK(part.dsp == d.available.dsp * 8 / 10);
        CHECK(usable(d) == d.available);
    }
    // All counts that a device may have, at every whole percentage.
    for (std::int64_t count = 0; count < 5'000'000; count += 997) {
        for (int percent = 1; percent <= 100; ++percent) {
            const device d{.available = {.lut = count}};
            const double factor = percent / 100.0;
            CHECK(usable(d, {1, 1, factor, 1, 1}).lut == count * percent / 100);
        }
    }
}

TEST_CASE("a shell is taken off before the headroom")
{
    constexpr device board{.name = "my board",
        .available = {.dsp = 1'000, .bram18 = 200, .lut = 100'000, .ff = 200'000},
        .shell = {.dsp = 12, .bram18 = 50, .lut = 30'000, .ff = 40'000}};
    CHECK_BOTH(usable(board).dsp == 988);
    CHECK_BOTH(usable(board, timing_closure).lut == 49'000);
    CHECK_BOTH(usable(board, timing_closure).ff == 80'000);
    CHECK_BOTH(usable(board, timing_closure).bram18 == 120);
    CHECK_BOTH(usable(board, timing_closure).uram == 0);
}

TEST_CASE("fits reports every resource, not only the first that overflows")
{
    constexpr resources need{.dsp = 300, .bram18 = 100, .lut = 60'000, .ff = 10};
    constexpr utilization use = fits(need, device::xc7z020);
    CHECK_BOTH(!use);
    CHECK_BOTH(use[resource::dsp].overflows());
    CHECK_BOTH(!use[resource::bram18].overflows());
    CHECK_BOTH(use[resource::bram18] == resource_use{resource::bram18, 100, 280});
    CHECK_BOTH(use[resource::lut].overflows());
    CHECK_BOTH(!use[resource::uram].overflows());
    CHECK(use.overflows() ==
          "DSP: needs 300, has 220 (80 too many); LUT: needs 60000, has 53200 (6800 too many)");
    int lines = 0;
    for (const resource_use& one : use) {
        CHECK(one.limit >= 0);
        ++lines;
    }
    CHECK(lines == 5);
}

TEST_CASE("what fills a device exactly fits, and one more does not")
{
    constexpr resources all = device::xcvu9p.available;
    CHECK_BOTH(static_cast<bool>(fits(all, device::xcvu9p)));
    CHECK(fits(all, device::xcvu9p).overflows().empty());
    for (const resources& one : {resources{.dsp = 1}, resources{.bram18 = 1}, resources{.lut = 1},
             resources{.ff = 1}, resources{.uram = 1}})
        CHECK_FALSE(fits(all + one, device::xcvu9p).fits());
}

TEST_CASE("the fraction of a resource that a device lacks is 0 when none is needed")
{
    CHECK_BOTH(fits({}, device::xc7z020)[resource::uram].fraction() == 0);
    CHECK_BOTH(fits({.dsp = 110}, device::xc7z020)[resource::dsp].fraction() == 0.5);
}

TEST_CASE("an impossible headroom or shell is refused")
{
    for (const double factor : {0.0, -0.5, 1.01})
        CHECK_THROWS_WITH_AS((void)usable(device::xcvu9p, {factor, 1, 1, 1, 1}),
            doctest::Contains("a headroom factor is above 0 and at most 1"), std::invalid_argument);
    device board = device::xc7z020;
    board.shell.dsp = 221;
    CHECK_THROWS_WITH_AS((void)usable(board),
        doctest::Contains("a shell takes no more than the device has"), std::invalid_argument);
    board.shell.dsp = -1;
    CHECK_THROWS_AS((void)usable(board), std::invalid_argument);
}
