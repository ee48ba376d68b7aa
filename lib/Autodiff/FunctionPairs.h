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
  /// The results of the forward that are the leading arguments of the backward.
  llvm::ArrayRef<int64_t> getResiduals() const;

private:
  mlir::func::FuncOp forward, backward;
};

/// The pairs of a module whose functions have one block each. A backward
/// function of two pairs is in none.
class FunctionPairs {
public:
  explicit FunctionPairs(mlir::ModuleOp module);

  llvm::ArrayRef<FunctionPair> getPairs() const { return pairs; }
  /// The pair that `function` is the forward or the backward of, or null.
  const FunctionPair *findByForward(mlir::Operation *function) const;
  const FunctionPair *findByBackward(mlir::Operation *function) const;

private:
  llvm::SmallVector<FunctionPair> pairs;
};

/// A residual of a pair, by its number.
struct Residual {
  const FunctionPair *pair;
  unsigned number;

  int64_t getResult() const { return pair->getResiduals()[number]; }
  mlir::BlockArgument getArgument() const;
  /// What the forward function returns for it.
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

/// Everywhere that one residual goes: from the forward function to each caller,
/// from there to the backward function, or on to the callers of the caller, if
/// that is a forward function itself and returns it as a residual of its own.
class ResidualFlow {
public:
  /// Finds where `origin` goes. Fails with the reason if it is used for
  /// anything but the backward function.
  static std::variant<ResidualFlow, Refusal>
  trace(const FunctionPairs &pairs, Residual origin, mlir::ModuleOp module);

  /// Makes the origin return `values` in place of the residual, and passes them
  /// on instead of it everywhere. `rewriteBackward` is called with the
  /// arguments that the origin's backward function has for them, and must leave
  /// the old argument without uses.
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

  /// The origin first.
  llvm::SmallVector<Residual> residuals;
  /// Of each pair that takes part, in the order of `residuals`.
  llvm::MapVector<const FunctionPair *, Calls> calls;
};

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_AUTODIFF_FUNCTIONPAIRS_H
