//===- Evaluation.cpp - Run PTX in tests ----------------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

#include <algorithm>

using namespace ptx_emulator;

std::string ptx_emulator::makeModule(const std::string &body) {
  return ".version 8.0\n.target sm_90\n.address_size 64\n" + body;
}

std::string ptx_emulator::getLoadError(const std::string &body) {
  Memory memory;
  Diagnostics diagnostics;
  Program::load(makeModule(body), memory, diagnostics);
  return diagnostics.getText();
}

static constexpr char registers[] = ".reg .pred %p<8>; .reg .b16 %h<8>; "
                                    ".reg .b32 %r<8>; .reg .b64 %d<8>;\n";

std::string ptx_emulator::getStatementError(const std::string &statements) {
  return getLoadError(std::string(".entry kernel()\n{\n") + registers +
                      statements + "\nret;\n}\n");
}

//===----------------------------------------------------------------------===//
// Single instructions
//===----------------------------------------------------------------------===//

/// Returns code that loads a value of 64 bits into register `number` of that
/// kind.
static std::string makeLoad(char kind, size_t number) {
  std::string index = std::to_string(number);
  std::string text =
      "ld.global.b64 %d0, [%in+" + std::to_string(8 * number) + "];\n";
  switch (kind) {
  case 'p':
    return text + "setp.ne.b64 %p" + index + ", %d0, 0;\n";
  case 'h':
    return text + "cvt.u16.u64 %h" + index + ", %d0;\n";
  case 'r':
    return text + "cvt.u32.u64 %r" + index + ", %d0;\n";
  default:
    return text + "mov.b64 %d" + index + ", %d0;\n";
  }
}

/// Returns code that stores register 7 of that kind.
static std::string makeStore(char kind) {
  std::string text;
  switch (kind) {
  case 'p':
    text = "selp.b64 %d7, 1, 0, %p7;\n";
    break;
  case 'h':
    text = "cvt.u64.u16 %d7, %h7;\n";
    break;
  case 'r':
    text = "cvt.u64.u32 %d7, %r7;\n";
    break;
  default:
    break;
  }
  return text + "st.global.b64 [%out], %d7;\n";
}

static std::string makeKernel(const std::string &instruction,
                              const std::string &signature) {
  std::string sources = signature.substr(2);
  size_t rowBytes = 8 * (sources.size() + 1);
  std::string text =
      ".entry kernel(.param .u64 rows, .param .u64 results)\n{\n";
  text += registers;
  text += ".reg .b64 %in, %out, %index;\n.reg .b32 %block;\n"
          "ld.param.b64 %in, [rows];\nld.param.b64 %out, [results];\n"
          "mov.u32 %block, %ctaid.x;\ncvt.u64.u32 %index, %block;\n"
          "mad.lo.s64 %in, %index, " +
          std::to_string(rowBytes) +
          ", %in;\nmad.lo.s64 %out, %index, 8, %out;\n";
  std::string operands;
  for (size_t i = 0; i < sources.size(); ++i) {
    text += makeLoad(sources[i], i + 1);
    operands += std::string(", %") + sources[i] + std::to_string(i + 1);
  }
  text += instruction + " %" + signature[0] + "7" + operands + ";\n";
  return text + makeStore(signature[0]) + "ret;\n}\n";
}

std::vector<uint64_t>
ptx_emulator::evaluateAll(const std::string &instruction,
                          const std::string &signature,
                          const std::vector<std::vector<uint64_t>> &rows) {
  LoadedModule module(makeKernel(instruction, signature));
  // The number of a register is the position of its value in the row.
  size_t rowSize = signature.size() - 2 + 1;
  auto *in =
      reinterpret_cast<uint64_t *>(module.allocate(2 * rowSize * rows.size()));
  auto *out = reinterpret_cast<uint64_t *>(module.allocate(2 * rows.size()));
  for (size_t i = 0; i < rows.size(); ++i)
    std::copy(rows[i].begin(), rows[i].end(), in + rowSize * i + 1);
  Fault fault = module.run(
      {reinterpret_cast<uint64_t>(in), reinterpret_cast<uint64_t>(out)}, {},
      {static_cast<uint32_t>(rows.size()), 1, 1});
  EXPECT_EQ(fault.message, "");
  return std::vector<uint64_t>(out, out + rows.size());
}

uint64_t ptx_emulator::evaluate(const std::string &instruction,
                                const std::string &signature,
                                const std::vector<uint64_t> &row) {
  return evaluateAll(instruction, signature, {row}).front();
}

float ptx_emulator::evaluateF32(const std::string &instruction,
                                const std::vector<float> &sources) {
  std::vector<uint64_t> row;
  for (float source : sources)
    row.push_back(bitCast<uint32_t>(source));
  uint64_t bits =
      evaluate(instruction, "r:" + std::string(sources.size(), 'r'), row);
  return bitCast<float>(static_cast<uint32_t>(bits));
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

LoadedModule::LoadedModule(const std::string &body) {
  Diagnostics diagnostics;
  program = Program::load(makeModule(body), memory, diagnostics);
  EXPECT_EQ(diagnostics.getText(), "");
}

Fault LoadedModule::run(const std::vector<uint64_t> &arguments,
                        Dimensions block, Dimensions grid,
                        uint64_t dynamicSharedBytes) {
  const Function *kernel = program ? program->findKernel("kernel") : nullptr;
  if (!kernel)
    return {FaultKind::LaunchFailure, "there is no kernel"};
  Launch launch;
  launch.grid = grid;
  launch.block = block;
  launch.dynamicSharedBytes = dynamicSharedBytes;
  for (uint64_t argument : arguments)
    for (int shift = 0; shift < 64; shift += 8)
      launch.parameters.push_back(static_cast<uint8_t>(argument >> shift));
  return ptx_emulator::run(*kernel, launch, memory);
}

uint32_t *LoadedModule::allocate(size_t count) {
  auto *data = reinterpret_cast<uint32_t *>(memory.allocate(4 * count));
  std::fill_n(data, count, 0);
  return data;
}
