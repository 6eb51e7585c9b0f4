// SPDX-License-Identifier: Apache-2.0
// the header of a checkpoint says what its version says
//
// The file is whole, but another program wrote it, or a version of this library that is between two
// versions: a name or a block of data is missing, or there is one too many.
#include <espalier/with/json.hpp>

#include <boost/crc.hpp>

#include <cstring>
#include <vector>

void program()
{
#ifdef BROKEN
    std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
    bytes[34] = std::byte{'F'}; // "Facts"
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), 12);
    crc.process_bytes(bytes.data() + 16, bytes.size() - 16);
    const std::uint32_t checksum = crc.checksum();
    std::memcpy(bytes.data() + 12, &checksum, 4);
#else
    const std::vector<std::byte> bytes = espalier::encode_checkpoint({.baseline = 0.9});
#endif
    (void)espalier::decode_checkpoint(bytes);
}
