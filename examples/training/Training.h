//===- Training.h - The training loop ---------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_TRAINING_TRAINING_H
#define QUANT_BNN_EXAMPLES_TRAINING_TRAINING_H

#include "Dataset.h"

#include <random>

/// What the loop needs of a network.
class Network {
public:
  virtual ~Network() = default;
  /// One step of training on a batch, the steps counted from 1. Returns the
  /// loss before it.
  virtual float train(Dataset &batch, float rate, float step) = 0;
  /// The class of every image.
  virtual std::vector<int32_t> predict(Dataset &batch) = 0;
};

/// The rate decays from `rate` to 0 as a half cosine.
struct Schedule {
  int64_t epochs, batch;
  double rate;
};

/// Trains on batches in random order and prints a line for every epoch. Returns
/// the fraction of test images whose class is predicted right.
double train(Network &network, const Split &data, const Schedule &schedule,
             std::mt19937 &random);

#endif // QUANT_BNN_EXAMPLES_TRAINING_TRAINING_H
