//===- FoldThresholds.cpp - Fold float ops to thresholds ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../ReifiedSizes.h"
#include "AccumulatorFunction.h"
#include "AccumulatorRanges.h"
#include "Search.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Analysis/ScalarFunction/Substitute.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/DebugLog.h"
#include "llvm/Support/InterleavedRange.h"

#define DEBUG_TYPE "quant-bnn-fold-thresholds"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFOLDTHRESHOLDSPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fold_thresholds;
using namespace quant_bnn::scalar_function;

static constexpr StringLiteral category = "quant-bnn-fold-thresholds";

/// The lowest bit of a 4-bit level switches 15 times.
static constexpr size_t maxSwitches = 15;

namespace {
struct QuantBNNFoldThresholdsPass
    : quant_bnn::impl::QuantBNNFoldThresholdsPassBase<
          QuantBNNFoldThresholdsPass> {
  void runOnOperation() override {
    AccumulatorRanges ranges(getOperation());
    getOperation()->walk([&](PackOp pack) { fold(pack, ranges); });
  }

private:
  void fold(PackOp pack, AccumulatorRanges &ranges);
};
} // namespace

/// Returns the bit to which `pack` maps `x`, as an expression.
static const Expr *getBit(ExprContext &context, PackOp pack, const Expr *x) {
  if (x->type.isInteger(1))
    return x;
  bool isNegative = pack.getLayout().getPolarity() == Polarity::negative;
  unsigned less = static_cast<unsigned>(Order::less);
  return context.get(Opcode::compare, IntegerType::get(pack.getContext(), 1),
                     {x, context.constant(x->type, 0.0)},
                     arith::FastMathFlags::none, isNegative ? less : 15 - less);
}

/// Builds the packed bits of one function of `acc` for each channel. A bit is
/// the `first` bit of its channel, complemented once for each switch that the
/// integer has reached. A threshold is true below its switch, so the number of
/// reached switches is odd where the xor of all thresholds differs from the
/// parity of the number of switches.
static Value buildThresholds(ImplicitLocOpBuilder &builder, Value acc,
                             ArrayRef<Switches> channels, PackedAttr layout) {
  int64_t numChannels = channels.size();
  RankedTensorType type =
      layout.getTensorType(cast<RankedTensorType>(acc.getType()).getShape());
  auto buildConstant = [&](Type element, auto values) -> Value {
    return arith::ConstantOp::create(
        builder,
        DenseElementsAttr::get(RankedTensorType::get({numChannels}, element),
                               ArrayRef(values)));
  };
  size_t numThresholds = 1;
  for (const Switches &channel : channels)
    numThresholds = std::max(numThresholds, channel.at.size());
  Value bits;
  for (size_t i = 0; i != numThresholds; ++i) {
    // No integer is below the minimum, so this threshold is always false.
    auto values = llvm::map_to_vector(channels, [&](const Switches &channel) {
      return i < channel.at.size() ? channel.at[i]
                                   : std::numeric_limits<int32_t>::min();
    });
    auto flips = llvm::map_to_vector(channels, [&](const Switches &channel) {
      return i == 0 && channel.first != (channel.at.size() % 2 == 1);
    });
    Value threshold = ThresholdOp::create(
        builder, type, acc, buildConstant(builder.getI32Type(), values),
        buildConstant(builder.getI1Type(), flips));
    bits = bits ? arith::XOrIOp::create(builder, bits, threshold) : threshold;
  }
  return bits;
}

/// Reshapes `bits` to the shape of `pack`. Both have the channels as the last
/// dimension.
static Value buildReshape(ImplicitLocOpBuilder &builder, Value bits,
                          PackOp pack) {
  SmallVector<OpFoldResult> sizes =
      getReifiedSizes(builder, builder.getLoc(), pack.getX());
  auto type = cast<RankedTensorType>(bits.getType());
  RankedTensorType result = pack.getType();
  // Rows are collapsed to one dimension, and then expanded.
  auto getGroups = [](int64_t rank) {
    SmallVector<ReassociationIndices> groups(2);
    groups[0] = llvm::to_vector<2>(llvm::seq(rank - 1));
    groups[1] = {rank - 1};
    return groups;
  };
  auto getRowsType = [&](ArrayRef<int64_t> shape) {
    int64_t rows = ShapedType::isStaticShape(shape.drop_back())
                       ? ShapedType::getNumElements(shape.drop_back())
                       : ShapedType::kDynamic;
    return pack.getLayout().getTensorType({rows, shape.back()});
  };
  // A single dimension is a row of its own.
  if (type.getRank() == 1)
    bits = tensor::ExpandShapeOp::create(
        builder, getRowsType(type.getShape()), bits,
        ArrayRef<ReassociationIndices>{{0, 1}});
  else if (type.getRank() > 2)
    bits = tensor::CollapseShapeOp::create(
        builder, getRowsType(type.getShape()), bits, getGroups(type.getRank()));
  RankedTensorType rows = getRowsType(result.getShape());
  if (bits.getType() != rows)
    bits = tensor::CastOp::create(builder, rows, bits);
  if (result.getRank() == 1)
    return tensor::CollapseShapeOp::create(
        builder, result, bits, ArrayRef<ReassociationIndices>{{0, 1}});
  if (result.getRank() > 2)
    return tensor::ExpandShapeOp::create(builder, result, bits,
                                         getGroups(result.getRank()), sizes);
  return bits;
}

void QuantBNNFoldThresholdsPass::fold(PackOp pack, AccumulatorRanges &ranges) {
  RankedTensorType type = pack.getX().getType();
  ExprContext context;
  AccumulatorFunction function(context, pack.getX());
  if (!function.getAccumulators())
    return;
  auto refuse = [&](Location loc, const Twine &reason) {
    remark::missed(loc, getRemarkOpts("threshold-folded", category, pack))
        << ("no threshold: " + reason).str();
  };
  int64_t numChannels = type.getShape().back();
  if (Value unknown = function.findUnknown())
    return refuse(unknown.getLoc(), "the packed value is not a function of the "
                                    "sum and of constants of its channel");
  if (ShapedType::isDynamic(numChannels))
    return refuse(pack.getLoc(), "the number of channels is not known");

  IntegerRange range = ranges.get(function.getAccumulators());
  const Expr *bit = getBit(context, pack, function.getExpr());
  SmallVector<Switches> channels;
  for (int64_t channel : llvm::seq(numChannels)) {
    if (channel > 0 && function.getChannels().empty()) {
      channels.push_back(channels.front());
      continue;
    }
    Replacements replacements;
    for (const ChannelConstant &constant : function.getChannels())
      replacements[constant.unknown] =
          context.constant(constant.unknown->type,
                           constant.values.getValues<APFloat>()[channel]);
    std::optional<Switches> switches =
        findSwitches(context, substitute(context, bit, replacements),
                     function.getType(), range, maxSwitches);
    if (!switches)
      return refuse(pack.getLoc(),
                    "the bit switches too often, or at unknown sums, in "
                    "channel " +
                        Twine(channel));
    LDBG() << "channel " << channel << " is " << switches->first
           << " at first and changes at "
           << llvm::interleaved_array(switches->at);
    channels.push_back(*switches);
  }
  assert(channels.size() == size_t(numChannels) && "a function each");

  ImplicitLocOpBuilder b(pack.getLoc(), pack);
  Value bits = buildThresholds(b, function.getAccumulators(), channels,
                               pack.getLayout());
  if (bits.getType() != pack.getType())
    bits = buildReshape(b, bits, pack);
  remark::passed(pack.getLoc(),
                 getRemarkOpts("threshold-folded", category, pack))
      << ("the float ops of " + Twine(numChannels) +
          " channels folded to thresholds of sums from " + Twine(range.first) +
          " to " + Twine(range.last))
             .str();
  pack.replaceAllUsesWith(bits);
  ranges.forget(pack.getPacked());
  pack.erase();
}
