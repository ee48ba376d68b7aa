//===- VectorInstructions.cpp - Vector instructions of a CPU --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Pipelines/Pipelines.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace quant_bnn;

VectorInstructions quant_bnn::getVectorInstructions(
    const llvm::Triple &triple,
    llvm::function_ref<bool(llvm::StringRef)> hasFeature) {
  constexpr VectorInstructions portable = {128, PopcountAccumulation::Bytes,
                                           LookupInstructions::None,
                                           BF16Instruction::None};
  if (!triple.isX86())
    return portable;
  BF16Instruction bf16 = hasFeature("avx512bf16") && hasFeature("avx512dq") &&
                                 hasFeature("avx512vl")
                             ? BF16Instruction::AVX512
                             : BF16Instruction::None;
  if (hasFeature("avx512vpopcntdq"))
    return {512, PopcountAccumulation::Words, LookupInstructions::X86, bf16};
  auto byTable = [=](int64_t vectorWidth) -> VectorInstructions {
    return {vectorWidth, PopcountAccumulation::Table, LookupInstructions::X86,
            bf16};
  };
  if (hasFeature("avx512bw"))
    return byTable(512);
  if (hasFeature("avx2"))
    return byTable(256);
  if (hasFeature("ssse3"))
    return byTable(128);
  return portable;
}

VectorInstructions quant_bnn::getHostVectorInstructions() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  return getVectorInstructions(
      llvm::Triple(llvm::sys::getProcessTriple()),
      [&](llvm::StringRef feature) { return features.lookup(feature); });
}
