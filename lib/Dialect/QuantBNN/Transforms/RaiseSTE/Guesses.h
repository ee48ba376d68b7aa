//===- Guesses.h - Assumed gradients of quantizers --------------*- C++ -*-===//
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

/// The raised quantizers of each function whose gradient was assumed.
class Guesses {
public:
  /// Records that `root` becomes the op `opName` with an assumed gradient.
  /// Users must be added before their operands.
  void add(mlir::Operation *root, llvm::StringRef opName);

  /// Records that `root` becomes a gradient op. Its function is thus a backward
  /// pass, of which no gradient is taken.
  void addGradient(mlir::Operation *root);

  /// Emits one warning for each function that has guesses and no gradient op,
  /// and a note for each guess if there are several.
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
