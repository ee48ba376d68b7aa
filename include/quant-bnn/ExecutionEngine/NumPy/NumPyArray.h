//===- NumPyArray.h - Arrays in NumPy's file format -------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads and writes .npy files, of the element types that a compiled function
// can take, in C order and little endian. What else the format allows is an
// error that says so. Every message begins with the path.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYARRAY_H
#define QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYARRAY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace quant_bnn {

/// An element type by NumPy's name for it: a kind and a size in bytes.
struct NpyElementType {
  /// b: bool, i: signed, u: unsigned, f: float, V: untyped, which is what NumPy
  /// reads and writes a type like bfloat16 as.
  char kind;
  unsigned size;

  bool operator==(NpyElementType other) const {
    return kind == other.kind && size == other.size;
  }

  /// The type string of the header, such as "<f4".
  std::string str() const;
};

/// An array that lies elsewhere, in C order and without gaps.
struct NpyView {
  NpyElementType elementType;
  llvm::SmallVector<int64_t> shape;
  const void *data;

  /// The whole array's size; its elements' number and size are taken to fit.
  size_t getSizeInBytes() const;
};

/// An array and its memory, which is aligned to a cache line, that is, to the
/// widest vector of any host.
class NpyArray {
public:
  static constexpr size_t alignment = 64;

  /// Fails where the size overflows or the memory cannot be had.
  static llvm::Expected<NpyArray> allocate(NpyElementType elementType,
                                           llvm::ArrayRef<int64_t> shape);

  NpyElementType getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  llvm::MutableArrayRef<char> getBytes() { return {data.get(), sizeInBytes}; }
  llvm::ArrayRef<char> getBytes() const { return {data.get(), sizeInBytes}; }

  /// Never null, not even for an array without elements.
  void *getData() { return data.get(); }

private:
  struct Free {
    void operator()(char *pointer) const { std::free(pointer); }
  };

  NpyArray(NpyElementType elementType, llvm::ArrayRef<int64_t> shape)
      : elementType(elementType), shape(shape) {}

  NpyElementType elementType;
  llvm::SmallVector<int64_t> shape;
  size_t sizeInBytes = 0;
  std::unique_ptr<char, Free> data;
};

/// Reads one array, which must be all that the file holds.
llvm::Expected<NpyArray> readNpy(llvm::StringRef path);

/// What is to be written, and where to.
struct NpyOutput {
  llvm::StringRef path;
  NpyView array;
};

/// Writes all of the files or none: each goes to a temporary file beside its
/// destination first. A destination that exists and is no regular file, such as
/// /dev/null, is written as it is.
llvm::Error writeNpy(llvm::ArrayRef<NpyOutput> outputs);

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYARRAY_H
