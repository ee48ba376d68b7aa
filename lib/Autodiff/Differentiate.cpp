//===- Differentiate.cpp - Build backward functions -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// The pass copies a function, appends the adjoints of its ops in reverse order,
// simplifies this joint function, and splits it into two functions.
//===----------------------------------------------------------------------===//

#include "Partition.h"
#include "ZeroDerivatives.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/Autodiff/Adjoints.h"
#include "quant-bnn/Support/Canonicalizer.h"
#include "quant-bnn/Support/ResolveExtents.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNDIFFERENTIATEPASS
#include "quant-bnn/Autodiff/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::differentiate;

namespace {
struct QuantBNNDifferentiatePass
    : quant_bnn::impl::QuantBNNDifferentiatePassBase<
          QuantBNNDifferentiatePass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult differentiate(func::FuncOp function);
  LogicalResult differentiateCallees(func::FuncOp joint);
  FailureOr<Joint> buildJoint(func::FuncOp function);
  LogicalResult simplify(func::FuncOp function);

  /// The forward functions of the functions that have been differentiated.
  llvm::DenseMap<func::FuncOp, func::FuncOp> forwards;
  /// The functions that the option `functions` names.
  llvm::SmallSetVector<func::FuncOp, 4> requested;
  /// The ops that were reported for a derivative of 0.
  llvm::DenseSet<Operation *> reported;
};
} // namespace

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static func::FuncOp getCallee(func::CallOp call) {
  return SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
}

namespace {
/// The functions that are being verified, each called by the one before, and
/// those that have been verified.
struct Verified {
  SmallVector<func::FuncOp> path;
  llvm::DenseSet<Operation *> functions;
};
} // namespace

static LogicalResult verifyBody(func::FuncOp function, Verified &verified);

static LogicalResult verifyCall(func::CallOp call, Verified &verified) {
  func::FuncOp callee = getCallee(call);
  if (!callee)
    return call.emitOpError("cannot be differentiated: no function named ")
           << call.getCalleeAttr();
  if (callee->hasAttr(backwardAttrName))
    return success();
  if (callee.isExternal())
    return call.emitOpError("cannot be differentiated: ")
           << call.getCalleeAttr() << " has no body; define it in this module";
  if (llvm::is_contained(verified.path, callee))
    return call.emitOpError("cannot be differentiated: ")
           << call.getCalleeAttr() << " is recursive; write it as a loop";
  if (!verified.functions.insert(callee).second)
    return success();
  return verifyBody(callee, verified);
}

/// Whether `op` may have effects other than those of the ops in its regions.
static bool hasOwnEffects(Operation *op) {
  if (auto interface = dyn_cast<MemoryEffectOpInterface>(op))
    return !interface.hasNoEffect();
  return !op->hasTrait<mlir::OpTrait::HasRecursiveMemoryEffects>();
}

/// Checks that `function`, called along the path of `verified`, and the
/// functions that it calls have no recursion, side effects or unstructured
/// control flow.
static LogicalResult verifyBody(func::FuncOp function, Verified &verified) {
  if (!function.getBody().hasOneBlock())
    return function.emitError("cannot be differentiated: it has ")
           << function.getBody().getBlocks().size()
           << " blocks; run lift-cf-to-scf first, which makes the control flow "
              "structured";
  verified.path.push_back(function);
  WalkResult walk = function.getBody().walk([&](Operation *op) {
    if (auto call = dyn_cast<func::CallOp>(op))
      return failed(verifyCall(call, verified)) ? WalkResult::interrupt()
                                                : WalkResult::advance();
    if (!hasOwnEffects(op) || isAssertion(op))
      return WalkResult::advance();
    op->emitOpError("cannot be differentiated: it may have side effects; "
                    "differentiate functions of values, before bufferization");
    return WalkResult::interrupt();
  });
  verified.path.pop_back();
  return failure(walk.wasInterrupted());
}

/// Checks that `function` has an argument and a result to differentiate, and
/// that the names of the functions to build are free.
static LogicalResult verifyFunction(func::FuncOp function, bool combine) {
  if (function.isExternal())
    return function.emitError("cannot be differentiated: it has no body");
  if (llvm::none_of(llvm::seq(function.getNumArguments()), [&](unsigned index) {
        return hasGradient(function, index);
      }))
    return function.emitError("cannot be differentiated: it has no float "
                              "argument that a gradient is wanted for");
  if (llvm::none_of(llvm::seq(function.getNumResults()), [&](unsigned index) {
        return hasCotangent(function, index);
      }))
    return function.emitError("cannot be differentiated: it has no float "
                              "result that a gradient comes from");
  SmallVector<StringRef> suffixes = {"_fwd", "_bwd"};
  if (combine)
    suffixes.push_back("_vjp");
  for (StringRef suffix : suffixes) {
    std::string name = (function.getName() + suffix).str();
    if (SymbolTable::lookupNearestSymbolFrom(
            function, StringAttr::get(function.getContext(), name)))
      return function.emitError("cannot be differentiated: there is a symbol @")
             << name << " already";
  }
  Verified verified;
  return verifyBody(function, verified);
}

//===----------------------------------------------------------------------===//
// The joint function
//===----------------------------------------------------------------------===//

/// Replaces calls in `joint` by calls to the forward functions of the callees'
/// pairs, and builds pairs where there are none.
LogicalResult
QuantBNNDifferentiatePass::differentiateCallees(func::FuncOp joint) {
  SmallVector<func::CallOp> calls;
  joint.walk([&](func::CallOp call) { calls.push_back(call); });
  for (func::CallOp call : calls) {
    func::FuncOp callee = getCallee(call);
    if (callee->hasAttr(backwardAttrName) || !isActive(callee))
      continue;
    if (failed(differentiate(callee)))
      return failure();
    OpBuilder builder(call);
    auto forward = func::CallOp::create(
        builder, call.getLoc(), forwards.lookup(callee), call.getOperands());
    call.replaceAllUsesWith(
        forward.getResults().take_front(call.getNumResults()));
    call.erase();
  }
  return success();
}

/// Builds a copy of `function` that also takes cotangents and returns
/// gradients. Records the extents of float results, which cotangents have as
/// well.
FailureOr<Joint> QuantBNNDifferentiatePass::buildJoint(func::FuncOp function) {
  Joint joint;
  joint.numArguments = function.getNumArguments();
  joint.numResults = function.getNumResults();
  joint.function = function.clone();
  func::FuncOp clone = joint.function;
  clone.setPrivate();
  clone.setName((function.getName() + "_joint").str());
  SymbolTable(getOperation())
      .insert(clone, std::next(Block::iterator(function)));
  if (failed(differentiateCallees(clone)))
    return failure();

  Operation *terminator = joint.getTerminator();
  OpBuilder builder(terminator);
  Location loc = terminator->getLoc();
  Block &body = clone.getBody().front();
  SmallVector<Operation *> ops = getOps(body);
  Cotangents cotangents;
  SmallVector<Value> extents;
  SmallVector<CotangentDim> cotangentDims;
  for (auto [index, result] : llvm::enumerate(joint.getResults())) {
    if (!hasCotangent(clone, index))
      continue;
    Value cotangent = body.addArgument(result.getType(), loc);
    cotangents.add(builder, loc, result, cotangent);
    auto type = dyn_cast<RankedTensorType>(result.getType());
    for (int64_t dim = 0; type && dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim)) {
        extents.push_back(tensor::DimOp::create(builder, loc, result, dim));
        cotangentDims.push_back({cotangent, dim});
      }
  }
  ActiveValues active;
  for (auto [index, argument] : llvm::enumerate(joint.getArguments()))
    if (hasGradient(clone, index))
      active.insert(argument);
  // Canonicalization combines two neighbouring `scf.if` ops with the same
  // condition. This op keeps the last one of the forward pass and the first one
  // of the backward pass apart.
  Value boundary = tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{0},
                                           builder.getI1Type());
  if (failed(buildAdjoints(builder, ops, active, cotangents)))
    return failure();

  SmallVector<Value> gradients;
  for (auto [index, argument] : llvm::enumerate(joint.getArguments())) {
    if (!hasGradient(clone, index))
      continue;
    Value gradient = cotangents.lookup(argument);
    gradients.push_back(gradient ? gradient
                                 : buildZero(builder, loc, argument));
  }
  terminator->insertOperands(joint.numResults, gradients);
  terminator->insertOperands(terminator->getNumOperands(), extents);
  terminator->insertOperands(terminator->getNumOperands(), boundary);
  auto updateType = [&] {
    clone.setType(FunctionType::get(&getContext(), body.getArgumentTypes(),
                                    terminator->getOperandTypes()));
  };
  updateType();
  if (failed(simplify(clone)))
    return failure();

  terminator->eraseOperand(terminator->getNumOperands() - 1);
  unsigned first = terminator->getNumOperands() - extents.size();
  for (auto [index, cotangentDim] : llvm::enumerate(cotangentDims))
    joint.extents.try_emplace(terminator->getOperand(first + index),
                              cotangentDim);
  terminator->eraseOperands(first, extents.size());
  updateType();
  return joint;
}

/// Makes `tensor.dim` ops read the earliest value that has the same extents.
static void forwardExtents(func::FuncOp function) {
  llvm::DenseMap<Value, Value> earliest;
  function.walk([&](tensor::DimOp dim) {
    SmallVector<Value> path;
    Value source = dim.getSource();
    while (auto result = dyn_cast<OpResult>(source)) {
      path.push_back(source);
      Value next = earliest.lookup(source);
      if (!next)
        next = getSameExtents(result);
      if (!next || next == source)
        break;
      source = next;
    }
    for (Value value : path)
      earliest[value] = source;
    dim.getSourceMutable().assign(source);
    auto empty = source.getDefiningOp<tensor::EmptyOp>();
    std::optional<int64_t> index = dim.getConstantIndex();
    if (!empty || !index || *index >= empty.getType().getRank() ||
        !empty.getType().isDynamicDim(*index))
      return;
    dim.replaceAllUsesWith(empty.getDynamicSize(*index));
    dim.erase();
  });
}

/// Removes ops that the adjoints do not need, and expresses extents by those of
/// the arguments.
LogicalResult QuantBNNDifferentiatePass::simplify(func::FuncOp function) {
  // The extents of structured ops may resolve to those of elementwise ops
  // again.
  RewritePatternSet extents(&getContext());
  populateResolveExtentsPatterns(extents);
  FrozenRewritePatternSet frozenExtents(std::move(extents));
  for (unsigned i = 0; i < 2; ++i) {
    forwardExtents(function);
    if (failed(applyPatternsGreedily(function, frozenExtents)))
      return failure();
  }
  OpPassManager pm(func::FuncOp::getOperationName());
  pm.addPass(createExactCanonicalizerPass());
  pm.addPass(createCSEPass());
  if (failed(runPipeline(pm, function)))
    return failure();
  RewritePatternSet patterns(&getContext());
  linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
  return applyPatternsGreedily(function, std::move(patterns));
}

//===----------------------------------------------------------------------===//
// The pair
//===----------------------------------------------------------------------===//

/// Builds a function that calls `forward` and `backward`, from arguments and
/// cotangents to results and gradients.
static func::FuncOp buildCombined(func::FuncOp function, func::FuncOp forward,
                                  func::FuncOp backward) {
  const unsigned numResults = function.getNumResults();
  const unsigned numResiduals = forward.getNumResults() - numResults;
  SmallVector<Type> arguments(function.getArgumentTypes());
  llvm::append_range(arguments,
                     backward.getArgumentTypes().drop_front(numResiduals));
  SmallVector<Type> results(function.getResultTypes());
  llvm::append_range(results, backward.getResultTypes());
  Location loc = function.getLoc();
  auto combined = func::FuncOp::create(
      loc, (function.getName() + "_vjp").str(),
      FunctionType::get(function.getContext(), arguments, results));
  combined.setVisibility(function.getVisibility());

  Block *body = combined.addEntryBlock();
  auto builder = OpBuilder::atBlockEnd(body);
  ValueRange values = body->getArguments();
  auto forwardCall = func::CallOp::create(
      builder, loc, forward, values.take_front(function.getNumArguments()));
  SmallVector<Value> operands(forwardCall.getResults().drop_front(numResults));
  llvm::append_range(operands, values.drop_front(function.getNumArguments()));
  auto backwardCall = func::CallOp::create(builder, loc, backward, operands);
  SmallVector<Value> returned(forwardCall.getResults().take_front(numResults));
  llvm::append_range(returned, backwardCall.getResults());
  func::ReturnOp::create(builder, loc, returned);
  return combined;
}

LogicalResult QuantBNNDifferentiatePass::differentiate(func::FuncOp function) {
  if (forwards.contains(function))
    return success();
  if (failed(verifyFunction(function, combine && requested.contains(function))))
    return failure();
  // The report includes the functions that `function` calls.
  if (requested.contains(function) &&
      failed(reportZeroDerivatives(function, zeroDerivative, reported)))
    return failure();
  FailureOr<Joint> joint = buildJoint(function);
  if (failed(joint))
    return failure();

  SmallVector<Value> residuals = chooseResiduals(*joint, recompute);
  MLIRContext *context = &getContext();
  Location loc = function.getLoc();
  SmallVector<Type> residualTypes(ValueRange(residuals).getTypes());
  SmallVector<Type> forwardResults(function.getResultTypes());
  llvm::append_range(forwardResults, residualTypes);
  SmallVector<Type> backwardArguments = residualTypes;
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    if (hasCotangent(function, index))
      backwardArguments.push_back(type);
  auto forward = func::FuncOp::create(
      loc, (function.getName() + "_fwd").str(),
      FunctionType::get(context, function.getArgumentTypes(), forwardResults));
  auto backward =
      func::FuncOp::create(loc, (function.getName() + "_bwd").str(),
                           FunctionType::get(context, backwardArguments,
                                             joint->getGradients().getTypes()));
  if (ArrayAttr attributes = function.getArgAttrsAttr())
    forward.setArgAttrsAttr(attributes);
  for (unsigned index : llvm::seq(function.getNumResults()))
    forward.setResultAttrs(index, function.getResultAttrDict(index));
  buildForward(*joint, residuals, forward);
  buildBackward(*joint, residuals, backward);
  joint->function.erase();

  SmallVector<int64_t> indices = llvm::to_vector(
      llvm::seq<int64_t>(function.getNumResults(), forwardResults.size()));
  forward->setAttr(backwardAttrName, FlatSymbolRefAttr::get(backward));
  forward->setAttr(residualsAttrName, DenseI64ArrayAttr::get(context, indices));
  SymbolTable symbols(getOperation());
  Block::iterator next = std::next(Block::iterator(function));
  for (func::FuncOp made : {forward, backward}) {
    made.setVisibility(requested.contains(function)
                           ? function.getVisibility()
                           : SymbolTable::Visibility::Private);
    symbols.insert(made, next);
  }
  forwards[function] = forward;
  if (combine && requested.contains(function))
    symbols.insert(buildCombined(function, forward, backward), next);
  return success();
}

void QuantBNNDifferentiatePass::runOnOperation() {
  ModuleOp moduleOp = getOperation();
  forwards.clear();
  requested.clear();
  reported.clear();
  if (functions.empty()) {
    moduleOp.emitError("requires the functions to differentiate: "
                       "quant-bnn-differentiate{functions=f,g}");
    return signalPassFailure();
  }
  for (const std::string &name : functions) {
    auto function = moduleOp.lookupSymbol<func::FuncOp>(name);
    if (!function) {
      InFlightDiagnostic diag = moduleOp.emitError("has no function @")
                                << name << " to differentiate";
      moduleOp.walk([&](func::FuncOp nested) {
        if (nested.getName() == name)
          diag.attachNote(nested.getLoc())
              << "a function of a nested module is differentiated by a pass on "
                 "that module: builtin.module(builtin.module("
                 "quant-bnn-differentiate{functions="
              << name << "}))";
      });
      return signalPassFailure();
    }
    requested.insert(function);
  }
  for (func::FuncOp function : requested)
    if (failed(differentiate(function)))
      return signalPassFailure();
}
