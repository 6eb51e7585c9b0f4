// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The version of the library; CMake reads it from here.
#define ESPALIER_VERSION_MAJOR 0
#define ESPALIER_VERSION_MINOR 1
#define ESPALIER_VERSION_PATCH 0
