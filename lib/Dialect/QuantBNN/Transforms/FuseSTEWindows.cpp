//===- FuseSTEWindows.cpp - Move clipping windows -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FuseSTE.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuse_ste;

using Windowed = WindowedGradientOpInterface;

static Value getX(Windowed op) { return op.getWindowedOperand().get(); }

/// Whether `op` is a quantizer that returns x, and whose gradient is the
/// cotangent, clipped or not.
static bool isWindowOfX(Windowed op) {
  return op && op.getUnwindowed() && op.getUnwindowed() == getX(op) &&
         isa<QuantizerOpInterface>(*op);
}

/// Returns the cotangent that `op` returns inside of its clipping window, if
/// `op` is a gradient op that only clips. Returns null otherwise.
static Value getWindowedCotangent(Windowed op) {
  if (!op || isa<QuantizerOpInterface>(*op))
    return Value();
  return op.getUnwindowed();
}

static std::string describeWindow(std::optional<double> window) {
  if (!window)
    return "no window";
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("the window |x| <= %g", *window);
  return text;
}

static std::string getName(Operation *op) {
  return op->getName().getStringRef().str();
}

static void reportPassed(Operation *op, Operation *inner,
                         std::optional<double> window) {
  remark::passed(op->getLoc(), getRemarkOpts("window-fused", category, op))
      << getName(inner) + " fused into " + getName(op) + ", which has " +
             describeWindow(window);
}

namespace {
/// Fuses an op that only clips the gradient, such as `gradient_cancellation`,
/// into the quantizer that reads its result.
struct FuseIntoQuantizer : OpInterfaceRewritePattern<Windowed> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(Windowed op,
                                PatternRewriter &rewriter) const override {
    if (!isa<QuantizerOpInterface>(*op))
      return rewriter.notifyMatchFailure(op, "is not a quantizer");
    auto inner = getX(op).getDefiningOp<Windowed>();
    if (!isWindowOfX(inner) || !inner.getWindow())
      return rewriter.notifyMatchFailure(op, "is not of a window");
    Value fused = op.buildWithWindow(rewriter, op.getLoc(), getX(inner),
                                     *inner.getWindow());
    if (!fused)
      return rewriter.notifyMatchFailure(op, "has no form with this window");
    reportPassed(op, inner, fused.getDefiningOp<Windowed>().getWindow());
    rewriter.replaceOp(op, fused);
    return success();
  }
};

/// Drops an op that is the identity in value and gradient, next to a quantizer.
struct DropIdentity : OpInterfaceRewritePattern<Windowed> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(Windowed op,
                                PatternRewriter &rewriter) const override {
    if (!isWindowOfX(op) || op.getWindow())
      return rewriter.notifyMatchFailure(op, "is not the identity");
    auto quantizer = getX(op).getDefiningOp<QuantizerOpInterface>();
    if (quantizer) {
      reportPassed(quantizer, op);
      rewriter.replaceOp(op, getX(op));
      return success();
    }
    bool changed = false;
    for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
      if (!isa<QuantizerOpInterface>(use.getOwner()))
        continue;
      reportPassed(use.getOwner(), op);
      rewriter.modifyOpInPlace(use.getOwner(), [&] { use.set(getX(op)); });
      changed = true;
    }
    return success(changed);
  }

private:
  static void reportPassed(Operation *quantizer, Operation *identity) {
    remark::passed(identity->getLoc(),
                   getRemarkOpts("identity-dropped", category, identity))
        << getName(identity) + " dropped next to " + getName(quantizer);
  }
};

/// Makes a gradient op read x itself, instead of the result of an op that
/// returns x.
struct ReadThroughIdentity : OpInterfaceRewritePattern<Windowed> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(Windowed op,
                                PatternRewriter &rewriter) const override {
    if (isa<QuantizerOpInterface>(*op))
      return rewriter.notifyMatchFailure(op, "has a gradient");
    auto inner = getX(op).getDefiningOp<ElementwisePayloadOpInterface>();
    if (!inner || !inner.getPassThrough())
      return rewriter.notifyMatchFailure(op, "is not of what an op returns");
    rewriter.modifyOpInPlace(
        op, [&] { op.getWindowedOperand().set(inner.getPassThrough()); });
    return success();
  }
};

/// Fuses consecutive gradient ops with clipping windows on the same x, if one
/// of them only clips.
struct FuseGradients : OpInterfaceRewritePattern<Windowed> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(Windowed op,
                                PatternRewriter &rewriter) const override {
    if (isa<QuantizerOpInterface>(*op))
      return rewriter.notifyMatchFailure(op, "is not a gradient op");
    for (OpOperand &operand : op->getOpOperands()) {
      auto inner = operand.get().getDefiningOp<Windowed>();
      if (&operand == &op.getWindowedOperand() || !inner ||
          isa<QuantizerOpInterface>(*inner) || getX(inner) != getX(op))
        continue;
      Value fused = fuse(rewriter, op, operand, inner);
      if (!fused)
        continue;
      reportPassed(op, inner, fused.getDefiningOp<Windowed>().getWindow());
      rewriter.replaceOp(op, fused);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "has no window to fuse");
  }

private:
  static Value fuse(PatternRewriter &rewriter, Windowed op, OpOperand &operand,
                    Windowed inner) {
    Value x = getX(op);
    if (Value g = getWindowedCotangent(inner); g && inner.getWindow()) {
      Value fused =
          op.buildWithWindow(rewriter, op.getLoc(), x, *inner.getWindow());
      if (fused)
        fused.getDefiningOp()->setOperand(operand.getOperandNumber(), g);
      if (fused)
        return fused;
    }
    if (getWindowedCotangent(op) == operand.get() && op.getWindow())
      return inner.buildWithWindow(rewriter, op.getLoc(), x, *op.getWindow());
    return Value();
  }
};
} // namespace

void fuse_ste::populateWindowPatterns(RewritePatternSet &patterns) {
  // The benefit makes these patterns run before canonicalization patterns,
  // which fuse windows without a remark.
  patterns
      .add<FuseIntoQuantizer, DropIdentity, ReadThroughIdentity, FuseGradients>(
          patterns.getContext(), /*benefit=*/2);
}

/// Emits a missed remark for the clipping window of `inner`, which `op` cannot
/// take over.
static void reportMissed(Operation *op, Windowed inner) {
  auto windowed = dyn_cast<Windowed>(op);
  std::optional<double> own = windowed ? windowed.getWindow() : std::nullopt;
  remark::missed(op->getLoc(), getRemarkOpts("window-fused", category, op))
      << getName(inner) + " not fused into " + getName(op) + ", which has " +
             describeWindow(own) + " and no form with " +
             describeWindow(inner.getWindow());
}

void fuse_ste::reportMissedWindows(Operation *root) {
  root->walk([](Windowed op) {
    if (!op.getWindow())
      return;
    if (isWindowOfX(op)) {
      for (OpOperand &use : op->getUses()) {
        auto outer = dyn_cast<Windowed>(use.getOwner());
        if (isa<QuantizerOpInterface>(use.getOwner()) &&
            (!outer || &outer.getWindowedOperand() == &use))
          reportMissed(use.getOwner(), op);
      }
      return;
    }
    Value g = getWindowedCotangent(op);
    auto inner = g ? g.getDefiningOp<Windowed>() : Windowed();
    if (inner && !isa<QuantizerOpInterface>(*inner) && getX(inner) == getX(op))
      reportMissed(inner, op);
    for (Operation *user : op->getUsers()) {
      auto outer = dyn_cast<Windowed>(user);
      if (g && outer && !isa<QuantizerOpInterface>(user) &&
          getX(outer) == getX(op))
        reportMissed(outer, op);
    }
  });
}
