// SPDX-License-Identifier: Apache-2.0
// Compiled with -fno-exceptions and -fno-rtti: a pruner works, and a broken rule writes its
// sentence and aborts. Without arguments the first, with one the second.
#include <espalier/espalier.hpp>

#include <cstdio>
#include <vector>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this program is to be compiled with -fno-exceptions -fno-rtti"
#endif

int main(int arguments, char**)
{
    constexpr auto net =
        esp::network<esp::dense{.inputs = 8, .outputs = 8, .reuse_factor = 2, .weight = {16, 6}}>;
    std::vector<float> weights;
    for (int i = 0; i < 64; ++i)
        weights.push_back(0.1F * static_cast<float>(i + 1));
    esp::pruner pruner(net, {{{weights, esp::layout::pytorch}}},
        {.schedule = esp::constant{.steps = 2, .target = 0.5}});
    pruner.baseline(1.0);
    while (auto round = pruner.next()) {
        round->mask();
        pruner.report(1.0);
    }
    std::printf("%s, %lld weights kept\n", pruner.stopped_because().c_str(),
        static_cast<long long>(pruner.history().back().kept_weights));
    if (arguments > 1)
        pruner.report(1.0); // there is no round
    return 0;
}
