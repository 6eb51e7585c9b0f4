// SPDX-License-Identifier: Apache-2.0
// In place of hls4ml's header: what the project's defines.h needs of it.
#pragma once

namespace nnet {

/// The numbers of one pixel.
template <class T, unsigned N>
struct array {
    typedef T value_type;
    static const unsigned size = N;
    T data[N];
};

} // namespace nnet
