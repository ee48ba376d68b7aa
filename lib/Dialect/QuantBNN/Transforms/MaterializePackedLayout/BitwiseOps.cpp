//===- BitwiseOps.cpp - Structured and bitwise ops on words ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// An op that computes each element of a row from the elements at the same
// position of other rows, with bitwise ops, computes a word at once. Examples
// are a transposition that keeps the last dimension, and a max pool: the
// maximum of i1, whose 1 is -1, is a bitwise and.
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

static PackedAttr getLayout(Value value) {
  return PackedAttr::find(value.getType());
}

/// Whether `op` combines bits of i1 one by one.
static bool isBitwise(Operation *op) {
  return isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::MaxSIOp,
             arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp>(op);
}

/// Builds the op on words, or on tensors of words, that combines bits as `op`
/// does.
static Value buildBitwise(OpBuilder &builder, Operation *op, Value a, Value b) {
  Location loc = op->getLoc();
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<arith::AndIOp, arith::MaxSIOp, arith::MinUIOp>(
          [&](auto) { return arith::AndIOp::create(builder, loc, a, b); })
      .Case<arith::OrIOp, arith::MaxUIOp, arith::MinSIOp>(
          [&](auto) { return arith::OrIOp::create(builder, loc, a, b); })
      .Case([&](arith::XOrIOp) {
        return arith::XOrIOp::create(builder, loc, a, b);
      });
}

namespace {
/// Bitwise ops of arith on packed tensors.
template <typename OpTy>
struct ConvertBitwise : OnWords<OpTy> {
  using OnWords<OpTy>::OnWords;

  LogicalResult
  matchAndRewrite(OpTy op, typename OnWords<OpTy>::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Words a = getWords(op.getLhs(), adaptor.getLhs());
    Words b = getWords(op.getRhs(), adaptor.getRhs());
    replaceByWords(rewriter, op,
                   {buildBitwise(rewriter, op, a.value, b.value), a.length});
    return success();
  }
};

/// The select of one of two packed tensors.
struct ConvertSelect : OnWords<arith::SelectOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(arith::SelectOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getCondition().getType().isInteger(1))
      return rewriter.notifyMatchFailure(op, "selects single elements");
    auto select = [&](Value a, Value b) -> Value {
      return arith::SelectOp::create(rewriter, op.getLoc(), op.getCondition(),
                                     a, b);
    };
    Words a = getWords(op.getTrueValue(), adaptor.getTrueValue());
    Words b = getWords(op.getFalseValue(), adaptor.getFalseValue());
    OpFoldResult length = a.length;
    if (auto value = dyn_cast<Value>(length))
      length = select(value, cast<Value>(b.length));
    replaceByWords(rewriter, op, {select(a.value, b.value), length});
    return success();
  }
};

/// Fills with a constant, if the length of rows is static. Others are
/// structured ops with a bitwise body.
struct ConvertFill : OnWords<linalg::FillOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(linalg::FillOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

/// Structured ops with a bitwise body.
struct ConvertStructured : AnyOnWords {
  using AnyOnWords::AnyOnWords;

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<ValueRange> operands,
                  ConversionPatternRewriter &rewriter) const override;
};

/// `linalg.generic` that reads single bits of packed operands: it reads the
/// words that hold them instead.
struct ConvertBitReads : OnWords<linalg::GenericOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(linalg::GenericOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
ConvertFill::matchAndRewrite(linalg::FillOp op, Adaptor adaptor,
                             ConversionPatternRewriter &rewriter) const {
  APInt bit;
  if (!matchPattern(op.value(), m_ConstantInt(&bit)))
    return rewriter.notifyMatchFailure(op, "is no constant");
  Location loc = op.getLoc();
  Value output = op.getOutputs().front();
  Words words = getWords(output, adaptor.getOutputs().front());
  if (bit.isZero() || isWholeWords(words.length, words.getWordBits())) {
    Value word = arith::ConstantIntOp::create(rewriter, loc, words.getWord(),
                                              bit.isZero() ? 0 : -1);
    Value filled =
        linalg::FillOp::create(rewriter, loc, word, words.value).getResult(0);
    replaceByWords(rewriter, op, {filled, words.length});
    return success();
  }
  // All rows are the same.
  int64_t length = cast<RankedTensorType>(output.getType()).getShape().back();
  if (ShapedType::isDynamic(length))
    return rewriter.notifyMatchFailure(op, "has rows of unknown length");
  RankedTensorType type = getLayout(output).getTensorType({length});
  Value row = arith::ConstantOp::create(
      rewriter, loc, packConstant(DenseElementsAttr::get(type, true)));
  SmallVector<int64_t> others =
      llvm::to_vector(llvm::seq(words.getType().getRank() - 1));
  Value filled =
      linalg::BroadcastOp::create(rewriter, loc, row, words.value, others)
          .getResult()
          .front();
  replaceByWords(rewriter, op, {filled, words.length});
  return success();
}

/// Returns the loop along the rows of `operand` if it is the last result of the
/// indexing map, and only that.
static std::optional<unsigned> getRowLoop(linalg::LinalgOp op,
                                          OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto row = dyn_cast<AffineDimExpr>(map.getResults().back());
  if (!row || map.dropResult(map.getNumResults() - 1)
                  .isFunctionOfDim(row.getPosition()))
    return std::nullopt;
  return row.getPosition();
}

/// Returns the loop along the rows of all packed operands of `op`, or nullopt
/// if there is no such loop or if another operand depends on it.
static std::optional<unsigned> getCommonRowLoop(linalg::LinalgOp op) {
  std::optional<unsigned> common;
  for (OpOperand &operand : op->getOpOperands())
    if (getLayout(operand.get())) {
      std::optional<unsigned> row = getRowLoop(op, operand);
      if (!row || (common && common != row))
        return std::nullopt;
      common = row;
    }
  if (!common ||
      op.getIteratorTypesArray()[*common] != utils::IteratorType::parallel)
    return std::nullopt;
  for (OpOperand &operand : op->getOpOperands())
    if (!getLayout(operand.get()) &&
        op.getMatchingIndexingMap(&operand).isFunctionOfDim(*common))
      return std::nullopt;
  return common;
}

/// Whether all initial values of `op` are packed, and all packed operands have
/// words of one type.
static bool hasOneWord(linalg::LinalgOp op) {
  IntegerType word;
  for (Value operand : op->getOperands())
    if (PackedAttr layout = getLayout(operand)) {
      if (word && layout.getWord() != word)
        return false;
      word = layout.getWord();
    }
  return word && llvm::all_of(op.getDpsInits(),
                              [](Value init) { return bool(getLayout(init)); });
}

/// Whether the body of `op` combines i1 bit by bit, and uses arguments of other
/// types nowhere.
static bool hasBitwiseBody(linalg::LinalgOp op) {
  Block *block = op.getBlock();
  if (!llvm::all_of(block->without_terminator(), [](Operation &inner) {
        return isBitwise(&inner) || isa<arith::ConstantOp>(inner);
      }))
    return false;
  return llvm::all_of(*block, [&](Operation &inner) {
    return llvm::all_of(inner.getOperands(), [](Value operand) {
      return operand.getType().isInteger(1);
    });
  });
}

LogicalResult
ConvertStructured::matchAndRewrite(Operation *root,
                                   ArrayRef<ValueRange> operands,
                                   ConversionPatternRewriter &rewriter) const {
  auto op = dyn_cast<linalg::LinalgOp>(root);
  if (!op || !op.hasPureTensorSemantics() || !hasOneWord(op) ||
      !hasBitwiseBody(op))
    return rewriter.notifyMatchFailure(root, "is not bitwise");
  std::optional<unsigned> row = getCommonRowLoop(op);
  if (!row)
    return rewriter.notifyMatchFailure(op, "moves elements between words");

  SmallVector<Value> values;
  std::optional<OpFoldResult> length;
  for (auto [original, converted] :
       llvm::zip_equal(op->getOperands(), operands)) {
    values.push_back(converted.front());
    if (getLayout(original)) {
      OpFoldResult next = getWords(original, converted).length;
      if (!length || isa<Attribute>(next))
        length = next;
    }
  }
  auto inits = ValueRange(values).take_back(op.getNumDpsInits());
  auto inputs = ValueRange(values).drop_back(op.getNumDpsInits());
  auto word = cast<IntegerType>(getElementTypeOrSelf(inits.front().getType()));
  Block *block = op.getBlock();
  auto generic = linalg::GenericOp::create(
      rewriter, op->getLoc(), TypeRange(inits), inputs, inits,
      op.getIndexingMapsArray(), op.getIteratorTypesArray(),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        IRMapping mapping;
        // A bit that is the same along the row, or a constant.
        auto repeat = [&](Value bit) {
          return buildRepeatedBit(
              body, bit, linalg::IndexOp::create(body, *row), word, *length);
        };
        auto get = [&](Value value) {
          if (Value known = mapping.lookupOrNull(value))
            return known;
          Value bit = value;
          if (value.getParentBlock() == block)
            if (auto argument = dyn_cast<BlockArgument>(value))
              bit = arguments[argument.getArgNumber()];
          Value repeated = bit.getType() == word ? bit : repeat(bit);
          mapping.map(value, repeated);
          return repeated;
        };
        for (Operation &inner : block->without_terminator()) {
          if (isa<arith::ConstantOp>(inner)) {
            if (inner.getResult(0).getType().isInteger(1))
              mapping.map(inner.getResult(0),
                          repeat(body.clone(inner)->getResult(0)));
            continue;
          }
          mapping.map(inner.getResult(0),
                      buildBitwise(body, &inner, get(inner.getOperand(0)),
                                   get(inner.getOperand(1))));
        }
        linalg::YieldOp::create(
            body, llvm::map_to_vector(block->getTerminator()->getOperands(),
                                      [&](Value value) { return get(value); }));
      });
  // The result takes the place of the words of the initial value.
  SmallVector<SmallVector<Value>> results;
  for (auto [result, init] : llvm::zip_equal(
           generic.getResults(), operands.take_back(op.getNumDpsInits()))) {
    results.emplace_back(init);
    results.back().front() = result;
  }
  rewriter.replaceOpWithMultiple(op, std::move(results));
  return success();
}

/// Whether each loop of an op with indexing maps `maps` is a dimension of an
/// operand, which gives its range.
static bool haveRanges(ArrayRef<AffineMap> maps) {
  llvm::SmallBitVector known(maps.front().getNumDims());
  for (AffineMap map : maps)
    for (AffineExpr expr : map.getResults())
      if (auto loop = dyn_cast<AffineDimExpr>(expr))
        known.set(loop.getPosition());
  return known.all();
}

LogicalResult
ConvertBitReads::matchAndRewrite(linalg::GenericOp op, Adaptor adaptor,
                                 ConversionPatternRewriter &rewriter) const {
  for (Value init : op.getOutputs())
    if (getLayout(init))
      return rewriter.notifyMatchFailure(op, "writes bits");
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<Value> inputs;
  // The loops along the rows of the inputs that are packed.
  SmallVector<std::optional<unsigned>> rows;
  for (auto [operand, converted] :
       llvm::zip_equal(op->getOpOperands().drop_back(op.getNumDpsInits()),
                       adaptor.getInputs())) {
    inputs.push_back(converted.front());
    rows.push_back(std::nullopt);
    PackedAttr layout = getLayout(operand.get());
    if (!layout)
      continue;
    AffineMap &map = maps[operand.getOperandNumber()];
    auto row = dyn_cast<AffineDimExpr>(map.getResults().back());
    if (!row)
      return rewriter.notifyMatchFailure(op, "reads bits at other places");
    rows.back() = row.getPosition();
    SmallVector<AffineExpr> exprs(map.getResults());
    exprs.back() = exprs.back().floorDiv(layout.getWordBits());
    map = AffineMap::get(map.getNumDims(), 0, exprs, getContext());
  }
  if (!haveRanges(maps))
    return rewriter.notifyMatchFailure(op, "would have a loop without range");
  auto generic = linalg::GenericOp::create(
      rewriter, op.getLoc(), op.getResultTypes(), inputs, op.getOutputs(), maps,
      op.getIteratorTypesArray(),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        IRMapping mapping;
        for (auto [i, argument] :
             llvm::enumerate(op.getBody()->getArguments())) {
          Value value = arguments[i];
          if (i < rows.size() && rows[i])
            value =
                buildBit(body, value, linalg::IndexOp::create(body, *rows[i]));
          mapping.map(argument, value);
        }
        for (Operation &inner : *op.getBody())
          body.clone(inner, mapping);
      });
  rewriter.replaceOp(op, generic);
  return success();
}

void quant_bnn::packed::populateBitwisePatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ConvertBitReads, ConvertBitwise<arith::AndIOp>,
               ConvertBitwise<arith::MaxSIOp>, ConvertBitwise<arith::MaxUIOp>,
               ConvertBitwise<arith::MinSIOp>, ConvertBitwise<arith::MinUIOp>,
               ConvertBitwise<arith::OrIOp>, ConvertBitwise<arith::XOrIOp>,
               ConvertSelect, ConvertStructured>(converter, context);
  patterns.add<ConvertFill>(converter, context, /*benefit=*/2);
}
