//===- ConstantValues.cpp - What depends on constants alone ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantValues.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/InferIntRangeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"
#include "quant-bnn/Support/RawElements.h"

using namespace mlir;
using namespace quant_bnn;

/// A result of an op of the tensor dialect, such as a padded tensor, may have
/// this many times the elements of the largest constant that it depends on. A
/// result of another op has no more than its largest operand: what is the same
/// for many elements stays small, and is recognized as a value for each
/// channel.
static constexpr int64_t maxGrowth = 8;
/// The most ops on elements that are evaluated.
static constexpr int64_t maxElementOps = int64_t(1) << 30;

//===----------------------------------------------------------------------===//
// What can be evaluated
//===----------------------------------------------------------------------===//

/// Whether memory can hold a value of `type`, and an attribute.
static bool isEvaluableType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && !tensor.getEncoding() &&
         getNpyElementType(tensor.getElementType());
}

static int64_t getNumElements(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

/// Whether `op` computes elements from elements, and no value of an operand
/// makes it trap.
static bool isElementOp(Operation *op) {
  if (isa<arith::CeilDivSIOp, arith::CeilDivUIOp, arith::DivSIOp,
          arith::DivUIOp, arith::FloorDivSIOp, arith::RemSIOp, arith::RemUIOp>(
          op))
    return false;
  return isPure(op) && op->getNumRegions() == 0 &&
         isa_and_present<arith::ArithDialect, math::MathDialect,
                         QuantBNNDialect>(op->getDialect());
}

/// Whether `expr` grows with each dimension, so that the verifier, which looks
/// at the first and the last iteration, knows that it is in bounds.
static bool isMonotonic(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() >= 0;
  if (isa<AffineDimExpr>(expr))
    return true;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  return binary &&
         (binary.getKind() == AffineExprKind::Add ||
          binary.getKind() == AffineExprKind::Mul) &&
         isMonotonic(binary.getLHS()) && isMonotonic(binary.getRHS());
}

static SmallVector<cf::AssertOp> getAssertions(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return generic ? llvm::to_vector(generic.getBody()->getOps<cf::AssertOp>())
                 : SmallVector<cf::AssertOp>();
}

/// Whether `op` may contain assertions: each iteration is on its own.
static bool mayAssert(linalg::LinalgOp op) {
  return isa<linalg::GenericOp>(op.getOperation()) &&
         op.getNumLoops() == op.getNumParallelLoops();
}

namespace {
/// The ranges of the integers in the body of an op whose shape is static.
class IntegerRanges {
public:
  explicit IntegerRanges(linalg::LinalgOp op) {
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    for (Operation &bodyOp : op.getBlock()->without_terminator()) {
      if (auto index = dyn_cast<linalg::IndexOp>(bodyOp)) {
        int64_t last = std::max<int64_t>(sizes[index.getDim()] - 1, 0);
        ranges.try_emplace(
            index.getResult(),
            ConstantIntRanges::fromSigned(APInt::getZero(64), APInt(64, last)));
      } else if (isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(bodyOp)) {
        cast<InferIntRangeInterface>(bodyOp).inferResultRanges(
            {get(bodyOp.getOperand(0)), get(bodyOp.getOperand(1))},
            [&](Value value, const ConstantIntRanges &range) {
              ranges.try_emplace(value, range);
            });
      }
    }
  }

  ConstantIntRanges get(Value value) const {
    APInt constant;
    if (matchPattern(value, m_ConstantInt(&constant)))
      return ConstantIntRanges::constant(constant);
    auto found = ranges.find(value);
    return found != ranges.end()
               ? found->second
               : ConstantIntRanges::maxRange(
                     ConstantIntRanges::getStorageBitwidth(value.getType()));
  }

  /// Whether `extract` is known to read an element that exists.
  bool isInBounds(tensor::ExtractOp extract) const {
    auto type = cast<RankedTensorType>(extract.getTensor().getType());
    return type.hasStaticShape() &&
           llvm::all_of(llvm::zip_equal(extract.getIndices(), type.getShape()),
                        [&](auto pair) {
                          auto [index, size] = pair;
                          ConstantIntRanges range = get(index);
                          return range.smin().sge(0) && range.smax().slt(size);
                        });
  }

private:
  DenseMap<Value, ConstantIntRanges> ranges;
};
} // namespace

static bool isEvaluableLinalg(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.hasDynamicShape())
    return false;
  IntegerRanges ranges(op);
  return llvm::all_of(op.getIndexingMapsArray(),
                      [](AffineMap map) {
                        return llvm::all_of(map.getResults(), isMonotonic);
                      }) &&
         llvm::all_of(
             op.getBlock()->without_terminator(), [&](Operation &bodyOp) {
               auto extract = dyn_cast<tensor::ExtractOp>(bodyOp);
               return isa<linalg::IndexOp>(bodyOp) || isElementOp(&bodyOp) ||
                      (extract && ranges.isInBounds(extract)) ||
                      (isa<cf::AssertOp>(bodyOp) && mayAssert(op));
             });
}

static bool isStatic(OffsetSizeAndStrideOpInterface op) {
  return ShapedType::isStaticShape(op.getStaticOffsets()) &&
         ShapedType::isStaticShape(op.getStaticSizes()) &&
         ShapedType::isStaticShape(op.getStaticStrides());
}

static bool isEvaluableKind(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return isEvaluableLinalg(linalgOp);
  if (isa<tensor::EmptyOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::CastOp, tensor::ConcatOp>(op))
    return true;
  if (isa<tensor::ExtractSliceOp, tensor::InsertSliceOp>(op))
    return isStatic(cast<OffsetSizeAndStrideOpInterface>(op));
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return pad.getConstantPaddingValue() &&
           ShapedType::isStaticShape(pad.getStaticLow()) &&
           ShapedType::isStaticShape(pad.getStaticHigh());
  return isElementOp(op);
}

/// Returns how many ops on elements `op` is, or nullopt if that is out of
/// bounds.
static std::optional<int64_t> countElementOps(Operation *op) {
  int64_t count = 1;
  auto multiply = [&](int64_t by) {
    return !llvm::MulOverflow(count, by, count) && count <= maxElementOps;
  };
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp)
    return multiply(getNumElements(op->getResult(0))) ? std::optional(count)
                                                      : std::nullopt;
  if (!llvm::all_of(linalgOp.getStaticLoopRanges(), multiply) ||
      !multiply(linalgOp.getBlock()->getOperations().size()))
    return std::nullopt;
  return count;
}

/// Returns the attribute of a constant tensor with static shape whose elements
/// are known, or null.
static ElementsAttr getElements(Operation *op) {
  ElementsAttr elements;
  if (!matchPattern(op, m_Constant(&elements)))
    return {};
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob && int64_t(blob->getData().size()) ==
                       getRawBytes(resource.getType())
               ? elements
               : ElementsAttr();
  }
  return isa<DenseElementsAttr>(elements) ? elements : ElementsAttr();
}

/// Returns the elements of `constant` if it holds them as memory does, aligned.
static std::optional<ArrayRef<char>> getRawElements(ElementsAttr constant) {
  ArrayRef<char> data;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant)) {
    data = resource.getRawHandle().getBlob()->getData();
  } else {
    auto dense = cast<DenseElementsAttr>(constant);
    if (dense.isSplat() || dense.getElementType().isInteger(1))
      return std::nullopt;
    data = dense.getRawData();
  }
  int64_t bytes = std::max<int64_t>(
      data.size() / std::max<int64_t>(constant.getNumElements(), 1), 1);
  if (reinterpret_cast<uintptr_t>(data.data()) % bytes != 0)
    return std::nullopt;
  return data;
}

bool ConstantValues::isConstant(Value value) const {
  return numElements.contains(value) ||
         (value.getType().isIntOrIndexOrFloat() &&
          matchPattern(value, m_Constant()));
}

ConstantValues::ConstantValues(Operation *root) {
  root->walk<WalkOrder::PreOrder>([&](Operation *op) { visit(op); });
  for (Operation *op : ops) {
    if (getElements(op))
      continue;
    for (Value result : op->getResults()) {
      bool isUsed = llvm::any_of(result.getUsers(), [&](Operation *user) {
        return user->getNumResults() == 0 ||
               !numElements.contains(user->getResult(0));
      });
      if (isUsed && numElements.lookup(result) > 0)
        results.push_back(result);
    }
  }
  findNeeded();
}

void ConstantValues::visit(Operation *op) {
  if (op->getNumResults() == 0 ||
      !llvm::all_of(op->getResultTypes(), isEvaluableType))
    return;
  if (ElementsAttr constant = getElements(op)) {
    // The element of a scalar is not one that could be computed anew.
    int64_t count = constant.getNumElements();
    bool isSplat = isa<SplatElementsAttr>(constant) && count > 1;
    numElements[op->getResult(0)] = isSplat ? 0 : count;
    return ops.push_back(op);
  }
  llvm::SetVector<Value> operands(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), operands);
  if (!isEvaluableKind(op) ||
      !llvm::all_of(operands, [&](Value value) { return isConstant(value); }))
    return;
  int64_t ofConstants = 0, ofOperands = 0;
  for (Value operand : operands)
    if (int64_t found = numElements.lookup(operand)) {
      ofConstants = std::max(ofConstants, found);
      ofOperands = std::max(ofOperands, getNumElements(operand));
    }
  // An assertion is in the way of other rewrites, also one of equal elements.
  if (ofConstants == 0 && !getAssertions(op).empty())
    ofConstants = ofOperands = getNumElements(op->getResult(0));
  if (ofConstants > 0) {
    int64_t most = isa<tensor::TensorDialect>(op->getDialect())
                       ? maxGrowth * ofConstants
                       : ofOperands;
    std::optional<int64_t> count = countElementOps(op);
    if (!count || elementOps + *count > maxElementOps ||
        llvm::any_of(op->getResults(), [&](Value result) {
          return getNumElements(result) > most;
        }))
      return;
    elementOps += *count;
  }
  for (Value result : op->getResults())
    numElements[result] = ofConstants;
  ops.push_back(op);
}

void ConstantValues::findNeeded() {
  for (Value result : results)
    needed.insert(result.getDefiningOp());
  auto require = [&](Value value) {
    if (Operation *op = value.getDefiningOp())
      needed.insert(op);
  };
  for (Operation *op : llvm::reverse(ops))
    if (needed.contains(op)) {
      llvm::for_each(op->getOperands(), require);
      llvm::SetVector<Value> captures;
      getUsedValuesDefinedAbove(op->getRegions(), captures);
      llvm::for_each(captures, require);
    }
  for (Operation *op : needed)
    if (ElementsAttr constant = getElements(op))
      if (std::optional<ArrayRef<char>> data = getRawElements(constant)) {
        sources.push_back(op->getResult(0));
        // The function does not write to its arguments.
        arguments.push_back({constant.getShapedType().getShape(),
                             const_cast<char *>(data->data())});
      }
}

//===----------------------------------------------------------------------===//
// The function that evaluates them
//===----------------------------------------------------------------------===//

/// Erases the assertions in the body of `op`, and builds after `op` a tensor
/// that says for each iteration whether they hold.
static Value extractAssertions(OpBuilder &builder, linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps.push_back(builder.getMultiDimIdentityMap(op.getNumLoops()));
  Value empty = tensor::EmptyOp::create(
      builder, op.getLoc(), op.getStaticLoopRanges(), builder.getI1Type());
  auto build = [&](OpBuilder &b, Location loc, ValueRange arguments) {
    IRMapping mapping;
    mapping.map(op.getBody()->getArguments(), arguments.drop_back());
    Value holds =
        arith::ConstantOp::create(b, loc, b.getBoolAttr(true)).getResult();
    for (Operation &bodyOp : op.getBody()->without_terminator())
      if (auto assertion = dyn_cast<cf::AssertOp>(bodyOp))
        holds = arith::AndIOp::create(b, loc, holds,
                                      mapping.lookup(assertion.getArg()));
      else
        b.clone(bodyOp, mapping);
    linalg::YieldOp::create(b, loc, holds);
  };
  auto conditions = linalg::GenericOp::create(
      builder, op.getLoc(), TypeRange(empty.getType()), op->getOperands(),
      empty, maps, op.getIteratorTypesArray(), build);
  for (cf::AssertOp assertion : getAssertions(op))
    assertion.erase();
  return conditions.getResult(0);
}

void ConstantValues::eraseAssertions() {
  for (Operation *op : needed)
    for (cf::AssertOp assertion : getAssertions(op))
      assertion.erase();
}

func::FuncOp ConstantValues::buildFunction(OpBuilder &builder,
                                           StringRef name) const {
  Location loc = builder.getUnknownLoc();
  auto function = func::FuncOp::create(
      builder, loc, name,
      builder.getFunctionType(TypeRange(sources), TypeRange(results)));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping mapping;
  mapping.map(sources, body->getArguments());
  // Scalar constants, which any op uses, come first.
  for (Operation *op : needed)
    if (!numElements.contains(op->getResult(0)))
      builder.clone(*op, mapping);
  SmallVector<Value> conditions;
  for (Operation *op : ops) {
    if (!needed.contains(op) || mapping.contains(op->getResult(0)))
      continue;
    if (ElementsAttr constant = getElements(op))
      mapping.map(
          op->getResult(0),
          arith::ConstantOp::create(builder, loc, cast<TypedAttr>(constant)));
    else if (Operation *clone = builder.clone(*op, mapping);
             !getAssertions(clone).empty())
      conditions.push_back(
          extractAssertions(builder, cast<linalg::GenericOp>(clone)));
  }
  SmallVector<Value> returned = llvm::map_to_vector(
      results, [&](Value result) { return mapping.lookup(result); });
  returned.append(conditions);
  func::ReturnOp::create(builder, loc, returned);
  function.setType(builder.getFunctionType(TypeRange(sources),
                                           TypeRange(ValueRange(returned))));
  return function;
}
