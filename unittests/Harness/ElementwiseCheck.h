//===- ElementwiseCheck.h - Compare one elementwise function ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISECHECK_H
#define QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISECHECK_H

#include "ElementwiseOps.h"
#include "Harness.h"

#include "gtest/gtest.h"

namespace quant_bnn::unittests {

/// The operands of a call, as values and as arrays.
template <typename T>
struct Operands {
  Operands(ElementType type, std::vector<T> x)
      : values{std::move(x)},
        arrays(makeArguments(makeArray<T>(type, values[0]))) {}
  /// As many operands as the op has, with the shape `shape`.
  Operands(ElementType type, const ElementwiseOp &op,
           llvm::ArrayRef<int64_t> shape, const std::vector<T> &x,
           const std::vector<T> &y) {
    values.push_back(x);
    if (op.numOperands == 2)
      values.push_back(y);
    for (const std::vector<T> &value : values)
      arrays.push_back(makeArray<T>(type, shape, value));
  }
  Operands(ElementType type, std::pair<std::vector<T>, std::vector<T>> pairs)
      : values{std::move(pairs.first), std::move(pairs.second)},
        arrays(makeArguments(makeArray<T>(type, values[0]),
                             makeArray<T>(type, values[1]))) {}

  std::vector<std::vector<T>> values;
  std::vector<NpyArray> arrays;
};

/// Compares a call of the function `name`, which computes `op`, with the
/// reference. Reports only the first difference. The result is the result of
/// the function, or its last argument if the function has one argument more
/// than the op has operands.
template <typename T>
void checkElementwise(const Program &program, llvm::StringRef name,
                      const ElementwiseOp &op, ElementType type,
                      Operands<T> &operands) {
  const std::vector<T> &first = operands.values.front();
  const std::vector<T> &last = operands.values.back();
  const T *pointers[] = {first.data(), last.data()};
  std::vector<T> expected(first.size());
  op.getLoop<T>()(pointers, expected.data(), first.size());

  CallResults results = program.call(name, operands.arrays);
  std::vector<T> actual =
      operands.arrays.size() > operands.values.size()
          ? getValues<T>(type, operands.arrays.back().getData(), first.size())
          : getValues<T>(type, results.getViews()[0]);
  ASSERT_EQ(actual.size(), first.size());
  unsigned wrong = 0;
  for (size_t i = 0; i != first.size(); ++i)
    if (!op.agrees<T>(type, actual[i], expected[i], last[i]) && wrong++ == 0)
      ADD_FAILURE() << std::hexfloat << name.str() << " of "
                    << getName(type).str() << " at " << first[i] << ", "
                    << last[i] << ": got " << actual[i] << ", expected "
                    << expected[i];
  EXPECT_EQ(wrong, 0u) << name.str() << " of " << getName(type).str();
}

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISECHECK_H
