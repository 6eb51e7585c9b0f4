// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The log of a run, which every example that prunes leaves behind as JSON and from which
// examples/report makes a page: a dense network, rounds, and what is left, in total and layer by
// layer. A reader skips what it does not know, so an example may add fields of its own. A file
// holds one such object, or others in an array "runs", or both.
//
//   {"title": "LeNet on Fashion-MNIST", "structure": "paper", "accounting": "paper",
//    "baseline": {"dsp": 6150, "bram": 1380, "lut": 0, "weights": 61470,
//                 "validation_accuracy": 0.9112, "test_accuracy": 0.9077},
//    "rounds": [{"dsp": 4110, "bram": 1026, "lut": 0, "weights": 45324,
//                "validation_accuracy": 0.9095, "accepted": true,
//                "seconds": 61.5, "pruner_seconds": 0.04}, …],
//    "pruned": {… as "baseline" …},
//    "layers": [{"name": "fc1", "inputs": 400, "outputs": 120, "reuse_factor": 25,
//                "dense": {"dsp": 1920, …}, "pruned": {"dsp": 392, …},
//                "multipliers": "1100…", "columns": "1001…"}, …]}
//
// Accuracies are parts of 1, block RAMs are 36-Kb blocks. In a map each character is a multiplier
// or a memory column: 0 freed, 1 kept, 2 an adder in place of a multiplier.

namespace example {

/// What a network or a layer takes. Block RAM in 36-Kb blocks; means over several networks may be
/// fractions.
struct amounts {
    double dsp = 0;
    double bram = 0;
    double lut = 0;
    double weights = 0; ///< that are not zero

    friend bool operator==(const amounts&, const amounts&) = default;
};

/// A network as it was measured; accuracies are parts of 1.
struct measured {
    amounts need{};
    std::optional<double> validation{};
    std::optional<double> test{};
    std::optional<double> quantized_test{}; ///< in the integers of the hardware

    friend bool operator==(const measured&, const measured&) = default;
};

struct logged_round {
    amounts need{};
    std::optional<double> validation{}; ///< none: training diverged, or nothing was set apart
    bool accepted = true;
    std::optional<double> test{}; ///< of a run that is tested in every round
    /// From the choice to the verdict, on the wall clock.
    std::optional<double> seconds{};
    /// What pruning took of them: ranking, problem, solver, masks, copies.
    std::optional<double> pruner_seconds{};

    friend bool operator==(const logged_round&, const logged_round&) = default;
};

/// A weight matrix before and after, and what has become of its hardware.
struct logged_layer {
    std::string name{};
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t reuse_factor = 1;
    amounts dense{};
    amounts pruned{};
    std::string multipliers{}; ///< a character for each, '0' freed, '1' kept, '2' an adder
    std::string columns{};     ///< of the weight memory, '0' or '1'

    friend bool operator==(const logged_layer&, const logged_layer&) = default;
};

struct run_log {
    std::string title{};
    std::string structure{};
    std::string accounting{}; ///< the cost_policy
    measured baseline{};
    std::vector<logged_round> rounds{};
    measured pruned{};
    std::vector<logged_layer> layers{};
    std::optional<std::uint64_t> seed{};

    friend bool operator==(const run_log&, const run_log&) = default;
};

namespace detail {

using ordered = nlohmann::ordered_json;

inline ordered json_of(const amounts& a)
{
    return {{"dsp", a.dsp}, {"bram", a.bram}, {"lut", a.lut}, {"weights", a.weights}};
}

inline void add(ordered& to, const char* key, const std::optional<double>& value)
{
    if (value)
        to[key] = *value;
}

inline ordered json_of(const measured& m)
{
    ordered json = json_of(m.need);
    add(json, "validation_accuracy", m.validation);
    add(json, "test_accuracy", m.test);
    add(json, "quantized_test_accuracy", m.quantized_test);
    return json;
}

/// Reads one object, and says where what is wrong with it.
class object_reader {
public:
    object_reader(const ordered& json, std::string where) : json_(json), where_(std::move(where))
    {
        if (!json_.is_object())
            fail("is not an object");
    }

    [[nodiscard]] const ordered* find(const char* key) const
    {
        const auto found = json_.find(key);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }
    [[nodiscard]] object_reader object(const char* key) const
    {
        return {require(key), where_ + '.' + key};
    }
    [[nodiscard]] std::string text(const char* key) const
    {
        const ordered* value = find(key);
        if (value != nullptr && !value->is_string())
            fail(std::string("has a \"") + key + "\" that is not a text");
        return value != nullptr ? value->get<std::string>() : std::string();
    }
    [[nodiscard]] double amount(const char* key) const
    {
        const ordered* value = find(key);
        const double number = value != nullptr && value->is_number() ? value->get<double>() : -1;
        if (value != nullptr && !(number >= 0 && number < 1e15))
            fail(std::string("has a \"") + key + "\" that is not an amount");
        return value != nullptr ? number : 0;
    }
    [[nodiscard]] std::optional<double> part(const char* key) const
    {
        const ordered* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        const double number = value->is_number() ? value->get<double>() : -1;
        if (!(number >= 0 && number <= 1))
            fail(std::string("has a \"") + key + "\" that is not between 0 and 1");
        return number;
    }
    [[nodiscard]] std::optional<double> duration(const char* key) const
    {
        return find(key) != nullptr ? std::optional(amount(key)) : std::nullopt;
    }
    [[nodiscard]] std::vector<object_reader> objects(const char* key) const
    {
        std::vector<object_reader> all;
        const ordered* value = find(key);
        if (value != nullptr && !value->is_array())
            fail(std::string("has a \"") + key + "\" that is not an array");
        for (std::size_t i = 0; value != nullptr && i < value->size(); ++i)
            all.emplace_back((*value)[i], where_ + '.' + key + '[' + std::to_string(i) + ']');
        return all;
    }
    [[nodiscard]] amounts need() const
    {
        return {amount("dsp"), amount("bram"), amount("lut"), amount("weights")};
    }
    [[nodiscard]] measured network() const
    {
        return {need(), part("validation_accuracy"), part("test_accuracy"),
            part("quantized_test_accuracy")};
    }
    /// A text of the given digits.
    [[nodiscard]] std::string map(const char* key, const char* digits) const
    {
        const std::string all = text(key);
        if (all.find_first_not_of(digits) != std::string::npos)
            fail(std::string("has a map \"") + key + "\" of other characters than " + digits);
        return all;
    }
    [[noreturn]] void fail(const std::string& why) const
    {
        throw std::runtime_error(where_ + ' ' + why);
    }

private:
    [[nodiscard]] const ordered& require(const char* key) const
    {
        const ordered* value = find(key);
        if (value == nullptr)
            fail(std::string("has no \"") + key + '"');
        return *value;
    }
    const ordered& json_;
    std::string where_;
};

inline run_log run_of(const object_reader& json)
{
    run_log run{.title = json.text("title"),
        .structure = json.text("structure"),
        .accounting = json.text("accounting"),
        .baseline = json.object("baseline").network(),
        .pruned = json.object("pruned").network()};
    for (const object_reader& round : json.objects("rounds")) {
        const nlohmann::ordered_json* accepted = round.find("accepted");
        if (accepted != nullptr && !accepted->is_boolean())
            round.fail("has an \"accepted\" that is neither true nor false");
        run.rounds.push_back({round.need(), round.part("validation_accuracy"),
            accepted == nullptr || accepted->get<bool>(), round.part("test_accuracy"),
            round.duration("seconds"), round.duration("pruner_seconds")});
    }
    for (const object_reader& layer : json.objects("layers"))
        run.layers.push_back({layer.text("name"), static_cast<std::int64_t>(layer.amount("inputs")),
            static_cast<std::int64_t>(layer.amount("outputs")),
            static_cast<std::int64_t>(layer.amount("reuse_factor")), layer.object("dense").need(),
            layer.object("pruned").need(), layer.map("multipliers", "012"),
            layer.map("columns", "01")});
    if (json.find("seed") != nullptr)
        run.seed = static_cast<std::uint64_t>(json.amount("seed"));
    return run;
}

} // namespace detail

/// The layers of a log.
inline nlohmann::ordered_json to_json(const std::vector<logged_layer>& all)
{
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const logged_layer& l : all)
        layers.push_back({{"name", l.name}, {"inputs", l.inputs}, {"outputs", l.outputs},
            {"reuse_factor", l.reuse_factor}, {"dense", detail::json_of(l.dense)},
            {"pruned", detail::json_of(l.pruned)}, {"multipliers", l.multipliers},
            {"columns", l.columns}});
    return layers;
}

/// A log as JSON, to which an example may add.
inline nlohmann::ordered_json to_json(const run_log& run)
{
    nlohmann::ordered_json rounds = nlohmann::ordered_json::array();
    for (const logged_round& r : run.rounds) {
        rounds.push_back(detail::json_of(r.need));
        detail::add(rounds.back(), "validation_accuracy", r.validation);
        detail::add(rounds.back(), "test_accuracy", r.test);
        rounds.back()["accepted"] = r.accepted;
        detail::add(rounds.back(), "seconds", r.seconds);
        detail::add(rounds.back(), "pruner_seconds", r.pruner_seconds);
    }
    nlohmann::ordered_json json{{"title", run.title}, {"structure", run.structure},
        {"accounting", run.accounting}, {"baseline", detail::json_of(run.baseline)},
        {"rounds", rounds}, {"pruned", detail::json_of(run.pruned)},
        {"layers", to_json(run.layers)}};
    if (run.seed)
        json["seed"] = *run.seed;
    return json;
}

namespace detail {

inline void add_runs_of(const object_reader& json, std::vector<run_log>& all)
{
    const bool holds_others = json.find("runs") != nullptr;
    if (!holds_others || json.find("baseline") != nullptr)
        all.push_back(run_of(json));
    for (const object_reader& run : json.objects("runs"))
        add_runs_of(run, all);
}

} // namespace detail

/// The runs of a file.
/// \param where  begins the sentences of errors: the name of the file
/// \throws std::runtime_error naming the place and what is wrong with it
inline std::vector<run_log> runs_of(const nlohmann::ordered_json& json, const std::string& where)
{
    std::vector<run_log> all;
    detail::add_runs_of(detail::object_reader(json, where), all);
    return all;
}

} // namespace example
