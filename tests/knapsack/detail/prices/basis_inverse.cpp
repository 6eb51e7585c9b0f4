// SPDX-License-Identifier: Apache-2.0
#include <espalier/knapsack/detail/prices/basis_inverse.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knapsack/instances.hpp>
#include <vector>

namespace tests_of_basis_inverse {

using namespace espalier;
using detail::basis_inverse;
using instances::dice;

namespace {

using columns = std::vector<std::vector<double>>;

/// The farthest that inverse times basis is from the unit matrix.
double error(const basis_inverse& inverse, const columns& basis)
{
    double most = 0;
    for (std::size_t i = 0; i < basis.size(); ++i)
        for (std::size_t k = 0; k < basis.size(); ++k) {
            double sum = i == k ? -1 : 0;
            for (std::size_t r = 0; r < basis.size(); ++r)
                sum += inverse.row(i)[r] * basis[k][r];
            most = std::max(most, std::abs(sum));
        }
    return most;
}

} // namespace

TEST_CASE("the inverse of a basis stays one, whichever columns are replaced")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        dice random(seed);
        const std::size_t rows = 1 + random.below(6);
        columns basis(rows, std::vector<double>(rows, 0));
        for (std::size_t r = 0; r < rows; ++r)
            basis[r][r] = 1;
        basis_inverse inverse;
        inverse.begin(rows);
        CHECK(inverse.is_new());
        CHECK(error(inverse, basis) == 0);
        CAPTURE(seed);
        for (int step = 0; step < 30; ++step) {
            const std::size_t place = random.below(rows);
            for (std::size_t r = 0; r < rows; ++r)
                basis[place][r] = random.unit() + (r == place ? 2 : 0);
            inverse.replace(place, basis[place].data());
            CHECK(!inverse.is_new());
            CHECK(error(inverse, basis) < 1e-7);
        }
        // In another order, with zeros where the elimination begins.
        std::rotate(basis.begin(), basis.begin() + 1, basis.end());
        CHECK(inverse.make([&](std::size_t i, std::size_t r) { return basis[i][r]; }));
        CHECK(inverse.is_new());
        CHECK(error(inverse, basis) < 1e-11);
    }
}

TEST_CASE("an inverse is worn after many columns, or after one with a small pivot")
{
    basis_inverse inverse;
    inverse.begin(2);
    const double column[]{0.5, 1};
    for (int k = 0; k < 39; ++k)
        inverse.replace(0, column);
    CHECK(!inverse.is_worn());
    inverse.replace(0, column);
    CHECK(inverse.is_worn());
    inverse.begin(2);
    const double small[]{1e-7, 1};
    inverse.replace(0, small);
    CHECK(inverse.is_worn());
}

TEST_CASE("a singular basis has no inverse, and the one before stays")
{
    basis_inverse inverse;
    inverse.begin(2);
    const double column[]{4, 1};
    inverse.replace(0, column);
    CHECK(!inverse.make([](std::size_t i, std::size_t r) { return i == r ? 1.0 : 1.0; }));
    CHECK(!inverse.is_new());
    CHECK(error(inverse, {{4, 1}, {0, 1}}) < 1e-15);
}

} // namespace tests_of_basis_inverse
