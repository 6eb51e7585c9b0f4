// SPDX-License-Identifier: Apache-2.0
// In place of hls4ml's header: what the project's parameters.h needs of it.
#pragma once

namespace nnet {

struct activ_config {};

} // namespace nnet
