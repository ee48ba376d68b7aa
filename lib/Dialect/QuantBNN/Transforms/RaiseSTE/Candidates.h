//===- Candidates.h - The ops that bodies are raised to ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_CANDIDATES_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_CANDIDATES_H

#include "quant-bnn/Analysis/ScalarFunction/Piecewise.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include <map>

namespace quant_bnn::raise_ste {

/// One op that a body may be raised to, with its attributes. What it computes
/// is not said here: it is what the op expands to.
struct Candidate {
  llvm::StringRef opName;
  llvm::SmallVector<mlir::NamedAttribute> attributes;
  /// What each operand is.
  llvm::SmallVector<Symbol, 2> operands;
  /// The value of symbolS, where it is a constant.
  std::optional<llvm::APFloat> scalar;
  /// How many scalars the op returns after its result.
  unsigned numScalarResults = 0;
  /// Whether the op states a gradient that the math of its value does not have.
  bool hasEstimator = false;

  bool uses(Symbol symbol) const {
    return llvm::is_contained(operands, symbol);
  }
  /// Creates the op on values of `type`, given what its operands are.
  mlir::Operation *build(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Type type, mlir::Value x, mlir::Value g,
                         mlir::Value scalar) const;
};

/// A candidate as an expression and as a function of x.
struct CandidateFunction {
  const Expr *expr;
  llvm::SmallVector<Piece> pieces;
};

/// `candidate`, whose gradient is the straight-through one, with the gradient
/// that `estimator` says; nullopt where it says none of this op.
std::optional<Candidate> withEstimator(const Candidate &candidate,
                                       Estimator estimator,
                                       mlir::MLIRContext *context);

/// Makes candidates for bodies, and keeps their functions.
class CandidateTable {
public:
  /// Collects the forms of every registered op with `RaisableOpInterface`.
  CandidateTable(ExprContext &context, mlir::MLIRContext *mlirContext);

  /// The candidates that `body`, whose pieces are given, may be: those of its
  /// symbols, with each attribute that its constants suggest.
  llvm::SmallVector<Candidate> getCandidates(const Expr *body,
                                             llvm::ArrayRef<Piece> pieces);

  /// What `candidate` computes on `type`; null where it has too many pieces, or
  /// is so far from `body` that it need not be compared.
  const CandidateFunction *getFunction(const Candidate &candidate,
                                       mlir::Type type, const Expr *body,
                                       EvaluationOptions options);

  /// What `candidate` computes on `type`.
  const Expr *getExpr(const Candidate &candidate, mlir::Type type);

private:
  /// A form of an op.
  struct Entry {
    llvm::StringRef opName;
    RaiseForm form;
  };

  ExprContext &context;
  mlir::MLIRContext *mlirContext;
  /// In the order of ranks.
  llvm::SmallVector<Entry> entries;
  std::map<std::string, const Expr *> exprs;
  std::map<std::pair<const Expr *, bool>, std::unique_ptr<CandidateFunction>>
      functions;
};

/// The bits that a body suggests: k where it has 2^k levels or a constant
/// 2^k - 1; if signed, where it has 2^k - 1 levels or a constant 2^(k-1) - 1.
llvm::SmallVector<int64_t> getBitChoices(const Expr *body,
                                         llvm::ArrayRef<Piece> pieces,
                                         mlir::Type type, bool isSigned);

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_CANDIDATES_H
