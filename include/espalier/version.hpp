// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The first number of the version; CMake reads all three from here.
#define ESPALIER_VERSION_MAJOR 0
/// The second number.
#define ESPALIER_VERSION_MINOR 1
/// The third number.
#define ESPALIER_VERSION_PATCH 0
