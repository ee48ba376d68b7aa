//===- Evaluator.h - The values of functions, without lowering  -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Evaluates functions op by op and shares nothing with the compiler: the ops of
// quant_bnn by the reference implementation, those of arith and math by doubles
// that are rounded to the type, linalg and scf by loops.
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
  /// Of an element.
  mlir::Type type;
  llvm::SmallVector<int64_t, 4> shape;
  llvm::SmallVector<Element, 1> elements;

  Data() = default;
  Data(mlir::Type type, llvm::ArrayRef<int64_t> shape,
       Element element = Element::undefined());
  Data(mlir::Type type, Element element) : type(type), elements{element} {}

  static Data ofIndex(mlir::MLIRContext *context, int64_t value);

  int64_t getRank() const { return shape.size(); }
  /// The place of the element at `position`, none outside of the shape.
  std::optional<size_t> getOffset(llvm::ArrayRef<int64_t> position) const;
};

/// Calls `visit` with each position within `shape`, in row-major order.
void visitPositions(llvm::ArrayRef<int64_t> shape,
                    llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);

class Evaluator {
public:
  /// Why there is no value.
  enum class Stop { None, Unsupported, Undefined, Limit };

  explicit Evaluator(mlir::ModuleOp module) : module(module) {}

  /// What `function` returns of `arguments`, or none: then `stop` tells why.
  std::optional<std::vector<Data>> call(mlir::func::FuncOp function,
                                        llvm::ArrayRef<Data> arguments);

  Stop stop = Stop::None;
  /// The op that is not supported, or the behaviour that is undefined.
  std::string reason;
  /// How many units in the last place the results of functions such as tanh may
  /// be off: 0 for what is only rewritten, not compiled.
  double mathError = 0;
  /// Whether a function that is not smooth was evaluated.
  bool isSmooth = true;

  // What the evaluation of ops is written with.

  Data &get(mlir::Value value);
  void set(mlir::Value value, Data data) { values[value] = std::move(data); }
  void erase(mlir::Value value) { values.erase(value); }
  /// An index that is known, else 0 and a stop.
  int64_t getIndex(mlir::Value value);
  int64_t getIndex(mlir::OpFoldResult value);
  llvm::SmallVector<int64_t>
  getIndices(llvm::ArrayRef<mlir::OpFoldResult> values);
  /// Evaluates the block with `arguments`; the operands of its terminator.
  llvm::SmallVector<mlir::Value> run(mlir::Block &block,
                                     llvm::ArrayRef<Data> arguments);
  bool isStopped() const { return stop != Stop::None; }
  void setStop(Stop why, const llvm::Twine &what);
  /// Sets each result to `function` of the elements of the operands; operands
  /// without a shape are the same for each element.
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

/// Each evaluates an op if it knows it, and says whether it did.
bool evaluateArith(Evaluator &evaluator, mlir::Operation *op);
bool evaluateMath(Evaluator &evaluator, mlir::Operation *op);
bool evaluateTensor(Evaluator &evaluator, mlir::Operation *op);
bool evaluateLinalg(Evaluator &evaluator, mlir::Operation *op);
bool evaluateControlFlow(Evaluator &evaluator, mlir::Operation *op);
bool evaluateQuantizer(Evaluator &evaluator, mlir::Operation *op);
bool evaluatePacked(Evaluator &evaluator, mlir::Operation *op);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_EVALUATOR_H
