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

/// Returns the kernels of `module` and the steps of the host code of each of
/// its functions that has a body, for runtimes of other projects:
///
///   {"kernels": [{"module": "sign_kernel", "format": "assembly",
///                 "chip": "sm_80", "image": <base64>}],
///    "functions": [{"name": "sign", "arguments": [0], "types": [<type>, ...],
///                   "results": [3],
///                   "steps": [{"op": "memref.dim", "operands": [0, 1],
///                              "results": [2]}, ...]}]}
///
/// `format` is `assembly`, `binary` or `fatbinary`. Values are numbers: first
/// the arguments, then the results of the steps in order; `types` has the type
/// of each value. A step has the name of its op; docs/GPU.md lists the ops and
/// the other fields of their steps. Fails with an error if host code has
/// another op or control flow, or launches a kernel that is not in a
/// `gpu.binary`.
llvm::FailureOr<llvm::json::Value> buildLaunchPlan(mlir::ModuleOp module);

/// Registers the translation `gpu-to-launch-plan`.
void registerToLaunchPlanTranslation();

} // namespace quant_bnn

#endif // QUANT_BNN_TARGET_LAUNCHPLAN_H
