//===- Parameter.cpp - A trained tensor and its optimizer's state ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parameter.h"

#include <algorithm>
#include <functional>
#include <numeric>

static MemRef<float, 1> asVector(std::vector<float> &data) {
  return asTensor(data, static_cast<int64_t>(data.size()));
}

Parameter::Parameter(std::string name, std::vector<int64_t> shape, float limit)
    : name(std::move(name)), shape(std::move(shape)), limit(limit),
      value(std::accumulate(this->shape.begin(), this->shape.end(), int64_t(1),
                            std::multiplies<>())),
      gradient(value), mean(value), variance(value), nextValue(value),
      nextMean(value), nextVariance(value) {}

void Parameter::draw(std::mt19937 &random, float range) {
  // The generator is specified to the bit by the standard, unlike the library's
  // distributions.
  for (float &element : value)
    element = static_cast<float>(random() * 0x1p-31 - 1.0) * range;
}

void Parameter::fill(float element) {
  std::fill(value.begin(), value.end(), element);
}

void Parameter::update(float rate, float step) {
  MemRef<float, 1> in[] = {asVector(value), asVector(gradient), asVector(mean),
                           asVector(variance)};
  MemRef<float, 1> out[] = {asVector(nextValue), asVector(nextMean),
                            asVector(nextVariance)};
  _mlir_ciface_adam(&in[0], &in[1], &in[2], &in[3], rate, step, limit, &out[0],
                    &out[1], &out[2]);
  value.swap(nextValue);
  mean.swap(nextMean);
  variance.swap(nextVariance);
}

void Parameter::save(const std::filesystem::path &directory) const {
  saveArray(directory / (name + ".npy"), shape, value);
}
