//===- RoundToBF16.cpp - Round f32 to bf16 --------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BF16Facts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNROUNDTOBF16PASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using quant_bnn::BF16Facts;
using quant_bnn::BF16FactsAnalysis;
using quant_bnn::BF16Instruction;

/// Whether `op` rounds f32 to the nearest bf16.
static bool isRounding(arith::TruncFOp op) {
  auto mode = op.getRoundingmode();
  return isa<FloatType, VectorType>(op.getType()) &&
         getElementTypeOrSelf(op.getType()).isBF16() &&
         getElementTypeOrSelf(op.getIn().getType()).isF32() &&
         (!mode || *mode == arith::RoundingMode::to_nearest_even);
}

static bool isToF32(arith::ExtFOp op) {
  return getElementTypeOrSelf(op.getType()).isF32();
}

static Type withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.clone(element) : element;
}

//===----------------------------------------------------------------------===//
// Values that bf16 has
//===----------------------------------------------------------------------===//

/// Replaces the rounding of a value that bf16 has.
static void dropRounding(arith::TruncFOp op) {
  Value value = op.getIn();
  for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
    if (auto extension = dyn_cast<arith::ExtFOp>(user);
        extension && isToF32(extension)) {
      extension.replaceAllUsesWith(value);
      extension.erase();
    }
  if (op.use_empty())
    return op.erase();
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Type i32 = withElement(value.getType(), b.getI32Type());
  Value bits = arith::BitcastOp::create(b, i32, value);
  bits = arith::ShRUIOp::create(
      b, bits, createScalarOrSplatConstant(b, b.getLoc(), i32, 16));
  bits = arith::TruncIOp::create(
      b, withElement(value.getType(), b.getI16Type()), bits);
  op.replaceAllUsesWith(
      arith::BitcastOp::create(b, op.getType(), bits).getResult());
  op.erase();
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

/// Whether a zero in place of a subnormal number changes no value that is
/// computed from the result of `op`.
static bool mayFlush(arith::TruncFOp op) {
  return llvm::all_of(op->getUsers(), [](Operation *user) {
    auto extension = dyn_cast<arith::ExtFOp>(user);
    return extension &&
           llvm::all_of(
               extension->getUsers(),
               llvm::IsaPred<math::RoundEvenOp, math::RoundOp, math::TruncOp>);
  });
}

/// Whether an instruction rounds values to `type`.
static bool canUseInstruction(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return !vector || (vector.getRank() == 1 && !vector.isScalable());
}

/// Returns the number of lanes of an instruction that classifies parts of a
/// vector of `type`, or 0 if there is none.
static int64_t getClassifiedLanes(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector)
    return 0;
  int64_t lanes = vector.getNumElements();
  if (lanes % 16 == 0)
    return 16;
  return lanes == 8 || lanes == 4 ? lanes : 0;
}

/// Returns the `lanes` elements of `value` from `offset` on.
static Value extractPart(ImplicitLocOpBuilder &b, Value value, int64_t offset,
                         int64_t lanes) {
  if (lanes == cast<VectorType>(value.getType()).getNumElements())
    return value;
  return vector::ExtractStridedSliceOp::create(
      b, value, ArrayRef<int64_t>(offset), ArrayRef<int64_t>(lanes),
      ArrayRef<int64_t>(1));
}

/// Builds an instruction that rounds `value`, where it is not subnormal, to
/// `type`. One of them rounds two registers of 16 elements.
static Value buildInstruction(ImplicitLocOpBuilder &b, Type type, Value value) {
  constexpr int64_t lanes = 16;
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || vector.getNumElements() != 2 * lanes)
    return LLVM::FPTruncOp::create(b, type, value);
  return LLVM::CallIntrinsicOp::create(
             b, type, b.getStringAttr("llvm.x86.avx512bf16.cvtne2ps2bf16.512"),
             ValueRange{extractPart(b, value, lanes, lanes),
                        extractPart(b, value, 0, lanes)})
      .getResult(0);
}

/// Returns which elements of `part` are subnormal.
static Value classify(ImplicitLocOpBuilder &b, Value part) {
  auto type = cast<VectorType>(part.getType());
  constexpr int32_t subnormal = 0x20;
  std::string name =
      ("llvm.x86.avx512.fpclass.ps." + llvm::Twine(type.getNumElements() * 32))
          .str();
  Value category = LLVM::ConstantOp::create(b, b.getI32IntegerAttr(subnormal));
  return LLVM::CallIntrinsicOp::create(b, type.clone(b.getI1Type()),
                                       b.getStringAttr(name),
                                       ValueRange{part, category})
      .getResult(0);
}

/// Returns whether any element of `value` is subnormal, found in parts of
/// `lanes` elements.
static Value buildHasSubnormals(ImplicitLocOpBuilder &b, Value value,
                                int64_t lanes) {
  int64_t size = cast<VectorType>(value.getType()).getNumElements();
  Value found;
  for (int64_t offset = 0; offset < size; offset += lanes) {
    Value mask = classify(b, extractPart(b, value, offset, lanes));
    found = found ? arith::OrIOp::create(b, found, mask).getResult() : mask;
  }
  Type word = b.getIntegerType(lanes);
  return arith::CmpIOp::create(
      b, arith::CmpIPredicate::ne, LLVM::BitcastOp::create(b, word, found),
      arith::ConstantOp::create(b, b.getIntegerAttr(word, 0)));
}

/// Rounds by an instruction where no element is subnormal.
static void roundInBranches(arith::TruncFOp op, int64_t lanes) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Value value = op.getIn();
  auto branches = scf::IfOp::create(
      b, buildHasSubnormals(b, value, lanes),
      [&](OpBuilder &nested, Location loc) {
        scf::YieldOp::create(nested, loc, nested.clone(*op)->getResults());
      },
      [&](OpBuilder &nested, Location loc) {
        ImplicitLocOpBuilder b(loc, nested);
        scf::YieldOp::create(b, buildInstruction(b, op.getType(), value));
      });
  op.replaceAllUsesWith(branches.getResult(0));
  op.erase();
}

namespace {
struct QuantBNNRoundToBF16Pass
    : quant_bnn::impl::QuantBNNRoundToBF16PassBase<QuantBNNRoundToBF16Pass> {
  using QuantBNNRoundToBF16PassBase::QuantBNNRoundToBF16PassBase;

  void runOnOperation() override {
    SmallVector<arith::TruncFOp> roundings;
    getOperation()->walk([&](arith::TruncFOp op) {
      if (isRounding(op))
        roundings.push_back(op);
    });
    if (roundings.empty())
      return markAllAnalysesPreserved();
    BF16FactsAnalysis analysis(getOperation());
    SmallVector<arith::TruncFOp> exact;
    for (arith::TruncFOp op : roundings) {
      BF16Facts facts = analysis.get(op.getIn());
      if (facts.isBF16)
        exact.push_back(op);
      else if (instruction == BF16Instruction::AVX512)
        useInstruction(op, facts);
    }
    // Last, because the users of the other ops are looked at.
    llvm::for_each(exact, dropRounding);
  }

private:
  static void useInstruction(arith::TruncFOp op, BF16Facts facts) {
    if (!canUseInstruction(op.getType()))
      return;
    if (facts.leastExponent || mayFlush(op)) {
      ImplicitLocOpBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(buildInstruction(b, op.getType(), op.getIn()));
      op.erase();
    } else if (int64_t lanes = getClassifiedLanes(op.getType())) {
      roundInBranches(op, lanes);
    }
  }
};
} // namespace
