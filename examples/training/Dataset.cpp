//===- Dataset.cpp - Images and their classes -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dataset.h"
#include "Files.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

static constexpr int64_t kClasses = 10;

Dataset Dataset::select(const int64_t *begin, const int64_t *end) const {
  Dataset batch = {height, width, {}, {}};
  for (const int64_t *index = begin; index != end; ++index) {
    auto image = images.begin() + *index * getPixels();
    batch.images.insert(batch.images.end(), image, image + getPixels());
    batch.labels.push_back(labels[*index]);
  }
  return batch;
}

Dataset Dataset::enlarge(int64_t factor, int64_t border) const {
  Dataset large = {
      factor * height + 2 * border, factor * width + 2 * border, {}, labels};
  large.images.assign(size() * large.getPixels(), -1.0f);
  for (int64_t i = 0; i < size(); ++i)
    for (int64_t y = 0; y < factor * height; ++y)
      for (int64_t x = 0; x < factor * width; ++x)
        large.images[(i * large.height + y + border) * large.width + x +
                     border] =
            images[(i * height + y / factor) * width + x / factor];
  return large;
}

//===----------------------------------------------------------------------===//
// Digits
//===----------------------------------------------------------------------===//

Split readDigits(const std::string &path) {
  constexpr int64_t side = 8;
  constexpr int64_t pixels = side * side;
  Split split = {{side, side, {}, {}}, {side, side, {}, {}}};
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
      bool isClass = values.size() == pixels;
      if (end == field.c_str() || (*end != '\0' && *end != '\r') || value < 0 ||
          value > (isClass ? kClasses - 1 : 16))
        fail(path + ":" + std::to_string(row + 1) + ": '" + field +
             "' is not a " + (isClass ? "class" : "pixel"));
      values.push_back(static_cast<int>(value));
    }
    if (values.size() != pixels + 1)
      fail(path + ":" + std::to_string(row + 1) +
           ": expected 64 pixels and a class");
    Dataset &dataset = row % 5 == 0 ? split.test : split.train;
    for (int64_t i = 0; i < pixels; ++i)
      dataset.images.push_back(values[i] / 8.0f - 1.0f);
    dataset.labels.push_back(values[pixels]);
  }
  if (file.bad())
    fail("cannot read '" + path + "'");
  if (split.train.labels.empty())
    fail("'" + path + "' has too few rows");
  return split;
}

//===----------------------------------------------------------------------===//
// MNIST
//===----------------------------------------------------------------------===//

namespace {
/// A file in the IDX format: a magic number, the sizes of the dimensions, each
/// of four bytes, the most significant first, and the bytes of the elements.
struct IDXFile {
  IDXFile(const std::string &path, int64_t rank) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
      fail("cannot open '" + path + "'");
    bytes.assign(std::istreambuf_iterator<char>(file), {});
    const int64_t headerSize = 4 * (rank + 1);
    const int64_t fileSize = static_cast<int64_t>(bytes.size());
    // Unsigned bytes are type 8.
    if (fileSize < headerSize || getWord(0) != 0x800 + rank)
      fail("'" + path + "' is no IDX file of unsigned bytes of rank " +
           std::to_string(rank));
    int64_t elements = 1;
    for (int64_t i = 0; i < rank; ++i) {
      sizes.push_back(getWord(i + 1));
      // Beyond what the file has, the product need not be known.
      if (sizes[i] != 0 && elements > fileSize / sizes[i])
        elements = fileSize + 1;
      else
        elements *= sizes[i];
    }
    if (fileSize - headerSize != elements)
      fail("'" + path + "' has " + std::to_string(fileSize - headerSize) +
           " bytes of elements, which its header does not say");
    elementsBegin = headerSize;
  }

  int64_t getWord(int64_t index) const {
    int64_t word = 0;
    for (int64_t i = 4 * index; i < 4 * index + 4; ++i)
      word = word << 8 | static_cast<uint8_t>(bytes[i]);
    return word;
  }
  auto begin() const { return bytes.begin() + elementsBegin; }
  auto end() const { return bytes.end(); }

  std::vector<char> bytes;
  std::vector<int64_t> sizes;
  int64_t elementsBegin;
};
} // namespace

Dataset readMNIST(const std::string &images, const std::string &labels) {
  IDXFile imageFile(images, 3), labelFile(labels, 1);
  if (imageFile.sizes[0] != labelFile.sizes[0])
    fail("'" + images + "' has " + std::to_string(imageFile.sizes[0]) +
         " images, but '" + labels + "' has " +
         std::to_string(labelFile.sizes[0]) + " labels");
  Dataset dataset = {imageFile.sizes[1], imageFile.sizes[2], {}, {}};
  for (char pixel : imageFile)
    dataset.images.push_back(static_cast<uint8_t>(pixel) / 127.5f - 1.0f);
  for (char byte : labelFile) {
    int label = static_cast<uint8_t>(byte);
    if (label >= kClasses)
      fail("'" + labels + "' has the label " + std::to_string(label) +
           ", which is not a class");
    dataset.labels.push_back(label);
  }
  return dataset;
}
