// SPDX-License-Identifier: Apache-2.0
#pragma once

// What ESPALIER_COMPILED leaves out of the other headers (linkage.hpp). Exactly one source file of
// a program includes this header; the library of the CMake target espalier::compiled is such a
// file.

#include <espalier/knapsack/detail/core_definition.hpp>
#include <espalier/knapsack/detail/exact_definition.hpp>
#include <espalier/knapsack/detail/greedy_definition.hpp>
#include <espalier/knapsack/detail/validity_definition.hpp>
#include <espalier/prune/detail/pruner_checks_definition.hpp>
#include <espalier/prune/detail/pruner_definition.hpp>
#include <espalier/prune/detail/pruner_regularizer_definition.hpp>
#include <espalier/prune/detail/pruner_state_definition.hpp>
#include <espalier/prune/detail/pruner_steps_definition.hpp>
#include <espalier/prune/detail/pruner_values_definition.hpp>
