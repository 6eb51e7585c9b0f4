// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// What a component of items that share units looks like, whatever the items are worth. Memory
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
    static constexpr std::size_t widest = 8; ///< units in a frontier: 256 states
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
    [[nodiscard]] std::size_t states() const { return std::size_t{1} << slots; }
    [[nodiscard]] std::size_t words() const
    {
        return (size() + items_per_word - 1) / items_per_word;
    }

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
            result.push_back(static_cast<std::uint32_t>(first_link[k + 1] - first_link[k]));
            result.push_back(forget[k]);
            for (std::size_t at = first_link[k]; at < first_link[k + 1]; ++at) {
                result.push_back(links[at].slot);
                result.push_back(links[at].kind);
            }
        }
        return result;
    }

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
    void find_transitions()
    {
        std::vector<std::uint8_t> reached(states(), 0);
        std::vector<std::uint8_t> next(states());
        reached[0] = 1;
        for (std::size_t k = 0; k < size(); ++k) {
            std::size_t uses = 0;
            for (std::size_t at = first_link[k]; at < first_link[k + 1]; ++at)
                uses |= std::size_t{1} << links[at].slot;
            const std::size_t gone = forget[k];
            next.assign(states(), 0);
            const auto add = [&](std::size_t from, std::size_t to, bool kept) {
                transitions.push_back({static_cast<std::uint16_t>(from),
                    static_cast<std::uint16_t>(to), kept, next[to] == 0});
                next[to] = 1;
            };
            for (std::size_t from = 0; from < states(); ++from)
                if (reached[from])
                    add(from, from & ~gone, false);
            for (std::size_t from = 0; from < states(); ++from)
                if (reached[from])
                    add(from, (from | uses) & ~gone, true);
            first_transition.push_back(transitions.size());
            reached.swap(next);
        }
    }

    void find_bits()
    {
        const auto add = [](std::vector<bits>& to, std::size_t item) {
            const auto word = static_cast<std::uint32_t>(item / items_per_word);
            if (to.empty() || to.back().word != word)
                to.push_back({word, 0});
            to.back().mask |= std::uint64_t{1} << (item % items_per_word);
        };
        for (std::size_t k = 0; k < size(); ++k) {
            const auto word = static_cast<std::uint32_t>(k / items_per_word);
            std::size_t at = class_bits.size();
            while (at > 0 && class_bits[at - 1].second.word == word &&
                   class_bits[at - 1].first != class_of[k])
                --at;
            if (at == 0 || class_bits[at - 1].second.word != word) {
                class_bits.emplace_back(class_of[k], bits{word, 0});
                at = class_bits.size();
            }
            class_bits[at - 1].second.mask |= std::uint64_t{1} << (k % items_per_word);
        }
        // A unit lasts from its first use until its slot is forgotten.
        std::vector<std::vector<bits>> open(slots);
        std::vector<std::uint32_t> kind(slots, 0);
        for (std::size_t k = 0; k < size(); ++k) {
            for (std::size_t at = first_link[k]; at < first_link[k + 1]; ++at) {
                add(open[links[at].slot], k);
                kind[links[at].slot] = links[at].kind;
            }
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

} // namespace espalier::detail
