// SPDX-License-Identifier: Apache-2.0
// a checkpoint reads as it was written
//
// Its checksum is another one: the disk, the memory or a program has changed it since.
#include <espalier/with/json.hpp>

#include <vector>

void program()
{
#ifdef BROKEN
    std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
    bytes.back() ^= std::byte{1};
#else
    const std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
#endif
    (void)espalier::decode_checkpoint(bytes);
}
