//===- Expr.h - The math of one element as an expression graph --*- C++ -*-===//
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
  unknown,  // an opaque value
  poison,   // a value that fast-math flags exclude
  // Results are i1.
  compare,
  andi,
  ori,
  xori,
  // Results are floats; the result of `select` is either.
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
  tanh, // evaluated only where it is exact
  call, // another function, not evaluated
};

/// The inputs of an expression.
enum Symbol : unsigned {
  symbolX = 0, // the value that is quantized, or the saved value of a gradient
  symbolG = 1, // the cotangent
  symbolS = 2, // a scalar: the range or the scale of a quantizer
};

/// How two floats compare. A predicate is the set of orders in which it holds.
enum class Order : unsigned { equal = 1, greater = 2, less = 4, unordered = 8 };

/// A node. Nodes are unique within an `ExprContext`, so equality is identity. A
/// subtraction is represented by the addition of a negation, and uitofp and
/// sitofp of i1 by selects: these are equal bit for bit.
struct Expr : llvm::FoldingSetNode {
  Opcode opcode;
  /// The index in the context; operands have smaller numbers.
  unsigned number = 0;
  /// f16, bf16, f32, f64 or i1.
  mlir::Type type;
  llvm::SmallVector<const Expr *, 3> operands;
  /// The value of a constant.
  std::optional<llvm::APFloat> value;
  /// For compare, the predicate, a set of Order; for truth, 0 or 1; for symbol,
  /// its number; for unknown, its key; for call, the name of the op.
  uintptr_t payload = 0;
  /// The flags nnan, ninf and nsz of the op; other flags are dropped.
  mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none;

  /// The symbols that the expression depends on, one bit each.
  unsigned symbols = 0;
  /// Whether the expression can be evaluated, given values of its symbols.
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
  /// Whether the expression can be evaluated from x alone and is no constant.
  bool isFunctionOfX() const { return evaluable && symbols == 1u << symbolX; }

  void Profile(llvm::FoldingSetNodeID &id) const;
};

/// Owns nodes and makes them unique.
class ExprContext {
public:
  const Expr *constant(mlir::Type type, const llvm::APFloat &value);
  /// Rounds `value` to `type`, half to even.
  const Expr *constant(mlir::Type type, double value);
  const Expr *truth(mlir::MLIRContext *context, bool value);
  const Expr *symbol(Symbol symbol, mlir::Type type);
  /// Returns an opaque value, which `key` identifies.
  const Expr *unknown(const void *key, mlir::Type type);
  const Expr *poison(mlir::Type type);

  /// Returns a node with this opcode, without folding.
  const Expr *
  get(Opcode opcode, mlir::Type type, llvm::ArrayRef<const Expr *> operands,
      mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none,
      uintptr_t payload = 0);
  /// Returns `expr` with `operands` instead of its operands.
  const Expr *rebuild(const Expr *expr, llvm::ArrayRef<const Expr *> operands);

private:
  const Expr *unique(Expr expr);

  llvm::FoldingSet<Expr> set;
  std::vector<std::unique_ptr<Expr>> nodes;
};

/// Returns `root` and every node that `root` depends on, operands first.
llvm::SmallVector<const Expr *> getNodes(const Expr *root);

/// Returns the float semantics of `type`, a float type.
const llvm::fltSemantics &getSemantics(mlir::Type type);
/// Whether `type` is f16 or bf16.
bool isHalf(mlir::Type type);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXPR_H
