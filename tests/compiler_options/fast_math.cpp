// SPDX-License-Identifier: Apache-2.0
// Compiled with -O3 -ffast-math and linked with espalier::compiled: what is not a number is still
// found, in the library by its own arithmetic and in the headers by the bits.
#include <espalier/espalier.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#ifndef __FAST_MATH__
#error "this program is to be compiled with -ffast-math"
#endif

namespace {

int failures = 0;

void check(bool holds, const char* what)
{
    std::printf("%s: %s\n", holds ? "ok" : "FAILED", what);
    failures += holds ? 0 : 1;
}

template <class Action>
void check_refused(Action action, const char* sentence)
{
    std::string said = "nothing";
    try {
        action();
    } catch (const std::invalid_argument& error) {
        said = error.what();
    }
    check(said.find(sentence) != std::string::npos, sentence);
}

constexpr auto net =
    esp::network<esp::dense{.inputs = 8, .outputs = 8, .reuse_factor = 2, .weight = {16, 6}}>;

std::vector<float> weights()
{
    std::vector<float> all;
    for (int i = 0; i < 64; ++i)
        all.push_back(0.1F * static_cast<float>(i + 1));
    return all;
}

const esp::pruner_options options{.schedule = esp::polynomial{.steps = 2, .target = 0.5}};

} // namespace

int main(int, char** arguments)
{
    // Not known to the compiler.
    const double odd[]{std::strtod(arguments[1], nullptr), std::strtod(arguments[2], nullptr)};
    for (const double& number : odd) {
        const float narrow[]{static_cast<float>(number)};
        check(!esp::is_finite(number), "a double that is not finite");
        check(!esp::is_finite(narrow[0]), "a float that is not finite");
        check_refused(
            [&] {
                (void)esp::quantized(number, esp::precision{16, 6});
            },
            "only a finite number has a fixed-point value");

        std::vector<float> w = weights();
        w[3] = narrow[0];
        check_refused(
            [&] {
                esp::pruner(net, {{{w, esp::layout::pytorch}}}, options);
            },
            "every weight is finite");
        w = weights();
        esp::pruner pruner(net, {{{w, esp::layout::pytorch}}}, options);
        check_refused([&] { pruner.baseline(number); }, "the baseline metric is a positive number");
        pruner.baseline(1.0);

        auto round = pruner.next();
        std::fill(w.begin(), w.end(), narrow[0]);
        round->mask();
        check(!pruner.report(1.0) && w == weights(), "weights that are not finite are taken back");
        round = pruner.next();
        check(!pruner.report(number), "a metric that is not finite is a rejection");

        std::vector<float> gradient(64, narrow[0]);
        const std::vector<std::span<const float>> of_weights{w};
        const std::vector<std::span<const float>> gradients{gradient};
        esp::sensitivity sensitivity(esp::ranking::taylor);
        check_refused(
            [&] { sensitivity.observe(of_weights, gradients); }, "every gradient is finite");
        check_refused(
            [&] {
                (void)esp::greedy{}({.resources = 1,
                    .values = {1, number},
                    .class_of = {0, 0},
                    .class_costs = {{1}},
                    .capacity = {1}});
            },
            "a value must");
    }
    const esp::resource_use none{.kind = esp::resource::uram, .need = 3, .limit = 0};
    check(!none.has_fraction(), "something of nothing is no fraction");
    return failures;
}
