//===- ContractionBlocking.cpp - Choose the blocks of a contraction -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionBlocking.h"
#include "../LoopEmission/Reductions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

/// Vectors of sums in a row of a kernel.
static constexpr int64_t vectorsPerRow = 2;
/// With fewer rows, copying to panels or building tables costs more than it
/// saves. Copying saves more if the caches do not hold the operand: panels read
/// longer parts of its rows at once. Bits become floats on the way.
static constexpr int64_t minRowsOfPanels = 16;
static constexpr int64_t minRowsOfFarPanels = 5;
static constexpr int64_t minRowsOfBitPanels = 32;
static constexpr int64_t minRowsOfTables = 4;
/// An operand of fewer bytes stays in the L1 cache as it is.
static constexpr int64_t minPackedBytes = 16 << 10;
/// The L2 cache does not hold an operand of as many bytes.
static constexpr int64_t minFarBytes = 2 << 20;

/// Adds the loops in `expr` to `loops`. Fails unless `expr` is a sum of a
/// constant and of loops by positive factors.
static LogicalResult collectTerms(AffineExpr expr,
                                  SmallVectorImpl<unsigned> &loops) {
  if (isa<AffineConstantExpr>(expr))
    return success();
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    loops.push_back(dim.getPosition());
    return success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return failure();
  if (expr.getKind() == AffineExprKind::Add)
    return success(succeeded(collectTerms(binary.getLHS(), loops)) &&
                   succeeded(collectTerms(binary.getRHS(), loops)));
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (expr.getKind() != AffineExprKind::Mul || !factor ||
      factor.getValue() <= 0 || !isa<AffineDimExpr>(binary.getLHS()))
    return failure();
  return collectTerms(binary.getLHS(), loops);
}

/// Returns the input of `plan` that lies along the lanes, or of which squares
/// are transposed, if there is one only and no input is in the place of the
/// output.
static const Access *findPacked(const Plan &plan, const Output &output) {
  const Access *packed = nullptr;
  for (const Access &input : plan.inputs) {
    if (input.getValue() == output.getValue())
      return nullptr;
    if (!input.uses(plan.vectorLoop))
      continue;
    if (packed)
      return nullptr;
    packed = &input;
  }
  return packed;
}

/// Matches products with a factor that the bits of `packed` select.
static std::optional<BitFactor> matchBitFactor(const Plan &plan,
                                               const Access &packed) {
  math::FmaOp fma = matchFusedProduct(plan.op, 0);
  if (!fma)
    return std::nullopt;
  auto type = cast<FloatType>(fma.getType());
  auto convert = [&](Value constant) {
    FloatAttr attr;
    if (!matchPattern(constant, m_Constant(&attr)))
      return attr;
    APFloat value = attr.getValue();
    bool losesInfo;
    value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    return FloatAttr::get(type, value);
  };
  for (auto [factor, other] :
       {std::pair(fma.getA(), fma.getB()), std::pair(fma.getB(), fma.getA())}) {
    Value narrow = factor;
    if (auto extension = factor.getDefiningOp<arith::ExtFOp>())
      narrow = extension.getIn();
    auto select = narrow.getDefiningOp<arith::SelectOp>();
    auto isOfSelect = [&](Value bit) {
      return llvm::all_of(bit.getUsers(),
                          [&](Operation *user) { return user == select; });
    };
    if (!select || plan.varying.contains(other) ||
        (narrow != factor && !narrow.hasOneUse()) ||
        !llvm::is_contained(packed.bits, select.getCondition()) ||
        !llvm::all_of(packed.bits, isOfSelect))
      continue;
    BitFactor result{factor, other, narrow, convert(select.getFalseValue()),
                     convert(select.getTrueValue())};
    if (result.ifClear && result.ifSet)
      return result;
  }
  return std::nullopt;
}

/// Whether sums of terms of `plan` can be looked up: there is an instruction,
/// and leave to add terms in another order.
static bool canLookUp(const Plan &plan, const Options &options) {
  math::FmaOp fma = matchFusedProduct(plan.op, 0);
  return options.looksUpFloats && fma.getType().isF32() &&
         arith::bitEnumContainsAll(fma.getFastmath(),
                                   arith::FastMathFlags::reassoc);
}

/// Divides the loops outside of the vector loop. Each index of the output has
/// at most one row loop, which is in no other index, so that rows are apart. A
/// loop that overlaps shares its index with a row loop alone: for one element,
/// one of the two determines the other.
static LogicalResult classifyLoops(const Plan &plan, const Output &output,
                                   Blocking &blocking) {
  for (unsigned loop : plan.outer)
    (blocking.packed->uses(loop) ? blocking.groups : blocking.rows)
        .push_back(loop);
  // By loop: the index that it is in, and the other loop there.
  SmallVector<std::optional<unsigned>> partners(plan.loops.size());
  llvm::SmallBitVector isPlaced(plan.loops.size());
  for (AffineExpr index : output.indices) {
    SmallVector<unsigned> loops;
    if (failed(collectTerms(index, loops)) || loops.size() > 2)
      return failure();
    for (unsigned loop : loops) {
      if (isPlaced.test(loop))
        return failure();
      isPlaced.set(loop);
    }
    if (loops.size() < 2)
      continue;
    if (llvm::is_contained(blocking.rows, loops.front()) ==
        llvm::is_contained(blocking.rows, loops.back()))
      return failure();
    partners[loops.front()] = loops.back();
    partners[loops.back()] = loops.front();
  }
  // In the order of the nest, the first one of two partners decides.
  llvm::SmallBitVector isDone(plan.loops.size());
  for (unsigned loop : plan.outer) {
    if (!isPlaced.test(loop))
      return failure();
    if (!partners[loop] || isDone.test(loop))
      continue;
    isDone.set(*partners[loop]);
    bool isRow = llvm::is_contained(blocking.rows, loop);
    blocking.overlaps.push_back(
        {isRow ? *partners[loop] : loop, /*descends=*/isRow});
  }
  llvm::erase_if(blocking.groups,
                 [&](unsigned loop) { return partners[loop].has_value(); });
  return success();
}

/// Returns the product of the extents of `loops`, or nothing if an extent is
/// dynamic or the product is too large.
static std::optional<int64_t> getProduct(const Plan &plan,
                                         ArrayRef<unsigned> loops) {
  int64_t product = 1;
  for (unsigned loop : loops) {
    int64_t size = plan.loops[loop].size;
    if (ShapedType::isDynamic(size) ||
        llvm::MulOverflow(product, size, product))
      return std::nullopt;
  }
  return product;
}

/// Chooses as many sums in a kernel as registers hold. Kernels of a known
/// number of rows have about as many rows each.
static void chooseKernel(const Plan &plan, const Output &output,
                         const Options &options, Blocking &blocking) {
  int64_t registers = plan.countRegisters(output.getElementType(), options);
  // Targets with registers of 512 bits have 32 of them, others 16.
  int64_t sums = options.vectorBits >= 512 ? 16 : 12;
  blocking.kernelVectors = std::max<int64_t>(vectorsPerRow / registers, 1);
  blocking.kernelRows =
      std::max<int64_t>(sums / (blocking.kernelVectors * registers), 2);
  if (int64_t rows = getProduct(plan, blocking.rows).value_or(0); rows > 0)
    blocking.kernelRows =
        llvm::divideCeil(rows, llvm::divideCeil(rows, blocking.kernelRows));
}

/// Whether the product of the extents of `loops` is known to be less than
/// `bound`.
static bool isLess(const Plan &plan, ArrayRef<unsigned> loops, int64_t bound) {
  std::optional<int64_t> product = getProduct(plan, loops);
  return product && *product < bound;
}

/// Whether the product of the extents of `loops` may be less than `bound`,
/// unless a dynamic extent is 0.
static bool mayBeLess(const Plan &plan, ArrayRef<unsigned> loops,
                      int64_t bound) {
  int64_t product = 1;
  for (unsigned loop : loops)
    if (int64_t size = plan.loops[loop].size; !ShapedType::isDynamic(size))
      product = std::min(product, bound) * std::min(size, bound);
  return product < bound;
}

std::optional<Blocking>
quant_bnn::vectorize::chooseBlocking(const Plan &plan, const Options &options) {
  if (plan.outputs.size() != 1 || plan.inner.empty())
    return std::nullopt;
  const Output &output = plan.outputs.front();
  Blocking blocking{};
  blocking.packed = findPacked(plan, output);
  if (!output.isChain() || output.compensated || !blocking.packed ||
      failed(classifyLoops(plan, output, blocking)) || blocking.rows.empty())
    return std::nullopt;
  if (blocking.packed->isPacked()) {
    blocking.bitFactor = matchBitFactor(plan, *blocking.packed);
    if (!blocking.bitFactor)
      return std::nullopt;
    blocking.looksUp = canLookUp(plan, options);
    blocking.minRows = blocking.looksUp ? minRowsOfTables : minRowsOfBitPanels;
  } else if (plan.transposedLoop) {
    blocking.minRows = minRowsOfTransposedPanels;
    blocking.minColumns = minColumnsOfTransposedPanels;
  } else {
    SmallVector<unsigned> panelLoops = plan.inner;
    panelLoops.push_back(plan.vectorLoop);
    int64_t bytes =
        blocking.packed->getElementType().getIntOrFloatBitWidth() / 8;
    // Without blocks, rows of overlapping loops are computed one by one.
    if (blocking.overlaps.empty() &&
        isLess(plan, panelLoops, minPackedBytes / bytes))
      return std::nullopt;
    blocking.minRows = mayBeLess(plan, panelLoops, minFarBytes / bytes)
                           ? minRowsOfPanels
                           : minRowsOfFarPanels;
  }
  if (isLess(plan, blocking.rows, blocking.minRows) ||
      isLess(plan, plan.vectorLoop, blocking.minColumns))
    return std::nullopt;
  chooseKernel(plan, output, options, blocking);
  blocking.mayNotPay = mayBeLess(plan, blocking.rows, blocking.minRows) ||
                       mayBeLess(plan, plan.vectorLoop, blocking.minColumns);
  return blocking;
}
