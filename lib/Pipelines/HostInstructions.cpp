//===- HostInstructions.cpp - Vector instructions of the host CPU ---------===//
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

VectorInstructions quant_bnn::getHostVectorInstructions() {
  constexpr VectorInstructions portable = {128, PopcountAccumulation::Bytes,
                                           LookupInstructions::None};
  if (!llvm::Triple(llvm::sys::getProcessTriple()).isX86())
    return portable;
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx512vpopcntdq"))
    return {512, PopcountAccumulation::Words, LookupInstructions::None};
  auto byTable = [](int64_t vectorWidth) -> VectorInstructions {
    return {vectorWidth, PopcountAccumulation::Table, LookupInstructions::X86};
  };
  if (features.lookup("avx512bw"))
    return byTable(512);
  if (features.lookup("avx2"))
    return byTable(256);
  if (features.lookup("ssse3"))
    return byTable(128);
  return portable;
}
