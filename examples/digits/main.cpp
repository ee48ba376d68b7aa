//===- main.cpp - Train a binary MLP on handwritten digits ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All arithmetic on the network is in network.mlir, compiled ahead of time and
// linked in as an object file.
//
//===----------------------------------------------------------------------===//

#include "../training/Parameter.h"
#include "../training/Training.h"
#include "Network.h"

#include <cstdio>

namespace {
constexpr int64_t kPixels = 64;
constexpr int64_t kClasses = 10;
constexpr int64_t kHidden = 256;
constexpr Schedule kSchedule = {/*epochs=*/40, /*batch=*/64, /*rate=*/0.03};
constexpr double kTarget = 0.96;

class BinaryMLP : public Network {
public:
  /// Draws the latent weights from [-1, 1), which they never leave: what is
  /// used of them is their sign. The biases start at 0.
  explicit BinaryMLP(std::mt19937 &random)
      : w1("w1", {kPixels, kHidden}, 1.0f), b1("b1", {kHidden}),
        w2("w2", {kHidden, kHidden}, 1.0f), b2("b2", {kHidden}),
        w3("w3", {kHidden, kClasses}, 1.0f), b3("b3", {kClasses}) {
    for (Parameter *w : {&w1, &w2, &w3})
      w->draw(random, 1.0f);
  }

  float train(Dataset &batch, float rate, float step) override {
    Matrix images = asTensor(batch.images, batch.size(), kPixels);
    Labels labels = asTensor(batch.labels, batch.size());
    Matrix w[] = {w1.get<2>(), w2.get<2>(), w3.get<2>()};
    Vector b[] = {b1.get<1>(), b2.get<1>(), b3.get<1>()};
    Matrix dw[] = {w1.getGradient<2>(), w2.getGradient<2>(),
                   w3.getGradient<2>()};
    Vector db[] = {b1.getGradient<1>(), b2.getGradient<1>(),
                   b3.getGradient<1>()};
    float loss = _mlir_ciface_loss_vjp(&images, &labels, &w[0], &b[0], &w[1],
                                       &b[1], &w[2], &b[2], 1.0f, &dw[0],
                                       &db[0], &dw[1], &db[1], &dw[2], &db[2]);
    for (Parameter *parameter : {&w1, &b1, &w2, &b2, &w3, &b3})
      parameter->update(rate, step);
    return loss;
  }

  std::vector<int32_t> predict(Dataset &batch) override {
    std::vector<int32_t> classes(batch.size());
    Matrix images = asTensor(batch.images, batch.size(), kPixels);
    Matrix w[] = {w1.get<2>(), w2.get<2>(), w3.get<2>()};
    Vector b[] = {b1.get<1>(), b2.get<1>(), b3.get<1>()};
    Labels result = asTensor(classes, batch.size());
    _mlir_ciface_predict(&images, &w[0], &b[0], &w[1], &b[1], &w[2], &b[2],
                         &result);
    return classes;
  }

  void save(const std::filesystem::path &directory) const {
    for (const Parameter *parameter : {&w1, &b1, &w2, &b2, &w3, &b3})
      parameter->save(directory);
  }

private:
  Parameter w1, b1, w2, b2, w3, b3;
};
} // namespace

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: digits DATA.csv [DIRECTORY]\n"
                         "Trains a binary network on the digits in DATA.csv "
                         "and writes its weights and the images that it is "
                         "tested on\nto DIRECTORY.\n");
    return 1;
  }
  std::filesystem::path directory = argc == 3 ? argv[2] : ".";
  createDirectory(directory);
  Split data = readDigits(argv[1]);
  std::printf("%lld images to train on, %lld to test; "
              "a %lld-%lld-%lld-%lld network\n",
              static_cast<long long>(data.train.size()),
              static_cast<long long>(data.test.size()),
              static_cast<long long>(kPixels), static_cast<long long>(kHidden),
              static_cast<long long>(kHidden),
              static_cast<long long>(kClasses));

  std::mt19937 random(2);
  BinaryMLP network(random);
  double accuracy = train(network, data, kSchedule, random);
  network.save(directory);
  saveArray(directory / "images.npy", {data.test.size(), kPixels},
            data.test.images);
  std::printf("weights written to %s\n",
              (directory / "{w1,b1,w2,b2,w3,b3}.npy").string().c_str());
  if (accuracy < kTarget)
    fail("test accuracy is below the " +
         std::to_string(static_cast<int>(100 * kTarget)) + " % required");
  std::printf("test accuracy %.2f %%, of %.0f %% required\n", 100.0 * accuracy,
              100.0 * kTarget);
  return 0;
}
