// SPDX-License-Identifier: Apache-2.0
// Kills a pruning run at random moments, again and again, starts it anew until it is through, and
// compares the end with that of a run that was never killed: test_killed [kills [seed]].

#include "../../prune/deterministic_training.hpp"

#include <espalier/with/json.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <new>
#include <random>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace espalier;
using clock_type = std::chrono::steady_clock;

enum class doing : int { starting, training, writing };

/// What a process does, for the one that kills it.
struct shared_progress {
    std::atomic<doing> now = doing::starting;
    std::atomic<long> steps =
        0; ///< of training; a clock would kill all too early on a busy machine
};

/// The program that is killed; the loop of the README.
void prune_in(const std::filesystem::path& folder, shared_progress& shared)
{
    deterministic::training mine;
    pruner p{mine.layers, mine.views(),
        {.schedule = constant{.steps = 12,
             .target = 0.8,
             .after_rejection = after_rejection::skip}, // a round for every step
            .patience = 5,
            .regularization = 1e-3}};
    std::mt19937_64 own(5); // goes on whether rounds are rejected or not
    const std::filesystem::path file = folder / "run.ckpt";
    const auto write = [&] {
        shared.now = doing::writing;
        pruner_state state = p.save();
        const auto* first = reinterpret_cast<const std::byte*>(&own);
        state.trainer.assign(first, first + sizeof own);
        state.trainer.resize(50'000); // so that writing takes its time
        write_checkpoint(file, state);
        shared.now = doing::training;
    };
    if (const auto checkpoint = read_checkpoint(file)) {
        p.resume(*checkpoint);
        std::memcpy(&own, checkpoint->trainer.data(), sizeof own);
    } else {
        p.baseline(mine.metric());
    }
    shared.now = doing::training;
    const auto disturb = [&](int) {
        ++shared.steps;
        for (float& w : mine.weights[0])
            w += static_cast<float>(own() % 1000) * 1e-6F;
        std::this_thread::sleep_for(std::chrono::milliseconds(2)); // as if there were more of it
    };
    while (deterministic::run_round(p, mine, deterministic::observing::never, disturb))
        write();
    // The end: everything but the times, in a file.
    std::vector<std::byte> all = mine.bytes();
    const auto append = [&](const auto& of) {
        const auto bytes = std::as_bytes(std::span(of));
        all.insert(all.end(), bytes.begin(), bytes.end());
    };
    append(deterministic::without_times(p.history()));
    append(p.stopped_because());
    append(std::span(&own, 1));
    for (const auto* masks : {&p.masks(), &p.rejected_masks()})
        for (const auto& mask : *masks)
            append(mask);
    std::ofstream(folder / "end", std::ios::binary)
        .write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size()));
}

std::string end_in(const std::filesystem::path& folder)
{
    std::ifstream file(folder / "end", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void fail(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

} // namespace

int main(int argc, char** argv)
try {
    const long kills = argc > 1 ? std::atol(argv[1]) : 60;
    std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("espalier_killed_" + std::to_string(::getpid()));
    void* page = ::mmap(nullptr, sizeof(shared_progress), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        fail("no shared memory");
    auto& shared = *new (page) shared_progress;

    /// Starts the program, and kills it some time after so many steps; how it ended.
    const auto start = [&](long steps, std::chrono::microseconds more) {
        shared.now = doing::starting;
        shared.steps = 0;
        const ::pid_t child = ::fork();
        if (child == 0) {
            try {
                prune_in(folder, shared);
            } catch (const std::exception& error) {
                std::fprintf(stderr, "%s\n", error.what());
                ::_exit(1);
            }
            ::_exit(0);
        }
        int status = 0;
        for (auto end = clock_type::time_point::max(); clock_type::now() < end;) {
            if (::waitpid(child, &status, WNOHANG) == child)
                return status;
            if (shared.steps >= steps && end == clock_type::time_point::max())
                end = clock_type::now() + more;
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        return status;
    };
    const auto begin_anew = [&] {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
    };

    begin_anew();
    constexpr long never = std::numeric_limits<long>::max();
    if (start(never, {}) != 0)
        fail("the run that is not killed does not end");
    const long all_steps = shared.steps;
    const std::string expected = end_in(folder);

    long killed = 0;
    long runs = 0;
    long before_any = 0;
    long while_doing[3] = {};
    begin_anew();
    while (killed < kills || !std::filesystem::exists(folder / "end")) {
        // About a round long on average, so that some die before they have written anything; then
        // somewhere within a step and what follows it.
        const auto draw = [&](long most) {
            return static_cast<long>(random() % static_cast<unsigned long>(most + 1));
        };
        const long life = draw(all_steps / 6);
        const std::chrono::microseconds more(draw(3'000));
        const bool has_file = std::filesystem::exists(folder / "run.ckpt");
        const int status = start(killed < kills ? life : never, more);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            ++killed;
            before_any += has_file ? 0 : 1;
            ++while_doing[static_cast<int>(shared.now.load())];
            continue;
        }
        if (status != 0)
            fail("a run that was resumed failed");
        if (end_in(folder) != expected)
            fail("a run that was killed ended otherwise than the one that was not");
        ++runs;
        if (killed < kills)
            begin_anew();
    }
    std::filesystem::remove_all(folder);
    if (4 * before_any > 3 * killed)
        fail("nearly all kills came before there was a checkpoint: they show nothing");
    std::printf("%ld kills in %ld runs (%ld while starting, %ld while training, %ld while writing; "
                "%ld before there was a checkpoint): all ended alike, in %zu bytes\n",
        killed, runs, while_doing[0], while_doing[1], while_doing[2], before_any, expected.size());
    return 0;
} catch (const std::exception& error) {
    fail(error.what());
}
