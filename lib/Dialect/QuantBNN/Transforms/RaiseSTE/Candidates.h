//===- Candidates.h - Ops to which bodies are raised ------------*- C++ -*-===//
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

using namespace scalar_function;

/// An op to which a body may be raised, with its attributes. The function of
/// the candidate is that of the expansion of the op.
struct Candidate {
  llvm::StringRef opName;
  llvm::SmallVector<mlir::NamedAttribute> attributes;
  /// The symbol of each operand.
  llvm::SmallVector<Symbol, 2> operands;
  /// The value of symbolS, if it is a constant.
  std::optional<llvm::APFloat> scalar;
  /// The number of scalars that the op returns after its result.
  unsigned numScalarResults = 0;
  /// Whether the op states a gradient that is not the derivative of its value.
  bool hasEstimator = false;
  /// See RaiseForm.
  bool isAnalytic = false;

  bool uses(Symbol symbol) const {
    return llvm::is_contained(operands, symbol);
  }
  /// Creates the op on values of `type`, with those of `x`, `g` and `scalar`
  /// that are operands of the op.
  mlir::Operation *build(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Type type, mlir::Value x, mlir::Value g,
                         mlir::Value scalar) const;
};

/// The expression of a candidate, and its pieces as a function of x.
struct CandidateFunction {
  const Expr *expr;
  llvm::SmallVector<Piece> pieces;
};

/// Returns the form of `candidate`, whose gradient is straight-through, with
/// the gradient of `estimator`, or nullopt if there is no such form.
std::optional<Candidate> withEstimator(const Candidate &candidate,
                                       Estimator estimator,
                                       mlir::MLIRContext *context);

/// Creates candidates for bodies, and caches their functions.
class CandidateTable {
public:
  /// Collects the forms of every registered op with `RaisableOpInterface`.
  CandidateTable(ExprContext &context, mlir::MLIRContext *mlirContext);

  /// Returns the candidates that `body`, whose pieces are given, may equal: ops
  /// with the symbols of `body`, with each attribute value that its constants
  /// and pieces suggest.
  llvm::SmallVector<Candidate> getCandidates(const Expr *body,
                                             llvm::ArrayRef<Piece> pieces);

  /// Returns the function of `candidate` on `type`. Returns null if it has too
  /// many pieces, or is so far from `body` that no comparison is needed.
  const CandidateFunction *getFunction(const Candidate &candidate,
                                       mlir::Type type, const Expr *body,
                                       EvaluationOptions options);

  /// Returns the expression of `candidate` on `type`.
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

/// Returns the numbers of bits that `body` suggests: k if it has 2^k levels or
/// a constant 2^k - 1; if signed, k if it has 2^k - 1 levels or a constant
/// 2^(k-1) - 1.
llvm::SmallVector<int64_t> getBitChoices(const Expr *body,
                                         llvm::ArrayRef<Piece> pieces,
                                         mlir::Type type, bool isSigned);

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_CANDIDATES_H
