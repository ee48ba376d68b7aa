//===- ControlInstructions.cpp - Branches, calls and barriers -------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Interpreter.h"

using namespace ptx_emulator;

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

static const Instruction *branch(Thread &, const Instruction *i) {
  return i + i->immediate;
}

static const Instruction *branchIndirectly(Thread &thread,
                                           const Instruction *i) {
  auto &table = *static_cast<const std::vector<int64_t> *>(i->data);
  uint64_t index = thread.slots[i->operands[0]];
  if (index >= table.size())
    return thread.fail(i, FaultKind::LaunchFailure,
                       "the index of a branch is out of range");
  return i + table[index];
}

static const Instruction *exitThread(Thread &thread, const Instruction *i) {
  while (!thread.frames.empty())
    returnFromFunction(thread, i);
  return returnFromFunction(thread, i);
}

static const Instruction *trap(Thread &thread, const Instruction *i) {
  return thread.fail(i, FaultKind::LaunchFailure, "trap");
}

static const Instruction *waitAtBarrier(Thread &thread, const Instruction *i) {
  return thread.wait(i, ThreadState::AtBarrier);
}

static const Instruction *doNothing(Thread &, const Instruction *i) {
  return i + 1;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static void decodeBranch(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  mnemonic.take("uni");
  if (decoder.expectOperands(1))
    decoder.branchTo(decoder.emit(branch), decoder.operands()[0].name);
}

static void decodeIndirectBranch(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  if (!mnemonic.take("idx"))
    return decoder.error("unknown branch");
  mnemonic.take("uni");
  if (!decoder.expectOperands(2))
    return;
  uint32_t index = decoder.source(decoder.operands()[0], Type::U32);
  Instruction &instruction = decoder.emit(branchIndirectly);
  instruction.operands[0] = index;
  decoder.branchToAny(instruction, decoder.operands()[1].name);
}

static void decodeReturn(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  mnemonic.take("uni");
  decoder.emit(returnFromFunction, {}, {});
}

static void decodeExit(FunctionDecoder &decoder, Mnemonic &) {
  decoder.emit(exitThread, {}, {});
}

static void decodeTrap(FunctionDecoder &decoder, Mnemonic &) {
  decoder.emit(trap, {}, {});
}

/// Returns the places of the arguments or results of a call in the frame, and
/// checks that there are as many as the callee has.
static std::vector<Slice> findSlices(FunctionDecoder &decoder,
                                     const Operand *list,
                                     const std::vector<Slice> &expected) {
  std::vector<Slice> slices;
  for (const Operand &element :
       list ? list->elements : std::vector<Operand>()) {
    const Symbol *symbol = decoder.findSymbol(element.name);
    if (!symbol || symbol->space != Space::Param)
      decoder.error("'" + element.name + "' is no parameter");
    else
      slices.push_back({symbol->address, symbol->size});
  }
  if (slices.size() != expected.size())
    decoder.error("a call has another number of arguments or results than the "
                  "function");
  return slices;
}

/// call.uni (results), function, (arguments)
static void decodeCall(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  mnemonic.take("uni");
  const Operand *results = nullptr, *name = nullptr, *arguments = nullptr;
  for (const Operand &operand : decoder.operands()) {
    if (operand.kind == Operand::Name && !name)
      name = &operand;
    else if (operand.kind == Operand::List)
      (name ? arguments : results) = &operand;
    else
      return decoder.error("only direct calls are supported");
  }
  const Function *callee = name ? decoder.findFunction(name->name) : nullptr;
  if (!callee || callee->isEntry)
    return decoder.error("undefined function '" + (name ? name->name : "") +
                         "'");
  auto call = std::make_unique<Call>();
  call->callee = callee;
  call->arguments = findSlices(decoder, arguments, callee->parameters);
  call->results = findSlices(decoder, results, callee->results);
  decoder.emit(callFunction).data = call.get();
  decoder.getFunction().calls.push_back(std::move(call));
}

/// bar.sync, bar.cta.sync, barrier.sync, barrier.cta.sync
static void decodeBarrier(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  mnemonic.take("cta");
  bool isSync = mnemonic.take("sync");
  mnemonic.take("aligned");
  const std::vector<Operand> &operands = decoder.operands();
  if (!isSync || operands.empty() || operands.size() > 2)
    return decoder.error("unknown barrier");
  uint32_t barrier = decoder.source(operands[0], Type::U32);
  uint32_t count = operands.size() == 2 ? decoder.source(operands[1], Type::U32)
                                        : decoder.constant(0);
  Instruction &instruction = decoder.emit(waitAtBarrier);
  instruction.operands[0] = barrier;
  instruction.operands[1] = count;
  decoder.getFunction().synchronizes = true;
}

/// Decodes bar: bar.warp.sync for warps, and others for blocks.
static void decodeBar(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  if (mnemonic.take("warp"))
    decodeWarpBarrier(decoder, mnemonic);
  else
    decodeBarrier(decoder, mnemonic);
}

/// membar.gl, fence.acq_rel.gpu. Both do nothing: threads see each other's
/// stores at once.
static void decodeFence(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  bool isMembar = mnemonic.getName() == "membar";
  bool isKnown = false;
  if (!isMembar)
    for (std::string_view order : {"sc", "acq_rel", "acquire", "release"})
      mnemonic.take(order);
  for (std::string_view scope : {"cta", "cluster", "gpu", "gl", "sys"})
    isKnown |= mnemonic.take(scope);
  if (!isKnown)
    return decoder.error("unknown fence");
  decoder.emit(doNothing, {}, {});
}

void ptx_emulator::addControlInstructions(InstructionMap &map) {
  map["bra"] = decodeBranch;
  map["brx"] = decodeIndirectBranch;
  map["ret"] = decodeReturn;
  map["exit"] = decodeExit;
  map["trap"] = decodeTrap;
  map["call"] = decodeCall;
  map["bar"] = decodeBar;
  map["barrier"] = decodeBarrier;
  map["membar"] = decodeFence;
  map["fence"] = decodeFence;
}
