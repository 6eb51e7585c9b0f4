// SPDX-License-Identifier: Apache-2.0
#include "prune/deterministic_training.hpp"

#include <espalier/with/json.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace espalier;
using deterministic::nothing;
using deterministic::observing;
using deterministic::training;
using bytes = std::vector<std::byte>;

namespace {

/// A folder of its own, and nothing in it.
struct empty_folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("espalier_json_" + std::to_string(::getpid()));
    empty_folder()
    {
        std::filesystem::remove_all(path);
        std::filesystem::create_directory(path);
    }
    ~empty_folder() { std::filesystem::remove_all(path); }
    empty_folder(const empty_folder&) = delete;
    empty_folder& operator=(const empty_folder&) = delete;
    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path / name; }
};

void write_bytes(const std::filesystem::path& file, const bytes& content)
{
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()),
            static_cast<std::streamsize>(content.size()));
}

bytes of_text(std::string_view text)
{
    const auto all = std::as_bytes(std::span(text));
    return {all.begin(), all.end()};
}

/// CRC-32 bit by bit, as IEEE 802.3 defines it.
std::uint32_t crc32(std::span<const std::byte> of)
{
    std::uint32_t crc = 0xFFFFFFFF;
    for (const std::byte byte : of) {
        crc ^= std::to_integer<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

/// A checkpoint put together by hand.
bytes assembled(std::uint32_t version, std::string_view header, const bytes& data)
{
    bytes all = of_text("espalier");
    const auto append = [&](auto number) {
        for (std::size_t k = 0; k < sizeof number; ++k)
            all.push_back(static_cast<std::byte>(number >> (8 * k)));
    };
    append(version);
    append(std::uint64_t{header.size()});
    append(std::uint64_t{data.size()});
    const bytes text = of_text(header);
    all.insert(all.end(), text.begin(), text.end());
    all.insert(all.end(), data.begin(), data.end());
    const std::uint32_t checksum = crc32(all);
    for (int k = 3; k >= 0; --k)
        all.insert(all.begin() + 12, static_cast<std::byte>(checksum >> (8 * (3 - k))));
    std::reverse(all.begin() + 12, all.begin() + 16);
    return all;
}

/// A small one with everything in it.
pruner_state small_state()
{
    pruner_state state{.facts = {{"weight matrices", "2"}, {"name \"ä\"", "\\\n"}},
        .baseline = 1.0 / 3,
        .history = {{.progress = 0.1,
                        .budget = {1, 2, 3, 4, 5},
                        .usage = {6, 7, 8, 9, 10},
                        .kept_weights = std::int64_t{1} << 60,
                        .status = solve_status::time_limit,
                        .gap = 4.9e-324,
                        .solver_seconds = 1e300,
                        .seconds = 2e300,
                        .pruner_seconds = 3e300,
                        .metric = -0.0,
                        .accepted = true},
            {.metric = std::bit_cast<double>(0xfff8000000000123U)},
            {.metric = std::numeric_limits<double>::infinity()}},
        .trials = {{0.1, true}, {0.7, false}},
        .stopped_because = "the end",
        .accepted = {.weights = {of_text("first"), {}, of_text("second")},
            .state = {of_text("biases"), {}},
            .masks = {{1, 0, 1}, {}, {0}},
            .orders = {{2, 0, 1}, {}, {4000000000}}},
        .rejected_masks = {{0, 0, 0}, {}, {1}},
        .observed_batches = 3,
        .observed_sums = {{1.5F, -0.0F}, {}, {3e38F}},
        .trainer = of_text("mine")};
    return state;
}

} // namespace

TEST_CASE("a state comes back from its bytes to the last bit")
{
    const pruner_state state = small_state();
    const bytes written = encode_checkpoint(state);
    const pruner_state read = decode_checkpoint(written);
    CHECK(read.facts == state.facts);
    CHECK(read.baseline == state.baseline);
    CHECK(
        deterministic::without_times(read.history) == deterministic::without_times(state.history));
    CHECK(read.history[0].solver_seconds == 1e300);
    CHECK(read.history[0].seconds == 2e300);
    CHECK(read.history[0].pruner_seconds == 3e300);
    CHECK(read.trials == state.trials);
    CHECK(read.stopped_because == state.stopped_because);
    CHECK(read.accepted.weights == state.accepted.weights);
    CHECK(read.accepted.state == state.accepted.state);
    CHECK(read.accepted.masks == state.accepted.masks);
    CHECK(read.accepted.orders == state.accepted.orders);
    CHECK(read.rejected_masks == state.rejected_masks);
    CHECK(read.observed_batches == state.observed_batches);
    CHECK(read.observed_sums == state.observed_sums);
    CHECK(std::signbit(read.observed_sums[0][1]));
    CHECK(read.trainer == state.trainer);
    CHECK(encode_checkpoint(read) == written);
    for (int status = 0; status <= static_cast<int>(solve_status::unknown); ++status) {
        pruner_state of;
        of.history.push_back({.status = static_cast<solve_status>(status)});
        CHECK(decode_checkpoint(encode_checkpoint(of)).history[0].status == of.history[0].status);
    }
}

TEST_CASE("the format is what its header says")
{
    REQUIRE(crc32(of_text("123456789")) == 0xCBF43926); // the check value of CRC-32
    const bytes written = encode_checkpoint(small_state());
    const auto number = [&](std::size_t at, int size) {
        std::uint64_t sum = 0;
        for (int k = size - 1; k >= 0; --k)
            sum = sum << 8 |
                  std::to_integer<std::uint64_t>(written[at + static_cast<std::size_t>(k)]);
        return sum;
    };
    CHECK(number(8, 4) == 1);
    const std::string header(reinterpret_cast<const char*>(written.data()) + 32,
        static_cast<std::size_t>(number(16, 8)));
    const auto json = nlohmann::json::parse(header);
    CHECK(json.at("baseline") == 1.0 / 3);
    CHECK(json.at("history").at(0).at("usage").at("uram") == 10);
    CHECK(json.at("history").at(0).at("status") == "time limit");
    CHECK(json.at("weights") == nlohmann::json{5, 0, 6});
    CHECK(json.at("observed_sums") == nlohmann::json{8, 0, 4});
    CHECK(json.at("trainer") == 4);
    const bytes data(
        written.begin() + 32 + static_cast<std::ptrdiff_t>(header.size()), written.end());
    CHECK(number(24, 8) == data.size());
    CHECK(std::memcmp(data.data(), "firstsecondbiases\1\0\1\0\0\0\0\1", 25) == 0);
    CHECK(assembled(1, header, data) == written);
}

TEST_CASE("a file that is cut off, longer or changed in any byte is refused")
{
    const bytes whole = encode_checkpoint(small_state());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_THROWS_WITH_AS((void)decode_checkpoint(std::span(whole).first(size)),
            doctest::Contains(size < 8 ? "a checkpoint begins with 'espalier'"
                                       : "a checkpoint is as long as it says"),
            std::invalid_argument);
    }
    bytes longer = whole;
    longer.push_back(std::byte{0});
    CHECK_THROWS_WITH_AS((void)decode_checkpoint(longer),
        doctest::Contains("a checkpoint is as long as it says"), std::invalid_argument);
    bytes changed = whole;
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int change : {0x01, 0x10, 0x80, 0xff}) {
            CAPTURE(at);
            changed[at] = whole[at] ^ static_cast<std::byte>(change);
            CHECK_THROWS_WITH_AS((void)decode_checkpoint(changed),
                doctest::Contains(at < 8    ? "a checkpoint begins with 'espalier'"
                                  : at < 12 ? "a checkpoint has a version that is known here"
                                  : at < 16 || at >= 32 ? "a checkpoint reads as it was written"
                                                        : "a checkpoint is as long as it says"),
                std::invalid_argument);
            changed[at] = whole[at];
        }
    // Lengths that are wrong, but add up.
    std::swap(changed[16], changed[24]);
    std::swap(changed[17], changed[25]);
    REQUIRE(changed != whole);
    CHECK_THROWS_WITH_AS((void)decode_checkpoint(changed),
        doctest::Contains("a checkpoint reads as it was written"), std::invalid_argument);
}

TEST_CASE("files of others are refused by what they are not")
{
    const empty_folder folder;
    CHECK_FALSE(read_checkpoint(folder / "none.ckpt"));
    CHECK_FALSE(read_checkpoint(folder / "no_folder/none.ckpt"));
    CHECK_THROWS_AS((void)read_checkpoint(folder.path), std::system_error);

    const auto refuses = [&](const bytes& content, const char* sentence) {
        CAPTURE(sentence);
        write_bytes(folder / "foreign", content);
        CHECK_THROWS_WITH_AS((void)read_checkpoint(folder / "foreign"), doctest::Contains(sentence),
            std::invalid_argument);
        CHECK_THROWS_WITH((void)read_checkpoint(folder / "foreign"),
            doctest::Contains((folder / "foreign").c_str()));
    };
    refuses({}, "a checkpoint begins with 'espalier'");
    refuses(of_text("PK\3\4"), "a checkpoint begins with 'espalier'");
    refuses(of_text("{\"espalier\": 1, \"and\": \"more\", \"so that it is long enough\": 3}"),
        "a checkpoint begins with 'espalier'");
    refuses(of_text("espaliers are trees that are pruned to grow along a wall"),
        "a checkpoint has a version that is known here");
    refuses(assembled(2, "{}", {}), "a checkpoint has a version that is known here");
    refuses(assembled(2, "{}", {}), "version = 2, known = 1)");
    refuses(assembled(0, "{}", {}), "a checkpoint has a version that is known here");

    const char* const header = "the header of a checkpoint says what its version says";
    refuses(assembled(1, "", {}), header);
    refuses(assembled(1, "{}", {}), header);
    refuses(assembled(1, "[1, 2]", {}), header);
    refuses(assembled(1, "{\"facts\": ", {}), header);
    const std::string sound =
        R"({"facts":[],"baseline":1,"history":[],"trials":[],"stopped_because":"",)"
        R"("observed_batches":0,"weights":[3],"state":[],"masks":[],"rejected_masks":[],)"
        R"("observed_sums":[],"trainer":1})";
    CHECK(decode_checkpoint(assembled(1, sound, of_text("abcd"))).accepted.weights ==
          std::vector<bytes>{of_text("abc")});
    refuses(assembled(1, sound, of_text("abc")), "but = 'a block is missing'");
    refuses(assembled(1, sound, of_text("abcde")), "but = 'there is more data'");
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string changed = sound;
        changed.replace(changed.find(from), from.size(), to);
        return assembled(1, changed, of_text("abcd"));
    };
    refuses(with("\"baseline\":1", "\"baseline\":null"), header);
    refuses(with("\"baseline\":1,", ""), header);
    refuses(with("\"history\":[]", "\"history\":[{}]"), header);
    refuses(with("\"history\":[]", "\"history\":3"), header);
    refuses(with("\"weights\":[3]", "\"weights\":[18446744073709551615]"), header);
    refuses(with("\"weights\":[3]", "\"weights\":[\"3\"]"), header);
    refuses(with("\"weights\":[3]", "\"weights\":[-3]"), header);
    refuses(
        with("\"observed_sums\":[],\"trainer\":1", "\"observed_sums\":[1],\"trainer\":0"), header);
}

TEST_CASE("a run that is resumed from its file ends as the one that never stopped")
{
    const empty_folder folder;
    const std::filesystem::path file = folder / "run.ckpt";
    const pruner_options options{.schedule = polynomial{.steps = 6, .target = 0.8},
        .patience = 5,
        .regularization = 1e-3,
        .rank_by = ranking::taylor};
    struct ending {
        bytes network;
        std::string history;
        std::vector<std::vector<std::uint8_t>> masks;
    };
    // The loop of the README; stops after so many rounds.
    const auto run_for = [&](std::size_t rounds) -> std::optional<ending> {
        training mine;
        pruner p{mine.layers, mine.views(), options};
        if (const auto checkpoint = read_checkpoint(file))
            p.resume(*checkpoint);
        else
            p.baseline(mine.metric());
        while (deterministic::run_round(p, mine, observing::before_rounds, nothing)) {
            write_checkpoint(file, p.save());
            if (--rounds == 0)
                return std::nullopt;
        }
        return ending{mine.bytes(), deterministic::without_times(p.history()), p.masks()};
    };
    const auto whole = run_for(1000);
    REQUIRE(whole);
    std::filesystem::remove(file);
    std::optional<ending> last;
    while (!last)
        last = run_for(1);
    CHECK(last->network == whole->network);
    CHECK(last->history == whole->history);
    CHECK(last->masks == whole->masks);
    CHECK(std::count(whole->history.begin(), whole->history.end(), '\n') > 5);
    CHECK_FALSE(std::filesystem::exists(folder / "run.ckpt.tmp"));
}

TEST_CASE("a checkpoint that cannot be written leaves the one that is there")
{
    const empty_folder folder;
    const std::filesystem::path file = folder / "run.ckpt";
    const pruner_state state = small_state();
    CHECK_THROWS_AS(write_checkpoint(folder / "none/run.ckpt", state), std::system_error);
    CHECK_THROWS_WITH(write_checkpoint(folder / "none/run.ckpt", state),
        doctest::Contains("none/run.ckpt' cannot be written: No such file or directory"));
    write_checkpoint(file, state);
    pruner_state next = state;
    next.trainer.resize(200'000);
    next.baseline = 0.5;

    // A file that may not grow is a disk that is full, or, where the signal is not ignored, the end
    // of the process between two bytes.
    const auto write_with_limit = [&](::rlim_t limit, bool is_killed) {
        const ::pid_t child = ::fork();
        if (child == 0) {
            const ::rlimit bound{limit, limit};
            const ::rlimit no_core{0, 0};
            ::setrlimit(RLIMIT_FSIZE, &bound);
            ::setrlimit(RLIMIT_CORE, &no_core);
            std::signal(SIGXFSZ, is_killed ? SIG_DFL : SIG_IGN);
            try {
                write_checkpoint(file, next);
            } catch (const std::system_error& error) {
                ::_exit(error.code() == std::errc::file_too_large ? 1 : 2);
            }
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    };
    const std::size_t size = encode_checkpoint(next).size();
    for (const std::size_t limit : {std::size_t{1}, std::size_t{100}, size / 2, size - 1}) {
        CAPTURE(limit);
        const int refused = write_with_limit(limit, false);
        CHECK(WIFEXITED(refused));
        CHECK(WEXITSTATUS(refused) == 1);
        CHECK_FALSE(std::filesystem::exists(folder / "run.ckpt.tmp"));
        const int killed = write_with_limit(limit, true);
        CHECK(WIFSIGNALED(killed));
        CHECK(WTERMSIG(killed) == SIGXFSZ);
        CHECK(std::filesystem::file_size(folder / "run.ckpt.tmp") == limit);
        CHECK(encode_checkpoint(read_checkpoint(file).value()) == encode_checkpoint(state));
    }
    CHECK(write_with_limit(size, true) == 0);
    CHECK(encode_checkpoint(read_checkpoint(file).value()) == encode_checkpoint(next));
    CHECK_FALSE(std::filesystem::exists(folder / "run.ckpt.tmp"));
}

TEST_CASE("a checkpoint may lie in the present folder, and its names are UTF-8")
{
    const empty_folder folder;
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path);
    write_checkpoint("here.ckpt", small_state());
    CHECK(read_checkpoint("here.ckpt"));
    pruner_state state = small_state();
    state.facts[0].value = "\xff";
    CHECK_THROWS_AS(write_checkpoint("here.ckpt", state), nlohmann::json::type_error);
    CHECK(encode_checkpoint(read_checkpoint("here.ckpt").value()) ==
          encode_checkpoint(small_state()));
    std::filesystem::current_path(before);
}
