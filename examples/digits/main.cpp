//===- main.cpp - Train a binary MLP on handwritten digits ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The data, the loop and the files; all arithmetic on the network is in
// train_step.mlir, compiled ahead of time and linked in as an object file.
//
//===----------------------------------------------------------------------===//

#include "TrainStep.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {
constexpr int64_t kPixels = 64;
constexpr int64_t kClasses = 10;
constexpr int64_t kHidden = 256;
constexpr int64_t kBatch = 64;
constexpr int kEpochs = 40;
constexpr float kRate = 0.03f;
constexpr double kTarget = 0.96;

[[noreturn]] void fail(const std::string &message) {
  std::fprintf(stderr, "digits: error: %s\n", message.c_str());
  std::exit(1);
}

struct Dataset {
  std::vector<float> images;
  std::vector<int32_t> labels;

  int64_t size() const { return static_cast<int64_t>(labels.size()); }

  /// The images and labels with the given indices.
  Dataset select(const int64_t *begin, const int64_t *end) const {
    Dataset batch;
    for (const int64_t *index = begin; index != end; ++index) {
      auto image = images.begin() + *index * kPixels;
      batch.images.insert(batch.images.end(), image, image + kPixels);
      batch.labels.push_back(labels[*index]);
    }
    return batch;
  }
};

/// Reads rows of 64 pixels from 0 to 16 and a class. Every fifth row, from the
/// first, is for the test.
void readData(const std::string &path, Dataset &train, Dataset &test) {
  std::ifstream file(path);
  if (!file)
    fail("cannot open '" + path + "'");
  std::string line;
  for (int64_t row = 0; std::getline(file, line); ++row) {
    std::istringstream fields(line);
    std::string field;
    std::vector<int> values;
    while (std::getline(fields, field, ',')) {
      char *end;
      long value = std::strtol(field.c_str(), &end, 10);
      bool isClass = values.size() == kPixels;
      if (end == field.c_str() || (*end != '\0' && *end != '\r') || value < 0 ||
          value > (isClass ? kClasses - 1 : 16))
        fail(path + ":" + std::to_string(row + 1) + ": '" + field +
             "' is not a " + (isClass ? "class" : "pixel"));
      values.push_back(static_cast<int>(value));
    }
    if (values.size() != kPixels + 1)
      fail(path + ":" + std::to_string(row + 1) +
           ": expected 64 pixels and a class");
    Dataset &dataset = row % 5 == 0 ? test : train;
    for (int64_t i = 0; i < kPixels; ++i)
      dataset.images.push_back(values[i] / 8.0f - 1.0f);
    dataset.labels.push_back(values[kPixels]);
  }
  if (file.bad())
    fail("cannot read '" + path + "'");
  if (train.labels.empty())
    fail("'" + path + "' has too few rows");
}

/// A parameter and what Adam keeps for it. The results of an update are written
/// beside the old values, then swapped with them.
struct Parameter {
  Parameter(std::string name, int64_t rows, int64_t columns)
      : name(std::move(name)), rows(rows), columns(columns),
        value(rows * columns), gradient(value), mean(value), variance(value),
        nextValue(value), nextMean(value), nextVariance(value) {}

  bool isWeight() const { return rows > 1; }
  Matrix matrix() { return asMatrix(value, columns); }
  Vector vector() { return asVector(value); }
  Matrix gradientMatrix() { return asMatrix(gradient, columns); }
  Vector gradientVector() { return asVector(gradient); }

  void update(float rate, float step) {
    Vector in[] = {asVector(value), asVector(gradient), asVector(mean),
                   asVector(variance)};
    Vector out[] = {asVector(nextValue), asVector(nextMean),
                    asVector(nextVariance)};
    // Only a latent weight has a range: what uses it is its sign.
    float limit = isWeight() ? 1.0f : std::numeric_limits<float>::infinity();
    _mlir_ciface_adam(&in[0], &in[1], &in[2], &in[3], rate, step, limit,
                      &out[0], &out[1], &out[2]);
    value.swap(nextValue);
    mean.swap(nextMean);
    variance.swap(nextVariance);
  }

  /// Writes the value in NumPy's format, version 1.0.
  void save(const std::filesystem::path &directory) const {
    std::filesystem::path path = directory / (name + ".npy");
    std::string shape = isWeight() ? std::to_string(rows) + ", " : "";
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                         shape + std::to_string(columns) +
                         (isWeight() ? ")" : ",)") + ", }";
    // The magic string, the version and the size of the header are ten bytes;
    // with the header, which ends in a newline, they fill a multiple of 64.
    header.append(63 - (10 + header.size()) % 64, ' ');
    header.push_back('\n');
    std::ofstream file(path, std::ios::binary);
    file.write("\x93NUMPY\x01\x00", 8);
    file.put(static_cast<char>(header.size() & 0xff));
    file.put(static_cast<char>(header.size() >> 8));
    file << header;
    for (float element : value) {
      uint32_t bits;
      std::memcpy(&bits, &element, sizeof(bits));
      char bytes[sizeof(bits)];
      for (int i = 0; i < 4; ++i)
        bytes[i] = static_cast<char>(bits >> (8 * i));
      file.write(bytes, sizeof(bytes));
    }
    file.close();
    if (!file)
      fail("cannot write '" + path.string() + "'");
  }

  std::string name;
  int64_t rows, columns;
  std::vector<float> value, gradient, mean, variance;
  std::vector<float> nextValue, nextMean, nextVariance;
};

class Network {
public:
  /// Draws the latent weights from [-1, 1). The biases start at 0.
  explicit Network(std::mt19937 &random)
      : parameters{{{"w1", kPixels, kHidden},
                    {"b1", 1, kHidden},
                    {"w2", kHidden, kHidden},
                    {"b2", 1, kHidden},
                    {"w3", kHidden, kClasses},
                    {"b3", 1, kClasses}}} {
    for (Parameter &parameter : parameters)
      if (parameter.isWeight())
        for (float &element : parameter.value)
          element = static_cast<float>(random() * 0x1p-31 - 1.0);
  }

  /// One step of training on a batch. Returns its loss before the step.
  float train(Dataset &batch, float rate, float step) {
    auto &[w1, b1, w2, b2, w3, b3] = parameters;
    Matrix images = asMatrix(batch.images, kPixels);
    Labels labels = asVector(batch.labels);
    Matrix w[] = {w1.matrix(), w2.matrix(), w3.matrix()};
    Vector b[] = {b1.vector(), b2.vector(), b3.vector()};
    Matrix dw[] = {w1.gradientMatrix(), w2.gradientMatrix(),
                   w3.gradientMatrix()};
    Vector db[] = {b1.gradientVector(), b2.gradientVector(),
                   b3.gradientVector()};
    float loss = _mlir_ciface_gradients(&images, &labels, &w[0], &b[0], &w[1],
                                        &b[1], &w[2], &b[2], &dw[0], &db[0],
                                        &dw[1], &db[1], &dw[2], &db[2]);
    for (Parameter &parameter : parameters)
      parameter.update(rate, step);
    return loss;
  }

  /// The fraction of images whose class is predicted right.
  double getAccuracy(Dataset &dataset) {
    auto &[w1, b1, w2, b2, w3, b3] = parameters;
    Matrix images = asMatrix(dataset.images, kPixels);
    Matrix w[] = {w1.matrix(), w2.matrix(), w3.matrix()};
    Vector b[] = {b1.vector(), b2.vector(), b3.vector()};
    std::vector<int32_t> classes(dataset.size());
    Labels result = asVector(classes);
    _mlir_ciface_predict(&images, &w[0], &b[0], &w[1], &b[1], &w[2], &b[2],
                         &result);
    int64_t right = 0;
    for (int64_t i = 0; i < dataset.size(); ++i)
      right += classes[i] == dataset.labels[i];
    return static_cast<double>(right) / static_cast<double>(dataset.size());
  }

  void save(const std::filesystem::path &directory) const {
    for (const Parameter &parameter : parameters)
      parameter.save(directory);
  }

private:
  std::array<Parameter, 6> parameters;
};
} // namespace

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: digits DATA.csv [DIRECTORY]\n"
                         "Trains a binary network on the digits in DATA.csv "
                         "and writes its weights to DIRECTORY.\n");
    return 1;
  }
  std::filesystem::path directory = argc == 3 ? argv[2] : ".";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    fail("cannot create '" + directory.string() + "': " + error.message());

  Dataset train, test;
  readData(argv[1], train, test);
  std::printf(
      "%lld images to train on, %lld to test; "
      "a %lld-%lld-%lld-%lld network\n",
      static_cast<long long>(train.size()), static_cast<long long>(test.size()),
      static_cast<long long>(kPixels), static_cast<long long>(kHidden),
      static_cast<long long>(kHidden), static_cast<long long>(kClasses));

  // The generator is specified to the bit by the standard, unlike the library's
  // distributions and std::shuffle.
  std::mt19937 random(2);
  Network network(random);
  std::vector<int64_t> order(train.size());
  std::iota(order.begin(), order.end(), 0);
  const int64_t batches = (train.size() + kBatch - 1) / kBatch;
  const double lastStep = static_cast<double>(kEpochs * batches);
  const double pi = std::acos(-1.0);

  auto start = std::chrono::steady_clock::now();
  int64_t step = 0;
  double accuracy = 0.0;
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    for (size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[random() % i]);
    double loss = 0.0;
    for (int64_t begin = 0; begin < train.size(); begin += kBatch) {
      int64_t end = std::min(begin + kBatch, train.size());
      Dataset batch = train.select(&order[begin], order.data() + end);
      // Cosine decay from kRate to 0.
      double rate = kRate * 0.5 *
                    (1.0 + std::cos(pi * static_cast<double>(step) / lastStep));
      ++step;
      loss += network.train(batch, static_cast<float>(rate),
                            static_cast<float>(step)) *
              static_cast<double>(batch.size());
    }
    accuracy = network.getAccuracy(test);
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    std::printf("epoch %2d/%d  loss %.4f  test accuracy %5.2f %%  %6.2f s\n",
                epoch, kEpochs, loss / static_cast<double>(train.size()),
                100.0 * accuracy, seconds.count());
    std::fflush(stdout);
  }

  network.save(directory);
  std::printf("weights written to %s\n",
              (directory / "{w1,b1,w2,b2,w3,b3}.npy").string().c_str());
  if (accuracy < kTarget) {
    std::fprintf(stderr,
                 "digits: error: test accuracy %.2f %%, below the %.0f %% "
                 "required\n",
                 100.0 * accuracy, 100.0 * kTarget);
    return 1;
  }
  std::printf("test accuracy %.2f %%, of %.0f %% required\n", 100.0 * accuracy,
              100.0 * kTarget);
  return 0;
}
