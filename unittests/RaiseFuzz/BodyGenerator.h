//===- BodyGenerator.h - Random quantizers ----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_RAISEFUZZ_BODYGENERATOR_H
#define QUANT_BNN_UNITTESTS_RAISEFUZZ_BODYGENERATOR_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <random>

namespace quant_bnn::raise_fuzz {

/// Writes functions of a float x and a cotangent g, most of them a quantizer or
/// one changed in few places, the others random math.
class BodyGenerator {
public:
  explicit BodyGenerator(uint64_t seed) : random(seed) {}

  /// A function at the end of what `builder` writes.
  mlir::func::FuncOp generate(mlir::OpBuilder &builder, llvm::StringRef name);

private:
  unsigned below(unsigned n) { return random() % n; }
  bool oneIn(unsigned n) { return below(n) == 0; }

  mlir::Value constant(double value);
  /// Mostly a number that quantizers have.
  mlir::Value anyConstant();
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value a,
                      mlir::Value b);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);
  mlir::Value toFloat(mlir::Value condition);
  /// -1 where x < 0, else 1, in one of its spellings.
  mlir::Value sign(mlir::Value x);
  mlir::Value clamp(mlir::Value x, double low, double high);
  /// Rounds by floor and ceil, as TOSA does.
  mlir::Value roundedToEven(mlir::Value x);
  mlir::Value rounded(mlir::Value x);
  mlir::Value dorefa(mlir::Value x);
  mlir::Value pact(mlir::Value x);
  mlir::Value inWindow(mlir::Value x, double low, double high);
  mlir::Value maskedGradient(mlir::Value x, mlir::Value g);
  mlir::Value approxGradient(mlir::Value x, mlir::Value g);
  mlir::Value randomMath(mlir::Value x, mlir::Value g);

  std::mt19937_64 random;
  mlir::OpBuilder *builder = nullptr;
  mlir::Location *loc = nullptr;
  mlir::Type type;
};

} // namespace quant_bnn::raise_fuzz

#endif // QUANT_BNN_UNITTESTS_RAISEFUZZ_BODYGENERATOR_H
