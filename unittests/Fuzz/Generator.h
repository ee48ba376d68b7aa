//===- Generator.h - Random valid modules --------------------- -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_GENERATOR_H
#define QUANT_BNN_UNITTESTS_FUZZ_GENERATOR_H

#include "Random.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

namespace quant_bnn::fuzz {

/// On an argument: its extents when the function is evaluated.
constexpr llvm::StringLiteral extentsAttr = "fuzz.extents";

/// The kinds of modules.
enum class Theme {
  /// Quantizers and their gradients among all other ops.
  Quantizers,
  /// Bipolar matmuls and convolutions, and the ops around them.
  Signs,
  /// Smooth math in f64, whose gradients are compared with finite differences.
  Smooth
};

/// Generates valid modules of functions @f0, @f1, ... The behavior of a
/// function is defined for arguments with the extents in its attributes.
class Generator {
public:
  Generator(mlir::MLIRContext *context, uint64_t seed);

  mlir::OwningOpRef<mlir::ModuleOp> generate();

private:
  using Shape = llvm::SmallVector<int64_t, 4>;

  /// A value that later ops may use, and its extents.
  struct Entry {
    mlir::Value value;
    Shape extents;
  };

  // Generator.cpp: functions, and choices among existing values.

  void addFunction(unsigned index);
  void addOp();
  int64_t anyExtent();
  Shape anyShape(unsigned minRank, unsigned maxRank);
  /// Returns a tensor type with these extents, some of them dynamic.
  mlir::RankedTensorType typeOf(mlir::ArrayRef<int64_t> extents,
                                mlir::Type element,
                                mlir::Attribute encoding = {});
  void add(mlir::Value value, mlir::ArrayRef<int64_t> extents);
  /// Adds a result with the encoding of `source`, which upstream may not infer.
  void addLike(const Entry &source, mlir::Value value,
               mlir::ArrayRef<int64_t> extents);
  /// Returns a tensor of elements of `type`, with a rank from `minRank` to
  /// `maxRank`.
  Entry anyTensor(unsigned minRank = 0, unsigned maxRank = 4);
  /// Returns one of `candidates`, most often the newest.
  Entry pickEntry(mlir::ArrayRef<const Entry *> candidates);
  /// Returns a tensor of the type and extents of `entry`, possibly another one.
  mlir::Value sameAs(const Entry &entry);
  mlir::Value anyScalar();
  Entry argument(mlir::Type type, mlir::ArrayRef<int64_t> extents);
  mlir::Value floatConstant(double value);
  mlir::Value index(int64_t value);
  /// Returns the dynamic extents of `type`, as indices.
  llvm::SmallVector<mlir::Value> sizesOf(mlir::RankedTensorType type,
                                         mlir::ArrayRef<int64_t> extents);
  /// Returns a tensor whose elements will be overwritten.
  mlir::Value emptyOf(mlir::RankedTensorType type,
                      mlir::ArrayRef<int64_t> extents);
  mlir::Value cast(mlir::Value value, mlir::Type type);
  /// Returns `value` as an attribute, or, if it may be dynamic, as an attribute
  /// or a constant.
  mlir::OpFoldResult anyIndex(int64_t value, bool mayBeDynamic = true);
  double anyNumber();

  // GenerateScalars.cpp: math on scalars, as in bodies and functions.

  mlir::Value scalarMath(mlir::ArrayRef<mlir::Value> inputs, unsigned numOps);
  mlir::Value scalarOp(mlir::ArrayRef<mlir::Value> inputs);
  mlir::Value smoothOp(mlir::ArrayRef<mlir::Value> inputs);
  mlir::Value scalarQuantizer(mlir::Value x, mlir::Value g);
  void addScalar();

  // GenerateQuantizers.cpp

  mlir::Value quantizer(mlir::Value x);
  mlir::Value gradient(mlir::Value x, mlir::Value g);
  void addQuantizer();
  void addGradient();
  void addReducingQuantizer();
  void addReducingGradient();

  // GeneratePacked.cpp

  PackedAttr anyLayout();
  Entry anyPacked(unsigned minRank = 1, unsigned maxRank = 4);
  /// Returns a packed tensor or, if the theme has few of them, another tensor.
  Entry anyElements(unsigned minRank = 0, unsigned maxRank = 4);
  /// Returns a scalar of the element type of `tensor`.
  mlir::Value anyElement(mlir::Value tensor);
  mlir::Value anyBit();
  /// Returns the result of ops on bits of one type, scalars or tensors.
  mlir::Value bitMath(mlir::ArrayRef<mlir::Value> inputs, unsigned numOps);
  void addPack();
  void addBitMath();
  void addBitGeneric();
  void addXnorMatmul();
  void addXnorConv();
  void addPackedPool();
  /// Adds integers, or floats or bits that they become.
  void addAccumulators(mlir::Value acc, mlir::ArrayRef<int64_t> extents);

  // GenerateLinalg.cpp

  void addElementwise();
  void addReduction();
  void addTranspose();
  void addBroadcast();
  void addMatmul();
  void addConv();
  void addMaxPool();

  // GenerateTensors.cpp

  void addSlice();
  void addInsertSlice();
  void addPad();
  void addReshape();
  void addConcat();
  void addSplat();
  void addFromElements();
  void addConstant();
  void addCast();

  // GenerateControlFlow.cpp

  void addIf();
  void addFor();
  void addCall();

  Random random;
  mlir::ImplicitLocOpBuilder b;
  mlir::ModuleOp module;
  mlir::func::FuncOp function;
  mlir::FloatType type;
  Theme theme;
  bool mayBeDynamic;
  unsigned depth = 0;
  llvm::SmallVector<Entry> entries;
  llvm::SmallVector<mlir::func::FuncOp> functions;
};

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_GENERATOR_H
