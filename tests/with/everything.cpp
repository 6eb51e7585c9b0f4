// SPDX-License-Identifier: Apache-2.0
// The adapters whose libraries compile fast, together in one translation unit; clang-tidy reads the
// whole library through this file.
#include <espalier/espalier.hpp>
#include <espalier/knapsack/core.hpp>
#include <espalier/with/eigen.hpp>
#include <espalier/with/glpk.hpp>
#include <espalier/with/hls4ml.hpp>
#include <espalier/with/json.hpp>
#include <espalier/with/json_orders.hpp>
#include <espalier/with/npy.hpp>
