// SPDX-License-Identifier: Apache-2.0
#include <espalier/network/fits.hpp>

#include <check_both.hpp>
#include <string>
#include <vector>

using namespace espalier;

namespace {

constexpr dense fc1{
    .name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}};
constexpr dense fc2{
    .name = "fc2", .inputs = 64, .outputs = 32, .reuse_factor = 4, .weight = {18, 8}};
constexpr auto jets = network<fc1, fc2>;

} // namespace

TEST_CASE("fits asks whether a network fits a device")
{
    CHECK_BOTH(cost(jets).dsp == 256 + 512);
    CHECK_BOTH(static_cast<bool>(fits(jets, device::xcvu9p)));
    CHECK_BOTH(!fits(jets, device::xc7z020));
    CHECK_BOTH(fits(jets, device::xc7z020)[resource::dsp] == resource_use{resource::dsp, 768, 220});
}

TEST_CASE("fits names the resource, the need, the limit and the difference")
{
    const std::string text =
        fits(jets, device::xc7z020, whole_device, cost_policy::paper).overflows();
    CHECK(text.starts_with("DSP: needs 768, has 220 (548 too many); "
                           "RAMB18: needs 768, has 280 (488 too many)"));
    CHECK(fits(jets, device::xcvu9p).overflows().empty());
}

TEST_CASE("fits answers the same for layers that are known at run time only")
{
    const std::vector<layer_spec> layers{fc1, fc2};
    for (const device& d : devices) {
        for (const headroom& fill : {whole_device, timing_closure}) {
            const utilization at_run_time = fits(layers, d, fill);
            const utilization at_compile_time = fits(jets, d, fill);
            for (const resource_use& use : at_run_time)
                CHECK(use == at_compile_time[use.kind]);
        }
    }
}

TEST_CASE("the DSP family is that of the device")
{
    // 26-bit operands: two DSP48E2, but four DSP48E1.
    constexpr dense wide{.inputs = 5, .outputs = 10, .weight = {26, 8}};
    CHECK_BOTH(fits(network<wide>, device::xczu3eg)[resource::dsp].need == 100);
    CHECK_BOTH(fits(network<wide>, device::xc7z020)[resource::dsp].need == 200);
}

TEST_CASE("headroom and shell count")
{
    constexpr device exact{.name = "exact",
        .available = {.dsp = 768, .bram18 = 768, .lut = 1'000'000, .ff = 1'000'000}};
    CHECK_BOTH(static_cast<bool>(fits(jets, exact)));
    CHECK_BOTH(!fits(jets, exact, timing_closure));
    constexpr device with_shell{.name = "shell", .available = exact.available, .shell = {.dsp = 1}};
    CHECK_BOTH(!fits(jets, with_shell));
    CHECK_BOTH(!fits(jets, with_shell)[resource::bram18].overflows());
}

TEST_CASE("must_fit is true for what fits, so that it can stand in a static_assert")
{
    static_assert(must_fit<jets, device::xcvu9p>());
    static_assert(must_fit<jets, device::xcvu9p, timing_closure>());
    static_assert(must_fit<jets, device::xcvu9p, timing_closure,
        cost_policy{.memory = {.shapes = memory_shapes::intel_m20k}}>());
    CHECK(must_fit<jets, device::xcvu9p>());
}
