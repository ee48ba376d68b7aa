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

/// Builds elementary functions of `f32` or `f64`, or of vectors of these,
/// without calls (W. J. Cody and W. Waite, Software Manual for the Elementary
/// Functions, 1980). Exponentials subtract a multiple of ln(2) from the
/// argument, and compute e^r - 1 of the remainder r, abs r <= ln(2) / 2, by its
/// Taylor series. Logarithms use the series of the inverse of tanh. Rounded
/// values never cancel. Errors are at most 4 ulp, and at most 2 ulp for exp,
/// for all arguments.
class MathBuilder : public PayloadBuilder {
public:
  MathBuilder(mlir::Location loc, mlir::OpBuilder &builder, mlir::Type type);

  mlir::Value buildAcosh(mlir::Value x);
  mlir::Value buildAsinh(mlir::Value x);
  mlir::Value buildAtanh(mlir::Value x);
  mlir::Value buildCosh(mlir::Value x);
  /// Of `f32` only, within 2 ulp.
  mlir::Value buildErf(mlir::Value x);
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
    /// e^r - 1 for the remainder r of x, computed without cancellation.
    mlir::Value p;
  };
  /// x = 2^k m, with m between sqrt(1/2) and sqrt(2).
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

  /// Reduces x, with a series of the given `degree` for p.
  Exponential reduce(mlir::Value x, int degree);
  Scaled scale(mlir::Value x);
  mlir::Value buildPowerOf2(mlir::Value exponent);
  mlir::Value buildPolynomial(mlir::Value x,
                              llvm::ArrayRef<double> coefficients);
  mlir::Value buildLog(mlir::Value k, mlir::Value f, mlir::Value correction);
  mlir::Value buildLogOfTwice(mlir::Value x);
  mlir::Value buildLargeSinh(mlir::Value x);

  mlir::Type bitsType;
  const MathFormat &format;
};

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_MATHBUILDER_H
