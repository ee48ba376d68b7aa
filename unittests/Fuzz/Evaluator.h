//===- Evaluator.h - Evaluation of functions without lowering ---*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Evaluates functions op by op and shares nothing with the compiler: the
// reference implementation evaluates ops of quant_bnn, doubles that are rounded
// to the type evaluate ops of arith and math, and loops evaluate linalg and
// scf.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_EVALUATOR_H
#define QUANT_BNN_UNITTESTS_FUZZ_EVALUATOR_H

#include "Element.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

#include <string>

namespace quant_bnn::fuzz {

/// The value of a scalar, a vector or a tensor.
struct Data {
  /// The type of an element.
  mlir::Type type;
  llvm::SmallVector<int64_t, 4> shape;
  llvm::SmallVector<Element, 1> elements;

  Data() = default;
  Data(mlir::Type type, llvm::ArrayRef<int64_t> shape,
       Element element = Element::undefined());
  Data(mlir::Type type, Element element) : type(type), elements{element} {}

  static Data ofIndex(mlir::MLIRContext *context, int64_t value);

  int64_t getRank() const { return shape.size(); }
  /// Returns the offset of the element at `position`, or nullopt if `position`
  /// is outside of the shape.
  std::optional<size_t> getOffset(llvm::ArrayRef<int64_t> position) const;
};

/// Calls `visit` with each position within `shape`, in row-major order.
void visitPositions(llvm::ArrayRef<int64_t> shape,
                    llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);

/// Returns the values that hold `values` of `types` after packed tensors have
/// become words: a packed tensor becomes its words, and the number of elements
/// in a row if `types` does not give it.
std::vector<Data> materialize(mlir::TypeRange types,
                              llvm::ArrayRef<Data> values);

class Evaluator {
public:
  /// The reason why there is no value.
  enum class Stop { None, Unsupported, Undefined, Limit };

  explicit Evaluator(mlir::ModuleOp module) : module(module) {}

  /// Returns the results of `function` for `arguments`. On failure, returns
  /// nullopt and sets `stop`.
  std::optional<std::vector<Data>> call(mlir::func::FuncOp function,
                                        llvm::ArrayRef<Data> arguments);

  Stop stop = Stop::None;
  /// The op that is not supported, or the undefined behavior.
  std::string reason;
  /// The maximal error of functions such as tanh, in units in the last place: 0
  /// for a module that is only rewritten and not compiled.
  double mathError = 0;
  /// Whether all functions evaluated so far are smooth.
  bool isSmooth = true;

  // Functions for the evaluation of ops.

  Data &get(mlir::Value value);
  void set(mlir::Value value, Data data) { values[value] = std::move(data); }
  void erase(mlir::Value value) { values.erase(value); }
  /// Returns a known index. If the index is unknown, stops and returns 0.
  int64_t getIndex(mlir::Value value);
  int64_t getIndex(mlir::OpFoldResult value);
  llvm::SmallVector<int64_t>
  getIndices(llvm::ArrayRef<mlir::OpFoldResult> values);
  /// Evaluates the block with `arguments` and returns the operands of its
  /// terminator.
  llvm::SmallVector<mlir::Value> run(mlir::Block &block,
                                     llvm::ArrayRef<Data> arguments);
  bool isStopped() const { return stop != Stop::None; }
  void setStop(Stop why, const llvm::Twine &what);
  /// Sets each element of the result of `op` to `function` of the elements of
  /// the operands; operands without a shape are the same for each element.
  void map(mlir::Operation *op,
           llvm::function_ref<Element(llvm::ArrayRef<Element>)> function);

private:
  void evaluate(mlir::Operation *op);
  std::vector<Data> callFunction(mlir::func::FuncOp function,
                                 llvm::ArrayRef<Data> arguments);

  mlir::ModuleOp module;
  llvm::DenseMap<mlir::Value, Data> values;
  uint64_t numSteps = 0;
  unsigned depth = 0;
};

/// Evaluate `op` if it is of a known kind, and return whether it is.
bool evaluateArith(Evaluator &evaluator, mlir::Operation *op);
bool evaluateMath(Evaluator &evaluator, mlir::Operation *op);
bool evaluateTensor(Evaluator &evaluator, mlir::Operation *op);
bool evaluateLinalg(Evaluator &evaluator, mlir::Operation *op);
bool evaluateControlFlow(Evaluator &evaluator, mlir::Operation *op);
bool evaluateQuantizer(Evaluator &evaluator, mlir::Operation *op);
bool evaluatePacked(Evaluator &evaluator, mlir::Operation *op);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_EVALUATOR_H
