//===- AccumulatorFunction.cpp - Floats as functions of integers ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AccumulatorFunction.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn::fold_thresholds;
using namespace quant_bnn::scalar_function;

AccumulatorFunction::AccumulatorFunction(ExprContext &context, Value value)
    : context(context),
      extractor(context, [this](Value leaf) { return getLeaf(leaf); }),
      numChannels(cast<RankedTensorType>(value.getType()).getShape().back()) {
  expr = extractor.get(value);
}

Value AccumulatorFunction::findUnknown() const {
  for (const Expr *node : getNodes(expr)) {
    bool isChannel =
        llvm::any_of(channels, [&](const ChannelConstant &channel) {
          return channel.unknown == node;
        });
    bool isOpaque = node->opcode == Opcode::unknown ||
                    node->opcode == Opcode::call ||
                    node->opcode == Opcode::tanh;
    if (isOpaque && !isChannel)
      return extractor.getValues(node).front();
  }
  return Value();
}

/// Returns the tensor of which `argument` is an element. For a block argument
/// of a structured op, this is the operand if its element has the same index as
/// that of the result, and null otherwise.
static Value getTensor(Value argument) {
  auto blockArgument = dyn_cast<BlockArgument>(argument);
  if (!blockArgument)
    return argument;
  auto structured = dyn_cast_or_null<linalg::LinalgOp>(
      blockArgument.getOwner()->getParentOp());
  if (!structured || structured.getBlock() != blockArgument.getOwner())
    return argument;
  OpOperand *operand = structured.getMatchingOpOperand(blockArgument);
  AffineMap map = getElementMap(structured);
  return map && structured.getMatchingIndexingMap(operand) == map
             ? operand->get()
             : Value();
}

const Expr *AccumulatorFunction::getConversion(arith::SIToFPOp conversion) {
  Value integers = getTensor(conversion.getIn());
  auto tensor =
      integers ? dyn_cast<RankedTensorType>(integers.getType()) : nullptr;
  if (!tensor || !tensor.getElementType().isInteger(32) ||
      tensor.getRank() == 0 || tensor.getShape().back() != numChannels)
    return nullptr;
  auto resultType = cast<FloatType>(getElementTypeOrSelf(conversion.getType()));
  if (accumulators && (accumulators != integers || type != resultType))
    return nullptr;
  accumulators = integers;
  type = resultType;
  return context.symbol(symbolX, type);
}

const Expr *AccumulatorFunction::getChannel(Value value,
                                            DenseFPElementsAttr constant) {
  const Expr *unknown = context.unknown(value.getAsOpaquePointer(),
                                        constant.getType().getElementType());
  channels.push_back({unknown, constant});
  return unknown;
}

/// Returns the expression of `argument`, an argument of a structured op, if its
/// operand is a constant with one value for each channel. Returns null
/// otherwise.
const Expr *AccumulatorFunction::getChannelArgument(BlockArgument argument) {
  auto structured =
      dyn_cast_or_null<linalg::LinalgOp>(argument.getOwner()->getParentOp());
  if (!structured || structured.getBlock() != argument.getOwner())
    return nullptr;
  AffineMap elementMap = getElementMap(structured);
  OpOperand *operand = structured.getMatchingOpOperand(argument);
  DenseFPElementsAttr constant;
  if (!elementMap || elementMap.getNumResults() == 0 ||
      !matchPattern(operand->get(), m_Constant(&constant)) ||
      constant.isSplat() || constant.size() != numChannels)
    return nullptr;
  // One dimension is indexed by the channel; all others must have size 1.
  AffineMap map = structured.getMatchingIndexingMap(operand);
  AffineExpr channel = elementMap.getResults().back();
  for (auto [expr, size] :
       llvm::zip_equal(map.getResults(), constant.getType().getShape()))
    if (size != 1 && expr != channel)
      return nullptr;
  return getChannel(argument, constant);
}

const Expr *AccumulatorFunction::getLeaf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getChannelArgument(argument);
  Operation *op = value.getDefiningOp();
  if (auto conversion = dyn_cast<arith::SIToFPOp>(op))
    return getConversion(conversion);
  // A quantizer is read through its expansion, which is built outside of the
  // module.
  if (auto payload = dyn_cast<ElementwisePayloadOpInterface>(op)) {
    OpBuilder builder(op->getContext());
    builder.setInsertionPointToEnd(&expansions);
    return extractor.get(expandPayload(builder, payload));
  }
  // These ops keep row-major order, and keep the channels if the channels are
  // the last dimension of both the source and the result.
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp>(op)) {
    auto source = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
    auto result = cast<RankedTensorType>(value.getType());
    if (source && source.getRank() > 0 && result.getRank() > 0 &&
        source.getShape().back() == numChannels &&
        result.getShape().back() == numChannels)
      return extractor.get(op->getOperand(0));
    return nullptr;
  }
  DenseFPElementsAttr constant;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !matchPattern(value, m_Constant(&constant)) ||
      constant.isSplat() || constant.empty() || type.getRank() == 0 ||
      type.getShape().back() != numChannels)
    return nullptr;
  // All rows must be the same.
  auto values = constant.getValues<APFloat>();
  for (int64_t i : llvm::seq(numChannels, type.getNumElements()))
    if (!values[i].bitwiseIsEqual(values[i - numChannels]))
      return nullptr;
  return getChannel(
      value, cast<DenseFPElementsAttr>(DenseElementsAttr::get(
                 RankedTensorType::get({numChannels}, type.getElementType()),
                 llvm::to_vector(llvm::make_range(
                     values.begin(), values.begin() + numChannels)))));
}
