//===- Partition.cpp - Split a joint forward and backward -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Values that do not depend on a cotangent are the forward pass. Those that the
// backward pass needs are saved or recomputed. In a flow graph, each value is a
// pair of nodes, with the bytes of the value as capacity between them. The
// cheapest set of values to save is the minimum cut between the values that
// cannot be recomputed and the values that are needed.
//===----------------------------------------------------------------------===//

#include "Partition.h"
#include "MinimumCut.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "quant-bnn/Autodiff/Adjoints.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "quant-bnn-differentiate"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::differentiate;

/// The extent that is assumed for a dynamic dimension.
static constexpr int64_t assumedExtent = 256;

/// Returns the bytes of `type`, or an estimate; at least 1.
static int64_t getBytes(Type type) {
  Type element = getElementTypeOrSelf(type);
  int64_t bytes = 8;
  if (element.isIntOrFloat())
    bytes = std::max(1u, element.getIntOrFloatBitWidth() / 8);
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasRank())
    return bytes;
  for (int64_t extent : shaped.getShape()) {
    int64_t factor = ShapedType::isDynamic(extent) ? assumedExtent : extent;
    if (llvm::MulOverflow(bytes, factor, bytes) ||
        bytes > FlowGraph::infinite / 1024)
      return FlowGraph::infinite / 1024;
  }
  return std::max<int64_t>(bytes, 1);
}

//===----------------------------------------------------------------------===//
// Recomputation
//===----------------------------------------------------------------------===//

static bool isScalar(Type type) { return type.isIntOrIndexOrFloat(); }

/// Whether recomputing `op` moves no data, or only fills a tensor.
static bool costsNothing(Operation *op) {
  if (op->hasTrait<mlir::OpTrait::ConstantLike>())
    return true;
  if (isa<linalg::FillOp, tensor::CastOp, tensor::CollapseShapeOp,
          tensor::DimOp, tensor::EmptyOp, tensor::ExpandShapeOp,
          tensor::ReshapeOp, tensor::SplatOp>(op))
    return true;
  // A tensor of indices is a shape of a few extents.
  if (auto elements = dyn_cast<tensor::FromElementsOp>(op))
    return elements.getType().getElementType().isIndex();
  return op->getNumRegions() == 0 && !isa<CallOpInterface>(op) &&
         llvm::all_of(op->getResultTypes(), isScalar);
}

static bool isElementwise(Operation *op) {
  if (mlir::OpTrait::hasElementwiseMappableTraits(op))
    return true;
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return structured.getNumParallelLoops() == structured.getNumLoops();
  return op->getDialect() && op->getDialect()->getNamespace() ==
                                 tensor::TensorDialect::getDialectNamespace();
}

static bool mayRecompute(Operation *op, Recompute recompute) {
  return isMemoryEffectFree(op) &&
         (costsNothing(op) ||
          (recompute == Recompute::cheap && isElementwise(op)));
}

//===----------------------------------------------------------------------===//
// Residuals
//===----------------------------------------------------------------------===//

/// Returns the values that depend on a cotangent.
static ActiveValues getBackwardValues(const Joint &joint) {
  ActiveValues values;
  values.insert_range(joint.getCotangents());
  for (Operation &op : joint.getBody().without_terminator())
    if (llvm::any_of(getDifferentiatedValues(&op),
                     [&](Value value) { return values.contains(value); }))
      values.insert_range(op.getResults());
  return values;
}

/// Returns the values of the forward pass that the backward pass uses. Adds the
/// ops of the backward pass itself to `ops`.
static llvm::SetVector<Value>
getNeeded(const Joint &joint, llvm::DenseSet<Operation *> *ops = nullptr) {
  ActiveValues backward = getBackwardValues(joint);
  llvm::SetVector<Value> needed, visited;
  visited.insert_range(joint.getGradients());
  for (unsigned i = 0; i < visited.size(); ++i) {
    Value value = visited[i];
    if (!backward.contains(value)) {
      needed.insert(value);
    } else if (Operation *op = value.getDefiningOp()) {
      visited.insert_range(getDifferentiatedValues(op));
      if (ops)
        ops->insert(op);
    }
  }
  return needed;
}

namespace {
/// The flow graph of the values that may be saved. Each value has two nodes,
/// with its bytes as capacity between them.
struct ResidualGraph {
  ResidualGraph(const Joint &joint, Recompute recompute);
  void addValue(Value value);
  unsigned getNode(Value value);

  const Joint &joint;
  Recompute recompute;
  FlowGraph graph;
  /// The first of the two nodes of each value.
  llvm::MapVector<Value, unsigned> nodes;
  /// Values whose edges are missing.
  SmallVector<Value> worklist;
};
} // namespace

/// Returns the first node of `value`, which may be new.
unsigned ResidualGraph::getNode(Value value) {
  auto [it, isNew] = nodes.try_emplace(value);
  if (isNew) {
    it->second = graph.addNode();
    graph.addNode();
    worklist.push_back(value);
  }
  return it->second;
}

void ResidualGraph::addValue(Value value) {
  getNode(value);
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    unsigned node = nodes.lookup(next);
    Operation *op = next.getDefiningOp();
    // Among values of equal bytes, the result of a transpose is not saved.
    bool isMoved = isa_and_nonnull<linalg::TransposeOp>(op);
    graph.addEdge(node, node + 1, 2 * getBytes(next.getType()) + isMoved);
    if (joint.extents.contains(next))
      continue;
    if (!op || !mayRecompute(op, recompute)) {
      graph.addEdge(FlowGraph::source, node, FlowGraph::infinite);
      continue;
    }
    for (Value operand : getDifferentiatedValues(op))
      graph.addEdge(getNode(operand) + 1, node, FlowGraph::infinite);
  }
}

ResidualGraph::ResidualGraph(const Joint &joint, Recompute recompute)
    : joint(joint), recompute(recompute) {
  for (Value value : getNeeded(joint)) {
    addValue(value);
    graph.addEdge(nodes[value] + 1, FlowGraph::sink, FlowGraph::infinite);
  }
}

SmallVector<Value>
quant_bnn::differentiate::chooseResiduals(const Joint &joint,
                                          Recompute recompute) {
  ResidualGraph graph(joint, recompute);
  llvm::BitVector sinkSide = graph.graph.computeSinkSide();
  auto isResidual = [&](Value value) {
    auto it = graph.nodes.find(value);
    return it != graph.nodes.end() && !sinkSide.test(it->second) &&
           sinkSide.test(it->second + 1);
  };
  SmallVector<Value> residuals;
  llvm::copy_if(joint.getArguments(), std::back_inserter(residuals),
                isResidual);
  for (Operation &op : joint.getBody())
    llvm::copy_if(op.getResults(), std::back_inserter(residuals), isResidual);
  for (Value residual : residuals)
    LDBG() << "saves " << residual.getType() << " from " << residual.getLoc();
  return residuals;
}

//===----------------------------------------------------------------------===//
// The two functions
//===----------------------------------------------------------------------===//

namespace {
/// Copies ops of a joint function on demand, so that recomputed values are
/// computed where they are first used.
struct Copier {
  /// Returns the copy of `value`, after copying the ops on which it depends.
  Value copy(Value value);
  /// Copies `op`, which may have no results.
  void copy(Operation *op);
  SmallVector<Value> copyAll(ValueRange values) {
    return llvm::map_to_vector(values,
                               [&](Value value) { return copy(value); });
  }

  const Joint &joint;
  OpBuilder builder;
  IRMapping mapping;
  /// Whether extents are taken from cotangents.
  bool isBackward;
};
} // namespace

Value Copier::copy(Value value) {
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value next = worklist.back();
    if (mapping.contains(next)) {
      worklist.pop_back();
      continue;
    }
    auto it = joint.extents.find(next);
    if (isBackward && it != joint.extents.end()) {
      Value extent = tensor::DimOp::create(builder, next.getLoc(),
                                           mapping.lookup(it->second.cotangent),
                                           it->second.dim);
      mapping.map(next, extent);
      continue;
    }
    Operation *op = next.getDefiningOp();
    SmallVector<Value> missing =
        llvm::filter_to_vector(getDifferentiatedValues(op), [&](Value operand) {
          return !mapping.contains(operand);
        });
    if (missing.empty())
      builder.clone(*op, mapping);
    else
      worklist.append(missing.rbegin(), missing.rend());
  }
  return mapping.lookup(value);
}

void Copier::copy(Operation *op) {
  if (op->getNumResults() != 0) {
    copyAll(op->getResults());
    return;
  }
  copyAll(getDifferentiatedValues(op));
  builder.clone(*op, mapping);
}

/// Whether `op`, or a function that it calls, has an assertion.
static bool hasAssertion(Operation *op,
                         llvm::DenseMap<Operation *, bool> &callees) {
  WalkResult walk = op->walk([&](Operation *nested) {
    if (isAssertion(nested))
      return WalkResult::interrupt();
    auto call = dyn_cast<func::CallOp>(nested);
    if (!call)
      return WalkResult::advance();
    Operation *callee =
        SymbolTable::lookupNearestSymbolFrom(call, call.getCalleeAttr());
    bool isNew = callees.try_emplace(callee, false).second;
    if (isNew && callee) {
      bool asserts = hasAssertion(callee, callees);
      callees[callee] = asserts;
    }
    return callees.lookup(callee) ? WalkResult::interrupt()
                                  : WalkResult::advance();
  });
  return walk.wasInterrupted();
}

void quant_bnn::differentiate::buildForward(const Joint &joint,
                                            ArrayRef<Value> residuals,
                                            func::FuncOp forward) {
  Block *body = forward.addEntryBlock();
  Copier copier{joint, OpBuilder::atBlockEnd(body), {}, false};
  copier.mapping.map(joint.getArguments(), body->getArguments());
  // These ops are copied in the order of the function.
  llvm::SetVector<Operation *> needed;
  SmallVector<Value> worklist(joint.getResults());
  llvm::append_range(worklist, residuals);
  llvm::DenseMap<Operation *, bool> callees;
  for (Operation &op : joint.getBody().without_terminator())
    if (hasAssertion(&op, callees)) {
      needed.insert(&op);
      llvm::append_range(worklist, getDifferentiatedValues(&op));
    }
  while (!worklist.empty())
    if (Operation *op = worklist.pop_back_val().getDefiningOp())
      if (needed.insert(op))
        llvm::append_range(worklist, getDifferentiatedValues(op));
  for (Operation &op : joint.getBody())
    if (needed.contains(&op))
      copier.copy(&op);
  SmallVector<Value> results = copier.copyAll(joint.getResults());
  llvm::append_range(results, copier.copyAll(residuals));
  func::ReturnOp::create(copier.builder, forward.getLoc(), results);
}

void quant_bnn::differentiate::buildBackward(const Joint &joint,
                                             ArrayRef<Value> residuals,
                                             func::FuncOp backward) {
  Block *body = backward.addEntryBlock();
  Copier copier{joint, OpBuilder::atBlockEnd(body), {}, true};
  copier.mapping.map(residuals,
                     body->getArguments().take_front(residuals.size()));
  copier.mapping.map(joint.getCotangents(),
                     body->getArguments().drop_front(residuals.size()));
  // Copy ops in the order of the function, so that no value is recomputed
  // before it is used.
  llvm::DenseSet<Operation *> ops;
  getNeeded(joint, &ops);
  for (Operation &op : joint.getBody())
    if (ops.contains(&op))
      copier.copy(&op);
  func::ReturnOp::create(copier.builder, backward.getLoc(),
                         copier.copyAll(joint.getGradients()));
}
