// SPDX-License-Identifier: Apache-2.0
// a layer name is a text, not a null pointer
//
// A name may come from a pointer, but there has to be one.
#include <espalier/model/layers.hpp>

constexpr const char* name =
#ifdef BROKEN
    nullptr;
#else
    "fc1";
#endif
constexpr espalier::dense layer{.name = name, .inputs = 16, .outputs = 64};
