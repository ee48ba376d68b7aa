//===- PayloadEvaluator.cpp - Evaluate the math of one element ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// The payload becomes a list of instructions. An instruction is interpreted
// once for a chunk of elements, not for each element.
//===----------------------------------------------------------------------===//

#include "PayloadEvaluator.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include <array>
#include <cfloat>
#include <cmath>
#include <functional>

using namespace mlir;
using namespace quant_bnn;

// Operations on float and double are rounded to float and double only if the
// machine does not evaluate them in a wider type.
static_assert(FLT_EVAL_METHOD == 0, "needs float and double arithmetic");
static_assert(std::numeric_limits<float>::is_iec559 &&
                  std::numeric_limits<double>::is_iec559,
              "needs IEEE 754 arithmetic");

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// The number of elements of a chunk. All registers of a payload fit into the
/// first-level cache.
static constexpr size_t chunkSize = 128;

/// Computes `n` elements of an op from the elements of its operands.
template <typename T>
using Kernel =
    std::function<void(ArrayRef<const T *> operands, T *result, size_t n)>;

/// Returns the kernel that applies `fn`, a function of one to three elements.
template <typename T, typename Fn>
static Kernel<T> makeKernel(Fn fn) {
  return [fn](ArrayRef<const T *> operands, T *result, size_t n) {
    if constexpr (std::is_invocable_v<Fn, T>)
      for (size_t i = 0; i != n; ++i)
        result[i] = fn(operands[0][i]);
    else if constexpr (std::is_invocable_v<Fn, T, T>)
      for (size_t i = 0; i != n; ++i)
        result[i] = fn(operands[0][i], operands[1][i]);
    else
      for (size_t i = 0; i != n; ++i)
        result[i] = fn(operands[0][i], operands[1][i], operands[2][i]);
  };
}

/// Returns the kernel of a comparison, which tabulates the predicate.
template <typename T>
static Kernel<T> makeComparison(arith::CmpFPredicate predicate) {
  APFloat zero(0.0), one(1.0), nan = APFloat::getNaN(APFloat::IEEEdouble());
  T less = arith::applyCmpPredicate(predicate, zero, one);
  T equal = arith::applyCmpPredicate(predicate, zero, zero);
  T greater = arith::applyCmpPredicate(predicate, one, zero);
  T unordered = arith::applyCmpPredicate(predicate, nan, zero);
  return makeKernel<T>([=](T x, T y) {
    return x < y ? less : x > y ? greater : x == y ? equal : unordered;
  });
}

/// The wider type in which transcendental functions are evaluated. The function
/// of a library need not be monotonic down to the last bit of its type, as the
/// value rounded from a wider type is.
template <typename T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

/// Returns the kernel of `op`, or null if there is none.
template <typename T>
static Kernel<T> getKernel(Operation *op) {
  return llvm::TypeSwitch<Operation *, Kernel<T>>(op)
      .Case([](arith::AddFOp) { return makeKernel<T>(std::plus<T>()); })
      .Case([](arith::SubFOp) { return makeKernel<T>(std::minus<T>()); })
      .Case([](arith::MulFOp) { return makeKernel<T>(std::multiplies<T>()); })
      .Case([](arith::DivFOp) { return makeKernel<T>(std::divides<T>()); })
      .Case([](arith::NegFOp) { return makeKernel<T>(std::negate<T>()); })
      .Case([](math::AbsFOp) {
        return makeKernel<T>([](T x) { return std::abs(x); });
      })
      .Case([](math::ExpOp) {
        return makeKernel<T>(
            [](T x) { return static_cast<T>(std::exp(Wide<T>(x))); });
      })
      .Case([](math::TanhOp) {
        return makeKernel<T>(
            [](T x) { return static_cast<T>(std::tanh(Wide<T>(x))); });
      })
      .Case([](math::RoundEvenOp) {
        return makeKernel<T>([](T x) { return std::nearbyint(x); });
      })
      .Case([](arith::CmpFOp cmp) {
        return makeComparison<T>(cmp.getPredicate());
      })
      .Case([](arith::AndIOp) {
        return makeKernel<T>([](T x, T y) { return T(x != 0 && y != 0); });
      })
      .Case([](arith::SelectOp) {
        return makeKernel<T>(
            [](T condition, T x, T y) { return condition != 0 ? x : y; });
      })
      .Default(Kernel<T>());
}

//===----------------------------------------------------------------------===//
// PayloadEvaluator
//===----------------------------------------------------------------------===//

namespace {
/// One operation on registers, given by their numbers. A register holds a chunk
/// of elements; a condition is 1 or 0.
template <typename T>
struct Instruction {
  Kernel<T> kernel;
  SmallVector<unsigned, 3> operands;
  unsigned result;

  void run(MutableArrayRef<std::array<T, chunkSize>> registers,
           size_t n) const {
    SmallVector<const T *, 3> pointers;
    for (unsigned operand : operands)
      pointers.push_back(registers[operand].data());
    kernel(pointers, registers[result].data(), n);
  }
};

/// A payload as a list of instructions. The first registers are the operands.
template <typename T>
class PayloadEvaluator {
public:
  LogicalResult build(Location loc, Payload payload, unsigned numOperands);

  SmallVector<SmallVector<T>> evaluate(ArrayRef<ArrayRef<T>> operands,
                                       size_t size) const;

private:
  /// Appends an operation on values of type `type` and conditions.
  LogicalResult append(Operation *op, Type type);
  LogicalResult append(ValueRange values, SmallVectorImpl<unsigned> &list);

  Block block;
  DenseMap<Value, unsigned> registers;
  SmallVector<std::pair<unsigned, T>> constants;
  SmallVector<Instruction<T>> instructions;
  SmallVector<unsigned> results;
};
} // namespace

/// Appends the registers of `values` to `list`.
template <typename T>
LogicalResult PayloadEvaluator<T>::append(ValueRange values,
                                          SmallVectorImpl<unsigned> &list) {
  for (Value value : values) {
    auto it = registers.find(value);
    if (it == registers.end())
      return failure();
    list.push_back(it->second);
  }
  return success();
}

template <typename T>
LogicalResult PayloadEvaluator<T>::append(Operation *op, Type type) {
  if (op->getNumResults() != 1)
    return failure();
  Value result = op->getResult(0);
  if (result.getType() != type && !result.getType().isInteger(1))
    return failure();
  unsigned number = registers.size();
  FloatAttr constant;
  if (matchPattern(op, m_Constant(&constant))) {
    constants.emplace_back(number, static_cast<T>(constant.getValueAsDouble()));
  } else {
    Instruction<T> instruction{getKernel<T>(op), {}, number};
    if (!instruction.kernel ||
        failed(append(op->getOperands(), instruction.operands)))
      return failure();
    instructions.push_back(std::move(instruction));
  }
  registers[result] = number;
  return success();
}

template <typename T>
LogicalResult PayloadEvaluator<T>::build(Location loc, Payload payload,
                                         unsigned numOperands) {
  OpBuilder builder(loc.getContext());
  Type type = std::is_same_v<T, float> ? builder.getF32Type()
                                       : Type(builder.getF64Type());
  for (unsigned i = 0; i != numOperands; ++i)
    registers[block.addArgument(type, loc)] = i;
  builder.setInsertionPointToStart(&block);
  PayloadBuilder payloadBuilder(loc, builder, type);
  SmallVector<Value> values = payload(payloadBuilder, block.getArguments());
  for (Operation &op : block)
    if (failed(append(&op, type)))
      return failure();
  return append(values, results);
}

template <typename T>
SmallVector<SmallVector<T>>
PayloadEvaluator<T>::evaluate(ArrayRef<ArrayRef<T>> operands,
                              size_t size) const {
  std::vector<std::array<T, chunkSize>> chunks(registers.size());
  // Registers that are the same for every chunk are computed first.
  BitVector isShared(registers.size());
  auto share = [&](unsigned number, T value) {
    chunks[number].fill(value);
    isShared.set(number);
  };
  for (auto [number, value] : constants)
    share(number, value);
  for (auto [number, elements] : llvm::enumerate(operands))
    if (elements.size() == 1)
      share(number, elements.front());
  SmallVector<const Instruction<T> *> varying;
  for (const Instruction<T> &instruction : instructions) {
    if (!llvm::all_of(instruction.operands,
                      [&](unsigned operand) { return isShared[operand]; })) {
      varying.push_back(&instruction);
      continue;
    }
    instruction.run(chunks, chunkSize);
    isShared.set(instruction.result);
  }

  SmallVector<SmallVector<T>> values(results.size());
  for (size_t begin = 0; begin < size; begin += chunkSize) {
    size_t n = std::min(chunkSize, size - begin);
    for (auto [number, elements] : llvm::enumerate(operands))
      if (!isShared[number])
        llvm::copy(elements.slice(begin, n), chunks[number].begin());
    for (const Instruction<T> *instruction : varying)
      instruction->run(chunks, n);
    for (auto [number, elements] : llvm::zip_equal(results, values))
      llvm::append_range(elements, ArrayRef<T>(chunks[number]).take_front(n));
  }
  return values;
}

template <typename T>
FailureOr<SmallVector<SmallVector<T>>>
quant_bnn::detail::evaluatePayload(Location loc, Payload payload,
                                   ArrayRef<ArrayRef<T>> operands,
                                   size_t size) {
  // A payload of another dialect may need a dialect that is not loaded, and a
  // fold may not load it.
  MLIRContext *context = loc.getContext();
  if (!context->getLoadedDialect<arith::ArithDialect>() ||
      !context->getLoadedDialect<math::MathDialect>())
    return failure();
  PayloadEvaluator<T> evaluator;
  if (failed(evaluator.build(loc, payload, operands.size())))
    return failure();
  return evaluator.evaluate(operands, size);
}
template FailureOr<SmallVector<SmallVector<float>>>
quant_bnn::detail::evaluatePayload(Location, Payload, ArrayRef<ArrayRef<float>>,
                                   size_t);
template FailureOr<SmallVector<SmallVector<double>>>
quant_bnn::detail::evaluatePayload(Location, Payload,
                                   ArrayRef<ArrayRef<double>>, size_t);
