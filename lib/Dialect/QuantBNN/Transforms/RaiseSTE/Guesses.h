//===- Guesses.h - Gradients that nothing states ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_GUESSES_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_GUESSES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/MapVector.h"

namespace quant_bnn::raise_ste {

/// The quantizers of each function whose gradient was assumed.
class Guesses {
public:
  /// `root` becomes the op called `opName`. Later ones come first.
  void add(mlir::Operation *root, llvm::StringRef opName);

  /// `root` becomes the gradient of a quantizer: its function is a backward
  /// pass, of which no gradient is taken.
  void addGradient(mlir::Operation *root);

  /// One warning for each function that has a guess, with a note for each.
  void warn() const;

private:
  struct Guess {
    mlir::Location loc;
    llvm::StringRef opName;
  };
  llvm::MapVector<mlir::Operation *, llvm::SmallVector<Guess>> guesses;
  llvm::SmallPtrSet<mlir::Operation *, 4> functionsWithGradients;
};

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_GUESSES_H
