//===- CodeTarget.h - The CPU that code is compiled for ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_CODETARGET_H
#define QUANT_BNN_COMPILER_CODETARGET_H

#include "quant-bnn/Pipelines/Pipelines.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"

#include <array>
#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace quant_bnn {

/// A CPU, and the system that runs on it.
struct CodeTarget {
  llvm::Triple triple;
  std::string cpu;
  /// In LLVM's form: "+avx2,-avx512f".
  std::string features;

  /// Returns the target that `name` names: "host" is the CPU of this process;
  /// "aarch64", any AArch64 CPU; others are names of LLVM for CPUs of x86-64,
  /// such as "x86-64-v3" or "znver4", or of AArch64, such as "neoverse-v1",
  /// with Linux. Fails if LLVM knows no such CPU.
  static llvm::Expected<CodeTarget> get(llvm::StringRef name);
};

/// The CPUs for which one library can have versions. Each has all instructions
/// of the one before it.
inline constexpr std::array<llvm::StringLiteral, 4> x86Levels = {
    "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"};

/// Returns the targets of the versions of a library, the best one last: the CPU
/// that `names` names, or, if there are several, levels of x86-64. Fails if one
/// of these is no such level, or is there twice.
llvm::Expected<llvm::SmallVector<CodeTarget>>
getVersionTargets(llvm::ArrayRef<std::string> names);

/// Creates a machine that makes position-independent code for `target`, and
/// that rounds every operation as it is written. `optLevel` is 0 to 3.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CodeTarget &target, unsigned optLevel);

/// Returns the vector instructions of the CPU of `machine`.
VectorInstructions getVectorInstructions(const llvm::TargetMachine &machine);

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_CODETARGET_H
