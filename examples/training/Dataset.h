//===- Dataset.h - Images and their classes ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_TRAINING_DATASET_H
#define QUANT_BNN_EXAMPLES_TRAINING_DATASET_H

#include <cstdint>
#include <string>
#include <vector>

/// Grey images of one size, pixels row by row in [-1, 1], and a class each.
struct Dataset {
  int64_t height, width;
  std::vector<float> images;
  std::vector<int32_t> labels;

  int64_t getPixels() const { return height * width; }
  int64_t size() const { return static_cast<int64_t>(labels.size()); }

  /// The images and labels with the given indices.
  Dataset select(const int64_t *begin, const int64_t *end) const;

  /// Every pixel as factor x factor of them, in a frame of `border` pixels of
  /// -1.
  Dataset enlarge(int64_t factor, int64_t border) const;
};

/// Images to train on and to test.
struct Split {
  Dataset train, test;
};

/// Reads rows of 64 pixels from 0 to 16 and a class from 0 to 9. Every fifth
/// row, from the first, is for the test. A bad file ends the program.
Split readDigits(const std::string &path);

/// Reads images and labels in the format of MNIST (IDX, unsigned bytes, not
/// compressed). A bad file ends the program.
Dataset readMNIST(const std::string &images, const std::string &labels);

#endif // QUANT_BNN_EXAMPLES_TRAINING_DATASET_H
