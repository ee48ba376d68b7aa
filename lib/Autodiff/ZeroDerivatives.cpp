//===- ZeroDerivatives.cpp - Ops with a zero derivative -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A value depends on the differentiated arguments smoothly, in steps, or not at
// all. A forward pass finds the dependence of each value. An op has the
// derivative 0 if an operand depends on an argument smoothly, but the result
// only in steps. A backward pass then finds the values that a cotangent would
// reach; an op that no cotangent reaches is not reported.
//===----------------------------------------------------------------------===//

#include "ZeroDerivatives.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/ShapedOpInterfaces.h"
#include "quant-bnn/Autodiff/Adjoints.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"
#include <map>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::differentiate;

namespace {
/// How a value depends on the arguments that have gradients. The largest
/// dependence of the operands counts.
enum class Dependence {
  none,
  /// The derivative is 0 almost everywhere.
  stepwise,
  /// The value is an integer that holds the bits of a float.
  bits,
  smooth
};

/// Why no gradient passes an op.
enum class Reason {
  /// The derivative by the operand is 0.
  flat,
  /// The op converts an integer to a float.
  converts,
  /// The op selects between values by a condition.
  chooses,
  /// The op has no gradient.
  unknown,
  /// The op reads the bits of a float as a number.
  readsBits
};

class FunctionDependences;

/// The dependences of all functions, one set for each combination of the
/// dependences of their arguments.
struct Findings {
  FunctionDependences &get(func::FuncOp function,
                           const std::vector<Dependence> &arguments);

  std::map<std::pair<Operation *, std::vector<Dependence>>,
           std::unique_ptr<FunctionDependences>>
      functions;
};

/// The dependences of the values of a function, given those of its arguments.
class FunctionDependences {
public:
  FunctionDependences(Findings &findings, func::FuncOp function,
                      ArrayRef<Dependence> arguments);

  Dependence getResult(unsigned index) const {
    return get(getBody().getTerminator()->getOperand(index));
  }
  /// Propagates cotangents backward from the results with `indices`.
  void reach(const llvm::BitVector &indices);
  bool isArgumentReached(unsigned index) const {
    return reached.contains(getBody().getArgument(index));
  }
  /// Adds to `found` the ops that a cotangent reaches and no gradient passes.
  /// Adds to `last` the ones whose results are also read by an op that is not
  /// one of them.
  void collect(llvm::DenseMap<Operation *, Reason> &found,
               llvm::DenseSet<Operation *> &last) const;

private:
  Block &getBody() const { return func::FuncOp(function).getBody().front(); }
  Dependence get(Value value) const { return dependences.lookup(value); }
  bool join(Value value, Dependence dependence);

  void visit(Block &block);
  void visit(Operation *op);
  void visit(linalg::LinalgOp op);
  void visit(scf::IfOp op);
  void visit(scf::ForOp op);
  void visit(func::CallOp op);
  void visitPlain(Operation *op);
  const llvm::BitVector &getGradients(Operation *op);
  FunctionDependences *getCallee(func::CallOp call);

  void reach(Value value);
  void reachOperands(OpResult result);
  void reachPlain(OpResult result);
  bool isReadElsewhere(Value value) const;

  Findings &findings;
  func::FuncOp function;
  llvm::DenseMap<Value, Dependence> dependences;
  /// The ops that no gradient passes, and why.
  llvm::DenseMap<Operation *, Reason> reasons;
  /// For each op, the values for which it has gradients.
  llvm::DenseMap<Operation *, llvm::BitVector> gradients;
  llvm::DenseSet<Value> reached;
  SmallVector<Value> worklist;
};
} // namespace

static bool isFloat(Type type) {
  return isa<FloatType, ComplexType>(getElementTypeOrSelf(type));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

FunctionDependences &Findings::get(func::FuncOp function,
                                   const std::vector<Dependence> &arguments) {
  auto &entry = functions[{function, arguments}];
  if (!entry)
    entry = std::make_unique<FunctionDependences>(*this, function, arguments);
  return *entry;
}

FunctionDependences::FunctionDependences(Findings &findings,
                                         func::FuncOp function,
                                         ArrayRef<Dependence> arguments)
    : findings(findings), function(function) {
  for (auto [argument, dependence] :
       llvm::zip_equal(getBody().getArguments(), arguments))
    join(argument, dependence);
  visit(getBody());
}

/// Raises the dependence of `value` to `dependence`. Returns whether it
/// changed.
bool FunctionDependences::join(Value value, Dependence dependence) {
  if (dependence == Dependence::none)
    return false;
  Dependence &known = dependences[value];
  if (dependence <= known)
    return false;
  known = dependence;
  return true;
}

/// Returns the dependences of the function that `call` calls, or null if that
/// function has a pair already or no body.
FunctionDependences *FunctionDependences::getCallee(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  if (!callee || callee.isExternal() || callee->hasAttr(backwardAttrName))
    return nullptr;
  std::vector<Dependence> arguments;
  for (OpOperand &operand : call->getOpOperands()) {
    unsigned index = operand.getOperandNumber();
    bool isData =
        isFloat(operand.get().getType()) && !hasGradient(callee, index);
    arguments.push_back(isData ? Dependence::none : get(operand.get()));
  }
  return &findings.get(callee, arguments);
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

void FunctionDependences::visit(Block &block) {
  for (Operation &op : block.without_terminator())
    visit(&op);
}

void FunctionDependences::visit(Operation *op) {
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return visit(structured);
  if (auto ifOp = dyn_cast<scf::IfOp>(op))
    return visit(ifOp);
  if (auto forOp = dyn_cast<scf::ForOp>(op))
    return visit(forOp);
  if (auto call = dyn_cast<func::CallOp>(op))
    return visit(call);
  visitPlain(op);
}

void FunctionDependences::visit(linalg::LinalgOp op) {
  for (OpOperand &operand : op->getOpOperands())
    join(op.getMatchingBlockArgument(&operand), get(operand.get()));
  Operation *yield = op.getBlock()->getTerminator();
  bool changed = true;
  while (changed) {
    changed = false;
    visit(*op.getBlock());
    for (OpOperand &init : op.getDpsInitsMutable())
      if (!op.getMatchingIndexingMap(&init).isPermutation())
        changed |= join(op.getMatchingBlockArgument(&init),
                        get(yield->getOperand(init.getOperandNumber() -
                                              op.getNumDpsInputs())));
  }
  for (OpResult result : op->getResults())
    join(result, get(yield->getOperand(result.getResultNumber())));
}

void FunctionDependences::visit(scf::IfOp op) {
  for (Region *region : op.getRegions())
    if (!region->empty())
      visit(region->front());
  for (OpResult result : op->getResults()) {
    Dependence yielded =
        std::max(get(op.thenYield()->getOperand(result.getResultNumber())),
                 get(op.elseYield()->getOperand(result.getResultNumber())));
    if (get(op.getCondition()) != Dependence::none &&
        yielded != Dependence::smooth) {
      yielded = std::max(yielded, Dependence::stepwise);
      if (isFloat(result.getType()))
        reasons[op] = Reason::chooses;
    }
    join(result, yielded);
  }
}

void FunctionDependences::visit(scf::ForOp op) {
  for (auto [argument, init] :
       llvm::zip_equal(op.getRegionIterArgs(), op.getInitArgs()))
    join(argument, get(init));
  bool changed = true;
  while (changed) {
    changed = false;
    visit(*op.getBody());
    for (auto [argument, yielded] :
         llvm::zip_equal(op.getRegionIterArgs(), op.getYieldedValues()))
      changed |= join(argument, get(yielded));
  }
  for (auto [result, argument] :
       llvm::zip_equal(op.getResults(), op.getRegionIterArgs()))
    join(result, get(argument));
}

void FunctionDependences::visit(func::CallOp op) {
  if (FunctionDependences *callee = getCallee(op)) {
    for (OpResult result : op->getResults())
      join(result, callee->getResult(result.getResultNumber()));
    return;
  }
  // A pair states itself which values have a gradient.
  bool isSmooth = llvm::any_of(op.getOperands(), [&](Value operand) {
    return get(operand) == Dependence::smooth;
  });
  for (Value result : op.getResults())
    if (isSmooth && isFloat(result.getType()))
      join(result, Dependence::smooth);
}

/// Returns which of the values that `op` uses have a gradient, by building the
/// gradients of `op`.
const llvm::BitVector &FunctionDependences::getGradients(Operation *op) {
  auto [it, isNew] = gradients.try_emplace(op);
  llvm::BitVector &known = it->second;
  if (!isNew)
    return known;
  known.resize(getDifferentiatedValues(op).size(), true);
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  bool isKnown = llvm::all_of(op->getResultTypes(), [](Type type) {
    return !isFloat(type) || isDifferentiable(type);
  });
  if (!differentiable || op->getNumRegions() != 0 || !isKnown)
    return known;
  // Errors are reported later, when the gradient is built in the joint
  // function.
  ScopedDiagnosticHandler quiet(op->getContext(),
                                [](Diagnostic &) { return success(); });
  SmallVector<Value> cotangents =
      llvm::map_to_vector(op->getResults(), [](Value result) {
        return isDifferentiable(result.getType()) ? result : Value();
      });
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&scratch);
  FailureOr<SmallVector<Value>> built =
      differentiable.buildGradient(builder, op->getLoc(), cotangents);
  if (succeeded(built) && built->size() == known.size())
    for (auto [index, gradient] : llvm::enumerate(*built))
      known[index] = !!gradient;
  return known;
}

/// Whether the result of `op`, an integer, is a step function of floats.
static bool isStepFunction(Operation *op) {
  return isa<arith::CmpFOp, arith::FPToSIOp, arith::FPToUIOp, math::IsFiniteOp,
             math::IsInfOp, math::IsNaNOp, math::IsNormalOp,
             DifferentiableOpInterface>(op);
}

static bool isBitcast(Operation *op) {
  return isa<arith::BitcastOp, tensor::BitcastOp>(op);
}

/// Whether `op` has a result that depends on its integer operands in an unknown
/// way.
static bool hasUnknownDependence(Operation *op) {
  return isa_and_nonnull<QuantBNNDialect>(op->getDialect()) &&
         !isa<DifferentiableOpInterface>(op);
}

/// Whether integer operands of `op`, which has no gradient, only select the
/// place of an element.
static bool movesElements(Operation *op) {
  return isa_and_nonnull<tensor::TensorDialect>(op->getDialect()) &&
         op->getNumRegions() == 0;
}

void FunctionDependences::visitPlain(Operation *op) {
  SmallVector<Value> values = getDifferentiatedValues(op);
  Dependence floats = Dependence::none, integers = Dependence::none;
  for (Value value : values)
    (isFloat(value.getType()) ? floats : integers) =
        std::max(isFloat(value.getType()) ? floats : integers, get(value));
  if (std::max(floats, integers) == Dependence::none ||
      isa<ShapedDimOpInterface, tensor::RankOp>(op))
    return;

  // The dependences of float operands with and without a gradient.
  Dependence passed = Dependence::none, lost = Dependence::none;
  if (floats != Dependence::none) {
    const llvm::BitVector &known = getGradients(op);
    for (auto [index, value] : llvm::enumerate(values))
      if (isFloat(value.getType())) {
        Dependence &sum = known[index] ? passed : lost;
        sum = std::max(sum, get(value));
      }
  }
  for (Value result : op->getResults()) {
    Dependence dependence = Dependence::none;
    if (!isFloat(result.getType())) {
      dependence = integers;
      if (floats != Dependence::none) {
        dependence = std::max(dependence, isBitcast(op) ? Dependence::bits
                                                        : Dependence::stepwise);
        if (!isBitcast(op) && !isStepFunction(op))
          reasons[op] = Reason::unknown;
      }
      if (integers != Dependence::none && hasUnknownDependence(op))
        reasons[op] = Reason::unknown;
      if (getElementTypeOrSelf(result.getType()).isInteger(1))
        dependence = std::min(dependence, Dependence::stepwise);
    } else if (isa<QuantizerOpInterface>(op)) {
      // The gradient of a quantizer is part of its definition, even where there
      // is none.
      dependence = passed;
    } else if (passed == Dependence::smooth) {
      dependence = passed;
    } else {
      bool chooses = isa<arith::SelectOp>(op);
      bool converts = isa<arith::SIToFPOp, arith::UIToFPOp>(op);
      if (lost == Dependence::smooth)
        reasons[op] = Reason::flat;
      if (integers != Dependence::none) {
        if (isBitcast(op) || (converts && integers == Dependence::bits))
          reasons[op] = Reason::readsBits;
        else if (chooses || converts)
          reasons[op] = chooses ? Reason::chooses : Reason::converts;
        else if (!isa<DifferentiableOpInterface>(op) && !movesElements(op))
          reasons[op] = Reason::unknown;
      }
      if (reasons.contains(op) || std::max(passed, lost) != Dependence::none)
        dependence = Dependence::stepwise;
    }
    join(result, dependence);
  }
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

void FunctionDependences::reach(const llvm::BitVector &indices) {
  for (unsigned index : indices.set_bits())
    reach(getBody().getTerminator()->getOperand(index));
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (auto result = dyn_cast<OpResult>(value)) {
      reachOperands(result);
      continue;
    }
    auto argument = cast<BlockArgument>(value);
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto structured = dyn_cast<linalg::LinalgOp>(parent)) {
      reach(structured.getMatchingOpOperand(argument)->get());
    } else if (auto forOp = dyn_cast<scf::ForOp>(parent)) {
      if (OpOperand *init = forOp.getTiedLoopInit(argument)) {
        reach(init->get());
        reach(forOp.getTiedLoopYieldedValue(argument)->get());
      }
    }
  }
}

void FunctionDependences::reach(Value value) {
  if (get(value) != Dependence::none && reached.insert(value).second)
    worklist.push_back(value);
}

void FunctionDependences::reachOperands(OpResult result) {
  Operation *op = result.getOwner();
  unsigned index = result.getResultNumber();
  if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    reach(structured.getBlock()->getTerminator()->getOperand(index));
  } else if (auto ifOp = dyn_cast<scf::IfOp>(op)) {
    reach(ifOp.thenYield()->getOperand(index));
    reach(ifOp.elseYield()->getOperand(index));
    if (get(result) != Dependence::smooth)
      reach(ifOp.getCondition());
  } else if (auto forOp = dyn_cast<scf::ForOp>(op)) {
    reach(forOp.getRegionIterArg(index));
  } else if (auto call = dyn_cast<func::CallOp>(op)) {
    FunctionDependences *callee = getCallee(call);
    if (callee && isFloat(result.getType()) &&
        !hasCotangent(callee->function, index))
      return;
    if (callee) {
      llvm::BitVector indices(call.getNumResults());
      indices.set(index);
      callee->reach(indices);
    }
    for (OpOperand &operand : call->getOpOperands())
      if (!callee || callee->isArgumentReached(operand.getOperandNumber()))
        reach(operand.get());
  } else {
    reachPlain(result);
  }
}

void FunctionDependences::reachPlain(OpResult result) {
  Operation *op = result.getOwner();
  bool isSmooth = get(result) == Dependence::smooth;
  // The place of an element has no influence on a gradient.
  bool readsIntegers = !isSmooth && (!isFloat(result.getType()) ||
                                     !isa<DifferentiableOpInterface>(op) ||
                                     reasons.contains(op));
  SmallVector<Value> values = getDifferentiatedValues(op);
  for (auto [index, value] : llvm::enumerate(values)) {
    if (get(value) == Dependence::none)
      continue;
    if (!isFloat(value.getType()) ? readsIntegers
                                  : !isSmooth || getGradients(op)[index])
      reach(value);
  }
}

/// Whether a cotangent reaches `value` from an op that is not reported itself.
/// Of consecutive steps, only the last one is reported, even where they are in
/// the bodies of several linalg ops.
bool FunctionDependences::isReadElsewhere(Value value) const {
  llvm::SetVector<Value> visited;
  visited.insert(value);
  for (unsigned i = 0; i < visited.size(); ++i)
    for (OpOperand &use : visited[i].getUses()) {
      Operation *user = use.getOwner();
      if (auto structured = dyn_cast<linalg::LinalgOp>(user)) {
        visited.insert(structured.getMatchingBlockArgument(&use));
        continue;
      }
      Operation *parent = user->getParentOp();
      if (isa<linalg::YieldOp>(user) && isa<linalg::LinalgOp>(parent)) {
        visited.insert(parent->getResult(use.getOperandNumber()));
        continue;
      }
      bool isTerminator = user->hasTrait<mlir::OpTrait::IsTerminator>();
      if (reasons.contains(isTerminator ? parent : user))
        continue;
      if (isTerminator || llvm::any_of(user->getResults(), [&](Value result) {
            return reached.contains(result) && isFloat(result.getType());
          }))
        return true;
    }
  return false;
}

void FunctionDependences::collect(llvm::DenseMap<Operation *, Reason> &found,
                                  llvm::DenseSet<Operation *> &last) const {
  for (auto [op, reason] : reasons)
    for (Value result : op->getResults()) {
      if (!reached.contains(result) || get(result) == Dependence::smooth)
        continue;
      found.try_emplace(op, reason);
      if (isReadElsewhere(result))
        last.insert(op);
    }
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

static bool isError(Reason reason) {
  return reason == Reason::unknown || reason == Reason::readsBits;
}

static LogicalResult emitFailure(Operation *op, Reason reason) {
  if (reason == Reason::readsBits)
    return op->emitOpError("cannot be differentiated: it makes a float of the "
                           "bits of one that depends on an argument; write it "
                           "with ops of arith and math on floats");
  return op->emitOpError("cannot be differentiated: it has no gradient; ")
         << getWayOut(op);
}

static StringRef describe(Reason reason) {
  switch (reason) {
  case Reason::converts:
    return "it converts an integer that depends on an argument in steps";
  case Reason::chooses:
    return "its condition depends on an argument, and the values that it "
           "chooses from do not";
  default:
    return "its derivative is 0 almost everywhere";
  }
}

LogicalResult quant_bnn::differentiate::reportZeroDerivatives(
    func::FuncOp function, ZeroDerivative severity,
    llvm::DenseSet<Operation *> &reported) {
  std::vector<Dependence> arguments;
  for (unsigned index : llvm::seq(function.getNumArguments()))
    arguments.push_back(hasGradient(function, index) ? Dependence::smooth
                                                     : Dependence::none);
  llvm::BitVector results(function.getNumResults());
  for (unsigned index : llvm::seq(function.getNumResults()))
    results[index] = hasCotangent(function, index);
  Findings findings;
  findings.get(function, arguments).reach(results);

  // Report ops in the order of the functions and of their ops.
  llvm::DenseSet<Operation *> functions, last;
  llvm::DenseMap<Operation *, Reason> reasons;
  for (const auto &[key, dependences] : findings.functions) {
    functions.insert(key.first);
    dependences->collect(reasons, last);
  }
  SmallVector<Operation *> found;
  for (Operation &op : *function->getBlock())
    if (functions.contains(&op))
      op.walk([&](Operation *nested) {
        if (reasons.contains(nested))
          found.push_back(nested);
      });
  for (Operation *op : found)
    if (Reason reason = reasons.at(op); isError(reason))
      return emitFailure(op, reason);
  if (severity == ZeroDerivative::silent)
    return success();
  bool failed = false;
  for (Operation *op : found) {
    if (!last.contains(op) || !reported.insert(op).second)
      continue;
    bool asError = severity == ZeroDerivative::error;
    failed |= asError;
    InFlightDiagnostic diag = asError ? op->emitError() : op->emitWarning();
    diag << "'" << op->getName()
         << "' op passes no gradient: " << describe(reasons.at(op))
         << "; for a straight-through estimator, run quant-bnn-raise-ste first "
            "(mode=relaxed raises x + (q - x)), or import the network with its "
            "quantizers as quant_bnn ops; zero-derivative=silent accepts it";
  }
  return failure(failed);
}
