// SPDX-License-Identifier: Apache-2.0
// Prints what the solvers and the pruner choose, to the last bit. Built header-only and with
// espalier::compiled; the two must print the same.
#include <espalier/espalier.hpp>

#include <cstdint>
#include <cstdio>
#include <random>
#include <span>
#include <vector>

namespace {

void print(const esp::knapsack_solution& solution)
{
    for (const std::uint8_t kept : solution.keep)
        std::putchar(kept != 0 ? '1' : '0');
    std::printf(" %a %a %a %s\n", solution.value, solution.bound, solution.shadow_price[0],
        esp::to_string(solution.status).data());
}

/// Items of two classes; pairs of neighbours share a unit if asked for.
esp::knapsack_problem random_problem(
    std::mt19937_64& random, std::size_t items, std::size_t resources, bool shares)
{
    esp::knapsack_problem problem{
        .resources = resources, .values = {}, .class_of = {}, .class_costs = {{3}, {5}}};
    for (std::size_t item = 0; item < items; ++item) {
        problem.values.push_back(static_cast<double>(random() % 100'000) / 64);
        problem.class_of.push_back(static_cast<std::uint32_t>(random() % 2));
    }
    problem.capacity[0] = static_cast<std::int64_t>(items);
    if (resources > 1) {
        problem.class_costs[0][1] = 2;
        problem.capacity[1] = static_cast<std::int64_t>(items) / 3;
    }
    if (shares) {
        problem.shared.costs = {{1}};
        problem.shared.first = {0};
        for (std::uint32_t item = 0; item + 1 < items; item += 2) {
            problem.shared.kind.push_back(0);
            problem.shared.users.insert(problem.shared.users.end(), {item, item + 1});
            problem.shared.first.push_back(problem.shared.users.size());
        }
    }
    return problem;
}

void solve()
{
    std::mt19937_64 random(1);
    for (const std::size_t items : {20U, 100U, 400U}) {
        for (const bool shares : {false, true}) {
            const esp::knapsack_problem problem = random_problem(random, items, 2, shares);
            esp::ensure_valid(problem);
            print(esp::exact{}(problem));
            print(esp::exact{.threads = 2}(problem));
            print(esp::greedy{}(problem));
            print(esp::reduce_to_core(problem).incumbent);
        }
    }
}

void prune(int bits, esp::structure_kind kind, esp::ranking ranking)
{
    const std::vector<esp::layer_spec> layers{
        esp::dense{.inputs = 16, .outputs = 64, .reuse_factor = 4, .weight = {bits, 6}},
        esp::dense{.inputs = 64, .outputs = 32, .reuse_factor = 8, .weight = {bits, 6}}};
    std::mt19937_64 random(7);
    // Divided by powers of two: the same with -ffast-math, which may multiply instead.
    const auto number = [&] { return static_cast<float>(random() % 2049) / 1024.0F - 1.0F; };
    std::vector<std::vector<float>> weights{
        std::vector<float>(16 * 64), std::vector<float>(64 * 32)};
    std::vector<std::vector<float>> gradients = weights;
    for (std::size_t m = 0; m < weights.size(); ++m)
        for (std::size_t i = 0; i < weights[m].size(); ++i) {
            weights[m][i] = number();
            gradients[m][i] = number();
        }
    std::vector<std::span<float>> gradient_spans(gradients.begin(), gradients.end());
    esp::pruner pruner(layers, {esp::weights_in(esp::layout::pytorch, weights)},
        {.schedule = esp::polynomial{.steps = 3, .target = 0.6},
            .regularization = 0.01,
            .rank_by = ranking,
            .selection = {.structure = esp::structure{.kind = kind}}});
    pruner.baseline(1.0);
    while (true) {
        pruner.observe(gradient_spans);
        auto round = pruner.next();
        if (!round)
            break;
        round->regularize(gradient_spans);
        round->shrink(0.1);
        std::printf("%lld %a %a ", static_cast<long long>(round->record().kept_weights),
            round->record().gap, round->regularization_loss());
        for (const auto& mask : pruner.masks())
            for (const std::uint8_t kept : mask)
                std::putchar(kept != 0 ? '1' : '0');
        std::putchar('\n');
        pruner.report(round->number() == 2 ? 0.5 : 1.0); // the second is rejected
    }
    std::printf("%s\n", pruner.stopped_because().c_str());
}

} // namespace

int main()
{
    solve();
    for (const int bits : {12, 16, 18})
        for (const auto kind : {esp::structure_kind::multiplier, esp::structure_kind::consecutive})
            for (const auto ranking :
                {esp::ranking::l1, esp::ranking::l2, esp::ranking::taylor, esp::ranking::fisher})
                prune(bits, kind, ranking);
    return 0;
}
