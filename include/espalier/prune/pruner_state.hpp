// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/solution.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/schedule.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// What a pruner remembers between two rounds, as a plain value: `pruner::save` gives it, and
// `pruner::resume` makes another pruner, of the same network and the same options, go on from it as
// if nothing had happened. with/json.hpp keeps it in a file.

namespace espalier {

/// What one round tried and how it ended.
struct round_record {
    double progress = 0; ///< of the budget along the schedule, 0 dense … 1 target
    resources budget{};  ///< allowed
    resources usage{};   ///< taken by the kept groups; at most the budget
    std::int64_t kept_weights = 0;
    solve_status status = solve_status::feasible;
    double gap = 0; ///< of the knapsack solution
    double solver_seconds = 0;
    double seconds = 0; ///< from `next` to `report`, on the wall clock
    /// What the pruner took of it, and of `observe` before it: ranking, problem, solver, masks and
    /// copies. The regulariser is training.
    double pruner_seconds = 0;
    double metric = 0; ///< as reported; 0 while the round is open
    bool accepted = false;
};

/// Everything that goes back when a round is rejected.
struct network_snapshot {
    std::vector<std::vector<std::byte>> weights{};  ///< of each weight matrix, as its view saves it
    std::vector<std::vector<std::byte>> state{};    ///< of each part of the trainee's state
    std::vector<std::vector<std::uint8_t>> masks{}; ///< of each weight matrix, 1 or 0 a weight
    /// Of each weight matrix, for each place the input channel that stands there; empty where the
    /// pruner permutes nothing.
    std::vector<std::vector<std::uint32_t>> orders{};
};

/// Something of the network or of the options that the next rounds depend on.
struct pruner_fact {
    std::string what; ///< such as "reuse factor of fc1"
    std::string value;

    friend bool operator==(const pruner_fact&, const pruner_fact&) = default;
};

/// A pruner after a round, or after its baseline.
struct pruner_state {
    /// What a pruner that resumes must be made of.
    std::vector<pruner_fact> facts{};
    double baseline = 0;
    std::vector<round_record> history{};
    std::vector<trial> trials{};
    std::string stopped_because{};
    /// As the last accepted round was measured, or the dense network.
    network_snapshot accepted{};
    std::vector<std::vector<std::uint8_t>> rejected_masks{};
    /// What `observe` had added up.
    std::size_t observed_batches = 0;
    std::vector<std::vector<float>> observed_sums{};
    /// The trainer's own: what does not go back with a rejected round and is to survive a kill all
    /// the same, such as random numbers that run on. The pruner does not look at it.
    std::vector<std::byte> trainer{};
};

} // namespace espalier
