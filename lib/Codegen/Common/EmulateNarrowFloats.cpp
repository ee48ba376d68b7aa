//===- EmulateNarrowFloats.cpp - Compute bf16, and math on f16, in f32 ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WidenAccumulators.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEMULATENARROWFLOATSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using arith::CmpFPredicate;

namespace {
struct QuantBNNEmulateNarrowFloatsPass
    : quant_bnn::impl::QuantBNNEmulateNarrowFloatsPassBase<
          QuantBNNEmulateNarrowFloatsPass> {
  using QuantBNNEmulateNarrowFloatsPassBase::
      QuantBNNEmulateNarrowFloatsPassBase;

  void runOnOperation() override;
};
} // namespace

static bool isOfElement(Type type, llvm::function_ref<bool(Type)> matches) {
  return isa<FloatType, IntegerType, VectorType>(type) &&
         matches(getElementTypeOrSelf(type));
}

static bool isBF16(Type type) {
  return isOfElement(type, [](Type element) { return element.isBF16(); });
}

static bool isNarrow(Type type) {
  return isBF16(type) ||
         isOfElement(type, [](Type element) { return element.isF16(); });
}

static bool isF64(Type type) {
  return isOfElement(type, [](Type element) { return element.isF64(); });
}

static Type withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.clone(element) : element;
}

static Value buildInteger(ImplicitLocOpBuilder &builder, Type type,
                          int64_t value) {
  return createScalarOrSplatConstant(builder, builder.getLoc(), type, value);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// Builds the f64 `value` rounded to f32, with a last bit of 1 if this is not
/// exact. f32 has more than twice the bits of bf16, so a second rounding to
/// bf16 gives the result of rounding `value` once.
static Value roundToOdd(ImplicitLocOpBuilder &builder, Value value) {
  Type f32 = withElement(value.getType(), builder.getF32Type());
  Type i32 = withElement(value.getType(), builder.getI32Type());
  Value nearest = arith::TruncFOp::create(builder, f32, value);
  Value back = arith::ExtFOp::create(builder, value.getType(), nearest);
  Value isInexact =
      arith::CmpFOp::create(builder, CmpFPredicate::ONE, back, value);
  auto abs = [&](Value value) -> Value {
    return math::AbsFOp::create(builder, value);
  };
  Value isAway =
      arith::CmpFOp::create(builder, CmpFPredicate::OGT, abs(back), abs(value));
  Value bits = arith::BitcastOp::create(builder, i32, nearest);
  bits = arith::SubIOp::create(builder, bits,
                               arith::ExtUIOp::create(builder, i32, isAway));
  bits = arith::OrIOp::create(builder, bits,
                              arith::ExtUIOp::create(builder, i32, isInexact));
  return arith::BitcastOp::create(builder, f32, bits);
}

/// Returns `value`, an i64, with at most 53 significant bits: the lowest kept
/// bit is 1 where a dropped bit was.
static Value roundToOddInteger(ImplicitLocOpBuilder &builder, Value value,
                               bool isSigned) {
  Type type = value.getType();
  auto integer = [&](int64_t value) {
    return buildInteger(builder, type, value);
  };
  auto cmp = [&](arith::CmpIPredicate predicate, Value lhs,
                 Value rhs) -> Value {
    return arith::CmpIOp::create(builder, predicate, lhs, rhs);
  };
  // An unsigned value has 64 bits, of which f64 holds 53.
  constexpr int64_t dropped = 0xfff, last = 0x800;
  Value rest = arith::AndIOp::create(builder, value, integer(dropped));
  Value rounded = arith::AndIOp::create(builder, value, integer(~dropped));
  rounded = arith::OrIOp::create(builder, rounded, integer(last));
  // -2^53 <= value < 2^53 for a signed value, or else value < 2^53.
  constexpr int64_t limit = int64_t(1) << 53;
  Value isShort =
      isSigned ? cmp(arith::CmpIPredicate::ult,
                     arith::AddIOp::create(builder, value, integer(limit)),
                     integer(2 * limit))
               : cmp(arith::CmpIPredicate::ult, value, integer(limit));
  Value isExact = arith::OrIOp::create(
      builder, isShort, cmp(arith::CmpIPredicate::eq, rest, integer(0)));
  return arith::SelectOp::create(builder, isExact, value, rounded);
}

/// Builds the conversion of `value` to an f32 that rounds to bf16 as the exact
/// value does.
static Value convertInteger(ImplicitLocOpBuilder &builder, Value value,
                            bool isSigned) {
  unsigned width =
      getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
  bool isExactInF32 = width <= 24;
  Type type = withElement(value.getType(), isExactInF32 ? builder.getF32Type()
                                                        : builder.getF64Type());
  // Wider integers than f64 holds, of up to 64 bits.
  if (width > 53 && width < 64) {
    Type i64 = withElement(value.getType(), builder.getI64Type());
    value = isSigned ? arith::ExtSIOp::create(builder, i64, value).getResult()
                     : arith::ExtUIOp::create(builder, i64, value);
  }
  if (width > 53 && width <= 64)
    value = roundToOddInteger(builder, value, isSigned);
  Value result = isSigned
                     ? arith::SIToFPOp::create(builder, type, value).getResult()
                     : arith::UIToFPOp::create(builder, type, value);
  return isExactInF32 ? result : roundToOdd(builder, result);
}

/// Builds a value in f32 that rounds to the result of `op`, or returns null if
/// `op` does not convert an f64 or an integer to bf16.
static Value buildWideConversion(ImplicitLocOpBuilder &builder, Operation *op) {
  Type type = op->getNumResults() == 1 ? op->getResult(0).getType() : Type();
  if (isa<arith::TruncFOp>(op) && isBF16(type) &&
      isF64(op->getOperand(0).getType()))
    return roundToOdd(builder, op->getOperand(0));
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(op) && isBF16(type))
    return convertInteger(builder, op->getOperand(0), isa<arith::SIToFPOp>(op));
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Other ops
//===----------------------------------------------------------------------===//

/// Whether `op` is to be computed in f32: it computes with narrow floats, and
/// does not only move their bits. If `mathOnly`, only math ops are.
static bool isEmulated(Operation *op, bool mathOnly) {
  auto matches = [&](llvm::function_ref<bool(Type)> isType) {
    return llvm::any_of(op->getOperandTypes(), isType) ||
           llvm::any_of(op->getResultTypes(), isType);
  };
  if (isa_and_present<math::MathDialect>(op->getDialect()))
    return isa<math::AbsFOp, math::CopySignOp>(op)
               ? !mathOnly && matches(isBF16)
               : matches(isNarrow);
  if (mathOnly || !matches(isBF16))
    return false;
  if (isa_and_present<arith::ArithDialect>(op->getDialect()))
    return !isa<arith::BitcastOp, arith::ConstantOp, arith::ExtFOp,
                arith::ScalingExtFOp, arith::ScalingTruncFOp, arith::SelectOp,
                arith::TruncFOp>(op);
  return isa<vector::ContractionOp, vector::FMAOp, vector::MultiDimReductionOp,
             vector::OuterProductOp, vector::ReductionOp, vector::ScanOp>(op);
}

static void emulate(ImplicitLocOpBuilder &builder, Operation *op) {
  auto widen = [&](Type type) {
    return isNarrow(type) ? withElement(type, builder.getF32Type()) : type;
  };
  OperationState state(op->getLoc(), op->getName());
  for (Value operand : op->getOperands()) {
    if (Type type = operand.getType(); isNarrow(type))
      operand = arith::ExtFOp::create(builder, widen(type), operand);
    state.operands.push_back(operand);
  }
  for (Type type : op->getResultTypes())
    state.types.push_back(widen(type));
  state.attributes = op->getDiscardableAttrDictionary().getValue();
  state.propertiesAttr = op->getPropertiesAsAttribute();
  Operation *wide = builder.create(state);
  for (auto [result, wideResult] :
       llvm::zip_equal(op->getResults(), wide->getResults())) {
    Value value = wideResult;
    if (value.getType() != result.getType())
      value = arith::TruncFOp::create(builder, result.getType(), value);
    result.replaceAllUsesWith(value);
  }
  op->erase();
}

/// Fails if `op` computes with bf16. No target adds bf16 in memory, and LLVM's
/// loop around an addition of bf16 calls a function that libgcc of GCC 12
/// lacks, or flushes denormals.
static LogicalResult refuseAtomic(memref::AtomicRMWOp op) {
  if (!isBF16(op.getType()) || op.getKind() == arith::AtomicRMWKind::assign)
    return success();
  return op.emitOpError("of kind '")
         << arith::stringifyAtomicRMWKind(op.getKind())
         << "' on bf16 cannot be rounded once: use a buffer of f32";
}

/// Whether an operand or a result of an op in `root` has narrow floats.
static bool hasNarrowFloats(Operation *root) {
  return root
      ->walk([](Operation *op) {
        auto isNarrowOrOfNarrow = [](Type type) {
          auto shaped = dyn_cast<ShapedType>(type);
          return isNarrow(shaped ? shaped.getElementType() : type);
        };
        return WalkResult(
            failure(llvm::any_of(op->getOperandTypes(), isNarrowOrOfNarrow) ||
                    llvm::any_of(op->getResultTypes(), isNarrowOrOfNarrow)));
      })
      .wasInterrupted();
}

void QuantBNNEmulateNarrowFloatsPass::runOnOperation() {
  if (!hasNarrowFloats(getOperation()))
    return markAllAnalysesPreserved();
  if (!mathOnly && getOperation()
                       ->walk([](memref::AtomicRMWOp op) -> WalkResult {
                         return refuseAtomic(op);
                       })
                       .wasInterrupted())
    return signalPassFailure();
  // The combiner of a reduction does not round at each step.
  if (!mathOnly)
    quant_bnn::widenAccumulators(getOperation());
  getOperation()->walk([&](Operation *op) {
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    if (isEmulated(op, mathOnly) && !isa<arith::SIToFPOp, arith::UIToFPOp>(op))
      return emulate(builder, op);
    if (mathOnly)
      return;
    if (auto extension = dyn_cast<arith::ExtFOp>(op);
        extension && isBF16(extension.getIn().getType()) &&
        isF64(extension.getType())) {
      Type f32 = withElement(extension.getType(), builder.getF32Type());
      extension.getInMutable().set(
          arith::ExtFOp::create(builder, f32, extension.getIn()));
      return;
    }
    Value wide = buildWideConversion(builder, op);
    if (!wide)
      return;
    op->getResult(0).replaceAllUsesWith(
        arith::TruncFOp::create(builder, op->getResult(0).getType(), wide));
    op->erase();
  });
}
