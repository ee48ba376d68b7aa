//===- CodeTarget.cpp - The CPU that code is compiled for -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/CodeTarget.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace quant_bnn;
using llvm::StringRef;

static void initializeTargets() {
  static bool once = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmParsers();
    llvm::InitializeAllAsmPrinters();
    return true;
  }();
  (void)once;
}

static llvm::Expected<const llvm::Target *>
lookupTarget(const llvm::Triple &triple) {
  initializeTargets();
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError(message);
  return target;
}

static CodeTarget getHost() {
  llvm::SubtargetFeatures features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    features.AddFeature(feature.getKey(), feature.getValue());
  return {llvm::Triple(llvm::sys::getProcessTriple()),
          llvm::sys::getHostCPUName().str(), features.getString()};
}

static bool hasCPU(const llvm::Triple &triple, StringRef name) {
  auto target = lookupTarget(triple);
  if (!target) {
    llvm::consumeError(target.takeError());
    return false;
  }
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      (*target)->createMCSubtargetInfo(triple, "", ""));
  return info->isCPUStringValid(name);
}

llvm::Expected<CodeTarget> CodeTarget::get(StringRef name) {
  if (name == "host")
    return getHost();
  llvm::Triple x86("x86_64-unknown-linux-gnu");
  llvm::Triple aarch64("aarch64-unknown-linux-gnu");
  if (name == "aarch64")
    return CodeTarget{aarch64, "generic", ""};
  for (const llvm::Triple &triple : {x86, aarch64})
    if (hasCPU(triple, name))
      return CodeTarget{triple, name.str(), ""};
  if (name.contains(','))
    return llvm::createStringError("expected one CPU, but got the list '" +
                                   name + "', which only bnn-compile takes");
  return llvm::createStringError(
      "there is no CPU '" + name +
      "': expected 'host', 'x86-64', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4', "
      "'aarch64', or LLVM's name of a CPU for x86-64 or AArch64");
}

/// Returns `names`, which are several levels of x86-64, in order.
static llvm::Expected<llvm::SmallVector<StringRef>>
sortLevels(llvm::ArrayRef<std::string> names) {
  for (StringRef name : names) {
    if (!llvm::is_contained(x86Levels, name))
      return llvm::createStringError("'" + name +
                                     "' cannot be one of several CPUs, which "
                                     "are levels of x86-64: '" +
                                     llvm::join(x86Levels, "', '") + "'");
    if (llvm::count(names, name) > 1)
      return llvm::createStringError("the CPU '" + name + "' is given twice");
  }
  llvm::SmallVector<StringRef> sorted(x86Levels.begin(), x86Levels.end());
  llvm::erase_if(sorted, [&](StringRef level) {
    return !llvm::is_contained(names, level);
  });
  return sorted;
}

llvm::Expected<llvm::SmallVector<CodeTarget>>
quant_bnn::getVersionTargets(llvm::ArrayRef<std::string> names) {
  llvm::SmallVector<StringRef> sorted(names);
  if (names.size() > 1) {
    auto levels = sortLevels(names);
    if (!levels)
      return levels.takeError();
    sorted = *levels;
  }
  llvm::SmallVector<CodeTarget> targets;
  for (StringRef name : sorted) {
    auto target = CodeTarget::get(name);
    if (!target)
      return target.takeError();
    targets.push_back(*target);
  }
  return targets;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
quant_bnn::createTargetMachine(const CodeTarget &target, unsigned optLevel) {
  auto found = lookupTarget(target.triple);
  if (!found)
    return found.takeError();
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>((*found)->createTargetMachine(
      target.triple, target.cpu, target.features, options, llvm::Reloc::PIC_,
      std::nullopt, *llvm::CodeGenOpt::getLevel(optLevel)));
}

VectorInstructions
quant_bnn::getVectorInstructions(const llvm::TargetMachine &machine) {
  const llvm::MCSubtargetInfo *info = machine.getMCSubtargetInfo();
  return getVectorInstructions(
      machine.getTargetTriple(), [&](StringRef feature) {
        return info->checkFeatures(("+" + feature).str());
      });
}
