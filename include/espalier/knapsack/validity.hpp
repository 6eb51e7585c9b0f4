// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/problem.hpp>

// The rules of a well-formed problem, each stated once. Every solver begins here, so that a NaN or
// a wrong index ends in a sentence and not in a wrong mask. Ten million items pass in one sweep
// over the values and one over the classes: the loops only gather flags, and an offender is looked
// for when there is one.
//
// Amounts are integers and the solvers add them up without further checks; the last rule, that all
// items and units together stay under 2^62, is what makes that safe.

namespace espalier {

/// Refuses what is not a knapsack problem.
/// \throws std::invalid_argument with the broken rule and the values that broke it
void ensure_valid(const knapsack_problem& problem);

} // namespace espalier

#ifndef ESPALIER_COMPILED
#include <espalier/knapsack/detail/validity_definition.hpp>
#endif
