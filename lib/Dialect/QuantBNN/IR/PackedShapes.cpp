//===- PackedShapes.cpp - Depths and shapes of packed tensors -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Depths
//===----------------------------------------------------------------------===//

OpFoldResult quant_bnn::detail::getMixedDepth(Value depth,
                                              IntegerAttr staticDepth) {
  if (depth)
    return depth;
  return IntegerAttr::get(IndexType::get(staticDepth.getContext()),
                          staticDepth.getInt());
}

int64_t quant_bnn::detail::getWordCount(int64_t depth, unsigned wordBits) {
  return ShapedType::isDynamic(depth) ? depth
                                      : llvm::divideCeilSigned(depth, wordBits);
}

OpFoldResult quant_bnn::detail::buildWordCount(OpBuilder &builder, Location loc,
                                               OpFoldResult depth,
                                               unsigned wordBits) {
  AffineExpr elements = builder.getAffineDimExpr(0);
  return affine::makeComposedFoldedAffineApply(
      builder, loc, elements.ceilDiv(wordBits), {depth});
}

bool quant_bnn::detail::isWholeWords(OpFoldResult depth, unsigned wordBits) {
  std::optional<int64_t> elements = getConstantIntValue(depth);
  return elements && *elements % wordBits == 0;
}

int64_t quant_bnn::detail::getStaticDepth(OpFoldResult depth) {
  auto attribute = dyn_cast<Attribute>(depth);
  return attribute ? cast<IntegerAttr>(attribute).getInt()
                   : ShapedType::kDynamic;
}

IntegerAttr quant_bnn::getStaticDepthAttr(Builder &builder,
                                          OpFoldResult depth) {
  int64_t elements = detail::getStaticDepth(depth);
  return ShapedType::isDynamic(elements) ? IntegerAttr()
                                         : builder.getI64IntegerAttr(elements);
}

ParseResult
quant_bnn::parseDepth(OpAsmParser &parser,
                      std::optional<OpAsmParser::UnresolvedOperand> &depth,
                      IntegerAttr &staticDepth) {
  OpAsmParser::UnresolvedOperand operand;
  OptionalParseResult parsed = parser.parseOptionalOperand(operand);
  if (parsed.has_value()) {
    depth = operand;
    return *parsed;
  }
  int64_t value = 0;
  if (failed(parser.parseInteger(value)))
    return failure();
  staticDepth = parser.getBuilder().getI64IntegerAttr(value);
  return success();
}

void quant_bnn::printDepth(OpAsmPrinter &printer, Operation *, Value depth,
                           IntegerAttr staticDepth) {
  if (depth)
    printer << depth;
  else
    printer << staticDepth.getInt();
}

LogicalResult quant_bnn::detail::verifyDepthForm(Operation *op, Value depth,
                                                 IntegerAttr staticDepth) {
  if (!depth != !staticDepth)
    return success();
  return op->emitOpError("requires a depth that is an attribute or an operand, "
                         "but got ")
         << (depth ? "both" : "neither");
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

LogicalResult quant_bnn::detail::verifyDepth(Operation *op,
                                             RankedTensorType words,
                                             OpFoldResult depth) {
  if (words.getRank() == 0)
    return op->emitOpError("requires words of rank 1 or more, but got ")
           << words;
  int64_t elements = getStaticDepth(depth);
  if (ShapedType::isDynamic(elements))
    return success();
  if (elements < 0 || elements > std::numeric_limits<int32_t>::max())
    return op->emitOpError("requires a depth from 0 to 2^31 - 1, but got ")
           << elements;
  int64_t count = words.getShape().back();
  unsigned bits = words.getElementTypeBitWidth();
  int64_t expected = getWordCount(elements, bits);
  if (ShapedType::isDynamic(count) || count == expected)
    return success();
  return op->emitOpError("requires ceil(")
         << elements << " / " << bits << ") = " << expected
         << " words a row, but got " << words;
}

/// Whether the size `found` may equal the size `expected`.
static bool isCompatible(int64_t expected, int64_t found) {
  return ShapedType::isDynamic(expected) || ShapedType::isDynamic(found) ||
         expected == found;
}

static void printShape(InFlightDiagnostic &diagnostic,
                       ArrayRef<int64_t> shape) {
  llvm::interleave(
      shape, diagnostic,
      [&](int64_t size) {
        if (ShapedType::isDynamic(size))
          diagnostic << "?";
        else
          diagnostic << size;
      },
      "x");
}

LogicalResult quant_bnn::detail::verifyPackedShape(Operation *op,
                                                   StringRef what,
                                                   RankedTensorType words,
                                                   ArrayRef<int64_t> shape) {
  auto expected = llvm::to_vector(shape);
  if (!expected.empty())
    expected.back() =
        getWordCount(expected.back(), words.getElementTypeBitWidth());
  if (words.getRank() == static_cast<int64_t>(expected.size()) &&
      llvm::all_of_zip(expected, words.getShape(), isCompatible))
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError("requires ")
                                  << what << " of ";
  printShape(diagnostic, expected);
  return diagnostic << " words, but got " << words;
}

SmallVector<OpFoldResult>
quant_bnn::detail::getPackedSizes(Operation *op, OpBuilder &builder,
                                  SmallVector<OpFoldResult> sizes) {
  Type word = getElementTypeOrSelf(op->getResult(0).getType());
  sizes.back() = buildWordCount(builder, op->getLoc(), sizes.back(),
                                word.getIntOrFloatBitWidth());
  return sizes;
}

SmallVector<int64_t>
quant_bnn::detail::getStaticSizes(ArrayRef<OpFoldResult> sizes) {
  return llvm::map_to_vector(sizes, [](OpFoldResult size) {
    return getConstantIntValue(size).value_or(ShapedType::kDynamic);
  });
}

SmallVector<ReassociationIndices>
quant_bnn::detail::getSplitReassociation(int64_t rank, int64_t dim) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t i : llvm::seq(rank)) {
    if (i == dim)
      groups.push_back({i, i + 1});
    else
      groups.push_back({i < dim ? i : i + 1});
  }
  return groups;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::buildTensorCast(OpBuilder &builder, Location loc,
                                         Type type, Value value) {
  return value.getType() == type
             ? value
             : tensor::CastOp::create(builder, loc, type, value).getResult();
}

/// Unpacks `words`, after a cast to a type whose number of words is static
/// exactly where the depth is static.
static Value buildElements(OpBuilder &builder, Location loc, Value words,
                           OpFoldResult depth) {
  auto type = cast<RankedTensorType>(words.getType());
  int64_t elements = quant_bnn::detail::getStaticDepth(depth);
  auto shape = llvm::to_vector(type.getShape());
  shape.back() =
      quant_bnn::detail::getWordCount(elements, type.getElementTypeBitWidth());
  words = quant_bnn::detail::buildTensorCast(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), words);
  shape.back() = elements;
  return UnpackOp::create(builder, loc,
                          RankedTensorType::get(shape, builder.getI1Type()),
                          words, dyn_cast<Value>(depth));
}

Value quant_bnn::detail::decomposePackedShape(Operation *op, OpBuilder &builder,
                                              Location loc) {
  auto shapeOp = cast<PackedShapeOpInterface>(op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (shapeOp.keepsWords())
    return buildTensorCast(builder, loc, type,
                           shapeOp.buildOnWords(builder, loc));
  SmallVector<OpFoldResult> depths = shapeOp.getMixedDepths();
  SmallVector<Value> elements;
  for (auto [operand, depth] : llvm::zip(op->getOperands(), depths))
    elements.push_back(buildElements(builder, loc, operand, depth));
  Value words = PackOp::create(builder, loc,
                               shapeOp.buildOnElements(builder, loc, elements),
                               type.getElementTypeBitWidth());
  return buildTensorCast(builder, loc, type, words);
}
