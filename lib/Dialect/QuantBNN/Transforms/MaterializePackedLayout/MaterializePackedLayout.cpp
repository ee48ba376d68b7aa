//===- MaterializePackedLayout.cpp - Packed tensors to words --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/ControlFlow/Transforms/StructuralTypeConversions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNMATERIALIZEPACKEDLAYOUTPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

namespace {
struct QuantBNNMaterializePackedLayoutPass
    : quant_bnn::impl::QuantBNNMaterializePackedLayoutPassBase<
          QuantBNNMaterializePackedLayoutPass> {
  void runOnOperation() override;
};

/// What the conversion of the signature of a function leaves to do.
struct Boundary {
  static Boundary get(func::FuncOp function);
  /// Sets the attributes of arguments and results, and checks arguments.
  void finish();

  func::FuncOp function;
  /// The attributes of the arguments and results that the function will have.
  SmallVector<DictionaryAttr> argumentAttrs, resultAttrs;
  /// The arguments that will hold words whose rows have a dynamic length. The
  /// length is the next argument.
  SmallVector<unsigned> dynamicRows;
};
} // namespace

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

PackedTypeConverter::PackedTypeConverter() {
  addConversion([](Type type, SmallVectorImpl<Type> &types) {
    llvm::append_range(types, PackedAttr::getMaterializedTypes(type));
    return success();
  });
}

Words quant_bnn::packed::getWords(Value original, ValueRange converted) {
  if (converted.size() == 2)
    return {converted[0], converted[1]};
  Builder builder(original.getContext());
  auto type = cast<RankedTensorType>(original.getType());
  return {converted[0], builder.getIndexAttr(type.getShape().back())};
}

SmallVector<Value> quant_bnn::packed::getValues(OpBuilder &builder,
                                                Location loc, Type type,
                                                const Words &words) {
  SmallVector<Type, 2> types = PackedAttr::getMaterializedTypes(type);
  SmallVector<Value> values = {
      buildTensorCast(builder, loc, types.front(), words.value)};
  if (types.size() == 2)
    values.push_back(
        getValueOrCreateConstantIndexOp(builder, loc, words.length));
  return values;
}

void quant_bnn::packed::replaceByWords(ConversionPatternRewriter &rewriter,
                                       Operation *op, const Words &words) {
  SmallVector<SmallVector<Value>> values = {
      getValues(rewriter, op->getLoc(), op->getResult(0).getType(), words)};
  rewriter.replaceOpWithMultiple(op, std::move(values));
}

static bool isPacked(Type type) { return bool(PackedAttr::find(type)); }

/// Whether `type` is a function type with a packed argument or result.
static bool hasPackedSignature(Type type) {
  auto function = dyn_cast<FunctionType>(type);
  return function && (llvm::any_of(function.getInputs(), isPacked) ||
                      llvm::any_of(function.getResults(), isPacked));
}

/// Whether `op` has an operand, a result or an argument that is packed, or that
/// is a function of packed tensors.
static bool hasPacked(Operation *op) {
  auto isOfPacked = [](Type type) {
    return isPacked(type) || hasPackedSignature(type);
  };
  if (llvm::any_of(op->getOperandTypes(), isOfPacked) ||
      llvm::any_of(op->getResultTypes(), isOfPacked))
    return true;
  // The branches to the other blocks of a function convert their arguments.
  if (auto function = dyn_cast<FunctionOpInterface>(op))
    return llvm::any_of(function.getArgumentTypes(), isPacked) ||
           llvm::any_of(function.getResultTypes(), isPacked);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (llvm::any_of(block.getArgumentTypes(), isPacked))
        return true;
  return false;
}

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

/// Upstream infers the types of some results without an encoding, so
/// canonicalization casts the result of such an op, and the operands of a
/// `tensor.concat`. Builds the op with packed operands and a packed result.
static void restoreLayout(tensor::CastOp cast) {
  PackedAttr layout = PackedAttr::find(cast.getType());
  Operation *op = cast.getSource().getDefiningOp();
  if (!layout || isPacked(cast.getSource().getType()) ||
      !isa_and_present<tensor::CollapseShapeOp, tensor::ConcatOp,
                       tensor::ExpandShapeOp, tensor::PadOp>(op))
    return;
  // The operands that are tensors come first.
  auto getPackedSource = [&](Value operand) {
    if (auto operandCast = operand.getDefiningOp<tensor::CastOp>())
      operand = operandCast.getSource();
    return PackedAttr::find(operand.getType()) == layout ? operand : Value();
  };
  if (llvm::none_of(op->getOperands(), getPackedSource))
    return;
  auto getPackedType = [&](Type type) {
    return layout.getTensorType(mlir::cast<RankedTensorType>(type).getShape());
  };
  OpBuilder builder(cast);
  IRMapping mapping;
  for (Value operand : op->getOperands()) {
    if (!isa<RankedTensorType>(operand.getType()))
      continue;
    Value source = getPackedSource(operand);
    mapping.map(operand, buildTensorCast(builder, op->getLoc(),
                                         getPackedType(operand.getType()),
                                         source ? source : operand));
  }
  Operation *packed = builder.clone(*op, mapping);
  Value result = packed->getResult(0);
  result.setType(getPackedType(result.getType()));
  cast.getSourceMutable().assign(result);
  if (op->use_empty())
    op->erase();
}

/// Whether a pattern converts `op`, which has a packed operand or result.
static bool isConvertible(Operation *op) {
  return isa_and_present<QuantBNNDialect, arith::ArithDialect,
                         linalg::LinalgDialect, tensor::TensorDialect>(
             op->getDialect()) ||
         isa<cf::BranchOp, cf::CondBranchOp, cf::SwitchOp, func::CallOp,
             func::FuncOp, func::ReturnOp, scf::ConditionOp, scf::ForOp,
             scf::IfOp, scf::IndexSwitchOp, scf::WhileOp, scf::YieldOp>(op);
}

/// Emits an error at each op with a packed tensor that no pattern converts.
static LogicalResult verifyOps(ModuleOp module) {
  LogicalResult result = success();
  module.walk([&](Operation *op) {
    if (!hasPacked(op))
      return;
    if (!isConvertible(op)) {
      op->emitOpError(
          "has no form on words, so its packed operands and results must be "
          "unpacked");
      result = failure();
    }
    auto constant = dyn_cast<arith::ConstantOp>(op);
    if (constant &&
        (!getElements(constant) ||
         !cast<RankedTensorType>(constant.getType()).hasStaticShape())) {
      constant.emitOpError("requires the values of a packed tensor, and a "
                           "static shape");
      result = failure();
    }
  });
  return result;
}

/// Numbers the residuals of forward functions by the results that the functions
/// will have.
static void renumberResiduals(ModuleOp module) {
  module.walk([](func::FuncOp function) {
    auto residuals =
        function->getAttrOfType<DenseI64ArrayAttr>(residualsAttrName);
    if (!residuals)
      return;
    SmallVector<int64_t> renumbered;
    int64_t next = 0;
    for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
      int64_t count = PackedAttr::getMaterializedTypes(type).size();
      if (llvm::is_contained(residuals.asArrayRef(), int64_t(index)))
        llvm::append_range(renumbered, llvm::seq(next, next + count));
      next += count;
    }
    function->setAttr(
        residualsAttrName,
        DenseI64ArrayAttr::get(function.getContext(), renumbered));
  });
}

/// Returns the attributes of the values that values of `types` become. The
/// first one, the words, has the attributes of the packed value.
static SmallVector<DictionaryAttr>
getMaterializedAttrs(TypeRange types, ArrayRef<DictionaryAttr> attrs) {
  SmallVector<DictionaryAttr> materialized;
  for (auto [type, attr] : llvm::zip_equal(types, attrs)) {
    materialized.push_back(attr);
    if (PackedAttr::getMaterializedTypes(type).size() == 2)
      materialized.push_back(DictionaryAttr::get(type.getContext()));
  }
  return materialized;
}

Boundary Boundary::get(func::FuncOp function) {
  Boundary boundary;
  boundary.function = function;
  SmallVector<DictionaryAttr> argumentAttrs, resultAttrs;
  function.getAllArgAttrs(argumentAttrs);
  function.getAllResultAttrs(resultAttrs);
  boundary.argumentAttrs =
      getMaterializedAttrs(function.getArgumentTypes(), argumentAttrs);
  boundary.resultAttrs =
      getMaterializedAttrs(function.getResultTypes(), resultAttrs);
  unsigned next = 0;
  for (Type type : function.getArgumentTypes()) {
    size_t count = PackedAttr::getMaterializedTypes(type).size();
    if (count == 2)
      boundary.dynamicRows.push_back(next);
    next += count;
  }
  return boundary;
}

/// Asserts, at the entry of `function`, that argument `index` has as many words
/// in a row as the length, the next argument, requires.
static void checkLength(func::FuncOp function, unsigned index) {
  Value words = function.getArgument(index);
  Value length = function.getArgument(index + 1);
  ImplicitLocOpBuilder b =
      ImplicitLocOpBuilder::atBlockBegin(words.getLoc(), &function.front());
  auto type = cast<RankedTensorType>(words.getType());
  Value count = tensor::DimOp::create(b, words, type.getRank() - 1);
  AffineExpr expected =
      b.getAffineDimExpr(0).ceilDiv(type.getElementTypeBitWidth());
  Value needed =
      affine::AffineApplyOp::create(b, AffineMap::get(1, 0, expected), length);
  Value isSame =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, count, needed);
  Value isLength = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, length,
                                         arith::ConstantIndexOp::create(b, 0));
  std::string message;
  llvm::raw_string_ostream(message)
      << "argument " << index << " of " << function.getName()
      << ": requires the words that hold the elements of a row, whose number "
         "is argument "
      << index + 1;
  cf::AssertOp::create(b, arith::AndIOp::create(b, isSame, isLength), message);
}

void Boundary::finish() {
  function.setAllArgAttrs(argumentAttrs);
  function.setAllResultAttrs(resultAttrs);
  if (!function.isExternal())
    for (unsigned index : llvm::reverse(dynamicRows))
      checkLength(function, index);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

void QuantBNNMaterializePackedLayoutPass::runOnOperation() {
  ModuleOp module = getOperation();
  if (!module
           .walk([](Operation *op) {
             return hasPacked(op) ? WalkResult::interrupt()
                                  : WalkResult::advance();
           })
           .wasInterrupted())
    return markAllAnalysesPreserved();
  if (failed(verifyOps(module)))
    return signalPassFailure();
  module.walk(restoreLayout);

  MLIRContext *context = &getContext();
  PackedTypeConverter converter;
  RewritePatternSet patterns(context);
  ConversionTarget target(*context);
  populatePackPatterns(converter, patterns);
  populateXnorMatmulPatterns(converter, patterns);
  populateXnorConv2DPatterns(converter, patterns);
  populateTensorPatterns(converter, patterns);
  populateBitwisePatterns(converter, patterns);
  populateElementPatterns(converter, patterns);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                 converter);
  populateCallOpTypeConversionPattern(patterns, converter);
  populateReturnOpTypeConversionPattern(patterns, converter);
  cf::populateCFStructuralTypeConversions(converter, patterns);
  scf::populateSCFStructuralTypeConversions(converter, patterns);
  target.markUnknownOpDynamicallyLegal(
      [](Operation *op) { return !hasPacked(op); });

  SmallVector<Boundary> boundaries;
  module.walk([&](func::FuncOp function) {
    if (hasPacked(function))
      boundaries.push_back(Boundary::get(function));
  });
  renumberResiduals(module);
  // Upstream's folds make constants of dynamic types.
  ConversionConfig config;
  config.foldingMode = DialectConversionFoldingMode::Never;
  if (failed(
          applyPartialConversion(module, target, std::move(patterns), config)))
    return signalPassFailure();
  for (Boundary &boundary : boundaries)
    boundary.finish();
}
