//===- lenet-check.cpp - Check the network of lenet against PyTorch -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs the training step on the inputs in lenet-reference.txt, which
// lenet_reference.py writes, and compares what comes out with what is there: a
// gradient to 1e-5 of the largest one of its layer, everything else to 1e-5 of
// the largest element of the tensor. (The gradient of a bias in front of a
// batch norm is a sum that nearly cancels: PyTorch in single precision
// is 1.2e-5 of its own largest off.)
//
//===----------------------------------------------------------------------===//

#include "lenet/Network.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace {
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> expected, data;
};
using Tensors = std::map<std::string, Tensor>;

Tensors readTensors(const char *path) {
  Tensors tensors;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, shape, size;
    words >> name >> shape;
    Tensor &tensor = tensors[name];
    for (std::istringstream sizes(shape); std::getline(sizes, size, 'x');)
      if (size != "scalar")
        tensor.shape.push_back(std::stoll(size));
    for (float element; words >> element;)
      tensor.expected.push_back(element);
    tensor.data = tensor.expected;
  }
  return tensors;
}

int failures = 0;

/// The largest element of the tensor, or of all gradients of its layer: the
/// layer is the last letter.
float getScale(const Tensors &tensors, const std::string &name) {
  float largest = 0.0f;
  for (const auto &[other, tensor] : tensors)
    if (other == name ||
        (name[0] == 'd' && other[0] == 'd' && other.back() == name.back()))
      for (float element : tensor.expected)
        largest = std::max(largest, std::abs(element));
  return largest;
}

void compare(const std::string &name, const Tensor &tensor, float scale) {
  for (size_t i = 0; i < tensor.expected.size(); ++i) {
    // Written so that a NaN fails.
    if (std::abs(tensor.data[i] - tensor.expected[i]) <= 1e-5f * scale)
      continue;
    std::printf("%s[%zu] is %.9g, not %.9g\n", name.c_str(), i, tensor.data[i],
                tensor.expected[i]);
    ++failures;
  }
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  Tensors t = readTensors(argv[1]);
  auto vector = [&](const std::string &name) {
    Tensor &tensor = t.at(name);
    return asTensor(tensor.data, tensor.shape.at(0));
  };
  auto matrix = [&](const std::string &name) {
    Tensor &tensor = t.at(name);
    return asTensor(tensor.data, tensor.shape.at(0), tensor.shape.at(1));
  };
  auto images = [&](const std::string &name) {
    Tensor &tensor = t.at(name);
    return asTensor(tensor.data, tensor.shape.at(0), tensor.shape.at(1),
                    tensor.shape.at(2), tensor.shape.at(3));
  };

  std::vector<int32_t> classes;
  for (float label : t.at("labels").data)
    classes.push_back(static_cast<int32_t>(label));
  Labels labels = asTensor(classes, static_cast<int64_t>(classes.size()));

  // What the results are written to starts as NaN.
  for (auto &[name, tensor] : t)
    if (name == "loss" || name.rfind("mean", 0) == 0 ||
        name.rfind("variance", 0) == 0 || name[0] == 'd')
      std::fill(tensor.data.begin(), tensor.data.end(), NAN);

  Images x = images("images"), w1 = images("w1"), w2 = images("w2"),
         dw1 = images("dw1"), dw2 = images("dw2");
  Matrix w3 = matrix("w3"), w4 = matrix("w4"), dw3 = matrix("dw3"),
         dw4 = matrix("dw4");
  Vector b1 = vector("b1"), b4 = vector("b4"), db1 = vector("db1"),
         db4 = vector("db4");
  Vector gamma[3], beta[3], mean[3], variance[3], dgamma[3], dbeta[3];
  for (int i = 0; i < 3; ++i) {
    std::string number = std::to_string(i + 1);
    gamma[i] = vector("gamma" + number);
    beta[i] = vector("beta" + number);
    mean[i] = vector("mean" + number);
    variance[i] = vector("variance" + number);
    dgamma[i] = vector("dgamma" + number);
    dbeta[i] = vector("dbeta" + number);
  }
  t.at("loss").data[0] = _mlir_ciface_loss_vjp(
      &x, &labels, &w1, &b1, &gamma[0], &beta[0], &w2, &gamma[1], &beta[1], &w3,
      &gamma[2], &beta[2], &w4, &b4, 1.0f, &mean[0], &variance[0], &mean[1],
      &variance[1], &mean[2], &variance[2], &dw1, &db1, &dgamma[0], &dbeta[0],
      &dw2, &dgamma[1], &dbeta[1], &dw3, &dgamma[2], &dbeta[2], &dw4, &db4);

  for (const auto &[name, tensor] : t)
    compare(name, tensor, getScale(t, name));
  std::printf("%zu tensors, %d failures\n", t.size(), failures);
  return failures != 0;
}
