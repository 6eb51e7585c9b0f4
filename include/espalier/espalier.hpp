// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything but the adapters in with/, which each need a library of their own.

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/hls/explain.hpp>
#include <espalier/hls/finding.hpp>
#include <espalier/hls/hardware_flow.hpp>
#include <espalier/hls/hls4ml_network.hpp>
#include <espalier/hls/integer_kernel.hpp>
#include <espalier/hls/integer_layers.hpp>
#include <espalier/hls/integer_network.hpp>
#include <espalier/hls/integer_product.hpp>
#include <espalier/hls/kernel_network.hpp>
#include <espalier/hls/read_synthesis_report.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/hls/synthesis_report.hpp>
#include <espalier/hls/whole_file.hpp>
#include <espalier/hls/whole_folder.hpp>
#include <espalier/hls/write_network.hpp>
#include <espalier/hls/write_test_bench.hpp>
#include <espalier/knapsack/core.hpp>
#include <espalier/knapsack/decided.hpp>
#include <espalier/knapsack/exact.hpp>
#include <espalier/knapsack/greedy.hpp>
#include <espalier/knapsack/problem.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/knapsack/validity.hpp>
#include <espalier/knapsack/verify.hpp>
#include <espalier/model/adder_tree.hpp>
#include <espalier/model/constant.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/cost_of_weights.hpp>
#include <espalier/model/cost_without_matrices.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/expected_sharing.hpp>
#include <espalier/model/fabric.hpp>
#include <espalier/model/fabric_policy.hpp>
#include <espalier/model/gates.hpp>
#include <espalier/model/grouping.hpp>
#include <espalier/model/index_range.hpp>
#include <espalier/model/integer.hpp>
#include <espalier/model/json_string.hpp>
#include <espalier/model/label.hpp>
#include <espalier/model/layer_of.hpp>
#include <espalier/model/layer_spec.hpp>
#include <espalier/model/layers.hpp>
#include <espalier/model/layers_without_matrices.hpp>
#include <espalier/model/layout.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/legality_without_matrices.hpp>
#include <espalier/model/lookup_table.hpp>
#include <espalier/model/mapping.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/not_modelled.hpp>
#include <espalier/model/policy.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/precision_of.hpp>
#include <espalier/model/product.hpp>
#include <espalier/model/quantize.hpp>
#include <espalier/model/report.hpp>
#include <espalier/model/report_json.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/model/split_offsets.hpp>
#include <espalier/model/spread.hpp>
#include <espalier/model/stream.hpp>
#include <espalier/model/tensor_shape.hpp>
#include <espalier/model/text_table.hpp>
#include <espalier/model/timing.hpp>
#include <espalier/model/unrolling.hpp>
#include <espalier/model/utilization.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/model/zeros.hpp>
#include <espalier/network/fits.hpp>
#include <espalier/network/layer.hpp>
#include <espalier/network/network.hpp>
#include <espalier/prune/acceptance.hpp>
#include <espalier/prune/custom_resource.hpp>
#include <espalier/prune/group_sums.hpp>
#include <espalier/prune/layer_rule.hpp>
#include <espalier/prune/needs_of.hpp>
#include <espalier/prune/pruner.hpp>
#include <espalier/prune/pruner_state.hpp>
#include <espalier/prune/pruning_target.hpp>
#include <espalier/prune/ranking.hpp>
#include <espalier/prune/recount.hpp>
#include <espalier/prune/regularizer.hpp>
#include <espalier/prune/resource_units.hpp>
#include <espalier/prune/schedule.hpp>
#include <espalier/prune/selection.hpp>
#include <espalier/prune/sensitivity.hpp>
#include <espalier/prune/strength.hpp>
#include <espalier/prune/strided.hpp>
#include <espalier/prune/trainee.hpp>
#include <espalier/prune/weight_view.hpp>
#include <espalier/version.hpp>

/// \namespace espalier
/// All of the library; `esp` for short.

/// The short name that the documentation uses.
namespace esp = espalier;
