// SPDX-License-Identifier: Apache-2.0
// a checkpoint begins with 'espalier'
//
// The file is something else. `read_checkpoint` checks what it reads as `decode_checkpoint` does,
// and names the file.
#include <espalier/with/json.hpp>

#include <vector>

void program()
{
#ifdef BROKEN
    const std::vector<std::byte> bytes(100);
#else
    const std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
#endif
    (void)espalier::decode_checkpoint(bytes);
}
