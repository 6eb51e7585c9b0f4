// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <espalier/model/device.hpp>
#include <espalier/model/resources.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace espalier {

/// What devices are counted in.
enum class resource : std::uint8_t { dsp, bram18, lut, ff, uram };

[[nodiscard]] constexpr std::string_view to_string(resource r)
{
    constexpr std::array<std::string_view, 5> names{"DSP", "RAMB18", "LUT", "FF", "URAM"};
    return names[static_cast<std::size_t>(r)];
}

/// One line of a utilisation report.
struct resource_use {
    resource kind = resource::dsp;
    std::int64_t need = 0;
    std::int64_t limit = 0;

    [[nodiscard]] constexpr bool overflows() const { return need > limit; }
    /// Whether need over limit is a number: not where something is needed of which there is none.
    [[nodiscard]] constexpr bool has_fraction() const { return need == 0 || limit != 0; }
    /// Need over limit; 0 where nothing is needed, however little there is.
    [[nodiscard]] constexpr double fraction() const
    {
        return need == 0 ? 0 : static_cast<double>(need) / static_cast<double>(limit);
    }
    friend constexpr bool operator==(const resource_use&, const resource_use&) = default;
};

/// Need against limit for every resource, not just the first that overflows.
class utilization {
public:
    /// Compares every resource.
    /// \param limit  what may be used, as from `usable`
    constexpr utilization(const resources& need, const resources& limit)
        : uses_{{{resource::dsp, need.dsp, limit.dsp},
              {resource::bram18, need.bram18, limit.bram18}, {resource::lut, need.lut, limit.lut},
              {resource::ff, need.ff, limit.ff}, {resource::uram, need.uram, limit.uram}}}
    {}

    [[nodiscard]] constexpr const resource_use* begin() const { return uses_.data(); }
    [[nodiscard]] constexpr const resource_use* end() const { return uses_.data() + uses_.size(); }
    [[nodiscard]] constexpr const resource_use& operator[](resource r) const
    {
        return uses_[static_cast<std::size_t>(r)];
    }
    [[nodiscard]] constexpr bool fits() const
    {
        for (const resource_use& use : uses_)
            if (use.overflows())
                return false;
        return true;
    }
    /// So that `static_assert(fits(network, device))` and `if (fits(…))` read as a question.
    constexpr explicit operator bool() const { return fits(); }

    /// Empty if everything fits, else e.g. "DSP: needs 768, has 220 (548 too many)" for each
    /// resource that overflows, separated by "; ".
    [[nodiscard]] std::string overflows() const
    {
        std::string text;
        for (const resource_use& use : uses_) {
            if (!use.overflows())
                continue;
            if (!text.empty())
                text += "; ";
            text.append(to_string(use.kind)).append(": needs ").append(std::to_string(use.need));
            text.append(", has ").append(std::to_string(use.limit)).append(" (");
            text.append(std::to_string(use.need - use.limit)).append(" too many)");
        }
        return text;
    }

private:
    std::array<resource_use, 5> uses_;
};

/// Whether a need fits a device, resource by resource; converts to bool.
[[nodiscard]] constexpr utilization fits(
    const resources& need, const device& d, const headroom& fill = whole_device)
{
    return {need, usable(d, fill)};
}

} // namespace espalier
