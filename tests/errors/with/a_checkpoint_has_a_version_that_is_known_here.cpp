// SPDX-License-Identifier: Apache-2.0
// a checkpoint has a version that is known here
//
// A later version of the library wrote it, in a format that this one does not know.
#include <espalier/with/json.hpp>

#include <vector>

void program()
{
#ifdef BROKEN
    std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
    bytes[8] = std::byte{2};
#else
    const std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
#endif
    (void)espalier::decode_checkpoint(bytes);
}
