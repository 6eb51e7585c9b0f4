// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <shared/run_log.hpp>
#include <stdexcept>
#include <string>

using namespace example;
using nlohmann::ordered_json;

namespace {

run_log full_run()
{
    run_log run{.title = "a \"title\"", .structure = "N:4", .accounting = "paper", .seed = 7};
    run.baseline = {{10, 2.5, 0, 40}, 0.9, 0.875, std::nullopt};
    run.pruned = {{3, 1, 12, 11}, 0.875, std::nullopt, 0.5};
    run.rounds = {
        {{5, 2, 1, 20}, 0.75, false, 0.5, 61.5, 0.25}, {{3, 1, 12, 11}, std::nullopt, true}};
    run.layers = {
        {"fc1", 8, 4, 2, {10, 2.5, 0, 40}, {3, 1, 12, 11}, "0120", "10"}, {"fc2", 1, 1, 1}};
    return run;
}

std::string refusal(const ordered_json& json)
{
    try {
        (void)runs_of(json, "x.json");
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a log reads as it was written")
{
    run_log run = full_run();
    const ordered_json json = ordered_json::parse(to_json(run).dump());
    CHECK(runs_of(json, "x") == std::vector{run});
    CHECK(runs_of({{"runs", {json, json}}}, "x") == std::vector{run, run});
    ordered_json with_others = json; // a run beside others, one of which is beside others again
    with_others["runs"] = {json, {{"runs", {json}}}};
    CHECK(runs_of(with_others, "x") == std::vector{run, run, run});
    CHECK(json["rounds"][1].contains("validation_accuracy") == false);
    CHECK(json["rounds"][0]["seconds"] == 61.5);
    CHECK(json["rounds"][0]["pruner_seconds"] == 0.25);
    CHECK(json["rounds"][1].contains("seconds") == false);
    run.seed.reset();
    run.layers.clear();
    run.rounds.clear();
    CHECK(runs_of(to_json(run), "x") == std::vector{run});
}

TEST_CASE("a log may lack what was not measured and have more than is known")
{
    const ordered_json json = ordered_json::parse(
        R"({"baseline": {"dsp": 4, "mood": "good"}, "pruned": {}, "rounds": [{"dsp": 2}], "more": 1})");
    const std::vector<run_log> runs = runs_of(json, "x");
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].baseline == measured{.need = {.dsp = 4}});
    CHECK(runs[0].rounds == std::vector{logged_round{.need = {.dsp = 2}}});
    CHECK(runs_of({{"runs", ordered_json::array()}}, "x").empty());
}

TEST_CASE("what is wrong with a log is said with its place")
{
    const ordered_json sound = to_json(full_run());
    const auto changed = [&](const char* pointer, const ordered_json& value) {
        ordered_json json = sound;
        json[ordered_json::json_pointer(pointer)] = value;
        return refusal(json);
    };
    CHECK(refusal(sound).empty());
    CHECK(refusal(ordered_json::array()) == "x.json is not an object");
    CHECK(refusal({{"baseline", {{"dsp", 1}}}}) == "x.json has no \"pruned\"");
    CHECK(changed("/baseline/dsp", -1) == "x.json.baseline has a \"dsp\" that is not an amount");
    CHECK(
        changed("/baseline/dsp", "many") == "x.json.baseline has a \"dsp\" that is not an amount");
    CHECK(changed("/rounds/0/seconds", -1) ==
          "x.json.rounds[0] has a \"seconds\" that is not an amount");
    CHECK(changed("/pruned/validation_accuracy", 91.1) ==
          "x.json.pruned has a \"validation_accuracy\" that is not between 0 and 1");
    CHECK(changed("/rounds/1/accepted", 1) ==
          "x.json.rounds[1] has an \"accepted\" that is neither true nor false");
    CHECK(changed("/rounds", 3) == "x.json has a \"rounds\" that is not an array");
    CHECK(changed("/layers/0/name", 3) == "x.json.layers[0] has a \"name\" that is not a text");
    CHECK(changed("/layers/0/multipliers", "01a") ==
          "x.json.layers[0] has a map \"multipliers\" of other characters than 012");
    CHECK(changed("/layers/0/columns", "012") ==
          "x.json.layers[0] has a map \"columns\" of other characters than 01");
}
