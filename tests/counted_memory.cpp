// SPDX-License-Identifier: Apache-2.0
#include "counted_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<std::size_t> held_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

/// Room in front of each block for its size; what follows stays aligned.
constexpr std::size_t head = alignof(std::max_align_t);
static_assert(head >= sizeof(std::size_t));

void* get(std::size_t size) noexcept
{
    if (size > static_cast<std::size_t>(-1) - head)
        return nullptr;
    auto* const block = static_cast<unsigned char*>(std::malloc(head + size));
    if (block == nullptr)
        return nullptr;
    std::memcpy(block, &size, sizeof size);
    const std::size_t now = held_bytes += size;
    std::size_t most = peak_bytes;
    while (most < now && !peak_bytes.compare_exchange_weak(most, now)) {
    }
    return block + head;
}

void give_back(void* at) noexcept
{
    if (at == nullptr)
        return;
    auto* const block = static_cast<unsigned char*>(at) - head;
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    held_bytes -= size;
    std::free(block);
}

void* get_or_throw(std::size_t size)
{
    if (void* const at = get(size))
        return at;
    throw std::bad_alloc();
}

} // namespace

std::size_t counted_memory::held()
{
    return held_bytes;
}
std::size_t counted_memory::peak()
{
    return peak_bytes;
}
void counted_memory::forget_peak()
{
    peak_bytes = held_bytes.load();
}

void* operator new(std::size_t size)
{
    return get_or_throw(size);
}
void* operator new[](std::size_t size)
{
    return get_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return get(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept
{
    return get(size);
}
void operator delete(void* at) noexcept
{
    give_back(at);
}
void operator delete[](void* at) noexcept
{
    give_back(at);
}
void operator delete(void* at, std::size_t) noexcept
{
    give_back(at);
}
void operator delete[](void* at, std::size_t) noexcept
{
    give_back(at);
}
void operator delete(void* at, const std::nothrow_t&) noexcept
{
    give_back(at);
}
void operator delete[](void* at, const std::nothrow_t&) noexcept
{
    give_back(at);
}
