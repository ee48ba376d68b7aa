//===- LaunchPlan.h - Kernels and how to launch them ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_TARGET_LAUNCHPLAN_H
#define QUANT_BNN_TARGET_LAUNCHPLAN_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace quant_bnn {

/// Returns the kernels of `module` and, for each of its public functions, the
/// steps that its host code takes, for runtimes of other projects:
///
///   {"kernels": [{"module": "sign_kernel", "format": "ptx", "target": ...,
///                 "image": <base64>}],
///    "functions": [{"name": "sign",
///                   "arguments": [<type>], "results": [<value>],
///                   "steps": [{"op": "memref.dim", "operands": [0, 3],
///                              "results": [4]}, ...]}]}
///
/// Values are numbered: first the arguments, then results in order. A step has
/// the name of its op; docs/GPU.md lists those there are. Fails with an error
/// where host code has another op or control flow, or launches kernels that are
/// not in a `gpu.binary`.
llvm::FailureOr<llvm::json::Value> buildLaunchPlan(mlir::ModuleOp module);

/// Registers the translation `gpu-to-launch-plan`.
void registerToLaunchPlanTranslation();

} // namespace quant_bnn

#endif // QUANT_BNN_TARGET_LAUNCHPLAN_H
