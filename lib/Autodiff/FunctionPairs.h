//===- FunctionPairs.h - Forward and backward functions ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_FUNCTIONPAIRS_H
#define QUANT_BNN_LIB_AUTODIFF_FUNCTIONPAIRS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/MapVector.h"
#include <variant>

namespace quant_bnn {

/// A forward function and the backward function that it names.
class FunctionPair {
public:
  FunctionPair(mlir::func::FuncOp forward, mlir::func::FuncOp backward)
      : forward(forward), backward(backward) {}

  mlir::func::FuncOp getForward() const { return forward; }
  mlir::func::FuncOp getBackward() const { return backward; }
  /// Returns the indices of the results of the forward function that are the
  /// leading arguments of the backward function.
  llvm::ArrayRef<int64_t> getResiduals() const;

private:
  mlir::func::FuncOp forward, backward;
};

/// The pairs of a module whose functions have one block each. Pairs that share
/// a backward function are left out.
class FunctionPairs {
public:
  explicit FunctionPairs(mlir::ModuleOp module);

  llvm::ArrayRef<FunctionPair> getPairs() const { return pairs; }
  /// Returns the pair whose forward or backward function is `function`, or
  /// null.
  const FunctionPair *findByForward(mlir::Operation *function) const;
  const FunctionPair *findByBackward(mlir::Operation *function) const;

private:
  llvm::SmallVector<FunctionPair> pairs;
};

/// A residual of a pair, by its number among the residuals of the pair.
struct Residual {
  const FunctionPair *pair;
  unsigned number;

  int64_t getResult() const { return pair->getResiduals()[number]; }
  mlir::BlockArgument getArgument() const;
  /// Returns the value that the forward function returns for the residual.
  mlir::Value getReturned() const;

  bool operator==(const Residual &other) const {
    return pair == other.pair && number == other.number;
  }
};

/// Why a residual cannot be replaced.
struct Refusal {
  mlir::Location loc;
  std::string reason;
};

/// The flow of one residual: from the forward function to each caller, and from
/// a caller to the backward function, or on to the callers of the caller if the
/// caller is a forward function itself and returns the value as a residual of
/// its own.
class ResidualFlow {
public:
  /// Traces the flow of `origin`. Returns a refusal if the residual is used for
  /// anything but the backward function.
  static std::variant<ResidualFlow, Refusal>
  trace(const FunctionPairs &pairs, Residual origin, mlir::ModuleOp module);

  /// Makes the forward function of the origin return `values` in place of the
  /// residual, and replaces the residual by them in the whole flow. Calls
  /// `rewriteBackward` with the arguments of the backward function of the
  /// origin that hold them; `rewriteBackward` must leave the old argument
  /// without uses.
  void replace(mlir::ValueRange values,
               llvm::function_ref<void(mlir::ValueRange)> rewriteBackward);

private:
  struct Calls {
    llvm::SmallVector<mlir::func::CallOp> forward, backward;
  };

  std::optional<Refusal> traceForward(const FunctionPairs &pairs,
                                      Residual residual);
  std::optional<Refusal> traceBackward(const FunctionPairs &pairs,
                                       Residual residual);
  std::optional<Refusal> checkPassedOn(const FunctionPairs &pairs) const;
  bool contains(const FunctionPair *pair, unsigned number) const;
  void add(Residual residual);

  /// The residuals of the flow, the origin first.
  llvm::SmallVector<Residual> residuals;
  /// The calls of each pair in the flow, in the order of `residuals`.
  llvm::MapVector<const FunctionPair *, Calls> calls;
};

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_AUTODIFF_FUNCTIONPAIRS_H
