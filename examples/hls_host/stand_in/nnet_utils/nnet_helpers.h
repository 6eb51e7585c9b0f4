// SPDX-License-Identifier: Apache-2.0
// In place of hls4ml's header, of which the project's parameters.h needs nothing.
#pragma once
