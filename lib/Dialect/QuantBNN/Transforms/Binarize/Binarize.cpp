//===- Binarize.cpp - Replace bipolar products by xnor ops ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Factors.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Support/RawElements.h"
#include "quant-bnn/Support/Remarks.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNBINARIZEPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

static constexpr StringLiteral category = "quant-bnn-binarize";

namespace {
struct QuantBNNBinarizePass
    : quant_bnn::impl::QuantBNNBinarizePassBase<QuantBNNBinarizePass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (llvm::is_contained({8, 16, 32, 64}, wordWidth))
      return success();
    return emitError(UnknownLoc::get(context))
           << "word-width must be 8, 16, 32 or 64, but is "
           << int64_t(wordWidth);
  }

  void runOnOperation() override;

private:
  void binarize(Product product);
};
} // namespace

/// Gives `op` the value for positive numbers at zeros and at NaN, if there are
/// none.
static void assume(SignFunctionOpInterface op, bool noZeros, bool noNaNs) {
  MLIRContext *context = op.getContext();
  auto zero = op->getAttrOfType<ZeroModeAttr>("zero");
  auto nan = op->getAttrOfType<NanModeAttr>("nan");
  if (nan && noNaNs) {
    nan = NanModeAttr::get(context, NanMode::positive);
    op->setAttr("nan", nan);
  }
  // An op that is 0 at NaN is 0 at zeros.
  if (zero && noZeros && !(nan && nan.getValue() == NanMode::zero))
    op->setAttr("zero", ZeroModeAttr::get(context, ZeroMode::positive));
}

/// Replaces the op of `product` by `result` and emits a remark.
static void replace(Product product, Value result, const Twine &what) {
  remark::passed(product.op.getLoc(),
                 getRemarkOpts("binarized", category, product.op))
      << (product.op->getName().getStringRef() + " became " + what).str();
  product.op->getResult(0).replaceAllUsesWith(result);
  product.op->erase();
}

/// Emits a remark at the op of `product` that it stays a sum of floats.
static void reportFloats(Product product, const Twine &reason) {
  remark::analysis(product.op.getLoc(),
                   getRemarkOpts("computed-in-floats", category, product.op))
      << (product.op->getName().getStringRef() +
          " computes in floats: " + reason)
             .str();
}

void QuantBNNBinarizePass::binarize(Product product) {
  Options options{static_cast<unsigned>(wordWidth), maxPlaneProducts, mode};
  std::optional<Refusal> factorRefusal, refusal, levelRefusal, lhsRefusal,
      rhsRefusal;
  while (std::optional<Product> without =
             moveFactor(product, mode, factorRefusal)) {
    product = *without;
    remark::passed(product.op.getLoc(),
                   getRemarkOpts("factor-moved", category, product.op))
        << (product.op->getName().getStringRef() +
            ": a factor of signs multiplies the sums instead")
               .str();
  }
  bool isConvolution = linalg::isaConvolutionOpInterface(product.op);
  std::optional<PackedForm> form =
      isConvolution ? matchConvolution(product, options, refusal)
                    : matchContraction(product, options, refusal);
  if (form) {
    StringRef name = isConvolution ? XnorConv2DOp::getOperationName()
                                   : XnorMatmulOp::getOperationName();
    if (Value result = binarizeSigns(product, *form, options, refusal))
      return replace(product, result, name);
    if (Value result = binarizeLevels(product, *form, options, levelRefusal))
      return replace(product, result, "products of bits by " + name.str());
  }
  auto reportMissed = [&](const Refusal &missed) {
    remark::missed(missed.loc, getRemarkOpts("binarized", category, product.op))
        << (product.op->getName().getStringRef() +
            " not binarized: " + missed.reason)
               .str();
  };
  std::optional<Signs> lhs = matchSigns(product.lhs->get(), lhsRefusal);
  std::optional<Signs> rhs = matchSigns(product.rhs->get(), rhsRefusal);
  // A product without an operand of signs or levels is no missed one.
  std::optional<Refusal> missed;
  if (levelRefusal && llvm::any_of(product.op.getDpsInputs(), hasLevels))
    missed = levelRefusal;
  else if (lhs || rhs)
    missed = factorRefusal ? factorRefusal : refusal;
  if (missed)
    reportMissed(*missed);
  if (!lhs && !rhs)
    return reportFloats(
        product, missed ? missed->reason
                        : "neither operand is bipolar: " + lhsRefusal->reason +
                              "; " + rhsRefusal->reason);
  std::optional<Refusal> selectRefusal;
  OpOperand *operand = rhs ? product.rhs : product.lhs;
  if (Value result = buildSignSelect(product, operand, rhs ? *rhs : *lhs,
                                     options, selectRefusal))
    return replace(product, result, "additions and subtractions");
  reportMissed(*selectRefusal);
  reportFloats(product, missed->reason);
}

/// Whether only bits of `op` are used, which are transposed when they are
/// packed.
static bool isPacked(Operation *op) {
  return isa<linalg::TransposeOp>(op) &&
         llvm::all_of(op->getUsers(), [](Operation *user) {
           return isa<PackOp>(user) || isPacked(user);
         });
}

namespace {
struct FoldConstantTranspose : OpRewritePattern<linalg::TransposeOp> {
  // Applied before upstream's pattern.
  explicit FoldConstantTranspose(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(linalg::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    DenseElementsAttr elements;
    if (!op.hasPureTensorSemantics() ||
        !matchPattern(op.getInput(), m_Constant(&elements)))
      return rewriter.notifyMatchFailure(op, "is not of a constant");
    if (isPacked(op))
      return rewriter.notifyMatchFailure(op, "is packed");
    DenseElementsAttr transposed =
        transposeElements(elements, op.getPermutation());
    if (!transposed || transposed.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "has elements of another width, "
                                             "or a type that is less static");
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, transposed);
    return success();
  }
};
} // namespace

void QuantBNNBinarizePass::runOnOperation() {
  getOperation()->walk([&](SignFunctionOpInterface op) {
    assume(op, assumeNoZeros, assumeNoNaNs);
  });
  SmallVector<linalg::LinalgOp> ops;
  getOperation()->walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  for (linalg::LinalgOp op : ops)
    if (std::optional<Product> product = matchProduct(op))
      binarize(*product);
  // Transpose and pack constant weights now.
  RewritePatternSet patterns(&getContext());
  patterns.add<FoldConstantTranspose>(&getContext());
  PackOp::getCanonicalizationPatterns(patterns, &getContext());
  linalg::TransposeOp::getCanonicalizationPatterns(patterns, &getContext());
  // Upstream folds a generic without loops to a constant that it does not have.
  linalg::populateConstantFoldLinalgOperations(
      patterns, [](OpOperand *operand) {
        auto op = cast<linalg::LinalgOp>(operand->getOwner());
        return op.getNumLoops() != 0 && !isPacked(op);
      });
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
    signalPassFailure();
}
