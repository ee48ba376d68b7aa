//===- NumPyArray.h - Arrays in NumPy's file format -------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads and writes .npy files in C order and little endian, with the element
// types that a compiled function can take. Other features of the format are
// errors. Every message begins with the path.
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
  /// b: bool, i: signed, u: unsigned, f: float, V: untyped, as which NumPy
  /// reads and writes types like bfloat16.
  char kind;
  unsigned size;

  bool operator==(NpyElementType other) const {
    return kind == other.kind && size == other.size;
  }

  /// Returns the type string of the header, such as "<f4".
  std::string str() const;
};

/// An array in memory of another owner, in C order and without gaps.
struct NpyView {
  NpyElementType elementType;
  llvm::SmallVector<int64_t> shape;
  const void *data;

  /// Returns the size of the whole array. The size must not overflow.
  size_t getSizeInBytes() const;
};

/// An array that owns its memory, which is aligned to a cache line. A cache
/// line is as large as the widest vector of any host.
class NpyArray {
public:
  static constexpr size_t alignment = 64;

  /// Allocates an array. Fails if the size overflows or the memory cannot be
  /// allocated.
  static llvm::Expected<NpyArray> allocate(NpyElementType elementType,
                                           llvm::ArrayRef<int64_t> shape);

  NpyElementType getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  llvm::MutableArrayRef<char> getBytes() { return {data.get(), sizeInBytes}; }
  llvm::ArrayRef<char> getBytes() const { return {data.get(), sizeInBytes}; }

  /// Returns the memory, which is not null even if the array has no elements.
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

/// Reads one array from the file at `path`. Fails if the file has other
/// contents.
llvm::Expected<NpyArray> readNpy(llvm::StringRef path);

/// An array and the path of the file to write.
struct NpyOutput {
  llvm::StringRef path;
  NpyView array;
};

/// Writes all files or none: each array is first written to a temporary file
/// beside its destination. A destination that exists and is no regular file,
/// such as /dev/null, is written directly.
llvm::Error writeNpy(llvm::ArrayRef<NpyOutput> outputs);

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYARRAY_H
