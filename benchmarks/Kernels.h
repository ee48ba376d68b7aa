//===- Kernels.h - What is measured, and against what -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_BENCHMARKS_KERNELS_H
#define QUANT_BNN_BENCHMARKS_KERNELS_H

#include <cstddef>
#include <cstdint>

/// The arrays that a kernel may use. `scalar` and `result` are single elements;
/// `bits` has one for each element of the others.
struct Arrays {
  void *x;
  void *g;
  void *y;
  void *bits;
  void *scalar;
  void *result;
  size_t bytes;
};

/// A hand-written loop. `nontemporal`: store past the caches.
using Baseline = void (*)(const Arrays &arrays, bool nontemporal);

/// The least work that moves the same bytes, whatever the type of the elements.
/// Copy: x to y. Select: x and g to y. ScanAnd...: x alone before that. Those
/// with bits are of f32: they move 1 byte of bits for 32 of an array.
void floorCopy(const Arrays &arrays, bool nontemporal);
void floorSelect(const Arrays &arrays, bool nontemporal);
void floorScanAndCopy(const Arrays &arrays, bool nontemporal);
void floorScanAndSelect(const Arrays &arrays, bool nontemporal);
void floorReadToBits(const Arrays &arrays, bool nontemporal);
void floorCopyAndBits(const Arrays &arrays, bool nontemporal);
void floorSelectBits(const Arrays &arrays, bool nontemporal);

/// The same math with the same approximations of exp and tanh.
#define QUANT_BNN_KERNEL(NAME, SIGNATURE, FLOOR)                               \
  void twin_##NAME##_f32(const Arrays &arrays, bool nontemporal);              \
  void twin_##NAME##_bf16(const Arrays &arrays, bool nontemporal);
#include "Kernels.def"

/// MLIR's memref descriptors.
struct MemRef0 {
  void *allocated;
  void *aligned;
  int64_t offset;
};
struct MemRef1 {
  void *allocated;
  void *aligned;
  int64_t offset;
  int64_t sizes[1];
  int64_t strides[1];
};

/// Of bits, in bytes.
struct MemRefOfBits : MemRef1 {};

/// The signatures that `results=out-params` makes. The number of bits is behind
/// an operand of bits, and returned for a result.
using Unary = void(MemRef1 *x, MemRef1 *y);
using UnaryScalar = void(MemRef1 *x, MemRef0 *scalar, MemRef1 *y);
using UnaryReduction = void(MemRef1 *x, MemRef1 *y, MemRef0 *result);
using Binary = void(MemRef1 *x, MemRef1 *g, MemRef1 *y);
using BinaryReduction = void(MemRef1 *x, MemRef1 *g, MemRef0 *scalar,
                             MemRef1 *y, MemRef0 *result);
using UnaryToBits = int64_t(MemRef1 *x, MemRefOfBits *bits);
using UnaryAndBits = int64_t(MemRef1 *x, MemRef1 *y, MemRefOfBits *bits);
using BitsAndUnary = void(MemRefOfBits *bits, int64_t count, MemRef1 *g,
                          MemRef1 *y);

extern "C" {
#define QUANT_BNN_KERNEL(NAME, SIGNATURE, FLOOR)                               \
  SIGNATURE _mlir_ciface_##NAME##_f32, _mlir_ciface_##NAME##_bf16;
#include "Kernels.def"
}

#endif // QUANT_BNN_BENCHMARKS_KERNELS_H
