// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/ensure.hpp>
#include <espalier/model/cost.hpp>
#include <espalier/model/device.hpp>
#include <espalier/model/json_string.hpp>
#include <espalier/model/not_modelled.hpp>
#include <espalier/model/spread.hpp>
#include <espalier/model/text_table.hpp>
#include <espalier/model/timing.hpp>
#include <espalier/model/unrolling.hpp>
#include <espalier/model/utilization.hpp>
#include <espalier/model/weight_matrix.hpp>
#include <espalier/model/zeros.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a person asks of a design, on one page: every weight matrix and everything else that takes
// hardware with its shape, need and timing, the sum, and the sum against a device; of a pruned
// network also what is left. As text for a terminal, as a Markdown table for a pull request, as
// JSON for a script; the three say the same.

namespace espalier {

namespace detail {
struct report_json;
}

/// One row of a report: a weight matrix, a layer without any, the gates of a recurrent layer, or
/// the FIFOs between the layers.
struct report_row {
    std::string name; ///< as name_of; a layer without a name is called after its position
    std::string kind; ///< "dense", "softmax", "gates", …
    std::optional<weight_matrix> matrix{};
    resources need{};
    espalier::timing timing{};
    std::optional<resources> pruned{}; ///< what is left of it, if the report is of a pruned network
};

/// A weight matrix of which HLS is asked to unroll more than it does (unrolling.hpp).
struct report_warning {
    std::string name; ///< of the matrix
    std::int64_t unrolled = 0;
    std::int64_t smallest_reuse_factor = 0; ///< within the limit; 0: none is
};

/// The need of layers on a device. A network converts to the span of layers, so
/// `resource_report(network<…>, device::xcvu9p).text()` is a report of a compile-time network.
class resource_report {
public:
    /// The DSP family is the device's, whatever the policy says.
    /// \param pruned  what is left of each weight matrix after pruning, as `needs_of` says; none
    /// for
    ///                a dense network
    /// \throws std::invalid_argument if there is no layer, a layer is not sound or not legal or its
    ///         precision is swapped, two layers have one name, a headroom or shell is impossible,
    ///         or not every matrix has a pruned need
    explicit resource_report(std::span<const layer_spec> layers, const device& d,
        const headroom& fill = whole_device, cost_policy policy = {},
        std::span<const resources> pruned = {})
        : device_(d), fill_(fill), limit_(usable(d, fill))
    {
        ensure(!layers.empty(), "a network has at least one layer");
        ensure_distinct_names(layers);
        policy = costs_on(d, policy);
        policy_ = to_string(policy);
        has_ranges_ = has_spread(policy);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            ensure_sound_and_legal(layers[i]);
            ensure_not_swapped(layers[i]);
            add(named(layers[i], i), policy, pruned);
        }
        const resources streams =
            policy.streams ? cost_of_streams(layers, policy.memory.shapes) : resources{};
        if (streams != resources{})
            add({.name = "streams", .kind = "FIFO", .need = streams});
        ensure(pruned.empty() || pruned.size() == matrices_,
            "a pruned network has a need for every weight matrix", given{"given", pruned.size()},
            given{"matrices", matrices_});
        is_pruned_ = !pruned.empty();
        timing_ = timing_of(layers, policy);
    }

    [[nodiscard]] const std::vector<report_row>& rows() const { return rows_; }
    /// Of the network before anything is pruned.
    [[nodiscard]] const resources& need() const { return need_; }
    /// Of what is left after pruning; the same as `need` if nothing was.
    [[nodiscard]] const resources& pruned_need() const { return pruned_need_; }
    [[nodiscard]] const espalier::timing& timing() const { return timing_; }
    /// The name of the cost policy.
    [[nodiscard]] const std::string& policy() const { return policy_; }
    [[nodiscard]] const std::vector<report_warning>& warnings() const { return warnings_; }
    /// Of the network as it is: pruned, if it is.
    [[nodiscard]] espalier::utilization utilization() const { return {pruned_need_, limit_}; }

    /// Whether reports were compared with the policy, so that there are ranges.
    [[nodiscard]] bool has_ranges() const { return has_ranges_; }
    /// What eight of ten reports would say of the network as it is (spread.hpp).
    [[nodiscard]] spread range_of(report_figure f) const { return ranges_.of(f, timing_); }
    /// What the model says of it.
    [[nodiscard]] std::int64_t model_says(report_figure figure) const
    {
        const resources& n = pruned_need_;
        const std::array<std::int64_t, 6> all{
            n.dsp, n.bram18, n.lut, n.ff, timing_.interval, timing_.latency};
        return all[static_cast<std::size_t>(figure)];
    }

    /// Aligned tables for a terminal: the rows, what is left of pruned ones, the device, the ranges
    /// of reports, legal reuse factors, and warnings if there are any.
    [[nodiscard]] std::string text() const
    {
        return written([](const std::string& words) { return words; },
            [](const detail::text_table& t) { return t.aligned(); });
    }
    /// The same tables in Markdown.
    [[nodiscard]] std::string markdown() const
    {
        return written([](const std::string& words) { return detail::escaped(words); },
            [](const detail::text_table& t) { return t.piped(); });
    }
    /// One JSON object (RFC 8259): device, policy, headroom, matrices, others, total, utilization,
    /// warnings, not_modelled, fits. Block RAM is given in RAMB18 (`bram18`, an integer) and in
    /// 36-Kb blocks (`bram`).
    [[nodiscard]] std::string json() const;

private:
    void add(report_row row)
    {
        need_ += row.need;
        const resources& left = row.pruned ? *row.pruned : row.need;
        pruned_need_ += left;
        ranges_.add(
            left, row.timing, row.matrix ? spread_of(*row.matrix) : spread_without_matrices());
        rows_.push_back(std::move(row));
    }
    void add(const layer_spec& layer, const cost_policy& policy, std::span<const resources> pruned)
    {
        for (const weight_matrix& m : matrices_of(layer)) {
            report_row row{.name = name_of(m),
                .kind = std::string(to_string(m.kind)),
                .matrix = m,
                .need = cost(m, policy),
                .timing = timing_of(layer, m, policy)};
            if (matrices_ < pruned.size())
                row.pruned = pruned[matrices_];
            ++matrices_;
            if (unrolled(m) > most_unrolled)
                warnings_.push_back({row.name, unrolled(m), reuse_factor_within(m)});
            weights_ += m.weights();
            multipliers_ += m.multipliers() * m.copies;
            add(std::move(row));
        }
        const std::string name(layer.name.view());
        if (const resources gates = gates_cost(layer, policy); gates != resources{})
            add({.name = name + ".gates", .kind = "gates", .need = gates});
        if (const resources window = window_cost(layer, policy); window != resources{})
            add({.name = name + ".window", .kind = "window", .need = window});
        if (!has_matrices(layer.kind))
            add({.name = name,
                .kind = std::string(layer.kind == layer_kind::activation ? to_string(layer.function)
                                                                         : to_string(layer.kind)),
                .need = cost(layer, policy),
                .timing = timing_of(layer, policy)});
    }

    /// \param say    how a text is written
    /// \param write  how a table is
    template <class Say, class Write>
    [[nodiscard]] std::string written(const Say& say, const Write& write) const
    {
        std::string text = "Device: " + say(detail::printable(device_.name.view())) + fill_note() +
                           '\n' + "Policy: " + policy_ + "\n\n" + write(row_table()) + '\n';
        if (is_pruned_)
            text += write(pruned_table()) + '\n';
        text += write(use_table()) + '\n';
        if (has_ranges_)
            text += write(range_table()) + '\n';
        if (matrices_ > 0)
            text += write(reuse_table()) + '\n';
        if (!warnings_.empty())
            text += "Warning: HLS unrolls and partitions to at most " +
                    std::to_string(most_unrolled) + " parts.\n\n" + write(warning_table()) + '\n';
        return text + verdict();
    }

    [[nodiscard]] std::string fill_note() const
    {
        if (fill_ == whole_device)
            return "";
        const auto part = [](double factor) { return detail::one_decimal(100 * factor); };
        return ", filled to " + part(fill_.dsp) + " % of its DSP, " + part(fill_.bram) +
               " % BRAM, " + part(fill_.lut) + " % LUT, " + part(fill_.ff) + " % FF, " +
               part(fill_.uram) + " % URAM";
    }
    [[nodiscard]] std::string verdict() const
    {
        std::string text = utilization() ? "It fits." : "It does not fit.";
        text += " DSP and BRAM are counted, LUT, FF and latency estimated.\n";
        for (const report_row& row : rows_)
            if (row.matrix && !saves_zeros(*row.matrix)) {
                text.append("Zeros free nothing here: ").append(zeros_are_multiplied).append(".\n");
                break;
            }
        text += "Not counted:\n";
        for (const std::string_view what : not_modelled)
            text.append("- ").append(what) += '\n';
        return text;
    }

    /// DSP, BRAM, LUT and FF as cells.
    static void add_amounts(std::vector<std::string>& cells, const resources& need)
    {
        cells.insert(cells.end(), {std::to_string(need.dsp), detail::blocks(need.bram18),
                                      std::to_string(need.lut), std::to_string(need.ff)});
    }
    [[nodiscard]] detail::text_table row_table() const
    {
        detail::text_table t{.left = 4};
        t.rows.push_back({"part", "kind", "shape", "strategy", "RF", "PF", "weights", "multipliers",
            "DSP", "BRAM", "LUT", "FF", "II", "latency"});
        for (const report_row& row : rows_) {
            std::vector<std::string> cells{detail::printable(row.name), row.kind};
            if (const auto& m = row.matrix) {
                cells.insert(cells.end(),
                    {std::to_string(m->n_in()) + "x" + std::to_string(m->n_out()),
                        std::string(to_string(m->strategy)), std::to_string(m->reuse_factor),
                        std::to_string(m->copies), std::to_string(m->weights()),
                        std::to_string(m->multipliers() * m->copies)});
            } else {
                cells.resize(8);
            }
            add_amounts(cells, row.need);
            const bool has_timing = row.timing != espalier::timing{};
            cells.push_back(has_timing ? std::to_string(row.timing.interval) : "");
            cells.push_back(has_timing ? std::to_string(row.timing.latency) : "");
            t.rows.push_back(std::move(cells));
        }
        std::vector<std::string> total{
            "total", "", "", "", "", "", std::to_string(weights_), std::to_string(multipliers_)};
        add_amounts(total, need_);
        total.push_back(std::to_string(timing_.interval));
        total.push_back(std::to_string(timing_.latency));
        t.rows.push_back(std::move(total));
        return t;
    }
    [[nodiscard]] detail::text_table pruned_table() const
    {
        detail::text_table t{.left = 1};
        t.rows.push_back({"pruned", "DSP", "BRAM", "LUT", "FF"});
        for (const report_row& row : rows_)
            if (row.pruned)
                add_amounts(t.rows.emplace_back(1, detail::printable(row.name)), *row.pruned);
        add_amounts(t.rows.emplace_back(1, "total"), pruned_need_);
        return t;
    }
    [[nodiscard]] detail::text_table use_table() const
    {
        detail::text_table t{.left = 1};
        t.rows.push_back({"resource", "need", "limit", "%", "too many"});
        for (const resource_use& use : utilization()) {
            const auto amount = [&use](std::int64_t value) {
                return use.kind == resource::bram18 ? detail::blocks(value) : std::to_string(value);
            };
            t.rows.push_back(
                {use.kind == resource::bram18 ? "BRAM" : std::string(to_string(use.kind)),
                    amount(use.need), amount(use.limit),
                    use.has_fraction() ? detail::one_decimal(100 * use.fraction()) : "-",
                    use.overflows() ? amount(use.need - use.limit) : ""});
        }
        return t;
    }
    [[nodiscard]] detail::text_table range_table() const
    {
        detail::text_table t{.left = 1};
        t.rows.push_back({"figure", "model", "8 of 10 reports: from", "to"});
        for (const report_figure figure : report_figures) {
            const auto amount = [figure](double value) {
                const std::int64_t whole = std::llround(value);
                return figure == report_figure::bram18 ? detail::blocks(whole)
                                                       : std::to_string(whole);
            };
            const auto [least, most] = range_of(figure);
            t.rows.push_back({std::string(to_string(figure)),
                amount(static_cast<double>(model_says(figure))), amount(least), amount(most)});
        }
        return t;
    }
    [[nodiscard]] detail::text_table reuse_table() const
    {
        detail::text_table t{.left = 2};
        t.rows.push_back({"matrix", "legal reuse factors"});
        for (const report_row& row : rows_)
            if (row.matrix)
                t.rows.push_back({detail::printable(row.name), legal_values(*row.matrix)});
        return t;
    }
    /// "1 2 4 8 16", or "1 to 640" where every value is legal.
    [[nodiscard]] static std::string legal_values(const weight_matrix& m)
    {
        if (m.strategy == strategy::latency)
            return std::string("1 to ").append(std::to_string(m.weights()));
        std::string text;
        for (const std::int64_t rf : legal_reuse_factors(m))
            text.append(text.empty() ? "" : " ").append(std::to_string(rf));
        return text.empty() ? "none" : text;
    }
    [[nodiscard]] detail::text_table warning_table() const
    {
        detail::text_table t{.left = 1};
        t.rows.push_back({"matrix", "parts", "smallest RF within"});
        for (const report_warning& w : warnings_)
            t.rows.push_back({detail::printable(w.name), std::to_string(w.unrolled),
                w.smallest_reuse_factor > 0 ? std::to_string(w.smallest_reuse_factor) : "none"});
        return t;
    }

    device device_;
    headroom fill_;
    resources limit_;
    std::string policy_;
    std::vector<report_row> rows_;
    std::vector<report_warning> warnings_;
    resources need_{};
    resources pruned_need_{};
    figure_ranges ranges_;
    bool has_ranges_ = false;
    bool is_pruned_ = false;
    std::size_t matrices_ = 0;
    std::int64_t weights_ = 0;
    std::int64_t multipliers_ = 0;
    espalier::timing timing_{};

    friend struct detail::report_json;
};

} // namespace espalier

#include <espalier/model/report_json.hpp>
