//===- FuseSTEValues.cpp - Signs of scalings, relus and max pools ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FuseSTE.h"
#include "UniformValue.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "quant-bnn/Support/Remarks.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuse_ste;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Returns the elements of a constant, or the one float of a tensor or vector
/// that is filled with a constant. Returns nullopt if `value` is neither.
static std::optional<SmallVector<APFloat>> getConstants(Value value) {
  if (std::optional<APFloat> number = getUniformFloat(value))
    return SmallVector<APFloat>{*number};
  DenseFPElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)))
    return std::nullopt;
  return llvm::to_vector(elements.getValues<APFloat>());
}

static bool isZero(Value value) {
  std::optional<SmallVector<APFloat>> constants = getConstants(value);
  return constants &&
         llvm::all_of(*constants, [](const APFloat &c) { return c.isZero(); });
}

/// Builds a constant of the type of `like` whose elements are all `value`.
static Value buildConstant(OpBuilder &builder, Location loc, double value,
                           Value like) {
  Type type = like.getType();
  TypedAttr attr = builder.getFloatAttr(getElementTypeOrSelf(type), value);
  auto shaped = dyn_cast<ShapedType>(type);
  if (shaped && shaped.hasStaticShape()) {
    auto vector = dyn_cast<VectorType>(type);
    if (!vector || !vector.isScalable())
      attr = DenseElementsAttr::get(shaped, attr);
  }
  Value constant = arith::ConstantOp::create(builder, loc, attr);
  if (constant.getType() == type)
    return constant;
  if (isa<VectorType>(type))
    return vector::BroadcastOp::create(builder, loc, type, constant);
  SmallVector<Value> sizes;
  for (auto [dim, size] : llvm::enumerate(shaped.getShape()))
    if (ShapedType::isDynamic(size))
      sizes.push_back(tensor::DimOp::create(builder, loc, like, dim));
  return tensor::SplatOp::create(builder, loc, type, constant, sizes);
}

//===----------------------------------------------------------------------===//
// Classes of numbers
//===----------------------------------------------------------------------===//

namespace {
/// The class of a number, which determines its sign.
enum Class { Negative, Zero, Positive, NaN };

/// A function of `source` as the class of its result for each class of
/// `source`.
struct ClassMap {
  Value source;
  std::array<Class, 4> classes;
  /// Where the class of the result may differ, for a remark; empty if nowhere.
  StringRef exception = "";
};
} // namespace

static constexpr std::array<Class, 4> identityClasses = {Negative, Zero,
                                                         Positive, NaN};
static constexpr std::array<Class, 4> negatedClasses = {Positive, Zero,
                                                        Negative, NaN};

/// Returns the class map of x times `factor`, or of x divided by `factor` if
/// `isQuotient`. Returns nullopt unless all elements of `factor` are finite
/// constants of one sign and not 0.
static std::optional<ClassMap> getScaleMap(Value x, Value factor,
                                           bool isQuotient) {
  std::optional<SmallVector<APFloat>> constants = getConstants(factor);
  if (!constants || constants->empty())
    return std::nullopt;
  bool isNegative = constants->front().isNegative();
  bool isExact = true;
  for (const APFloat &c : *constants) {
    if (!c.isFinite() || c.isZero() || c.isNegative() != isNegative)
      return std::nullopt;
    APFloat one(c.getSemantics(), 1);
    APFloat::cmpResult order = abs(c).compare(one);
    isExact &=
        order == APFloat::cmpEqual ||
        order == (isQuotient ? APFloat::cmpLessThan : APFloat::cmpGreaterThan);
  }
  return ClassMap{x, isNegative ? negatedClasses : identityClasses,
                  isExact ? "" : "where the scaled value underflows to 0"};
}

/// Returns the class map of the maximum or minimum of x and 0, where a NaN x
/// gives class `nan`. Returns nullopt if no operand of `op` is 0.
static std::optional<ClassMap> getExtremumMap(Operation *op, bool isMax,
                                              Class nan) {
  for (unsigned i : {0, 1})
    if (isZero(op->getOperand(i)))
      return ClassMap{
          op->getOperand(1 - i),
          {isMax ? Zero : Negative, Zero, isMax ? Positive : Zero, nan}};
  return std::nullopt;
}

static bool compare(arith::CmpFPredicate predicate, Class lhs, Class rhs) {
  using Predicate = arith::CmpFPredicate;
  bool isUnordered = lhs == NaN || rhs == NaN;
  switch (predicate) {
  case Predicate::AlwaysFalse:
    return false;
  case Predicate::OEQ:
    return !isUnordered && lhs == rhs;
  case Predicate::OGT:
    return !isUnordered && lhs > rhs;
  case Predicate::OGE:
    return !isUnordered && lhs >= rhs;
  case Predicate::OLT:
    return !isUnordered && lhs < rhs;
  case Predicate::OLE:
    return !isUnordered && lhs <= rhs;
  case Predicate::ONE:
    return !isUnordered && lhs != rhs;
  case Predicate::ORD:
    return !isUnordered;
  case Predicate::UEQ:
    return isUnordered || lhs == rhs;
  case Predicate::UGT:
    return isUnordered || lhs > rhs;
  case Predicate::UGE:
    return isUnordered || lhs >= rhs;
  case Predicate::ULT:
    return isUnordered || lhs < rhs;
  case Predicate::ULE:
    return isUnordered || lhs <= rhs;
  case Predicate::UNE:
    return isUnordered || lhs != rhs;
  case Predicate::UNO:
    return isUnordered;
  case Predicate::AlwaysTrue:
    return true;
  }
  llvm_unreachable("all predicates are handled");
}

/// Returns the class map of a select between x and 0 by a comparison of x with
/// 0, or nullopt if `op` is not such a select.
static std::optional<ClassMap> getSelectMap(arith::SelectOp op) {
  auto cmp = op.getCondition().getDefiningOp<arith::CmpFOp>();
  if (!cmp)
    return std::nullopt;
  bool isSwapped = isZero(cmp.getLhs());
  Value x = isSwapped ? cmp.getRhs() : cmp.getLhs();
  if (!isZero(isSwapped ? cmp.getLhs() : cmp.getRhs()))
    return std::nullopt;
  for (Value arm : {op.getTrueValue(), op.getFalseValue()})
    if (arm != x && !isZero(arm))
      return std::nullopt;
  ClassMap map{x, {}};
  for (Class c : identityClasses) {
    bool holds = isSwapped ? compare(cmp.getPredicate(), Zero, c)
                           : compare(cmp.getPredicate(), c, Zero);
    map.classes[c] =
        (holds ? op.getTrueValue() : op.getFalseValue()) == x ? c : Zero;
  }
  return map;
}

/// Returns `value` as a function of the class of another value, or nullopt if
/// the producer of `value` is not a scaling, extremum or select of that kind.
static std::optional<ClassMap> getClassMap(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth() == 1)
    return std::nullopt;
  if (isa<arith::MulFOp>(op)) {
    std::optional<ClassMap> map =
        getScaleMap(op->getOperand(0), op->getOperand(1), false);
    return map ? map : getScaleMap(op->getOperand(1), op->getOperand(0), false);
  }
  if (isa<arith::DivFOp>(op))
    return getScaleMap(op->getOperand(0), op->getOperand(1), true);
  if (isa<arith::MaximumFOp, arith::MinimumFOp>(op))
    return getExtremumMap(op, isa<arith::MaximumFOp>(op), NaN);
  if (isa<arith::MaxNumFOp, arith::MinNumFOp>(op))
    return getExtremumMap(op, isa<arith::MaxNumFOp>(op), Zero);
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return getSelectMap(select);
  return std::nullopt;
}

static std::optional<double> getValue(const SignValues &values, Class c) {
  switch (c) {
  case Negative:
    return values.negative;
  case Zero:
    return values.zero;
  case Positive:
    return values.positive;
  case NaN:
    return values.nan;
  }
  llvm_unreachable("all classes are handled");
}

//===----------------------------------------------------------------------===//
// Signs of elementwise ops
//===----------------------------------------------------------------------===//

namespace {
/// How a sign of the result of `producer` is computed from `source` instead.
struct Rewrite {
  enum Kind { SameSign, NegatedSign, Constant } kind;
  Operation *producer;
  Value source;
  /// Where the result differs, for a remark; empty if nowhere.
  std::string exception;
};
} // namespace

/// Returns the first class of the source in which the result of the sign
/// differs from the `rewritten` result, or nullopt if there is none.
static std::optional<Class>
findDifference(const SignValues &values, const ClassMap &map,
               llvm::function_ref<std::optional<double>(Class)> rewritten) {
  for (Class c : identityClasses)
    if (getValue(values, map.classes[c]) != rewritten(c))
      return c;
  return std::nullopt;
}

static std::optional<Rewrite> findRewrite(SignFunctionOpInterface op) {
  Value operand = op->getOperand(0);
  std::optional<ClassMap> map = getClassMap(operand);
  if (!map)
    return std::nullopt;
  SignValues values = op.getSignValues();
  std::optional<Rewrite> atNaN;
  auto consider = [&](Rewrite::Kind kind, auto rewritten) {
    std::optional<Class> difference = findDifference(values, *map, rewritten);
    Rewrite rewrite{kind, operand.getDefiningOp(), map->source,
                    map->exception.str()};
    if (!difference)
      return std::optional<Rewrite>(rewrite);
    if (difference == NaN && !atNaN) {
      rewrite.exception = "where x is NaN";
      atNaN = rewrite;
    }
    return std::optional<Rewrite>();
  };
  if (auto rewrite = consider(Rewrite::SameSign,
                              [&](Class c) { return getValue(values, c); }))
    return rewrite;
  if (auto rewrite = consider(Rewrite::NegatedSign, [&](Class c) {
        return getValue(values, negatedClasses[c]);
      }))
    return rewrite;
  std::optional<double> zero = getValue(values, map->classes[Zero]);
  if (auto rewrite = consider(Rewrite::Constant, [&](Class) { return zero; }))
    return rewrite;
  return atNaN;
}

static Value build(OpBuilder &builder, SignFunctionOpInterface op,
                   const Rewrite &rewrite) {
  Value source = rewrite.source;
  if (rewrite.kind == Rewrite::Constant)
    return buildConstant(builder, op.getLoc(),
                         *getValue(op.getSignValues(), Zero), source);
  if (rewrite.kind == Rewrite::NegatedSign)
    source = arith::NegFOp::create(builder, rewrite.producer->getLoc(), source);
  Operation *copy = builder.clone(*op);
  copy->setOperand(0, source);
  return copy->getResult(0);
}

//===----------------------------------------------------------------------===//
// Signs of max pools
//===----------------------------------------------------------------------===//

/// Returns the max pool that produces the operand of `op`. Returns null if
/// there is none, if input and output of the pool differ in element type, or if
/// the initial value of the pool is not one constant.
static linalg::LinalgOp getMaxPool(SignFunctionOpInterface op) {
  auto pool = op->getOperand(0).getDefiningOp<linalg::LinalgOp>();
  if (!pool || !isa<linalg::PoolingNhwcMaxOp, linalg::PoolingNchwMaxOp,
                    linalg::PoolingNwcMaxOp, linalg::PoolingNcwMaxOp,
                    linalg::PoolingNdhwcMaxOp>(pool))
    return {};
  Value x = pool.getDpsInputOperand(0)->get();
  Value init = pool.getDpsInitOperand(0)->get();
  std::optional<SmallVector<APFloat>> constants = getConstants(init);
  if (!constants || constants->size() != 1 ||
      getElementTypeOrSelf(x) != getElementTypeOrSelf(init))
    return {};
  return pool;
}

static Class getClass(const APFloat &value) {
  if (value.isNaN())
    return NaN;
  if (value.isZero())
    return Zero;
  return value.isNegative() ? Negative : Positive;
}

/// Finds the rewrite of f(max x) to max f(x), which holds for a non-decreasing
/// f. The maximum of a window with a NaN is NaN, so f(NaN) must also be the
/// largest value of f; otherwise the rewrite changes the result there.
static std::optional<Rewrite> findPoolRewrite(SignFunctionOpInterface op) {
  linalg::LinalgOp pool = getMaxPool(op);
  SignValues values = op.getSignValues();
  if (!pool || values.negative > values.zero || values.zero > values.positive)
    return std::nullopt;
  // An initial value of NaN makes all results NaN.
  if (getClass(getConstants(pool.getDpsInitOperand(0)->get())->front()) == NaN)
    return std::nullopt;
  bool nanIsMax = !values.nan || *values.nan >= values.positive;
  return Rewrite{Rewrite::SameSign, pool, pool.getDpsInputOperand(0)->get(),
                 nanIsMax ? "" : "where a NaN is pooled"};
}

static Value buildPool(OpBuilder &builder, SignFunctionOpInterface op,
                       linalg::LinalgOp pool) {
  Location loc = op.getLoc();
  Operation *sign = builder.clone(*op);
  Value x = pool.getDpsInputOperand(0)->get();
  sign->setOperand(0, x);
  sign->getResult(0).setType(x.getType());
  Value init = pool.getDpsInitOperand(0)->get();
  Class start = getClass(getConstants(init)->front());
  Value newInit =
      buildConstant(builder, loc, *getValue(op.getSignValues(), start), init);
  auto copy = cast<linalg::LinalgOp>(builder.clone(*pool));
  copy.getDpsInputOperand(0)->set(sign->getResult(0));
  copy.setDpsInitOperand(0, newInit);
  return copy->getResult(0);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// Returns why `rewrite` is not allowed, or an empty string if it is allowed.
static std::string findObstacle(Operation *op, const Rewrite &rewrite,
                                const ValueOptions &options) {
  if (!rewrite.producer->hasOneUse())
    return "its result has other uses";
  auto function = op->getParentOfType<FunctionOpInterface>();
  if (!options.valuesOnly && !(function && function->hasAttr(backwardAttrName)))
    return "a gradient may still be taken here: run quant-bnn-differentiate "
           "first, or set values-only";
  if (options.mode == RewriteMode::Exact && !rewrite.exception.empty())
    return "the result would differ " + rewrite.exception +
           ": set mode=relaxed";
  return "";
}

static std::optional<std::pair<Rewrite, bool>>
find(SignFunctionOpInterface op) {
  if (std::optional<Rewrite> rewrite = findRewrite(op))
    return std::pair(*rewrite, false);
  if (std::optional<Rewrite> rewrite = findPoolRewrite(op))
    return std::pair(*rewrite, true);
  return std::nullopt;
}

static std::string describe(SignFunctionOpInterface op, const Rewrite &rewrite,
                            StringRef relation) {
  return (op->getName().getStringRef() + " " + relation + " " +
          rewrite.producer->getName().getStringRef())
      .str();
}

namespace {
struct PassOver : OpInterfaceRewritePattern<SignFunctionOpInterface> {
  PassOver(MLIRContext *context, const ValueOptions &options)
      : OpInterfaceRewritePattern(context), options(options) {}

  LogicalResult matchAndRewrite(SignFunctionOpInterface op,
                                PatternRewriter &rewriter) const override {
    auto found = find(op);
    if (!found)
      return rewriter.notifyMatchFailure(op, "is of nothing that can go");
    auto &[rewrite, isPool] = *found;
    std::string obstacle = findObstacle(op, rewrite, options);
    if (!obstacle.empty())
      return rewriter.notifyMatchFailure(op, obstacle);
    std::string text =
        describe(op, rewrite, isPool ? "moved before" : "made independent of");
    if (!rewrite.exception.empty())
      text += "; the result differs " + rewrite.exception;
    remark::passed(op->getLoc(), getRemarkOpts("sign-simplified", category, op))
        << text;
    rewriter.replaceOp(
        op, isPool ? buildPool(rewriter, op,
                               cast<linalg::LinalgOp>(rewrite.producer))
                   : build(rewriter, op, rewrite));
    return success();
  }

private:
  ValueOptions options;
};
} // namespace

void fuse_ste::populateValuePatterns(RewritePatternSet &patterns,
                                     const ValueOptions &options) {
  patterns.add<PassOver>(patterns.getContext(), options);
}

void fuse_ste::reportMissedValues(Operation *root,
                                  const ValueOptions &options) {
  root->walk([&](SignFunctionOpInterface op) {
    auto found = find(op);
    if (!found)
      return;
    auto &[rewrite, isPool] = *found;
    remark::missed(op->getLoc(), getRemarkOpts("sign-simplified", category, op))
        << describe(op, rewrite,
                    isPool ? "not moved before" : "not made independent of") +
               ": " + findObstacle(op, rewrite, options);
  });
}
