//===- FuseSiblings.cpp - Fuse generics over the same elements ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Packing.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-fuse-siblings"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFUSESIBLINGSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using linalg::GenericOp;

namespace {
/// Generics that one loop can compute, in program order. The loop will be in
/// the place of the last generic.
struct Cluster {
  SmallVector<GenericOp> members;
  /// The tensors that the loop accesses, each a stream of memory.
  DenseSet<Value> streams;

  bool contains(Operation *op) const { return llvm::is_contained(members, op); }
};

/// Finds and fuses the clusters of one block.
class BlockFuser {
public:
  explicit BlockFuser(Block &block) : block(block) {}
  void run();

private:
  Cluster *findCluster(GenericOp generic);
  bool canJoin(GenericOp generic, const Cluster &cluster);
  void join(GenericOp generic, Cluster &cluster);

  Block &block;
  SmallVector<std::unique_ptr<Cluster>> clusters;
  /// The last cluster that reads or writes a tensor.
  DenseMap<Value, Cluster *> clusterOf;
  /// Tensors that are known to have one shape.
  llvm::EquivalenceClasses<void *> shapes;
};

struct QuantBNNFuseSiblingsPass
    : quant_bnn::impl::QuantBNNFuseSiblingsPassBase<QuantBNNFuseSiblingsPass> {
  void runOnOperation() override {
    getOperation()->walk([](Block *block) { BlockFuser(*block).run(); });
  }
};
} // namespace

/// The maximum number of streams of a loop: hardware prefetchers follow about
/// as many.
static constexpr unsigned maxStreams = 12;

/// Whether `map` is an identity but for the last result, which is the index of
/// the word that holds bits of several elements.
static bool isPacked(AffineMap map) {
  if (map.getNumResults() == 0 || map.getNumResults() != map.getNumDims())
    return false;
  AffineExpr last = map.getResults().back();
  if (!quant_bnn::vectorize::matchPackedIndex(last))
    return false;
  auto results = llvm::to_vector(map.getResults());
  results.back() = cast<AffineBinaryOpExpr>(last).getLHS();
  return AffineMap::get(map.getNumDims(), 0, results, map.getContext())
      .isIdentity();
}

/// Whether `generic`, on tensors, accesses the same element of every operand,
/// or the word of that element, except for scalars and sums over all elements.
static bool isPointwise(GenericOp generic) {
  if (!generic.hasPureTensorSemantics() || generic.getNumLoops() == 0)
    return false;
  return llvm::all_of(generic.getIndexingMapsArray(), [](AffineMap map) {
    return map.isIdentity() || map.getNumResults() == 0 || isPacked(map);
  });
}

/// Returns the operands of which the loop accesses every element.
static SmallVector<OpOperand *> getStreams(GenericOp generic) {
  SmallVector<OpOperand *> streams;
  for (OpOperand &operand : generic->getOpOperands())
    if (generic.getMatchingIndexingMap(&operand).isIdentity())
      streams.push_back(&operand);
  return streams;
}

bool BlockFuser::canJoin(GenericOp generic, const Cluster &cluster) {
  void *shape = getStreams(generic).front()->get().getAsOpaquePointer();
  void *other =
      getStreams(cluster.members.front()).front()->get().getAsOpaquePointer();
  auto refuse = [&](StringRef reason) {
    LDBG() << generic.getLoc() << " does not join the loop at "
           << cluster.members.front()->getLoc() << ": " << reason;
    return false;
  };
  if (!shapes.isEquivalent(shape, other))
    return refuse("the shapes are not known to be equal");
  // A sum is not known before the loop ends, and an output must not start from
  // a value that the loop itself computes.
  for (OpOperand &operand : generic->getOpOperands()) {
    Operation *def = operand.get().getDefiningOp();
    if (def && cluster.contains(def) &&
        (generic.isDpsInit(&operand) ||
         !generic.getMatchingIndexingMap(&operand).isIdentity()))
      return refuse("it reads a sum or a destination that the loop computes");
  }
  unsigned newStreams = 0;
  for (OpOperand *operand : getStreams(generic))
    newStreams += !cluster.streams.contains(operand->get());
  if (cluster.streams.size() + newStreams > maxStreams)
    return refuse("the loop would walk too many tensors");
  // The loop moves down to the generic, so no op may need its results earlier.
  for (GenericOp member : cluster.members)
    for (Operation *user : member->getUsers()) {
      Operation *inBlock = block.findAncestorOpInBlock(*user);
      if (inBlock && !cluster.contains(inBlock) &&
          inBlock->isBeforeInBlock(generic))
        return refuse("an op between them uses a result of the loop");
    }
  return true;
}

Cluster *BlockFuser::findCluster(GenericOp generic) {
  for (OpOperand *operand : getStreams(generic))
    if (Cluster *cluster = clusterOf.lookup(operand->get()))
      if (canJoin(generic, *cluster))
        return cluster;
  return nullptr;
}

void BlockFuser::join(GenericOp generic, Cluster &cluster) {
  cluster.members.push_back(generic);
  for (OpOperand *operand : getStreams(generic)) {
    // Destinations without contents are shared freely, and relate no loops.
    if (operand->get().getDefiningOp<tensor::EmptyOp>())
      continue;
    cluster.streams.insert(operand->get());
    clusterOf[operand->get()] = &cluster;
  }
  for (Value result : generic->getResults()) {
    cluster.streams.insert(result);
    clusterOf[result] = &cluster;
  }
}

/// Whether the loop must have an output for `result`: the result is used
/// outside of the loop, or accumulates.
static bool isOutput(GenericOp generic, OpResult result,
                     const Cluster &cluster) {
  OpOperand *init = generic.getTiedOpOperand(result);
  if (generic.payloadUsesValueFromOperand(init))
    return true;
  return llvm::any_of(result.getUsers(),
                      [&](Operation *user) { return !cluster.contains(user); });
}

/// The tensors that the loop reads, with their indexing maps.
using Inputs = llvm::SetVector<std::pair<Value, AffineMap>>;

/// Adds an input that determines the extents of the loop, if none of `inputs`
/// and of the outputs with `initMaps` does, because the loop computes all the
/// tensors that it uses. The input is not read.
static void addExtents(const Cluster &cluster, ArrayRef<AffineMap> initMaps,
                       Inputs &inputs) {
  auto isIdentity = [](AffineMap map) { return map.isIdentity(); };
  if (llvm::any_of(initMaps, isIdentity) ||
      llvm::any_of(inputs,
                   [&](const auto &input) { return isIdentity(input.second); }))
    return;
  // No other member computes a stream of the first member.
  GenericOp first = cluster.members.front();
  OpOperand *stream = getStreams(first).front();
  inputs.insert({stream->get(), first.getMatchingIndexingMap(stream)});
}

/// Replaces the members of `cluster` by one generic.
static void fuse(const Cluster &cluster) {
  assert(cluster.members.size() > 1 && "one loop is fused with nothing");
  LDBG() << "fuses " << cluster.members.size() << " loops, over "
         << cluster.streams.size() << " tensors, at "
         << cluster.members.back()->getLoc();
  GenericOp last = cluster.members.back();
  OpBuilder builder(last);
  SmallVector<Location> locations;
  Inputs inputs;
  SmallVector<Value> inits;
  SmallVector<AffineMap> initMaps;
  SmallVector<OpResult> outputs;
  SmallVector<utils::IteratorType> iterators(last.getNumLoops(),
                                             utils::IteratorType::parallel);
  for (GenericOp member : cluster.members) {
    locations.push_back(member.getLoc());
    for (auto [iterator, own] :
         llvm::zip_equal(iterators, member.getIteratorTypesArray()))
      if (own == utils::IteratorType::reduction)
        iterator = own;
    for (OpOperand *input : member.getDpsInputOperands()) {
      Operation *def = input->get().getDefiningOp();
      if (!def || !cluster.contains(def))
        inputs.insert({input->get(), member.getMatchingIndexingMap(input)});
    }
    for (OpResult result : member->getResults()) {
      if (!isOutput(member, result, cluster))
        continue;
      OpOperand *init = member.getTiedOpOperand(result);
      inits.push_back(init->get());
      initMaps.push_back(member.getMatchingIndexingMap(init));
      outputs.push_back(result);
    }
  }

  addExtents(cluster, initMaps, inputs);

  SmallVector<Value> inputValues;
  SmallVector<AffineMap> maps;
  for (auto [value, map] : inputs) {
    inputValues.push_back(value);
    maps.push_back(map);
  }
  maps.append(initMaps);
  SmallVector<Type> types = llvm::map_to_vector(
      outputs, [](OpResult result) { return result.getType(); });
  auto fused = GenericOp::create(
      builder, builder.getFusedLoc(locations), types, inputValues, inits, maps,
      iterators, [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        // Maps tensors to their elements, within the loop.
        DenseMap<std::pair<Value, AffineMap>, Value> elements;
        for (auto [input, argument] : llvm::zip(inputs, arguments))
          elements[input] = argument;
        AffineMap identity = nested.getMultiDimIdentityMap(last.getNumLoops());
        SmallVector<Value> yields(outputs.size());
        for (GenericOp member : cluster.members) {
          IRMapping mapping;
          for (OpOperand *input : member.getDpsInputOperands())
            mapping.map(member.getMatchingBlockArgument(input),
                        elements.at({input->get(),
                                     member.getMatchingIndexingMap(input)}));
          for (auto [i, output] : llvm::enumerate(outputs))
            if (output.getOwner() == member)
              mapping.map(member.getMatchingBlockArgument(
                              member.getTiedOpOperand(output)),
                          arguments[inputs.size() + i]);
          for (Operation &op : member.getBody()->without_terminator())
            nested.clone(op, mapping);
          Operation *yield = member.getBody()->getTerminator();
          for (OpResult result : member->getResults()) {
            Value value = mapping.lookupOrDefault(
                yield->getOperand(result.getResultNumber()));
            elements[{result, identity}] = value;
            if (auto *it = llvm::find(outputs, result); it != outputs.end())
              yields[it - outputs.begin()] = value;
          }
        }
        linalg::YieldOp::create(nested, loc, yields);
      });
  for (auto [output, result] : llvm::zip_equal(outputs, fused.getResults()))
    output.replaceAllUsesWith(result);
  for (GenericOp member : llvm::reverse(cluster.members))
    member.erase();
}

void BlockFuser::run() {
  DenseMap<Attribute, void *> staticShapes;
  for (auto generic : block.getOps<GenericOp>()) {
    if (!isPointwise(generic))
      continue;
    // Linalg requires that the shapes of operands agree.
    SmallVector<Value> tensors(generic->getResults());
    SmallVector<OpOperand *> streams = getStreams(generic);
    if (streams.empty())
      continue;
    void *first = streams.front()->get().getAsOpaquePointer();
    for (OpOperand *operand : streams) {
      shapes.unionSets(first, operand->get().getAsOpaquePointer());
      OpResult result = generic.isDpsInit(operand)
                            ? generic.getTiedOpResult(operand)
                            : OpResult();
      if (result)
        shapes.unionSets(first, result.getAsOpaquePointer());
      auto type = cast<RankedTensorType>(operand->get().getType());
      if (!type.hasStaticShape())
        continue;
      Attribute shape =
          DenseI64ArrayAttr::get(generic.getContext(), type.getShape());
      shapes.unionSets(first,
                       staticShapes.try_emplace(shape, first).first->second);
    }
    Cluster *cluster = findCluster(generic);
    if (!cluster)
      cluster = clusters.emplace_back(std::make_unique<Cluster>()).get();
    join(generic, *cluster);
  }
  for (const std::unique_ptr<Cluster> &cluster : clusters)
    if (cluster->members.size() > 1)
      fuse(*cluster);
}
