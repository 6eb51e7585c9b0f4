// SPDX-License-Identifier: Apache-2.0
#include <espalier/network/network.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/hana/size.hpp>

#include <array>
#include <check_both.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace espalier;

namespace {

constexpr dense fc1{
    .name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}};
constexpr dense fc2{
    .name = "fc2", .inputs = 64, .outputs = 32, .reuse_factor = 8, .weight = {18, 8}};
constexpr lstm encoder{.name = "encoder",
    .inputs = 6,
    .units = 10,
    .timesteps = 20,
    .reuse_factor = 3,
    .recurrent_reuse_factor = 5};
constexpr conv2d first{.name = "conv",
    .height = 28,
    .width = 28,
    .channels = 3,
    .filters = 8,
    .kernel_height = 3,
    .kernel_width = 3,
    .reuse_factor = 9,
    .parallelization_factor = 2};

} // namespace

TEST_CASE("a network is the list of its layers, in order, as types and as values")
{
    constexpr auto net = network<fc1, fc2>;
    CHECK_BOTH(net.size() == 2);
    CHECK_BOTH(specs_of(net).size() == 2);
    CHECK_BOTH(specs_of(net)[0] == layer_spec(fc1));
    CHECK_BOTH(specs_of(net)[1] == layer_spec(fc2));
    CHECK_BOTH(decltype(boost::hana::size(net.layers))::value == 2);
}

TEST_CASE("a program can fold over the layers with the type of each")
{
    std::vector<std::string> names;
    std::int64_t dsp = 0;
    boost::hana::for_each(network<fc1, first, encoder>.layers, [&](auto type) {
        using layer_type = typename decltype(type)::type;
        static_assert(layer_type::cost().dsp > 0); // a constant for each type of its own
        names.emplace_back(layer_type::spec.name.view());
        dsp += layer_type::cost().dsp;
    });
    CHECK(names == std::vector<std::string>{"fc1", "conv", "encoder"});
    CHECK(dsp == cost(network<fc1, first, encoder>).dsp);
}

TEST_CASE("equal layers make the same type, and a different name another")
{
    constexpr dense again{
        .name = "fc1", .inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}};
    CHECK_BOTH(std::is_same_v<decltype(network<fc1, fc2>), decltype(network<again, fc2>)>);
    CHECK_BOTH(!std::is_same_v<decltype(network<fc1, fc2>), decltype(network<fc2, fc1>)>);
    CHECK_BOTH(network<fc1, fc2> == network<again, fc2>);
}

TEST_CASE("a network costs and takes the time of its layers, at compile time and at run time")
{
    constexpr auto net = network<first, encoder, fc1, fc2>;
    std::vector<layer_spec> read_from_a_file{first, encoder, fc1, fc2};
    for (const cost_policy& policy : {cost_policy::paper, cost_policy::yosys,
             cost_policy{.dsp = dsp_family::intel_variable_precision, .lut_below = 0}})
        CHECK(cost(net, policy) == cost(read_from_a_file, policy));
    static_assert(cost(net) == cost(first) + cost(encoder) + cost(fc1) + cost(fc2));
    static_assert(timing_of(net).interval == 338 * 9);
    CHECK(cost(net) == cost(read_from_a_file));
    CHECK(timing_of(net) == timing_of(read_from_a_file));
}

TEST_CASE("a layer type gives the numbers of its description")
{
    using fc1_type = layer<fc1>;
    CHECK_BOTH(fc1_type::spec == layer_spec(fc1));
    CHECK_BOTH(fc1_type::cost() == cost(fc1));
    CHECK_BOTH(fc1_type::cost({.dsp = dsp_family::intel_variable_precision}).dsp == 128);
    CHECK_BOTH(fc1_type::timing() == timing_of(fc1));
}

TEST_CASE("a network passes as a span wherever layers are taken at run time")
{
    const auto count = [](std::span<const layer_spec> layers) { return layers.size(); };
    CHECK(count(network<fc1, fc2, encoder>) == 3);
}

TEST_CASE("a layer of 16 million weights is as good a template argument as a small one")
{
    constexpr dense large{
        .inputs = 4'096, .outputs = 4'096, .reuse_factor = 1'024, .weight = {18, 8}};
    CHECK_BOTH(cost(network<large>).dsp == 16'384);
}
