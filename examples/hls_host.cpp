// SPDX-License-Identifier: Apache-2.0
// A host program of an HLS project: it includes the project's own defines.h and parameters.h, so
// the layers, their formats and their budget are those of the kernels and cannot fall behind them.
// The number types are the genuine ap_fixed where its headers are on the include path (they are in
// hls4ml's wheel), and SystemC's otherwise.

#include "defines.h"
#include "parameters.h"

#include <espalier/espalier.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <random>
#include <span>
#include <vector>

namespace {

// The formats of the kernels, from their types.
static_assert(esp::precision_of<input_t::value_type> == esp::precision{16, 6});
static_assert(esp::fixed_point_of<layer3_t::value_type> ==
              esp::fixed_point{{12, 4, false}, esp::rounding::rnd, esp::overflow::sat});

// The layers of the kernels, from their structs and what they are given.
constexpr auto project = esp::network<esp::layer_of<config2, input_t>("conv"),
    esp::layer_of<config5, layer3_t>("fc1"), esp::layer_of<config7, layer5_t>("fc2")>;

// The budget: a reuse factor that is too small in parameters.h stops the compiler here, and not the
// synthesis a night later.
static_assert(esp::must_fit<project, esp::device::xczu7ev>());

/// What training gives.
std::vector<std::vector<float>> trained_weights()
{
    std::mt19937_64 random(1);
    std::vector<std::vector<float>> weights;
    for (const esp::layer_spec& layer : project.specs) {
        const esp::weight_matrix m = esp::matrices_of(layer)[0];
        std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(m.n_in())));
        weights.emplace_back();
        for (std::int64_t i = 0; i < m.weights(); ++i)
            weights.back().push_back(normal(random));
    }
    return weights;
}

/// Numbers of the kernel's own type against what the library takes them for.
template <class Number>
int different(std::span<const float> reals)
{
    constexpr esp::fixed_point format = esp::fixed_point_of<Number>;
    int count = 0;
    for (const float real : reals)
        count +=
            Number(real).to_double() == esp::real_value(esp::quantized(real, format), format.format)
                ? 0
                : 1;
    return count;
}

int run()
{
    std::vector<std::vector<float>> weights = trained_weights();
    std::fputs(esp::resource_report(project, esp::device::xczu7ev).text().c_str(), stdout);

    // One round without training, to half of the DSPs.
    esp::pruner pruner{project,
        esp::trainee{.weights = esp::weights_in(esp::layout::keras, weights)},
        {.schedule = esp::polynomial{.steps = 1, .target = 0.5}}};
    pruner.baseline(1);
    auto round = pruner.next();
    round->mask();
    pruner.report(1);

    std::printf("\nlayer  multipliers  kept  DSP left\n");
    for (std::size_t i = 0; i < project.specs.size(); ++i) {
        const esp::weight_matrix m = esp::matrices_of(project.specs[i])[0];
        const esp::resources left = esp::recount(m, esp::layout::keras, weights[i]);
        std::int64_t kept = 0;
        for (const std::uint8_t keep : pruner.masks()[i])
            kept += keep;
        std::printf("%-5s  %11lld  %4.0f%%  %8lld\n", project.specs[i].name.characters.data(),
            static_cast<long long>(m.multipliers()),
            100.0 * static_cast<double>(kept) / static_cast<double>(m.weights()),
            static_cast<long long>(left.dsp));
    }
    const int bits = different<weight2_t>(weights[0]) + different<weight5_t>(weights[1]) +
                     different<layer3_t::value_type>(weights[2]);
    std::printf("\nnumbers that the kernel's types take for others: %d\n", bits);
    return bits == 0 ? 0 : 1;
}

int guarded()
try {
    return run();
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}

} // namespace

// SystemC's library has a main of its own.
#ifdef SC_INCLUDE_FX
int sc_main(int /*unused*/, char** /*unused*/)
{
    return guarded();
}
#else
int main()
{
    return guarded();
}
#endif
