// SPDX-License-Identifier: Apache-2.0
#include <espalier/model/layers.hpp>
#include <espalier/with/json_orders.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace espalier;

namespace {

const std::vector<layer_spec> layers{dense{.name = "fc1", .inputs = 2, .outputs = 4},
    dense{.name = "fc2", .inputs = 4, .outputs = 3}, dense{.inputs = 3, .outputs = 3}};

input_orders read(const char* text)
{
    return read_orders(nlohmann::ordered_json::parse(text), layers);
}

} // namespace

TEST_CASE("orders are written by the name of the layer whose inputs they are, and read back")
{
    input_orders orders(layers);
    CHECK(nlohmann::ordered_json(orders).dump() == "{}");
    CHECK(read("{}") == orders);
    orders.set(1, input_permutation({2, 0, 3, 1}));
    CHECK(nlohmann::ordered_json(orders).dump() == R"({"fc2":[2,0,3,1]})");
    orders.set(2, input_permutation({1, 0, 2}));
    CHECK(nlohmann::ordered_json(orders).dump() == R"({"fc2":[2,0,3,1],"layer2":[1,0,2]})");
    CHECK(read(R"({"fc2":[2,0,3,1],"layer2":[1,0,2]})") == orders);
}

TEST_CASE("what is no order of these layers is refused")
{
    const auto refuses = [](const char* text, const char* sentence) {
        CHECK_THROWS_WITH_AS((void)read(text), doctest::Contains(sentence), std::invalid_argument);
    };
    refuses("[]", "orders of inputs are an object with an array for each layer");
    refuses("3", "orders of inputs are an object with an array for each layer");
    refuses(R"({"fc9":[0]})", "an order of inputs names a layer of the network");
    for (const char* text : {R"({"fc2":3})", R"({"fc2":[0,1,2,3.5]})", R"({"fc2":[0,1,2,-3]})",
             R"({"fc2":[0,1,2,"3"]})", R"({"fc2":[0,1,2,4294967299]})"})
        refuses(text, "an order of inputs is an array of whole numbers");
    refuses(R"({"fc2":[0,1,2,2]})", "a permutation gives every channel a place of its own");
    refuses(R"({"fc2":[0,2,1]})", "an order has every input channel of its layer");
    refuses(R"({"fc1":[1,0]})", "inputs are permuted in a dense layer or a convolution");
}
