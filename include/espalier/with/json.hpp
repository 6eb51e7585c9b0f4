// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/finite.hpp>
#include <espalier/knapsack/solution.hpp>
#include <espalier/model/resources.hpp>
#include <espalier/prune/pruner_state.hpp>
#include <espalier/prune/schedule.hpp>

#include <boost/crc.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <unistd.h>
#include <vector>

// A pruner's state in one file, which is there in whole or not at all. Version 1, little-endian:
//
//   bytes   what
//   0 …     "espalier"
//   8 …     version, 32 bits
//   12 …    CRC-32 of everything else, 32 bits
//   16 …    length of the header, 64 bits
//   24 …    length of the data, 64 bits
//   32 …    header: JSON, with the sizes of the blocks of data in the order of `visit_state`
//   … end   data: these blocks, one behind the other
//
// POSIX, for only there it can be said when something is on the disk.

namespace espalier {

namespace detail {

static_assert(std::endian::native == std::endian::little, "a checkpoint is little-endian");

inline constexpr std::string_view checkpoint_magic = "espalier";
inline constexpr std::uint32_t checkpoint_version = 1;
inline constexpr std::size_t checkpoint_prelude = 32;

// Each structure is taken apart once, for writing and for reading; a new member does not compile
// until it is here.
template <class Resources, class Visit>
requires std::same_as<std::remove_const_t<Resources>, resources>
void visit_fields(Resources& all, Visit&& visit)
{
    auto& [dsp, bram18, lut, ff, uram, custom] = all;
    visit("dsp", dsp), visit("bram18", bram18), visit("lut", lut), visit("ff", ff);
    visit("uram", uram), visit("custom", custom);
}
template <class Trial, class Visit>
requires std::same_as<std::remove_const_t<Trial>, trial>
void visit_fields(Trial& all, Visit&& visit)
{
    auto& [progress, accepted] = all;
    visit("progress", progress), visit("accepted", accepted);
}
template <class Record, class Visit>
requires std::same_as<std::remove_const_t<Record>, round_record>
void visit_fields(Record& all, Visit&& visit)
{
    auto& [progress, budget, usage, kept_weights, status, gap, solver_seconds, seconds,
        pruner_seconds, metric, accepted] = all;
    visit("progress", progress), visit("budget", budget), visit("usage", usage);
    visit("kept_weights", kept_weights), visit("status", status), visit("gap", gap);
    visit("solver_seconds", solver_seconds), visit("seconds", seconds);
    visit("pruner_seconds", pruner_seconds), visit("metric", metric), visit("accepted", accepted);
}
template <class Fact, class Visit>
requires std::same_as<std::remove_const_t<Fact>, pruner_fact>
void visit_fields(Fact& all, Visit&& visit)
{
    auto& [what, value] = all;
    visit("what", what), visit("value", value);
}

/// What goes into the header, and the blocks that follow it.
template <class State, class Field, class Block>
void visit_state(State& all, Field&& field, Block&& block)
{
    auto& [facts, baseline, history, trials, stopped_because, accepted, rejected_masks,
        observed_batches, observed_sums, trainer] = all;
    field("facts", facts), field("baseline", baseline), field("history", history);
    field("trials", trials), field("stopped_because", stopped_because);
    field("observed_batches", observed_batches);
    auto& [weights, state, masks, orders] = accepted;
    block("weights", weights), block("state", state), block("masks", masks);
    block("rejected_masks", rejected_masks), block("observed_sums", observed_sums);
    block("trainer", trainer), block("orders", orders);
}

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;

template <class Value>
[[nodiscard]] nlohmann::ordered_json to_header(const Value& value)
{
    nlohmann::ordered_json json;
    if constexpr (is_vector<Value> || is_array<Value>) {
        json = nlohmann::ordered_json::array();
        for (const auto& element : value)
            json.push_back(to_header(element));
    } else if constexpr (std::same_as<Value, double>) {
        // JSON has no infinities and no NaN; the metric of a round that diverged is one.
        if (is_finite(value))
            json = value;
        else
            json = {{"bits", std::bit_cast<std::uint64_t>(value)}};
    } else if constexpr (std::same_as<Value, solve_status>) {
        json = to_string(value);
    } else if constexpr (std::is_arithmetic_v<Value> || std::same_as<Value, std::string>) {
        json = value;
    } else {
        visit_fields(
            value, [&](const char* name, const auto& member) { json[name] = to_header(member); });
    }
    return json;
}

template <class Value>
void from_header(const nlohmann::ordered_json& json, Value& value)
{
    if constexpr (is_vector<Value>) {
        for (const auto& element : json.get_ref<const nlohmann::ordered_json::array_t&>())
            from_header(element, value.emplace_back());
    } else if constexpr (is_array<Value>) {
        for (std::size_t k = 0; k < value.size(); ++k)
            from_header(json.at(k), value[k]);
    } else if constexpr (std::same_as<Value, double>) {
        value = json.is_number() ? json.get<double>()
                                 : std::bit_cast<double>(json.at("bits").get<std::uint64_t>());
    } else if constexpr (std::same_as<Value, solve_status>) {
        value = solve_status::optimal;
        while (value != solve_status::unknown && to_string(value) != json.get<std::string_view>())
            value = static_cast<solve_status>(static_cast<int>(value) + 1);
    } else if constexpr (std::is_arithmetic_v<Value> || std::same_as<Value, std::string>) {
        json.get_to(value);
    } else {
        visit_fields(
            value, [&](const char* name, auto& member) { from_header(json.at(name), member); });
    }
}

template <class Number>
void put_at(std::vector<std::byte>& bytes, std::size_t at, Number number)
{
    std::memcpy(bytes.data() + at, &number, sizeof number);
}
template <class Number>
[[nodiscard]] Number number_at(std::span<const std::byte> bytes, std::size_t at)
{
    Number number{};
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

/// Of everything but the checksum itself.
[[nodiscard]] inline std::uint32_t checksum(std::span<const std::byte> bytes)
{
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), 12);
    crc.process_bytes(bytes.data() + 16, bytes.size() - 16);
    return crc.checksum();
}

} // namespace detail

/// A pruner's state as the bytes of a checkpoint.
/// \throws nlohmann::json::type_error if a name is not UTF-8
[[nodiscard]] inline std::vector<std::byte> encode_checkpoint(const pruner_state& state)
{
    nlohmann::ordered_json header;
    std::vector<std::byte> data;
    const auto append = [&](const auto& block) {
        const auto bytes = std::as_bytes(std::span(block));
        data.insert(data.end(), bytes.begin(), bytes.end());
        return bytes.size();
    };
    detail::visit_state(
        state,
        [&](const char* name, const auto& value) { header[name] = detail::to_header(value); },
        [&](const char* name, const auto& blocks) {
            if constexpr (requires { blocks.front().size(); }) {
                header[name] = nlohmann::ordered_json::array();
                for (const auto& block : blocks)
                    header[name].push_back(append(block));
            } else {
                header[name] = append(blocks);
            }
        });
    const std::string text = header.dump();
    std::vector<std::byte> bytes(detail::checkpoint_prelude + text.size() + data.size());
    std::memcpy(bytes.data(), detail::checkpoint_magic.data(), detail::checkpoint_magic.size());
    detail::put_at(bytes, 8, detail::checkpoint_version);
    detail::put_at(bytes, 16, std::uint64_t{text.size()});
    detail::put_at(bytes, 24, std::uint64_t{data.size()});
    const auto header_bytes = std::as_bytes(std::span(text));
    std::ranges::copy(
        data, std::ranges::copy(header_bytes, bytes.begin() + detail::checkpoint_prelude).out);
    detail::put_at(bytes, 12, detail::checksum(bytes));
    return bytes;
}

/// A pruner's state from the bytes of a checkpoint.
/// \param name  of the file, for sentences
/// \throws std::invalid_argument if the bytes are not a whole checkpoint of a version that this
///         library knows
[[nodiscard]] inline pruner_state decode_checkpoint(
    std::span<const std::byte> bytes, std::string_view name = "")
{
    const given file{"file", name};
    const std::string_view magic = detail::checkpoint_magic;
    ensure(
        bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0,
        "a checkpoint begins with 'espalier'", file);
    const auto ensure_whole = [&](bool is_whole, std::uint64_t expected) {
        ensure(is_whole, "a checkpoint is as long as it says", file, given{"bytes", bytes.size()},
            given{"expected", expected});
    };
    ensure_whole(bytes.size() >= detail::checkpoint_prelude, detail::checkpoint_prelude);
    const auto version = detail::number_at<std::uint32_t>(bytes, 8);
    ensure(version == detail::checkpoint_version, "a checkpoint has a version that is known here",
        file, given{"version", version}, given{"known", detail::checkpoint_version});
    const auto header_size = detail::number_at<std::uint64_t>(bytes, 16);
    const auto data_size = detail::number_at<std::uint64_t>(bytes, 24);
    const std::size_t rest = bytes.size() - detail::checkpoint_prelude;
    ensure_whole(header_size <= rest && data_size == rest - header_size,
        detail::checkpoint_prelude + header_size + data_size);
    const auto written = detail::number_at<std::uint32_t>(bytes, 12);
    const std::uint32_t read = detail::checksum(bytes);
    ensure(read == written, "a checkpoint reads as it was written", file, given{"checksum", read},
        given{"when written", written});

    const auto header_bytes = bytes.subspan(detail::checkpoint_prelude, header_size);
    auto data = bytes.subspan(detail::checkpoint_prelude + header_size);
    const auto ensure_header = [&](bool is_sound, const char* why) {
        ensure(is_sound, "the header of a checkpoint says what its version says", file,
            given{"but", std::string_view(why)});
    };
    const auto take = [&](const nlohmann::ordered_json& size, auto& block) {
        using element = typename std::remove_reference_t<decltype(block)>::value_type;
        const auto taken = size.get<std::size_t>();
        ensure_header(taken <= data.size() && taken % sizeof(element) == 0, "a block is missing");
        block.resize(taken / sizeof(element));
        if (taken > 0)
            std::memcpy(block.data(), data.data(), taken);
        data = data.subspan(taken);
    };
    pruner_state state;
    try {
        const auto* text = reinterpret_cast<const char*>(header_bytes.data());
        const auto header = nlohmann::ordered_json::parse(text, text + header_bytes.size());
        detail::visit_state(
            state,
            [&](const char* field, auto& value) { detail::from_header(header.at(field), value); },
            [&](const char* field, auto& blocks) {
                if (field == std::string_view("orders") && !header.contains(field))
                    return; // an older file
                if constexpr (requires { blocks.front().size(); })
                    for (const auto& size : header.at(field))
                        take(size, blocks.emplace_back());
                else
                    take(header.at(field), blocks);
            });
    } catch (const nlohmann::json::exception& error) {
        ensure_header(false, error.what());
    }
    ensure_header(data.empty(), "there is more data");
    return state;
}

namespace detail {

[[noreturn]] inline void cannot(const char* what, const std::filesystem::path& file, int error)
{
    throw std::system_error(
        error, std::generic_category(), "the checkpoint '" + file.string() + "' cannot be " + what);
}

} // namespace detail

/// Writes a checkpoint in place of the one that is there. Whatever happens meanwhile, the file is
/// the old checkpoint or the new one: it is written beside it, under the same name with ".tmp" (so
/// one process at a time writes it), and takes its place when it is on the disk.
/// \throws std::system_error if the file system refuses; then the old checkpoint is still there
inline void write_checkpoint(const std::filesystem::path& file, const pruner_state& state)
{
    const std::vector<std::byte> bytes = encode_checkpoint(state);
    const std::filesystem::path beside = file.string() + ".tmp";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> written(
        std::fopen(beside.c_str(), "wb"), [](std::FILE* f) { return std::fclose(f); });
    if (!written || std::fwrite(bytes.data(), 1, bytes.size(), written.get()) != bytes.size() ||
        std::fflush(written.get()) != 0 || ::fsync(::fileno(written.get())) != 0 ||
        std::rename(beside.c_str(), file.c_str()) != 0) {
        const int error = errno;
        (void)std::remove(beside.c_str());
        detail::cannot("written", file, error);
    }
    // The name is on the disk when its folder is; some file systems have no way to ask for that.
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const int parent = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int error = parent >= 0 && ::fsync(parent) == 0 ? 0 : errno;
    if (parent >= 0)
        ::close(parent);
    if (error != 0 && error != EINVAL)
        detail::cannot("written", file, error);
}

/// Reads a checkpoint.
/// \return nothing if there is no such file
/// \throws std::invalid_argument as `decode_checkpoint`
/// \throws std::system_error if the file cannot be read
[[nodiscard]] inline std::optional<pruner_state> read_checkpoint(const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file))
        return std::nullopt;
    std::vector<std::byte> bytes(std::filesystem::file_size(file));
    std::ifstream stream(file, std::ios::binary);
    if (!stream.read(
            reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
        detail::cannot("read", file, errno);
    return decode_checkpoint(bytes, file.string());
}

} // namespace espalier
