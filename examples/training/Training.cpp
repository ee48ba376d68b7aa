//===- Training.cpp - The training loop -----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Training.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

static std::vector<int64_t> getIndices(const Dataset &dataset) {
  std::vector<int64_t> indices(dataset.size());
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

static double getAccuracy(Network &network, const Dataset &dataset,
                          int64_t batchSize) {
  std::vector<int64_t> indices = getIndices(dataset);
  int64_t right = 0;
  for (int64_t begin = 0; begin < dataset.size(); begin += batchSize) {
    int64_t end = std::min(begin + batchSize, dataset.size());
    Dataset batch = dataset.select(&indices[begin], indices.data() + end);
    std::vector<int32_t> classes = network.predict(batch);
    for (int64_t i = 0; i < batch.size(); ++i)
      right += classes[i] == batch.labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(dataset.size());
}

double train(Network &network, const Split &data, const Schedule &schedule,
             std::mt19937 &random) {
  std::vector<int64_t> order = getIndices(data.train);
  const int64_t size = data.train.size();
  const int64_t batches = (size + schedule.batch - 1) / schedule.batch;
  const double lastStep = static_cast<double>(schedule.epochs * batches);
  const double pi = std::acos(-1.0);

  auto start = std::chrono::steady_clock::now();
  int64_t step = 0;
  double accuracy = 0.0;
  for (int64_t epoch = 1; epoch <= schedule.epochs; ++epoch) {
    // std::shuffle is not the same in every library.
    for (size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[random() % i]);
    double loss = 0.0;
    for (int64_t begin = 0; begin < size; begin += schedule.batch) {
      int64_t end = std::min(begin + schedule.batch, size);
      Dataset batch = data.train.select(&order[begin], order.data() + end);
      double rate = schedule.rate * 0.5 *
                    (1.0 + std::cos(pi * static_cast<double>(step) / lastStep));
      ++step;
      loss += network.train(batch, static_cast<float>(rate),
                            static_cast<float>(step)) *
              static_cast<double>(batch.size());
    }
    accuracy = getAccuracy(network, data.test, schedule.batch);
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    std::printf(
        "epoch %2lld/%lld  loss %.4f  test accuracy %5.2f %%  %6.2f s\n",
        static_cast<long long>(epoch), static_cast<long long>(schedule.epochs),
        loss / static_cast<double>(size), 100.0 * accuracy, seconds.count());
    std::fflush(stdout);
  }
  return accuracy;
}
