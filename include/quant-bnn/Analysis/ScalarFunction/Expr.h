//===- Expr.h - The math of one element as a graph --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXPR_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXPR_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/FoldingSet.h"
#include <memory>

namespace quant_bnn::scalar_function {

enum class Opcode : uint8_t {
  // Leaves.
  constant, // a float
  truth,    // an i1 constant
  symbol,   // an input, see Symbol
  unknown,  // a value that is not looked into
  poison,   // what fast-math flags leave open
  // Of i1.
  compare,
  andi,
  ori,
  xori,
  // Of floats; `select` of either.
  select,
  neg,
  abs,
  add,
  mul,
  div,
  fma,
  minimum,
  maximum,
  minnum,
  maxnum,
  copysign,
  roundeven,
  round,
  floor,
  ceil,
  trunc,
  extend,
  truncate,
  tanh, // not evaluated, but where it is exact
  call, // another function, not evaluated
};

/// The inputs that an expression is matched over.
enum Symbol : unsigned {
  symbolX = 0, // the value that is quantized, or the saved one of a gradient
  symbolG = 1, // the cotangent
  symbolS = 2, // a scalar: the range or the scale of a quantizer
};

/// How two floats compare. A predicate is the set of those in which it holds.
enum class Order : unsigned { equal = 1, greater = 2, less = 4, unordered = 8 };

/// A node. Nodes are unique within an `ExprContext`, so equality is identity.
/// A subtraction is the addition of a negation, and uitofp and sitofp of i1 are
/// selects: both say the same to the bit.
struct Expr : llvm::FoldingSetNode {
  Opcode opcode;
  /// Operands have smaller numbers.
  unsigned number = 0;
  /// f16, bf16, f32, f64 or i1.
  mlir::Type type;
  llvm::SmallVector<const Expr *, 3> operands;
  /// constant
  std::optional<llvm::APFloat> value;
  /// compare: the predicate, a set of Order; truth: 0 or 1; symbol and unknown:
  /// its number; call: the name of the op.
  uintptr_t payload = 0;
  /// nnan, ninf and nsz of the op; no other flag is kept.
  mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none;

  /// The symbols that it depends on, one bit each.
  unsigned symbols = 0;
  /// Whether it can be evaluated, given its symbols.
  bool evaluable = true;

  bool isConstant() const { return opcode == Opcode::constant; }
  bool isTruth(bool truth) const {
    return opcode == Opcode::truth && payload == truth;
  }
  bool isNaN() const { return isConstant() && value->isNaN(); }
  bool isZero() const { return isConstant() && value->isZero(); }
  bool has(mlir::arith::FastMathFlags flag) const {
    return bitEnumContainsAll(flags, flag);
  }
  /// Whether it can be evaluated from x alone, and is no constant.
  bool isFunctionOfX() const { return evaluable && symbols == 1u << symbolX; }

  void Profile(llvm::FoldingSetNodeID &id) const;
};

/// Owns nodes and makes them unique.
class ExprContext {
public:
  const Expr *constant(mlir::Type type, const llvm::APFloat &value);
  /// Rounds to `type`, half to even.
  const Expr *constant(mlir::Type type, double value);
  const Expr *truth(mlir::MLIRContext *context, bool value);
  const Expr *symbol(Symbol symbol, mlir::Type type);
  /// A value of its own; `key` tells it from others.
  const Expr *unknown(const void *key, mlir::Type type);
  const Expr *poison(mlir::Type type);

  /// A node of this opcode, as it is: nothing is folded.
  const Expr *
  get(Opcode opcode, mlir::Type type, llvm::ArrayRef<const Expr *> operands,
      mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none,
      uintptr_t payload = 0);
  /// `expr` with other operands.
  const Expr *rebuild(const Expr *expr, llvm::ArrayRef<const Expr *> operands);

private:
  const Expr *unique(Expr expr);

  llvm::FoldingSet<Expr> set;
  std::vector<std::unique_ptr<Expr>> nodes;
};

/// Every node that `root` depends on and `root`, operands first.
llvm::SmallVector<const Expr *> getNodes(const Expr *root);

const llvm::fltSemantics &getSemantics(mlir::Type type);
bool isHalf(mlir::Type type);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXPR_H
