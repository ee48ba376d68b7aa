//===- digits-check.cpp - Check the network of digits against references --===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The straight-through gradient is not the derivative of the network, which is
// 0 or undefined, but it is that of the network in which every sign(x) stands
// for sign(x0) + clamp(x) - clamp(x0), where x0 is the point of the gradient
// and clamp is to [-1, 1]. So the gradients are checked by central differences
// on that network in double, @predict by its logits, and @adam by its formula.
// The gradients of the compiler's backward pass equal those of one written by
// hand, digits-gradients.mlir, bit for bit.
//
//===----------------------------------------------------------------------===//

#include "digits/Network.h"
#include "training/Parameter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>

/// The same, with a backward pass written by hand.
extern "C" float _mlir_ciface_gradients(Matrix *images, Labels *labels,
                                        Matrix *w1, Vector *b1, Matrix *w2,
                                        Vector *b2, Matrix *w3, Vector *b3,
                                        Matrix *dw1, Vector *db1, Matrix *dw2,
                                        Vector *db2, Matrix *dw3, Vector *db3);

namespace {
constexpr int64_t kBatch = 19;
constexpr int64_t kLayers = 3;
// Neither equal nor multiples of a vector's length.
constexpr int64_t kWidths[kLayers + 1] = {21, 37, 18, 5};

int failures = 0;

void expectNear(double actual, double expected, double tolerance,
                const char *what, size_t index) {
  if (std::abs(actual - expected) <= tolerance)
    return;
  std::printf("%s[%zu] is %.9g, not %.9g\n", what, index, actual, expected);
  ++failures;
}

void expectSameBits(float actual, float expected, const char *what,
                    size_t index) {
  if (std::memcmp(&actual, &expected, sizeof(float)) == 0)
    return;
  std::printf("%s[%zu] is %a, by hand %a\n", what, index, actual, expected);
  ++failures;
}

double clamp(double x) { return std::max(-1.0, std::min(1.0, x)); }

/// sign, linearized at `base` as the straight-through estimator does.
double surrogateSign(double x, double base) {
  return (base < 0.0 ? -1.0 : 1.0) + clamp(x) - clamp(base);
}

using Values = std::vector<double>;

struct Network {
  std::vector<float> images;
  std::vector<int32_t> labels;
  /// w1, b1, w2, b2, w3, b3.
  std::vector<float> parameters[2 * kLayers];
  /// The point where the signs are linearized: the parameters, and the inputs
  /// of the hidden layers' signs.
  Values base[2 * kLayers], hidden[kLayers - 1];

  /// The logits at `point`. The first call, at `base`, sets `hidden`.
  Values getLogits(const Values *point) {
    Values x(images.begin(), images.end());
    for (int64_t layer = 0; layer < kLayers; ++layer) {
      const Values &w = point[2 * layer], &b = point[2 * layer + 1];
      int64_t fanIn = kWidths[layer], width = kWidths[layer + 1];
      Values z(kBatch * width);
      for (int64_t i = 0; i < kBatch; ++i)
        for (int64_t j = 0; j < width; ++j) {
          double sum = 0.0;
          for (int64_t k = 0; k < fanIn; ++k)
            sum +=
                x[i * fanIn + k] *
                surrogateSign(w[k * width + j], base[2 * layer][k * width + j]);
          z[i * width + j] = sum / std::sqrt(static_cast<double>(fanIn)) + b[j];
        }
      x = z;
      if (layer + 1 == kLayers)
        break;
      if (hidden[layer].empty())
        hidden[layer] = z;
      for (size_t i = 0; i < x.size(); ++i)
        x[i] = surrogateSign(z[i], hidden[layer][i]);
    }
    return x;
  }

  double getLoss(const Values *point) {
    Values logits = getLogits(point);
    constexpr int64_t classes = kWidths[kLayers];
    double loss = 0.0;
    for (int64_t i = 0; i < kBatch; ++i) {
      double sum = 0.0;
      for (int64_t j = 0; j < classes; ++j)
        sum += std::exp(logits[i * classes + j]);
      loss += std::log(sum) - logits[i * classes + labels[i]];
    }
    return loss / kBatch;
  }
};

Vector asVector(std::vector<float> &values) {
  return asTensor(values, static_cast<int64_t>(values.size()));
}

void checkNetwork(Network &network) {
  std::vector<float> gradients[2 * kLayers], byHand[2 * kLayers];
  Matrix images = asTensor(network.images, kBatch, kWidths[0]), w[kLayers],
         dw[2][kLayers];
  Vector b[kLayers], db[2][kLayers];
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    for (int64_t i : {2 * layer, 2 * layer + 1}) {
      network.base[i].assign(network.parameters[i].begin(),
                             network.parameters[i].end());
      gradients[i].resize(network.parameters[i].size());
      byHand[i].resize(network.parameters[i].size());
    }
    int64_t fanIn = kWidths[layer], width = kWidths[layer + 1];
    w[layer] = asTensor(network.parameters[2 * layer], fanIn, width);
    b[layer] = asVector(network.parameters[2 * layer + 1]);
    dw[0][layer] = asTensor(gradients[2 * layer], fanIn, width);
    db[0][layer] = asVector(gradients[2 * layer + 1]);
    dw[1][layer] = asTensor(byHand[2 * layer], fanIn, width);
    db[1][layer] = asVector(byHand[2 * layer + 1]);
  }

  Labels labels = asTensor(network.labels, kBatch);
  float loss = _mlir_ciface_loss_vjp(
      &images, &labels, &w[0], &b[0], &w[1], &b[1], &w[2], &b[2], 1.0f,
      &dw[0][0], &db[0][0], &dw[0][1], &db[0][1], &dw[0][2], &db[0][2]);
  float lossByHand = _mlir_ciface_gradients(
      &images, &labels, &w[0], &b[0], &w[1], &b[1], &w[2], &b[2], &dw[1][0],
      &db[1][0], &dw[1][1], &db[1][1], &dw[1][2], &db[1][2]);
  expectNear(loss, network.getLoss(network.base), 1e-5, "loss", 0);
  expectSameBits(loss, lossByHand, "loss", 0);

  const char *names[] = {"dw1", "db1", "dw2", "db2", "dw3", "db3"};
  for (int64_t i = 0; i < 2 * kLayers; ++i)
    for (size_t j = 0; j < gradients[i].size(); ++j)
      expectSameBits(gradients[i][j], byHand[i][j], names[i], j);

  const double h = 1e-6;
  Values point[2 * kLayers];
  std::copy(std::begin(network.base), std::end(network.base), point);
  for (int64_t i = 0; i < 2 * kLayers; ++i)
    for (size_t j = 0; j < point[i].size(); ++j) {
      double value = point[i][j];
      point[i][j] = value + h;
      double above = network.getLoss(point);
      point[i][j] = value - h;
      double below = network.getLoss(point);
      point[i][j] = value;
      expectNear(gradients[i][j], (above - below) / (2 * h), 1e-6, names[i], j);
    }

  std::vector<int32_t> classes(kBatch);
  Labels result = asTensor(classes, kBatch);
  _mlir_ciface_predict(&images, &w[0], &b[0], &w[1], &b[1], &w[2], &b[2],
                       &result);
  Values logits = network.getLogits(network.base);
  for (int64_t i = 0; i < kBatch; ++i) {
    auto row = logits.begin() + i * kWidths[kLayers];
    expectNear(classes[i],
               static_cast<double>(
                   std::max_element(row, row + kWidths[kLayers]) - row),
               0.0, "class", i);
  }
}

void checkAdam(std::mt19937 &random) {
  constexpr size_t size = 37;
  std::vector<float> in[4], out[3];
  for (std::vector<float> &values : in)
    for (size_t i = 0; i < size; ++i)
      values.push_back(static_cast<float>(random() * 0x1p-31 - 1.0));
  for (float &variance : in[3])
    variance = std::abs(variance);
  for (std::vector<float> &values : out)
    values.resize(size);

  for (float limit : {0.75f, std::numeric_limits<float>::infinity()}) {
    const float rate = 0.1f, step = 7.0f;
    Vector p = asVector(in[0]), g = asVector(in[1]), m = asVector(in[2]),
           v = asVector(in[3]), nextP = asVector(out[0]),
           nextM = asVector(out[1]), nextV = asVector(out[2]);
    _mlir_ciface_adam(&p, &g, &m, &v, rate, step, limit, &nextP, &nextM,
                      &nextV);
    for (size_t i = 0; i < size; ++i) {
      double gradient = in[1][i];
      double mean = 0.9 * in[2][i] + 0.1 * gradient;
      double variance = 0.999 * in[3][i] + 0.001 * gradient * gradient;
      double direction = mean / (1.0 - std::pow(0.9, step)) /
                         std::sqrt(variance / (1.0 - std::pow(0.999, step)));
      double parameter = in[0][i] - rate * direction;
      parameter = std::max(-double(limit), std::min(double(limit), parameter));
      expectNear(out[0][i], parameter, 1e-5, "parameter", i);
      expectNear(out[1][i], mean, 1e-6, "mean", i);
      expectNear(out[2][i], variance, 1e-6, "variance", i);
    }
  }
}
} // namespace

int main() {
  std::mt19937 random(1);
  auto draw = [&](int64_t size, double range) {
    std::vector<float> values;
    for (int64_t i = 0; i < size; ++i)
      values.push_back(static_cast<float>((random() * 0x1p-31 - 1.0) * range));
    return values;
  };

  Network network;
  network.images = draw(kBatch * kWidths[0], 1.0);
  for (int64_t i = 0; i < kBatch; ++i)
    network.labels.push_back(static_cast<int32_t>(random() % kWidths[kLayers]));
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    // A third of the weights are outside the window of their gradient.
    network.parameters[2 * layer] =
        draw(kWidths[layer] * kWidths[layer + 1], 1.5);
    network.parameters[2 * layer + 1] = draw(kWidths[layer + 1], 0.5);
  }
  checkNetwork(network);
  checkAdam(random);
  std::printf("%d failures\n", failures);
  return failures != 0;
}
