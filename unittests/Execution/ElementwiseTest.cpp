//===- ElementwiseTest.cpp - Elementwise ops, bit by bit ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementwiseCheck.h"

#include "gtest/gtest.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

/// A function on one-dimensional tensors for each op that `type` has.
std::string getSource(ElementType type) {
  std::string source, tensor = "tensor<?x" + getName(type).str() + ">";
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!op.isLegal(type))
      continue;
    source += "func.func @" + op.name + "(%0: " + tensor;
    if (op.numOperands == 2)
      source += ", %1: " + tensor;
    source += ") -> " + tensor + " {\n  %y = " + op.getAssembly(tensor) +
              "\n  return %y : " + tensor + "\n}\n";
  }
  return source;
}

template <typename T>
void checkAll(ElementType type) {
  std::unique_ptr<Program> program = Program::compile(getSource(type));
  ASSERT_TRUE(program);
  CommonOperands<T> common(type);
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!op.isLegal(type))
      continue;
    for (Operands<T> &operands : op.numOperands == 1 ? common.one : common.two)
      checkElementwise(*program, op.name, op, type, operands);
    if (std::optional<Operands<T>> operands = getDirectedOperands<T>(op, type))
      checkElementwise(*program, op.name, op, type, *operands);
  }
}

TEST(Elementwise, F16) { checkAll<float>(ElementType::f16); }
TEST(Elementwise, BF16) { checkAll<float>(ElementType::bf16); }
TEST(Elementwise, F32) { checkAll<float>(ElementType::f32); }
TEST(Elementwise, F64) { checkAll<double>(ElementType::f64); }

} // namespace
