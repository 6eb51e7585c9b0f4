// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// The numbers that decide how fast `exact` is, and where it gives up; none decides what it calls
// optimal. They were chosen by hand on the problems of bench/, and are round: where half or twice
// as much would be better for some problem, it is worse for another.
//
// Numbers that follow from how things are stored, or from what rounding does, are where they are
// needed: no other would be right.

namespace espalier::detail::tuning {

// Work side by side, and the clock.

/// Steps (nanoseconds) between two looks at the clock, which take 20 ns each.
inline constexpr std::uint64_t steps_between_readings = 200'000;
/// Items that a thread takes at a time, where the work on each is a few instructions: so many that
/// starting a thread pays, and few enough for sixteen threads at a million.
inline constexpr std::size_t grain = std::size_t{1} << 16U;
/// The same of components, each of which takes a dynamic program.
inline constexpr std::size_t component_grain = 16'384;
/// Items that a sweep goes through between two looks at the budget, about a millisecond.
inline constexpr std::size_t stretch = std::size_t{1} << 20U;
/// Items that `greedy` may still sort when the time is already over: a few milliseconds.
inline constexpr std::size_t most_to_sort = std::size_t{1} << 16U;

// Entry: components.

/// Blocks of units that the next one is compared with: those that a layer repeats in turns.
inline constexpr std::size_t models = 4;
/// Units in the frontier of a component: a state for each set of paid ones, so 256. Memory columns
/// have one or two, and what is wider is rather a grid, for conditioning on a cutset.
inline constexpr std::size_t widest_frontier = 8;
/// Steps of the dynamic program of one pattern: with their prices a quarter of a GiB.
inline constexpr std::size_t most_transitions = std::size_t{1} << 24U;

// Prices.

/// Items in the first sample, which is solved as it is. Of hardly more items all are solved at
/// once: what a sample finds would have to be corrected.
inline constexpr std::size_t first_sample = 1'024;
/// Items in a sample to those in the one before. What is uncertain about prices shrinks with the
/// root of it, and with it the windows, so relaxations grow with the root as well.
inline constexpr std::size_t sample_growth = 12;
/// The same of components, which have no windows.
inline constexpr std::size_t component_sample_growth = 16;
/// Standard errors of a sample's count that a window is wide: rarely left, as a sweep is to be
/// repeated then; and wider windows would put more items into every relaxation.
inline constexpr double errors_in_window = 3.5;
/// How far a sample's prices may be wrong, as a part of them, and a fence around them therefore is.
inline constexpr double fence = 0.15;
/// Numbers that are sampled before one of a given rank is looked for among all.
inline constexpr std::size_t rank_samples = 4'096;
/// Components from which on a tally counts small choices in tables: for fewer, clearing the tables
/// would take longer than adding up what each of them uses.
inline constexpr std::size_t many_components = 1'000;
/// Patterns whose small choices a tally counts in tables; it should be had quickly.
inline constexpr std::size_t most_tallied_patterns = 64;
/// Labels that a new one is compared with where there are more than two amounts. Whoever is
/// dominated mostly is by one of about the same value.
inline constexpr std::size_t labels_compared = 256;
/// Components with several best choices from which on the choices are settled before the search:
/// fewer than that the core decides as well.
inline constexpr std::size_t least_ties = 64;
/// Updates of an inverse before it is made anew: errors grow with each.
inline constexpr std::size_t most_replaced = 40;

// Core.

/// Places of the first core: enough for most problems, few enough that sorting them takes no time.
inline constexpr std::size_t first_items(std::size_t rows)
{
    return 100 + 10 * rows;
}
/// The same of components, whose choices have to be listed.
inline constexpr std::size_t first_components(std::size_t rows)
{
    return 40 + 10 * rows;
}
/// Places of a core to those of the one before: all but the last together have a third of its
/// places.
inline constexpr std::size_t core_growth = 4;

/// Where all places are in the core, the least part of the gap that their changes may lose: six
/// cores to the whole gap, each with twice the loss of the one before.
inline constexpr double least_of_gap = 1.0 / 64;

/// Steps that a search of a core may take.
struct effort {
    std::uint64_t labels;
    std::uint64_t nodes;
};
/// Before the other method has had its turn: milliseconds, in which most problems are proven.
inline constexpr effort brief{6'000'000, 3'000'000};
/// Of a core that is only meant to find a better choice.
inline constexpr effort on_the_way{24'000'000, 12'000'000};

/// Choices that are tried one by one: of a core where dynamic programming gives up, and of a whole
/// problem that nothing has proven. Milliseconds.
inline constexpr std::size_t few_choices = 100'000;

/// States of dynamic programming: of 24 bytes, so 10 MB for one generation.
inline constexpr std::size_t most_states = 400'000;
/// Changes that are remembered on the way to states: 8 bytes each, so 128 MiB.
inline constexpr std::size_t longest_trail = 16'000'000;
/// Columns below which a node of branch and bound gets no tree of its own: making it costs more
/// than shorter sweeps save.
inline constexpr std::size_t least_to_nest = 100;
/// Cases of capacity modulo the lattice of costs, among which the shortest path is looked for.
inline constexpr std::int64_t most_cases = 4'096;
/// Combinations of components that a floor ties together, on the way.
inline constexpr std::size_t most_combinations = 2'000;
/// Choices that are listed of a component at least, where there are many components; of few and
/// long ones more, as long as together they take no more bytes than below.
inline constexpr std::size_t least_listed = 4'000;
inline constexpr std::size_t all_listed = 1'000'000;
inline constexpr std::size_t most_listed_bytes = std::size_t{1} << 28U;

// Exchanges, where the brief searches have proven nothing.

/// Items of which all pairs are looked at.
inline constexpr std::size_t most_exchanged = 1'000;
/// A gap that proofs get along with: pruning never has a larger one.
inline constexpr double small_gap = 1e-4;
/// Kicks that bring nothing, one after the other, before exchanges end.
inline constexpr std::size_t kicks_in_vain = 60'000;
/// How much less a choice may be worth than the one before, as a part of it, to go on from it.
inline constexpr double most_drift = 1e-3;
/// Steps of all exchanges: a second.
inline constexpr std::uint64_t exchange_steps = 1'000'000'000;

// Conditioning on a cutset.

/// Units in the frontiers of what is left: eight states, as each bound solves all of it.
inline constexpr std::size_t narrow_frontier = 3;
/// Pairs of a user of a unit and another unit of it, above which finding the components is not even
/// tried.
inline constexpr std::size_t most_met = 16;

} // namespace espalier::detail::tuning
