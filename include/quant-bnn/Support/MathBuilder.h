//===- MathBuilder.h - Elementary functions in arithmetic -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_MATHBUILDER_H
#define QUANT_BNN_SUPPORT_MATHBUILDER_H

#include "quant-bnn/Support/PayloadBuilder.h"

namespace quant_bnn {

struct MathFormat;

/// Builds elementary functions of `f32` or `f64`, or vectors of them, without
/// calls: from e^r - 1 by Taylor's series for abs r <= ln(2) / 2, what is left
/// of the argument when multiples of ln(2) are taken away, and from the series
/// of the inverse of tanh for logarithms (W. J. Cody and W. Waite, Software
/// Manual for the Elementary Functions, 1980). Nothing cancels that has been
/// rounded. They are within 4 ulp, exp within 2, for all arguments.
class MathBuilder : public PayloadBuilder {
public:
  MathBuilder(mlir::Location loc, mlir::OpBuilder &builder, mlir::Type type);

  mlir::Value buildAcosh(mlir::Value x);
  mlir::Value buildAsinh(mlir::Value x);
  mlir::Value buildAtanh(mlir::Value x);
  mlir::Value buildCosh(mlir::Value x);
  mlir::Value buildExp(mlir::Value x);
  mlir::Value buildExpM1(mlir::Value x);
  mlir::Value buildLog(mlir::Value x);
  mlir::Value buildLog1p(mlir::Value x);
  mlir::Value buildSinh(mlir::Value x);
  mlir::Value buildTanh(mlir::Value x);

private:
  /// e^x = 2^k (1 + p), with abs p < 0.42.
  struct Exponential {
    /// An integer.
    mlir::Value k;
    /// e^r - 1 for the rest r of x, which does not cancel.
    mlir::Value p;
  };
  /// x = 2^k m, with m between the roots of 1/2 and of 2.
  struct Scaled {
    /// An integer.
    mlir::Value k;
    mlir::Value m;
  };

  mlir::Value fma(mlir::Value lhs, mlir::Value rhs, mlir::Value addend);
  mlir::Value sqrt(mlir::Value x);
  mlir::Value copySign(mlir::Value x, mlir::Value sign);
  mlir::Value toBits(mlir::Value x);
  mlir::Value fromBits(mlir::Value bits);
  mlir::Value fromInteger(mlir::Value k);
  mlir::Value integer(int64_t value);

  Exponential reduce(mlir::Value x);
  Scaled scale(mlir::Value x);
  mlir::Value buildPowerOf2(mlir::Value exponent);
  mlir::Value buildLog(mlir::Value k, mlir::Value f, mlir::Value correction);
  mlir::Value buildLogOfTwice(mlir::Value x);
  mlir::Value buildLargeSinh(mlir::Value x);

  mlir::Type bitsType;
  const MathFormat &format;
};

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_MATHBUILDER_H
