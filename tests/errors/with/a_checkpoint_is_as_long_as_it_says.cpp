// SPDX-License-Identifier: Apache-2.0
// a checkpoint is as long as it says
//
// It was cut off, or something was appended: a copy that was not complete, a disk that was full.
// `write_checkpoint` itself leaves no such file.
#include <espalier/with/json.hpp>

#include <vector>

void program()
{
#ifdef BROKEN
    std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
    bytes.pop_back();
#else
    const std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
#endif
    (void)espalier::decode_checkpoint(bytes);
}
