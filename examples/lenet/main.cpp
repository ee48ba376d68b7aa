//===- main.cpp - Train a binary LeNet ------------------------------------===//
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

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {
constexpr int64_t kClasses = 10;
constexpr int64_t kFilter = 5;
constexpr int64_t kBatch = 64;
constexpr double kRate = 0.01;

struct Options {
  int64_t epochs = 5, channels = 32, hidden = 256;
  /// Where to write what was trained, unless empty.
  std::string save;
  std::vector<std::string> files;
};

/// A batch norm: trained scale and shift, and running averages for prediction.
struct BatchNorm {
  BatchNorm(const std::string &number, int64_t size)
      : number(number), gamma("gamma" + number, {size}),
        beta("beta" + number, {size}), mean(size), variance(size, 1.0f),
        batchMean(size), batchVariance(size) {
    gamma.fill(1.0f);
  }

  /// Takes a tenth of the batch's mean and variance into the running ones.
  void average() {
    for (size_t i = 0; i < mean.size(); ++i) {
      mean[i] += 0.1f * (batchMean[i] - mean[i]);
      variance[i] += 0.1f * (batchVariance[i] - variance[i]);
    }
  }

  void save(const std::filesystem::path &directory) const {
    gamma.save(directory);
    beta.save(directory);
    int64_t size = static_cast<int64_t>(mean.size());
    saveArray(directory / ("mean" + number + ".npy"), {size}, mean);
    saveArray(directory / ("variance" + number + ".npy"), {size}, variance);
  }

  static Vector asVector(std::vector<float> &data) {
    return asTensor(data, static_cast<int64_t>(data.size()));
  }

  std::string number;
  Parameter gamma, beta;
  std::vector<float> mean, variance, batchMean, batchVariance;
};

class BinaryLeNet : public Network {
public:
  /// For images of the given size. Binary weights are drawn from [-1, 1), which
  /// they never leave, others from a range that gives unit variance.
  BinaryLeNet(int64_t height, int64_t width, const Options &options,
              std::mt19937 &random)
      : w1("w1", {kFilter, kFilter, 1, options.channels}),
        b1("b1", {options.channels}),
        w2("w2", {kFilter, kFilter, options.channels, options.channels}, 1.0f),
        w3("w3",
           {getPooled(getPooled(height)) * getPooled(getPooled(width)) *
                options.channels,
            options.hidden},
           1.0f),
        w4("w4", {options.hidden, kClasses}), b4("b4", {kClasses}),
        norm1("1", options.channels), norm2("2", options.channels),
        norm3("3", options.hidden) {
    w1.draw(random, std::sqrt(3.0f / (kFilter * kFilter)));
    w2.draw(random, 1.0f);
    w3.draw(random, 1.0f);
    w4.draw(random, std::sqrt(3.0f / static_cast<float>(options.hidden)));
  }

  /// The size of an image after a convolution and a pool.
  static int64_t getPooled(int64_t size) { return (size - kFilter + 1) / 2; }

  float train(Dataset &batch, float rate, float step) override {
    Arguments in = getArguments(batch);
    Images dw1 = w1.getGradient<4>(), dw2 = w2.getGradient<4>();
    Matrix dw3 = w3.getGradient<2>(), dw4 = w4.getGradient<2>();
    Vector db1 = b1.getGradient<1>(), db4 = b4.getGradient<1>();
    Vector means[3], variances[3], dgamma[3], dbeta[3];
    for (int i = 0; i < 3; ++i) {
      BatchNorm &norm = *norms[i];
      means[i] = BatchNorm::asVector(norm.batchMean);
      variances[i] = BatchNorm::asVector(norm.batchVariance);
      dgamma[i] = norm.gamma.getGradient<1>();
      dbeta[i] = norm.beta.getGradient<1>();
    }
    Labels labels = asTensor(batch.labels, batch.size());
    float loss = _mlir_ciface_loss_vjp(
        &in.images, &labels, &in.w1, &in.b1, &in.gamma[0], &in.beta[0], &in.w2,
        &in.gamma[1], &in.beta[1], &in.w3, &in.gamma[2], &in.beta[2], &in.w4,
        &in.b4, 1.0f, &means[0], &variances[0], &means[1], &variances[1],
        &means[2], &variances[2], &dw1, &db1, &dgamma[0], &dbeta[0], &dw2,
        &dgamma[1], &dbeta[1], &dw3, &dgamma[2], &dbeta[2], &dw4, &db4);
    for (Parameter *parameter : {&w1, &b1, &w2, &w3, &w4, &b4})
      parameter->update(rate, step);
    for (BatchNorm *norm : norms) {
      norm->gamma.update(rate, step);
      norm->beta.update(rate, step);
      norm->average();
    }
    return loss;
  }

  /// Writes what inference takes: weights, and the running averages.
  void save(const std::filesystem::path &directory) const {
    for (const Parameter *parameter : {&w1, &b1, &w2, &w3, &w4, &b4})
      parameter->save(directory);
    for (const BatchNorm *norm : norms)
      norm->save(directory);
  }

  std::vector<int32_t> predict(Dataset &batch) override {
    Arguments in = getArguments(batch);
    Vector mean[3], variance[3];
    for (int i = 0; i < 3; ++i) {
      mean[i] = BatchNorm::asVector(norms[i]->mean);
      variance[i] = BatchNorm::asVector(norms[i]->variance);
    }
    std::vector<int32_t> classes(batch.size());
    Labels result = asTensor(classes, batch.size());
    _mlir_ciface_predict(&in.images, &in.w1, &in.b1, &in.gamma[0], &in.beta[0],
                         &in.w2, &in.gamma[1], &in.beta[1], &in.w3,
                         &in.gamma[2], &in.beta[2], &in.w4, &in.b4, &mean[0],
                         &variance[0], &mean[1], &variance[1], &mean[2],
                         &variance[2], &result);
    return classes;
  }

private:
  /// What both compiled functions take.
  struct Arguments {
    Images images, w1, w2;
    Matrix w3, w4;
    Vector b1, b4, gamma[3], beta[3];
  };
  Arguments getArguments(Dataset &batch) {
    Arguments in = {asTensor(batch.images, batch.size(), batch.height,
                             batch.width, int64_t(1)),
                    w1.get<4>(),
                    w2.get<4>(),
                    w3.get<2>(),
                    w4.get<2>(),
                    b1.get<1>(),
                    b4.get<1>(),
                    {},
                    {}};
    for (int i = 0; i < 3; ++i) {
      in.gamma[i] = norms[i]->gamma.get<1>();
      in.beta[i] = norms[i]->beta.get<1>();
    }
    return in;
  }

  Parameter w1, b1, w2, w3, w4, b4;
  BatchNorm norm1, norm2, norm3;
  BatchNorm *norms[3] = {&norm1, &norm2, &norm3};
};

[[noreturn]] void printUsage() {
  std::fprintf(
      stderr,
      "usage: lenet [--epochs=N] [--channels=N] [--hidden=N] "
      "[--save=DIRECTORY] DIGITS.csv\n"
      "       lenet [...] TRAIN-IMAGES TRAIN-LABELS TEST-IMAGES TEST-LABELS\n"
      "Trains a binary LeNet on the digits in DIGITS.csv, enlarged to 28 by 28 "
      "pixels,\nor on four files in the format of MNIST. Writes its weights "
      "and "
      "the images that it\nis tested on to DIRECTORY.\n");
  std::exit(1);
}

Options parseOptions(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument.rfind("--", 0) != 0) {
      options.files.push_back(argument);
      continue;
    }
    size_t equals = argument.find('=');
    std::string name = argument.substr(0, equals);
    if (name == "--save" && equals != std::string::npos) {
      options.save = argument.substr(equals + 1);
      continue;
    }
    int64_t *option = name == "--epochs"     ? &options.epochs
                      : name == "--channels" ? &options.channels
                      : name == "--hidden"   ? &options.hidden
                                             : nullptr;
    if (!option || equals == std::string::npos)
      printUsage();
    std::string value = argument.substr(equals + 1);
    char *end;
    *option = std::strtol(value.c_str(), &end, 10);
    if (*end != '\0' || *option < 1 || *option > 1 << 16)
      fail(name + " is '" + value + "', not a number from 1 to 65536");
  }
  if (options.files.size() != 1 && options.files.size() != 4)
    printUsage();
  return options;
}

Split readData(const std::vector<std::string> &files) {
  if (files.size() == 1) {
    Split digits = readDigits(files[0]);
    return {digits.train.enlarge(3, 2), digits.test.enlarge(3, 2)};
  }
  return {readMNIST(files[0], files[1]), readMNIST(files[2], files[3])};
}
} // namespace

int main(int argc, char **argv) try {
  Options options = parseOptions(argc, argv);
  Split data = readData(options.files);
  const Dataset &images = data.train;
  // Two convolutions and pools leave a pixel of 16 by 16.
  constexpr int64_t smallest = 16;
  if (images.height < smallest || images.width < smallest)
    fail("images are " + std::to_string(images.height) + " by " +
         std::to_string(images.width) + " pixels, fewer than 16 by 16");
  if (images.height != data.test.height || images.width != data.test.width)
    fail("images to train on and to test are of different sizes");
  if (images.size() == 0 || data.test.size() == 0)
    fail("there are no images");
  std::printf("%lld images of %lld by %lld to train on, %lld to test; "
              "%lld channels, %lld hidden\n",
              static_cast<long long>(images.size()),
              static_cast<long long>(images.height),
              static_cast<long long>(images.width),
              static_cast<long long>(data.test.size()),
              static_cast<long long>(options.channels),
              static_cast<long long>(options.hidden));

  std::mt19937 random(1);
  BinaryLeNet network(images.height, images.width, options, random);
  if (!options.save.empty())
    createDirectory(options.save);
  double accuracy =
      train(network, data, {options.epochs, kBatch, kRate}, random);
  if (!options.save.empty()) {
    network.save(options.save);
    saveArray(std::filesystem::path(options.save) / "images.npy",
              {data.test.size(), data.test.height, data.test.width, 1},
              data.test.images);
  }
  std::printf("test accuracy %.2f %%\n", 100.0 * accuracy);
  return 0;
} catch (const std::bad_alloc &) {
  fail("there is not enough memory");
}
