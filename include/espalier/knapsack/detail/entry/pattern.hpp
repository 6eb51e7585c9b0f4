// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/knapsack/detail/tuning.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

// Items that share units, cut into components that share nothing with each other: at fixed prices
// the components do not feel each other.
//
// A pattern is what a component looks like, whatever its items are worth. Memory
// columns repeat along a layer, so a million components have a handful of patterns, and all that
// depends on the pattern alone is prepared once: the steps of the dynamic program, and which bits
// of a choice use which class and which unit.
//
// The items are decided one after the other, and all that must be remembered of the past is which
// of the units that later items use are already paid: the frontier. A state is the set of paid
// units in it, a bit per slot. Where multipliers straddle memory columns the frontier is one or two
// units.
//
// A choice is a row of bits, `items_per_word` to a 64-bit word; the bits above serve the dynamic
// program, which notes there where it came from.

namespace espalier::detail {

class pattern {
public:
    static constexpr std::size_t widest = tuning::widest_frontier;
    static constexpr std::size_t items_per_word = 56;

    struct link {
        std::uint8_t slot;  ///< place of the unit in the frontier
        std::uint32_t kind; ///< of the unit
        bool operator==(const link&) const = default;
    };

    /// A way from one state to another across an item.
    struct transition {
        std::uint16_t from;
        std::uint16_t to;
        bool keeps;    ///< the item is kept
        bool is_first; ///< of its step into `to`
    };

    /// Bits of one word of a choice.
    struct bits {
        std::uint32_t word;
        std::uint64_t mask;
    };

    // The items in the order in which they are decided.
    std::vector<std::uint32_t> class_of;
    std::vector<std::size_t> first_link{0}; ///< one entry more than items
    std::vector<link> links;
    std::vector<std::uint8_t> forget; ///< slots that no later item uses
    std::size_t slots = 0;            ///< width of the frontier

    // What `prepare` makes of them.
    std::vector<transition> transitions;
    std::vector<std::size_t> first_transition{0};           ///< one entry more than items
    std::vector<std::pair<std::uint32_t, bits>> class_bits; ///< class, its items in one word
    std::vector<std::uint32_t> unit_kind;
    std::vector<std::size_t> first_unit_bits{0}; ///< one entry more than units
    std::vector<bits> unit_bits;

    [[nodiscard]] std::size_t size() const { return class_of.size(); }
    [[nodiscard]] std::span<const link> links_of(std::size_t k) const
    {
        return std::span{links}.subspan(first_link[k], first_link[k + 1] - first_link[k]);
    }
    [[nodiscard]] std::size_t states() const { return std::size_t{1} << slots; }
    [[nodiscard]] std::size_t words() const
    {
        return (size() + items_per_word - 1) / items_per_word;
    }

    /// A unit that the item uses which `add_item` adds next.
    void add_link(std::size_t slot, std::uint32_t kind)
    {
        links.push_back({static_cast<std::uint8_t>(slot), kind});
    }
    /// Ends the links of an item.
    void add_item(std::uint32_t a_class, std::uint64_t forgotten)
    {
        class_of.push_back(a_class);
        forget.push_back(static_cast<std::uint8_t>(forgotten));
        first_link.push_back(links.size());
    }

    /// Two patterns of equal key are the same.
    [[nodiscard]] std::vector<std::uint32_t> key() const
    {
        std::vector<std::uint32_t> result;
        result.reserve(3 * size() + 2 * links.size());
        for (std::size_t k = 0; k < size(); ++k) {
            result.push_back(class_of[k]);
            result.push_back(static_cast<std::uint32_t>(links_of(k).size()));
            result.push_back(forget[k]);
            for (const link& one : links_of(k)) {
                result.push_back(one.slot);
                result.push_back(one.kind);
            }
        }
        return result;
    }

    /// Works out what is asked of every component; to be called once, when all items were added.
    void prepare()
    {
        find_transitions();
        find_bits();
    }

    static bool keeps(const std::uint64_t* choice, std::size_t item)
    {
        return (choice[item / items_per_word] >> (item % items_per_word) & 1U) != 0;
    }
    static void keep(std::uint64_t* choice, std::size_t item)
    {
        choice[item / items_per_word] |= std::uint64_t{1} << (item % items_per_word);
    }

    /// Calls `of_class(class, items)` and `of_unit(kind)` for what a choice uses.
    template <class OfClass, class OfUnit>
    void usage(const std::uint64_t* choice, OfClass of_class, OfUnit of_unit) const
    {
        for (const auto& [a_class, items] : class_bits)
            of_class(a_class, std::popcount(choice[items.word] & items.mask));
        for (std::size_t unit = 0; unit < unit_kind.size(); ++unit)
            for (std::size_t at = first_unit_bits[unit]; at < first_unit_bits[unit + 1]; ++at)
                if ((choice[unit_bits[at].word] & unit_bits[at].mask) != 0) {
                    of_unit(unit_kind[unit]);
                    break;
                }
    }

private:
    /// The ways from the reached states across each item: pruned, then kept.
    void find_transitions()
    {
        // Only states that can be reached: of units that are used one after the other most never
        // meet.
        std::vector<std::uint8_t> reached(states(), 0);
        std::vector<std::uint8_t> next(states());
        reached[0] = 1;
        for (std::size_t k = 0; k < size(); ++k) {
            std::size_t uses = 0;
            for (const link& one : links_of(k))
                uses |= std::size_t{1} << one.slot;
            next.assign(states(), 0);
            for (const bool kept : {false, true})
                for (std::size_t from = 0; from < states(); ++from)
                    if (reached[from]) {
                        const std::size_t to =
                            (kept ? from | uses : from) & ~std::size_t{forget[k]};
                        transitions.push_back({static_cast<std::uint16_t>(from),
                            static_cast<std::uint16_t>(to), kept, next[to] == 0});
                        next[to] = 1;
                    }
            first_transition.push_back(transitions.size());
            reached.swap(next);
        }
    }

    /// The masks of classes and units.
    void find_bits()
    {
        std::ptrdiff_t of_word = 0;                 // where the classes of the present word begin
        std::vector<std::vector<bits>> open(slots); // by slot, of the unit that is in it
        std::vector<std::uint32_t> kind(slots, 0);
        for (std::size_t k = 0; k < size(); ++k) {
            // What is used is asked of a choice millions of times, and answered by a few masks: of
            // each class the bits of its items, of each unit those of its users.
            const auto word = static_cast<std::uint32_t>(k / items_per_word);
            const std::uint64_t bit = std::uint64_t{1} << (k % items_per_word);
            if (k % items_per_word == 0)
                of_word = std::ssize(class_bits);
            auto its = std::find_if(class_bits.begin() + of_word, class_bits.end(),
                [&](const auto& one) { return one.first == class_of[k]; });
            if (its == class_bits.end())
                its = class_bits.insert(its, {class_of[k], {word, 0}});
            its->second.mask |= bit;
            for (const link& one : links_of(k)) {
                std::vector<bits>& of_unit = open[one.slot];
                if (of_unit.empty() || of_unit.back().word != word)
                    of_unit.push_back({word, 0});
                of_unit.back().mask |= bit;
                kind[one.slot] = one.kind;
            }
            // A unit lasts from its first use until its slot is forgotten.
            for (std::size_t slot = 0; slot < slots; ++slot)
                if (forget[k] >> slot & 1U) {
                    unit_kind.push_back(kind[slot]);
                    unit_bits.insert(unit_bits.end(), open[slot].begin(), open[slot].end());
                    first_unit_bits.push_back(unit_bits.size());
                    open[slot].clear();
                }
        }
    }
};

/// What components are worth, one after the other.
struct component_values {
    std::vector<std::uint32_t> pattern_of; ///< by component
    std::vector<std::size_t> first{0};     ///< component → position of its first item; one more
    std::vector<double> value; ///< by position, scaled; −∞: cannot be kept. The caller's to fill

    [[nodiscard]] std::size_t size() const { return pattern_of.size(); }
};

/// The components of one problem, and where their items are.
struct components : component_values {
    std::vector<pattern> patterns;
    std::vector<std::uint32_t> item; ///< by position
    bool is_narrow = true;           ///< no frontier has more than `pattern::widest` units

    [[nodiscard]] std::size_t items() const { return item.size(); }
    [[nodiscard]] std::size_t items(std::size_t c) const { return first[c + 1] - first[c]; }
    /// Of some components together.
    [[nodiscard]] std::size_t items(const std::vector<std::uint32_t>& some) const
    {
        return std::accumulate(some.begin(), some.end(), std::size_t{0},
            [&](std::size_t sum, std::uint32_t c) { return sum + items(c); });
    }
    [[nodiscard]] const pattern& look(std::size_t c) const { return patterns[pattern_of[c]]; }
    /// The values of some components side by side: from all over a large problem they come slowly.
    [[nodiscard]] component_values values_of(const std::vector<std::uint32_t>& some) const
    {
        component_values result;
        result.pattern_of.reserve(some.size());
        result.first.reserve(some.size() + 1);
        for (const std::uint32_t c : some) {
            result.pattern_of.push_back(pattern_of[c]);
            result.value.insert(result.value.end(),
                value.begin() + static_cast<std::ptrdiff_t>(first[c]),
                value.begin() + static_cast<std::ptrdiff_t>(first[c + 1]));
            result.first.push_back(result.value.size());
        }
        return result;
    }

    /// Ends a component, whose items are those added since the last.
    void close(std::uint32_t its_pattern)
    {
        first.push_back(item.size());
        pattern_of.push_back(its_pattern);
    }
};

} // namespace espalier::detail
