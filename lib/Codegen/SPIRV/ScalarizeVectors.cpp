//===- ScalarizeVectors.cpp - Replace vectors by scalars ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNSCALARIZEVECTORSPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {

/// Converts a vector of one dimension to one scalar for each lane.
struct LaneTypeConverter : TypeConverter {
  LaneTypeConverter() {
    addConversion([](Type type) { return type; });
    addConversion(
        [](VectorType type,
           SmallVectorImpl<Type> &lanes) -> std::optional<LogicalResult> {
          lanes.assign(type.getNumElements(), type.getElementType());
          return success();
        });
  }
};

/// Scalarizes an elementwise op of any dialect, such as arith or math.
struct ScalarizeElementwise : ConversionPattern {
  ScalarizeElementwise(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1,
                          context) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<ValueRange> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!OpTrait::hasElementwiseMappableTraits(op) || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "not elementwise");
    auto type = cast<VectorType>(op->getResultTypes()[0]);
    SmallVector<Value> lanes;
    for (int64_t lane = 0; lane < type.getDimSize(0); ++lane) {
      SmallVector<Value> scalars;
      for (auto [original, operand] : llvm::zip(op->getOperands(), operands))
        scalars.push_back(
            operand[isa<VectorType>(original.getType()) ? lane : 0]);
      lanes.push_back(
          clone(rewriter, op, type.getElementType(), scalars)->getResult(0));
    }
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

struct ScalarizeConstant : OpConversionPattern<arith::ConstantOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
    if (!elements)
      return rewriter.notifyMatchFailure(op, "not of elements");
    auto create = [&](Attribute value) -> Value {
      return arith::ConstantOp::create(rewriter, op.getLoc(),
                                       cast<TypedAttr>(value));
    };
    SmallVector<Value> lanes;
    if (elements.isSplat())
      lanes.assign(elements.getNumElements(),
                   create(elements.getSplatValue<Attribute>()));
    else
      for (Attribute value : elements.getValues<Attribute>())
        lanes.push_back(create(value));
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

struct ScalarizeBroadcast : OpConversionPattern<vector::BroadcastOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::BroadcastOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ValueRange source = adaptor.getSource();
    int64_t count = op.getResultVectorType().getDimSize(0);
    // A vector of one lane is broadcast as a scalar is.
    SmallVector<Value> lanes = source.size() == 1
                                   ? SmallVector<Value>(count, source[0])
                                   : SmallVector<Value>(source);
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

struct ScalarizeFromElements : OpConversionPattern<vector::FromElementsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::FromElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithMultiple(op, {adaptor.getElements()});
    return success();
  }
};

struct ScalarizeExtract : OpConversionPattern<vector::ExtractOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::ExtractOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.hasDynamicPosition() || op.getNumIndices() != 1)
      return rewriter.notifyMatchFailure(op, "not of a known lane");
    rewriter.replaceOp(op, adaptor.getSource()[op.getStaticPosition()[0]]);
    return success();
  }
};

struct ScalarizeInsert : OpConversionPattern<vector::InsertOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::InsertOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.hasDynamicPosition() || op.getNumIndices() != 1)
      return rewriter.notifyMatchFailure(op, "not of a known lane");
    SmallVector<Value> lanes(adaptor.getDest());
    lanes[op.getStaticPosition()[0]] = adaptor.getValueToStore()[0];
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

struct ScalarizeStridedSlice
    : OpConversionPattern<vector::ExtractStridedSliceOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::ExtractStridedSliceOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t offset = cast<IntegerAttr>(op.getOffsets()[0]).getInt();
    int64_t size = cast<IntegerAttr>(op.getSizes()[0]).getInt();
    SmallVector<Value> lanes(adaptor.getSource().slice(offset, size));
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

struct ScalarizeShuffle : OpConversionPattern<vector::ShuffleOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::ShuffleOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> sources(adaptor.getV1()), lanes;
    llvm::append_range(sources, adaptor.getV2());
    for (int64_t lane : op.getMask()) {
      if (lane < 0)
        return rewriter.notifyMatchFailure(op, "with a lane of no value");
      lanes.push_back(sources[lane]);
    }
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

/// Scalarizes a cast between vectors of integers; the first lane has the low
/// bits.
struct ScalarizeBitCast : OpConversionPattern<vector::BitCastOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::BitCastOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto from =
        dyn_cast<IntegerType>(op.getSourceVectorType().getElementType());
    auto to = dyn_cast<IntegerType>(op.getResultVectorType().getElementType());
    if (!from || !to)
      return rewriter.notifyMatchFailure(op, "not of integers");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> lanes;
    for (int64_t lane = 0; lane < op.getResultVectorType().getDimSize(0);
         ++lane)
      lanes.push_back(from.getWidth() < to.getWidth()
                          ? join(b, adaptor.getSource(), lane, to)
                          : take(b, adaptor.getSource(), lane, to));
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }

private:
  static Value shift(ImplicitLocOpBuilder &b, Type type, int64_t bits) {
    return arith::ConstantOp::create(b, b.getIntegerAttr(type, bits));
  }

  /// Builds a lane of the wider type `to` from several lanes of `source`.
  static Value join(ImplicitLocOpBuilder &b, ValueRange source, int64_t lane,
                    IntegerType to) {
    int64_t width = source[0].getType().getIntOrFloatBitWidth();
    int64_t count = to.getWidth() / width;
    Value result;
    for (auto [part, value] :
         llvm::enumerate(source.slice(lane * count, count))) {
      Value wide = arith::ExtUIOp::create(b, to, value);
      if (part > 0)
        wide = arith::ShLIOp::create(b, wide, shift(b, to, part * width));
      result = result ? arith::OrIOp::create(b, result, wide) : wide;
    }
    return result;
  }

  /// Builds a lane of `to`, a type no wider than that of `source`, from a part
  /// of one lane of `source`.
  static Value take(ImplicitLocOpBuilder &b, ValueRange source, int64_t lane,
                    IntegerType to) {
    int64_t width = source[0].getType().getIntOrFloatBitWidth();
    int64_t count = width / to.getWidth();
    Value value = source[lane / count];
    if (count == 1)
      return value;
    if (int64_t part = lane % count)
      value = arith::ShRUIOp::create(
          b, value, shift(b, value.getType(), part * to.getWidth()));
    return arith::TruncIOp::create(b, to, value);
  }
};

/// Scalarizes a reduction in the order in which LLVM takes the lanes if it may
/// not reassociate.
struct ScalarizeReduction : OpConversionPattern<vector::ReductionOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::ReductionOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> values(adaptor.getVector());
    if (op.getAcc())
      values.insert(values.begin(), adaptor.getAcc()[0]);
    Value result = values[0];
    for (Value value : llvm::drop_begin(values))
      result = vector::makeArithReduction(rewriter, op.getLoc(), op.getKind(),
                                          result, value, op.getFastmathAttr());
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Builds the indices of `lane` of a vector that is loaded or stored at
/// `indices`.
static SmallVector<Value> getLaneIndices(OpBuilder &builder, Location loc,
                                         ValueRange indices, int64_t lane) {
  SmallVector<Value> result(indices);
  if (lane > 0)
    result.back() = arith::AddIOp::create(
        builder, loc, result.back(),
        arith::ConstantIndexOp::create(builder, loc, lane));
  return result;
}

struct ScalarizeLoad : OpConversionPattern<vector::LoadOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::LoadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (isa<VectorType>(op.getMemRefType().getElementType()))
      return rewriter.notifyMatchFailure(op, "from a buffer of vectors");
    SmallVector<Value> lanes;
    for (int64_t lane = 0; lane < op.getVectorType().getDimSize(0); ++lane)
      lanes.push_back(memref::LoadOp::create(
          rewriter, op.getLoc(), adaptor.getBase(),
          getLaneIndices(rewriter, op.getLoc(), adaptor.getIndices(), lane),
          op.getNontemporal()));
    rewriter.replaceOpWithMultiple(op, {lanes});
    return success();
  }
};

struct ScalarizeStore : OpConversionPattern<vector::StoreOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(vector::StoreOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (isa<VectorType>(op.getMemRefType().getElementType()))
      return rewriter.notifyMatchFailure(op, "to a buffer of vectors");
    for (auto [lane, value] : llvm::enumerate(adaptor.getValueToStore()))
      memref::StoreOp::create(
          rewriter, op.getLoc(), value, op.getBase(),
          getLaneIndices(rewriter, op.getLoc(), op.getIndices(), lane),
          op.getNontemporal());
    rewriter.eraseOp(op);
    return success();
  }
};

/// Fails on a vector that the patterns do not support: a scalable vector, or a
/// vector of other than one dimension.
static LogicalResult checkVectors(Operation *root) {
  WalkResult result = root->walk([](Operation *op) {
    for (ValueRange values :
         {ValueRange(op->getOperands()), ValueRange(op->getResults())})
      for (Type type : values.getTypes())
        if (auto vector = dyn_cast<VectorType>(type);
            vector && (vector.getRank() != 1 || vector.isScalable())) {
          op->emitOpError("expected vectors of one fixed dimension, but got ")
              << vector;
          return WalkResult::interrupt();
        }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

struct QuantBNNScalarizeVectorsPass
    : quant_bnn::impl::QuantBNNScalarizeVectorsPassBase<
          QuantBNNScalarizeVectorsPass> {
  void runOnOperation() override {
    if (failed(checkVectors(getOperation())))
      return signalPassFailure();
    MLIRContext *context = &getContext();
    LaneTypeConverter converter;
    RewritePatternSet patterns(context);
    patterns.add<ScalarizeBitCast, ScalarizeBroadcast, ScalarizeConstant,
                 ScalarizeElementwise, ScalarizeExtract, ScalarizeFromElements,
                 ScalarizeInsert, ScalarizeLoad, ScalarizeReduction,
                 ScalarizeShuffle, ScalarizeStore, ScalarizeStridedSlice>(
        converter, context);
    ConversionTarget target(*context);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    target.markUnknownOpDynamicallyLegal(
        [&](Operation *op) { return converter.isLegal(op); });

    ConversionConfig config;
    config.allowPatternRollback = false;
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
