//===- ElementwiseCheck.h - Compare one elementwise function ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISECHECK_H
#define QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISECHECK_H

#include "ElementwiseData.h"
#include "Harness.h"

#include "gtest/gtest.h"

namespace quant_bnn::unittests {

/// Compares `actual`, the results of `op` in the type `type`, with the
/// reference. Reports only the first difference.
template <typename T>
void expectAgreement(const ElementwiseOp &op, ElementType type,
                     const Operands<T> &operands,
                     const std::vector<T> &actual) {
  const std::vector<T> &first = operands.values.front();
  const std::vector<T> &last = operands.values.back();
  const T *pointers[] = {first.data(), last.data()};
  std::vector<T> expected(first.size());
  op.getLoop<T>()(pointers, expected.data(), first.size());

  ASSERT_EQ(actual.size(), first.size());
  unsigned wrong = 0;
  for (size_t i = 0; i != first.size(); ++i)
    if (!op.agrees<T>(type, actual[i], expected[i], last[i]) && wrong++ == 0)
      ADD_FAILURE() << std::hexfloat << op.name << " of " << getName(type).str()
                    << " at " << first[i] << ", " << last[i] << ": got "
                    << actual[i] << ", expected " << expected[i];
  EXPECT_EQ(wrong, 0u) << op.name << " of " << getName(type).str();
}

/// Compares a call of the function `name`, which computes `op`, with the
/// reference. The result is the result of the function, or its last argument if
/// the function has one argument more than the op has operands.
template <typename T>
void checkElementwise(const Program &program, llvm::StringRef name,
                      const ElementwiseOp &op, ElementType type,
                      Operands<T> &operands) {
  SCOPED_TRACE(name.str());
  CallResults results = program.call(name, operands.arrays);
  size_t size = operands.values.front().size();
  expectAgreement(
      op, type, operands,
      operands.arrays.size() > operands.values.size()
          ? getValues<T>(type, operands.arrays.back().getData(), size)
          : getValues<T>(type, results.getViews()[0]));
}

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISECHECK_H
