// SPDX-License-Identifier: Apache-2.0
#ifdef ONLY_WHAT_IS_CALLED
#include <espalier/knapsack/exact.hpp>
#include <espalier/network/fits.hpp>
#else
#include <espalier/espalier.hpp>
#endif
#ifdef WITH_glpk
#include <espalier/with/glpk.hpp>
#endif
#ifdef WITH_eigen
#include <espalier/with/eigen.hpp>
#endif
#ifdef WITH_armadillo
#include <espalier/with/armadillo.hpp>
#endif
#ifdef WITH_dlib
#include <espalier/with/dlib.hpp>
#endif
#ifdef WITH_json
#include <espalier/with/json.hpp>
#endif
#ifdef WITH_pugixml
#include <espalier/with/pugixml.hpp>
#endif
#ifdef WITH_npy
#include <espalier/with/npy.hpp>
#endif
#ifdef WITH_hls4ml
#include <espalier/with/hls4ml.hpp>
#endif

#if defined(WITH_compiled) != defined(ESPALIER_COMPILED)
#error "whoever links espalier::compiled, and nobody else, has the declarations only"
#endif

#include <cstddef>
#include <cstdint>
#include <vector>

constexpr auto net = espalier::network<espalier::dense{
    .inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {18, 8}}>;
static_assert(espalier::cost(net).dsp == 256);

int main()
{
    // Large enough for a sweep with two threads, so that the program must be linked with threads.
    const std::size_t items = 200'000;
    espalier::knapsack_problem problem{.resources = 1,
        .values = std::vector<double>(items, 1.0),
        .class_of = std::vector<std::uint32_t>(items, 0),
        .class_costs = {{1}},
        .capacity = {1}};
    problem.values.back() = 2.0;
    if (espalier::exact{.threads = 2}(problem).value != 2.0)
        return 1;
#ifdef WITH_glpk
    if (espalier::glpk{}({.resources = 1,
                             .values = {1.0, 2.0},
                             .class_of = {0, 0},
                             .class_costs = {{1}},
                             .capacity = {1}})
            .value != 2.0)
        return 1;
#endif
#ifdef WITH_json
    if (espalier::decode_checkpoint(espalier::encode_checkpoint({.baseline = 0.5})).baseline != 0.5)
        return 1;
#endif
    return espalier::fits(net, espalier::device::xcvu9p) ? 0 : 1;
}
