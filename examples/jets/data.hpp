// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../perceptron.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// Jets: 16 features of a spray of particles, and which of five kinds of particle it came from.

namespace jets {

using example::matrix;

inline constexpr int sizes[]{16, 64, 32, 32, 5};
inline constexpr int features = sizes[0];
inline constexpr int classes = sizes[4];

struct data_set {
    matrix inputs; ///< 16 × rows
    std::vector<std::uint8_t> labels;
    /// Of a trained network, layer by layer kernel (inputs, outputs), then bias; empty: none.
    std::vector<float> trained{};
    [[nodiscard]] std::size_t rows() const { return labels.size(); }
};

/// All numbers of a file, as the machine stores them.
template <class Number>
std::vector<Number> read_numbers(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::runtime_error(file.string() + " cannot be read");
    const auto bytes = std::filesystem::file_size(file);
    if (bytes % sizeof(Number) != 0)
        throw std::runtime_error(file.string() + " ends within a number");
    std::vector<Number> numbers(bytes / sizeof(Number));
    if (!stream.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(bytes)))
        throw std::runtime_error(file.string() + " cannot be read");
    return numbers;
}

/// jets_features.f32 (rows × 16, 32-bit floats), jets_labels.u8 (a byte for each row, 0 … 4) and,
/// if it is there, jets_mlp_16_64_32_32_5_keras.f32, a trained network.
inline data_set read_data(const std::filesystem::path& folder)
{
    data_set data;
    data.labels = read_numbers<std::uint8_t>(folder / "jets_labels.u8");
    const std::vector<float> numbers = read_numbers<float>(folder / "jets_features.f32");
    if (numbers.size() != data.rows() * features)
        throw std::runtime_error("there are 16 features for each label, not " +
                                 std::to_string(numbers.size()) + " for " +
                                 std::to_string(data.rows()));
    if (std::ranges::any_of(data.labels, [](int label) { return label >= classes; }))
        throw std::runtime_error("the labels are 0 to 4");
    data.inputs =
        Eigen::Map<const matrix>(numbers.data(), features, static_cast<Eigen::Index>(data.rows()));
    if (!data.inputs.allFinite())
        throw std::runtime_error("every feature is finite");
    const auto trained = folder / "jets_mlp_16_64_32_32_5_keras.f32";
    if (std::filesystem::exists(trained)) {
        data.trained = read_numbers<float>(trained);
        std::size_t parameters = 0;
        for (std::size_t l = 0; l + 1 < std::size(sizes); ++l)
            parameters += static_cast<std::size_t>((sizes[l] + 1) * sizes[l + 1]);
        if (data.trained.size() != parameters)
            throw std::runtime_error(trained.string() + " is not a network 16-64-32-32-5");
    }
    return data;
}

/// Rows of the same shape: each class is two clouds, so that no line separates the classes.
inline data_set synthetic_data(std::size_t rows, std::uint32_t seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    const matrix centres = matrix::NullaryExpr(
        features, 2 * classes, [&](auto, auto) { return 1.2F * normal(random); });
    data_set data{matrix(features, static_cast<Eigen::Index>(rows)), {}};
    for (std::size_t r = 0; r < rows; ++r) {
        const auto cloud = static_cast<Eigen::Index>(random() % (2 * classes));
        data.labels.push_back(static_cast<std::uint8_t>(cloud % classes));
        for (Eigen::Index f = 0; f < features; ++f)
            data.inputs(f, static_cast<Eigen::Index>(r)) = centres(f, cloud) + normal(random);
    }
    return data;
}

/// The rows that are tested, and the others.
struct fold {
    matrix training;
    std::vector<std::uint8_t> training_labels;
    matrix test;
    std::vector<std::uint8_t> test_labels;
};

/// Every row is in the test part of one fold.
inline std::vector<fold> folds_of(const data_set& data, std::size_t folds, std::uint32_t seed)
{
    std::vector<Eigen::Index> order(data.rows());
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::mt19937 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<fold> all;
    for (std::size_t k = 0; k < folds; ++k) {
        fold f;
        std::vector<Eigen::Index> training;
        std::vector<Eigen::Index> test;
        for (std::size_t i = 0; i < order.size(); ++i) {
            (i % folds == k ? test : training).push_back(order[i]);
            (i % folds == k ? f.test_labels : f.training_labels)
                .push_back(data.labels[static_cast<std::size_t>(order[i])]);
        }
        f.training = data.inputs(Eigen::all, training);
        f.test = data.inputs(Eigen::all, test);
        all.push_back(std::move(f));
    }
    return all;
}

} // namespace jets
