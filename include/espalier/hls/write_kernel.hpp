// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/hls/kernel.hpp>
#include <espalier/hls/schedule.hpp>
#include <espalier/model/legality.hpp>
#include <espalier/model/memory.hpp>
#include <espalier/model/precision.hpp>
#include <espalier/model/weight_matrix.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// One layer as HLS C++. Its matrix-vector product is a loop over the cycles of the schedule; in
// each cycle the streams select their inputs, the multipliers that are built multiply, and each
// row of multipliers that always serve the same outputs adds up. What was pruned is not there: no
// multiplier, no selector that it alone needed, no word of memory.
//
//   stream s in cycle c:      x[…], spelt out, so that it is a selector of as many inputs as cycles
//   multiplier k in cycle c:  memory word c, place k  ×  its stream
//   row r in cycle c:         accumulator += Σ of its multipliers
//
// A multiplier's place in the memory word is its number in the dense hardware (in place) or among
// those that are built (packed). In place, columns that nobody reads fall out: the memory is one
// for each run of columns that are used.

namespace espalier {

namespace detail {

/// A name that C++ takes, of any text.
inline std::string identifier_of(std::string_view text)
{
    std::string name;
    for (const char c : text) {
        const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (fits || (!name.empty() && name.back() != '_')) // two underscores are the compiler's
            name += fits ? c : '_';
    }
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0)
        name.insert(0, "n");
    return name;
}

inline std::string type_of(const fixed_point& f)
{
    std::string modes =
        std::string(to_string(f.rounding)) + ", " + std::string(to_string(f.overflow));
    std::ranges::transform(modes, modes.begin(),
        [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    return std::string(f.format.is_signed ? "ESPALIER_FIXED(" : "ESPALIER_UFIXED(") +
           std::to_string(f.format.width) + ", " + std::to_string(f.format.integer) + ", " + modes +
           ")";
}

/// `espalier_kernels::number<weight_t, 18, 10>`
inline std::string number_of(std::string_view type, const precision& p)
{
    return "espalier_kernels::number<" + std::string(type) + ", " + std::to_string(p.width) + ", " +
           std::to_string(fraction_of(p)) + ">";
}

inline std::string bits_of(const precision& p)
{
    return (p.is_signed ? "ESPALIER_BITS(" : "ESPALIER_UBITS(") + std::to_string(p.width) + ")";
}

/// `{1, 2, 3}`, broken into lines.
template <class Numbers>
void write_list(std::ostream& out, const Numbers& numbers)
{
    out << '{';
    std::size_t i = 0;
    for (const auto number : numbers) {
        if (i > 0)
            out << (i % 16 == 0 ? ",\n                " : ", ");
        out << number;
        ++i;
    }
    out << '}';
}

/// Numbers the distinct sequences of a field of the slots, in the order in which they are met.
struct sequences {
    std::vector<std::int64_t> of;                  ///< for each multiplier
    std::vector<std::vector<std::int64_t>> values; ///< of each sequence, cycle by cycle

    sequences(const matrix_schedule& schedule, std::int64_t schedule_slot::*field)
    {
        std::map<std::vector<std::int64_t>, std::int64_t> known;
        for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
            std::vector<std::int64_t> sequence;
            for (const schedule_slot& slot : schedule.slots(k))
                sequence.push_back(slot.*field);
            const auto [at, is_new] =
                known.emplace(sequence, static_cast<std::int64_t>(known.size()));
            if (is_new)
                values.push_back(std::move(sequence));
            of.push_back(at->second);
        }
    }
};

/// Multipliers [first, last) of the schedule whose weights lie in one memory.
struct memory_part {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// The memories of a product: one for each run of used columns in place, else a single one; none
/// with more multipliers than HLS unrolls.
inline std::vector<memory_part> memory_parts(const matrix_schedule& schedule)
{
    const weight_matrix& m = schedule.matrix();
    const weight_memory memory = memory_of(m);
    const bool in_place = schedule.memory() == memory_layout::in_place && memory.columns() > 0;
    std::vector<memory_part> parts;
    for (std::int64_t k = 0; k < schedule.multipliers(); ++k) {
        bool apart = parts.empty() || k - parts.back().first >= largest_unrolled;
        if (!apart && in_place) {
            const auto numbers = schedule.numbers();
            const std::int64_t before = numbers[static_cast<std::size_t>(k - 1)];
            const std::int64_t here = numbers[static_cast<std::size_t>(k)];
            // A column between the two that neither uses.
            apart =
                columns_of(m, memory, {here, here + 1}).first >
                    columns_of(m, memory, {before, before + 1}).last ||
                here - numbers[static_cast<std::size_t>(parts.back().first)] >= largest_unrolled;
        }
        if (apart)
            parts.push_back({k, k});
        parts.back().last = k + 1;
    }
    return parts;
}

/// Writes the memory and the tables of one part, and in `use` the loop that multiplies.
inline void write_part(std::ostream& out, const kernel& k, const memory_part& part,
    const std::string& number, const sequences& streams, const sequences& rows)
{
    const matrix_schedule& schedule = k.schedule;
    const weight_matrix& m = schedule.matrix();
    const auto multipliers = schedule.numbers();
    const bool has_memory = has_weight_memory(m);
    const bool in_place = has_memory && schedule.memory() == memory_layout::in_place;
    const auto place_of = [&](std::int64_t i) {
        return in_place ? multipliers[static_cast<std::size_t>(i)] -
                              multipliers[static_cast<std::size_t>(part.first)]
                        : i - part.first;
    };
    const std::int64_t places = place_of(part.last - 1) + 1;
    const std::int64_t count = part.last - part.first;
    out << "        static const " << bits_of(m.weight) << " weights" << number << "["
        << schedule.cycles() << "][" << places << "] = {\n";
    for (std::int64_t cycle = 0; cycle < schedule.cycles(); ++cycle) {
        std::vector<std::int64_t> word(static_cast<std::size_t>(places));
        for (std::int64_t i = part.first; i < part.last; ++i) {
            const std::int64_t weight = schedule.slots(i)[static_cast<std::size_t>(cycle)].weight;
            if (weight != schedule_slot::idle)
                word[static_cast<std::size_t>(place_of(i))] =
                    k.weights[static_cast<std::size_t>(weight)];
        }
        out << "            ";
        write_list(out, word);
        out << (cycle + 1 < schedule.cycles() ? ",\n" : "};\n");
    }
    if (has_memory) {
        // One memory word holds the weights of all multipliers in a cycle.
        out << "#pragma HLS ARRAY_RESHAPE variable=weights" << number << " complete dim=2\n";
        if (memory_of(m).columns() > 0)
            out << "#pragma HLS BIND_STORAGE variable=weights" << number
                << " type=rom_1p impl=bram\n";
    } else {
        out << "#pragma HLS ARRAY_PARTITION variable=weights" << number << " complete dim=0\n";
    }
    const auto write_table = [&](const char* name, const auto& value) {
        std::vector<std::int64_t> values;
        for (std::int64_t i = part.first; i < part.last; ++i)
            values.push_back(value(i));
        out << "        static const unsigned short " << name << number << "[" << count << "] = ";
        write_list(out, values);
        out << ";\n";
    };
    if (places != count)
        write_table("place", place_of);
    write_table("stream", [&](std::int64_t i) { return streams.of[static_cast<std::size_t>(i)]; });
    write_table("row", [&](std::int64_t i) { return rows.of[static_cast<std::size_t>(i)]; });
}

inline void write_multiplications(
    std::ostream& out, const kernel& k, const memory_part& part, const std::string& number)
{
    const std::int64_t count = part.last - part.first;
    const auto multipliers = k.schedule.numbers();
    const bool has_places = has_weight_memory(k.schedule.matrix()) &&
                            k.schedule.memory() == memory_layout::in_place &&
                            multipliers[static_cast<std::size_t>(part.last - 1)] -
                                    multipliers[static_cast<std::size_t>(part.first)] + 1 !=
                                count;
    out << "            for (int k = 0; k < " << count << "; ++k) {\n#pragma HLS UNROLL\n"
        << "                sum[row" << number << "[k]] += accum_t(\n                    "
        << number_of("weight_t", k.layer.weight) << "(weights" << number << "[cycle]["
        << (has_places ? "place" + number + "[k]" : "k") << "]) * in[stream" << number
        << "[k]]);\n            }\n";
}

/// Writes what each stream selects, or where each row adds, cycle by cycle.
template <class Line>
void write_by_cycle(std::ostream& out, std::int64_t cycles, Line&& line)
{
    if (cycles == 1) {
        line(0, "            ");
        return;
    }
    out << "            switch (cycle) {\n";
    for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
        // The last case is the default, so that something is selected always.
        if (cycle + 1 == cycles)
            out << "            default:\n";
        else
            out << "            case " << cycle << ":\n";
        line(cycle, "                ");
        out << "                break;\n";
    }
    out << "            }\n";
}

inline void write_product(std::ostream& out, const kernel& k)
{
    const matrix_schedule& schedule = k.schedule;
    const weight_matrix& m = schedule.matrix();
    const sequences streams(schedule, &schedule_slot::input);
    const sequences rows(schedule, &schedule_slot::output);
    const std::vector<memory_part> parts = memory_parts(schedule);
    const auto number = [&](std::size_t i) { return parts.size() > 1 ? std::to_string(i) : ""; };

    out << "    /// One matrix-vector product: " << schedule.multipliers() << " of "
        << m.multipliers() << " multipliers in " << schedule.cycles() << " cycle"
        << (schedule.cycles() > 1 ? "s" : "") << ".\n"
        << "    static void product(const data_t x[" << m.n_in() << "], result_t y[" << m.n_out()
        << "])\n    {\n";
    if (schedule.cycles() == 1)
        out << "#pragma HLS PIPELINE II=1\n";
    if (schedule.multipliers() == 0)
        out << "        (void)x; // only biases are left\n";
    else
        out << "#pragma HLS ALLOCATION operation instances=mul limit=" << schedule.multipliers()
            << "\n";
    for (std::size_t i = 0; i < parts.size(); ++i)
        write_part(out, k, parts[i], number(i), streams, rows);
    out << "        static const " << bits_of(k.bias) << " biases[" << m.n_out() << "] = ";
    write_list(out, k.biases);
    out << ";\n#pragma HLS ARRAY_PARTITION variable=biases complete\n"
        << "        accum_t acc[" << m.n_out() << "];\n"
        << "#pragma HLS ARRAY_PARTITION variable=acc complete\n"
        << "        for (int i = 0; i < " << m.n_out() << "; ++i) {\n#pragma HLS UNROLL\n"
        << "            acc[i] = accum_t(" << number_of("bias_t", k.bias)
        << "(biases[i]));\n        }\n";
    if (schedule.multipliers() > 0) {
        out << "        for (int cycle = 0; cycle < " << schedule.cycles() << "; ++cycle) {\n";
        if (schedule.cycles() > 1)
            out << "#pragma HLS PIPELINE II=1 rewind\n";
        out << "            data_t in[" << streams.values.size() << "];\n"
            << "#pragma HLS ARRAY_PARTITION variable=in complete\n";
        write_by_cycle(out, schedule.cycles(), [&](std::int64_t cycle, const char* indent) {
            for (std::size_t s = 0; s < streams.values.size(); ++s)
                out << indent << "in[" << s << "] = x["
                    << streams.values[s][static_cast<std::size_t>(cycle)] << "];\n";
        });
        out << "            accum_t sum[" << rows.values.size() << "];\n"
            << "#pragma HLS ARRAY_PARTITION variable=sum complete\n"
            << "            for (int i = 0; i < " << rows.values.size()
            << "; ++i) {\n#pragma HLS UNROLL\n                sum[i] = 0;\n            }\n";
        for (std::size_t i = 0; i < parts.size(); ++i)
            write_multiplications(out, k, parts[i], number(i));
        // Rows whose output changes from cycle to cycle need a selection, the others do not.
        bool any_moves = false;
        const auto moves = [&](std::size_t r) {
            return std::ranges::any_of(rows.values[r],
                [&](std::int64_t output) { return output != rows.values[r].front(); });
        };
        for (std::size_t r = 0; r < rows.values.size(); ++r) {
            any_moves = any_moves || moves(r);
            if (!moves(r))
                out << "            acc[" << rows.values[r].front() << "] += sum[" << r << "];\n";
        }
        if (any_moves)
            write_by_cycle(out, schedule.cycles(), [&](std::int64_t cycle, const char* indent) {
                for (std::size_t r = 0; r < rows.values.size(); ++r)
                    if (moves(r))
                        out << indent << "acc[" << rows.values[r][static_cast<std::size_t>(cycle)]
                            << "] += sum[" << r << "];\n";
            });
        out << "        }\n";
    }
    out << "        for (int i = 0; i < " << m.n_out()
        << "; ++i) {\n#pragma HLS UNROLL\n            y[i] = result_t(acc[i]);\n        }\n"
        << "    }\n";
}

/// The extents that `slide` needs, of a convolution or of a pooling layer.
struct window_shape {
    int height = 1, width = 1, channels = 1, filters = 1;
    int kernel_height = 1, kernel_width = 1, stride_height = 1, stride_width = 1;
    int out_height = 1, out_width = 1;
    bool is_same = false;
    std::int64_t copies = 1, cycles = 1;
};

inline void write_shape(std::ostream& out, const window_shape& s)
{
    const auto missing = [&](int extent, int kernel, int stride, int result) {
        return s.is_same ? std::max((result - 1) * stride + kernel - extent, 0) : 0;
    };
    const int rows = missing(s.height, s.kernel_height, s.stride_height, s.out_height);
    const int columns = missing(s.width, s.kernel_width, s.stride_width, s.out_width);
    const auto constant = [&](const char* name, std::int64_t value) {
        out << "    static const int " << name << " = " << value << ";\n";
    };
    constant("height", s.height);
    constant("width", s.width);
    constant("channels", s.channels);
    constant("filters", s.filters);
    constant("kernel_height", s.kernel_height);
    constant("kernel_width", s.kernel_width);
    constant("stride_height", s.stride_height);
    constant("stride_width", s.stride_width);
    constant("pad_top", rows / 2); // the smaller half first, as Keras and hls4ml
    constant("pad_left", columns / 2);
    constant("padded_height", s.height + rows);
    constant("padded_width", s.width + columns);
    constant("out_height", s.out_height);
    constant("out_width", s.out_width);
    constant("copies", s.copies);
    constant("cycles", s.cycles);
}

} // namespace detail

/// Writes a layer as a struct with its number types, its shape and `product`.
/// \param name  of the struct
/// \param data  format of what the layer is given
/// \throws std::invalid_argument if the layer cannot become a kernel; nothing is written then
inline void write_kernel(
    std::ostream& out, const kernel& k, std::string_view name, const fixed_point& data)
{
    ensure_emittable(k);
    const layer_spec& s = k.layer;
    out << "/// " << to_string(s.kind) << ", " << s.weight.width << "-bit weights, reuse factor "
        << s.reuse_factor << "\nstruct " << name << " {\n"
        << "    typedef " << detail::type_of(data) << " data_t;\n"
        << "    typedef " << detail::type_of(s.weight) << " weight_t;\n"
        << "    typedef " << detail::type_of(k.bias) << " bias_t;\n"
        << "    typedef " << detail::type_of({s.accum, k.accum_rounding, overflow::wrap})
        << " accum_t;\n"
        << "    typedef " << detail::type_of(k.result) << " result_t;\n";
    if (is_convolution(s.kind))
        detail::write_shape(
            out, {s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width,
                     s.stride_height, s.stride_width, output_height(s), output_width(s),
                     s.padding == padding::same,
                     s.io == io_type::io_parallel ? s.parallelization_factor : 1, s.reuse_factor});
    detail::write_product(out, k);
    out << "};\n";
}

} // namespace espalier
