//===- Parameter.h - A trained tensor and its optimizer's state -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_TRAINING_PARAMETER_H
#define QUANT_BNN_EXAMPLES_TRAINING_PARAMETER_H

#include "Files.h"
#include "MemRef.h"

#include <limits>
#include <random>
#include <string>
#include <utility>

/// The optimizer of training.mlir.
extern "C" void
_mlir_ciface_adam(MemRef<float, 1> *parameter, MemRef<float, 1> *gradient,
                  MemRef<float, 1> *mean, MemRef<float, 1> *variance,
                  float rate, float step, float limit,
                  MemRef<float, 1> *nextParameter, MemRef<float, 1> *nextMean,
                  MemRef<float, 1> *nextVariance);

/// Prints `message` as an error of the program and exits with status 1.
/// A parameter of a network and what Adam keeps for it. The results of an
/// update are written beside the old values, then swapped with them.
class Parameter {
public:
  /// Zeros. With a finite `limit`, updates keep every element in
  /// [-limit, limit].
  Parameter(std::string name, std::vector<int64_t> shape,
            float limit = std::numeric_limits<float>::infinity());

  /// Draws every element from [-range, range).
  void draw(std::mt19937 &random, float range);
  void fill(float element);

  template <int Rank>
  MemRef<float, Rank> get() {
    return asMemRef<Rank>(value);
  }
  template <int Rank>
  MemRef<float, Rank> getGradient() {
    return asMemRef<Rank>(gradient);
  }

  /// One Adam update from the gradient; `step` counts from 1.
  void update(float rate, float step);

  /// Writes the value to NAME.npy, in NumPy's format, version 1.0.
  void save(const std::filesystem::path &directory) const;

private:
  template <int Rank>
  MemRef<float, Rank> asMemRef(std::vector<float> &data) {
    return asMemRef(data, std::make_integer_sequence<int, Rank>());
  }
  template <int... I>
  MemRef<float, sizeof...(I)> asMemRef(std::vector<float> &data,
                                       std::integer_sequence<int, I...>) {
    return asTensor(data, shape.at(I)...);
  }

  std::string name;
  std::vector<int64_t> shape;
  float limit;
  std::vector<float> value, gradient, mean, variance;
  std::vector<float> nextValue, nextMean, nextVariance;
};

#endif // QUANT_BNN_EXAMPLES_TRAINING_PARAMETER_H
