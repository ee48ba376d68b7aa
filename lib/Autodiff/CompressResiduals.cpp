//===- CompressResiduals.cpp - Save residuals as packed masks -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionPairs.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "quant-bnn/Autodiff/Passes.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/ADT/SetVector.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCOMPRESSRESIDUALSPASS
#include "quant-bnn/Autodiff/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
/// The uses of a residual in the backward function that allow masks to replace
/// it.
struct MaskUses {
  /// The gradient ops, in program order if they are in one block.
  SmallVector<MaskedGradientOpInterface> gradients;
  SmallVector<tensor::DimOp> dims;

  bool areInOneBlock() const;
};

/// The masks of a residual, as a function of `inputs`: the residual and other
/// values of the backward function.
struct MaskFunction {
  OwningOpRef<func::FuncOp> function;
  SmallVector<Value> inputs;
  /// The residuals from which `inputs` are computed.
  SmallVector<unsigned> sources;
  /// For each gradient op with masks, which results are its masks.
  SmallVector<SmallVector<unsigned>> masksOf;
  unsigned numMasks = 0;
};

/// Replaces one residual by masks.
class Compressor {
public:
  Compressor(const FunctionPairs &pairs, Residual residual, ModuleOp module)
      : pairs(pairs), residual(residual), module(module) {}

  /// Replaces the residual if possible, and emits a remark. Leaves a residual
  /// that is not a float tensor of rank 1 or more alone, without a remark.
  /// Returns whether the residual was replaced.
  bool run();

private:
  std::optional<Refusal> findUses();
  std::optional<Refusal> findInputs();
  void buildMaskFunction();
  Operation *findInsertionPoint() const;
  Value materialize(Value value, OpBuilder &builder, IRMapping &mapping) const;
  SmallVector<Value> buildWords(OpBuilder &builder);
  void rewriteBackward(ValueRange arguments);
  void rewriteGradients(ArrayRef<unsigned> gradients, ValueRange arguments);
  SmallVector<OpFoldResult> getSizes(OpBuilder &builder,
                                     MaskedGradientOpInterface gradient,
                                     ValueRange arguments) const;
  Value getSavedDim(ValueRange arguments, int64_t dim) const;
  void saveDim(int64_t dim);
  Value getShaped(MaskedGradientOpInterface gradient) const;
  bool isKnownLater(tensor::DimOp dim) const;
  void reportPassed() const;

  const FunctionPairs &pairs;
  Residual residual;
  ModuleOp module;
  MaskUses uses;
  MaskFunction masks;
  /// The dimensions whose extents the forward function returns as well.
  SmallVector<int64_t> savedDims;
};

struct QuantBNNCompressResidualsPass
    : quant_bnn::impl::QuantBNNCompressResidualsPassBase<
          QuantBNNCompressResidualsPass> {
  void runOnOperation() override;
};
} // namespace

static constexpr StringLiteral category = "quant-bnn-compress-residuals";

/// The bits of a word; bytes leave the fewest bits unused.
static constexpr unsigned wordBits = 8;

//===----------------------------------------------------------------------===//
// Uses
//===----------------------------------------------------------------------===//

bool MaskUses::areInOneBlock() const {
  return llvm::all_of(gradients, [&](MaskedGradientOpInterface gradient) {
    return gradient->getBlock() == gradients.front()->getBlock();
  });
}

std::optional<Refusal> Compressor::findUses() {
  for (OpOperand &use : residual.getArgument().getUses()) {
    Operation *user = use.getOwner();
    std::string name = user->getName().getStringRef().str();
    if (auto dim = dyn_cast<tensor::DimOp>(user);
        dim && dim.getConstantIndex()) {
      uses.dims.push_back(dim);
      continue;
    }
    auto gradient = dyn_cast<MaskedGradientOpInterface>(user);
    if (!gradient || gradient.getMaskOperands().front() != &use)
      return Refusal{user->getLoc(), "'" + name + "' needs its values"};
    if (!gradient.getNumMasks())
      return Refusal{user->getLoc(),
                     "'" + name + "' needs its values, not only masks of them"};
    uses.gradients.push_back(gradient);
  }
  if (uses.areInOneBlock())
    llvm::sort(uses.gradients,
               [](auto lhs, auto rhs) { return lhs->isBeforeInBlock(rhs); });
  return std::nullopt;
}

/// Returns an operand of `gradient` with the type of the residual, or null if
/// there is none.
Value Compressor::getShaped(MaskedGradientOpInterface gradient) const {
  Value saved = residual.getArgument();
  for (Value operand : gradient->getOperands())
    if (operand != saved && operand.getType() == saved.getType())
      return operand;
  return Value();
}

/// Whether `dim` comes before all values with the shape of the residual.
bool Compressor::isKnownLater(tensor::DimOp dim) const {
  DominanceInfo dominance;
  return llvm::none_of(uses.gradients, [&](MaskedGradientOpInterface gradient) {
    Value shaped = getShaped(gradient);
    return shaped && dominance.properlyDominates(shaped, dim);
  });
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

/// Finds the inputs of the masks, which the forward function must be able to
/// compute from residuals. Returns a refusal otherwise.
std::optional<Refusal> Compressor::findInputs() {
  func::FuncOp backward = residual.pair->getBackward();
  unsigned numResiduals = residual.pair->getResiduals().size();
  llvm::SetVector<Value> inputs;
  inputs.insert(residual.getArgument());
  for (MaskedGradientOpInterface gradient : uses.gradients) {
    if (*gradient.getNumMasks() == 0)
      continue;
    for (OpOperand *operand : gradient.getMaskOperands())
      inputs.insert(operand->get());
  }
  // Find the residuals from which the inputs are computed.
  llvm::SetVector<Value> sources(inputs.begin(), inputs.end());
  for (unsigned i = 0; i < sources.size(); ++i) {
    auto argument = dyn_cast<BlockArgument>(sources[i]);
    if (argument && argument.getOwner() == &backward.getBody().front() &&
        argument.getArgNumber() < numResiduals) {
      masks.sources.push_back(argument.getArgNumber());
      continue;
    }
    Operation *def = sources[i].getDefiningOp();
    if (!def || !isPure(def) || def->getNumRegions() != 0)
      return Refusal{sources[i].getLoc(),
                     "its masks depend on a value that only @" +
                         backward.getName().str() + " has"};
    sources.insert_range(def->getOperands());
  }
  masks.inputs = inputs.takeVector();
  return std::nullopt;
}

/// Builds the function of the masks of all gradients, each mask only once.
void Compressor::buildMaskFunction() {
  MLIRContext *context = module.getContext();
  OpBuilder builder(context);
  Location loc = residual.getArgument().getLoc();
  SmallVector<Type> types = llvm::map_to_vector(
      masks.inputs, [](Value input) { return input.getType(); });
  masks.function = func::FuncOp::create(builder, loc, "masks",
                                        FunctionType::get(context, types, {}));
  Block *body = masks.function->addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping arguments;
  arguments.map(masks.inputs, body->getArguments());

  auto saved = cast<RankedTensorType>(residual.getArgument().getType());
  Type maskType = saved.clone(builder.getI1Type());
  SmallVector<Value> results;
  for (MaskedGradientOpInterface gradient : uses.gradients) {
    unsigned count = *gradient.getNumMasks();
    if (count == 0)
      continue;
    auto operands = llvm::map_to_vector(
        gradient.getMaskOperands(),
        [&](OpOperand *operand) { return arguments.lookup(operand->get()); });
    llvm::append_range(
        results,
        buildElementwise(builder, gradient.getLoc(),
                         SmallVector<Type>(count, maskType), operands,
                         [&](PayloadBuilder &payload, ValueRange elements) {
                           return gradient.buildMasks(payload, elements);
                         }));
  }
  Operation *terminator = func::ReturnOp::create(builder, loc, results);
  IRRewriter rewriter(context);
  DominanceInfo dominance(*masks.function);
  eliminateCommonSubExpressions(rewriter, dominance, *masks.function);

  llvm::SetVector<Value> distinct(terminator->operand_begin(),
                                  terminator->operand_end());
  unsigned next = 0;
  for (MaskedGradientOpInterface gradient : uses.gradients) {
    SmallVector<unsigned> &masksOf = masks.masksOf.emplace_back();
    for (unsigned i = 0; i < *gradient.getNumMasks(); ++i) {
      Value mask = terminator->getOperand(next++);
      masksOf.push_back(llvm::find(distinct, mask) - distinct.begin());
    }
  }
  terminator->setOperands(distinct.getArrayRef());
  masks.numMasks = distinct.size();
}

/// Builds, in the forward function, a value of the backward function that is
/// computed from residuals.
Value Compressor::materialize(Value value, OpBuilder &builder,
                              IRMapping &mapping) const {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Value returned =
        Residual{residual.pair, argument.getArgNumber()}.getReturned();
    mapping.map(value, returned);
    return returned;
  }
  Operation *def = value.getDefiningOp();
  for (Value operand : def->getOperands())
    materialize(operand, builder, mapping);
  builder.clone(*def, mapping);
  return mapping.lookup(value);
}

/// Returns where the forward function computes the masks: after the first op
/// that reads the residual, so that one loop can do both, or before the
/// terminator if a source of the masks is not known there.
Operation *Compressor::findInsertionPoint() const {
  func::FuncOp forward = residual.pair->getForward();
  Block &body = forward.getBody().front();
  Operation *terminator = body.getTerminator(), *first = terminator;
  for (Operation *user : residual.getReturned().getUsers()) {
    Operation *ancestor = body.findAncestorOpInBlock(*user);
    if (ancestor->isBeforeInBlock(first))
      first = ancestor;
  }
  DominanceInfo dominance;
  bool isKnown = llvm::all_of(masks.sources, [&](unsigned source) {
    return dominance.properlyDominates(
        Residual{residual.pair, source}.getReturned(), first);
  });
  return isKnown && first != terminator ? first->getNextNode() : terminator;
}

/// Returns the reassociation that collapses all dimensions of a tensor to one.
static SmallVector<ReassociationIndices> getFlattening(int64_t rank) {
  return {llvm::to_vector<2>(llvm::seq<int64_t>(rank))};
}

/// Builds, in the forward function, the values that it returns instead of the
/// residual.
SmallVector<Value> Compressor::buildWords(OpBuilder &builder) {
  Location loc = residual.getReturned().getLoc();
  IRMapping inForward, mapping;
  for (auto [input, argument] :
       llvm::zip_equal(masks.inputs, masks.function->getArguments()))
    mapping.map(argument, materialize(input, builder, inForward));
  Block &body = masks.function->getBody().front();
  for (Operation &op : body.without_terminator())
    builder.clone(op, mapping);
  SmallVector<Value> values;
  for (Value result : body.getTerminator()->getOperands()) {
    Value mask = mapping.lookup(result);
    int64_t rank = cast<RankedTensorType>(mask.getType()).getRank();
    if (rank > 1)
      mask = tensor::CollapseShapeOp::create(builder, loc, mask,
                                             getFlattening(rank));
    values.push_back(PackOp::create(builder, loc, mask, wordBits));
  }
  for (int64_t dim : savedDims)
    values.push_back(
        tensor::DimOp::create(builder, loc, residual.getReturned(), dim));
  return values;
}

//===----------------------------------------------------------------------===//
// The backward function
//===----------------------------------------------------------------------===//

/// Unpacks `bits` to a mask of type `type` and with the extents `sizes`.
static Value buildUnpack(OpBuilder &builder, Location loc, Value bits,
                         RankedTensorType type, ArrayRef<OpFoldResult> sizes) {
  Value mask = UnpackOp::create(builder, loc, bits, builder.getI1Type());
  if (type.getRank() == 1)
    return mask;
  return tensor::ExpandShapeOp::create(builder, loc, type, mask,
                                       getFlattening(type.getRank()), sizes);
}

void Compressor::saveDim(int64_t dim) {
  if (!llvm::is_contained(savedDims, dim))
    savedDims.push_back(dim);
}

/// Returns the argument that is the extent of dimension `dim`, or null.
Value Compressor::getSavedDim(ValueRange arguments, int64_t dim) const {
  const auto *saved = llvm::find(savedDims, dim);
  if (saved == savedDims.end())
    return Value();
  return arguments[masks.numMasks + (saved - savedDims.begin())];
}

/// Returns the extents of the residual, for use at `gradient`.
SmallVector<OpFoldResult>
Compressor::getSizes(OpBuilder &builder, MaskedGradientOpInterface gradient,
                     ValueRange arguments) const {
  auto type = cast<RankedTensorType>(residual.getArgument().getType());
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (Value saved = getSavedDim(arguments, dim))
      sizes.push_back(saved);
    else if (type.isDynamicDim(dim))
      sizes.push_back(tensor::getMixedSize(builder, gradient.getLoc(),
                                           getShaped(gradient), dim));
    else
      sizes.push_back(builder.getIndexAttr(type.getDimSize(dim)));
  }
  return sizes;
}

void Compressor::rewriteGradients(ArrayRef<unsigned> gradients,
                                  ValueRange arguments) {
  MaskedGradientOpInterface first = uses.gradients[gradients.front()];
  OpBuilder builder(first);
  auto type = cast<RankedTensorType>(residual.getArgument().getType())
                  .clone(builder.getI1Type());
  SmallVector<OpFoldResult> sizes;
  if (masks.numMasks > 0)
    sizes = getSizes(builder, first, arguments);
  DenseMap<unsigned, Value> unpacked;
  for (unsigned gradient : gradients)
    for (unsigned mask : masks.masksOf[gradient]) {
      Value &value = unpacked[mask];
      if (!value)
        value = buildUnpack(builder, first.getLoc(), arguments[mask],
                            cast<RankedTensorType>(type), sizes);
    }
  for (unsigned i : gradients) {
    MaskedGradientOpInterface gradient = uses.gradients[i];
    builder.setInsertionPoint(gradient);
    auto values = llvm::map_to_vector(
        masks.masksOf[i], [&](unsigned mask) { return unpacked.at(mask); });
    gradient->replaceAllUsesWith(
        gradient.buildFromMasks(builder, gradient.getLoc(), values));
    gradient->erase();
  }
}

void Compressor::rewriteBackward(ValueRange arguments) {
  for (tensor::DimOp dim : uses.dims) {
    if (Value saved = getSavedDim(arguments, *dim.getConstantIndex())) {
      dim.replaceAllUsesWith(saved);
      dim.erase();
      continue;
    }
    for (MaskedGradientOpInterface gradient : uses.gradients) {
      DominanceInfo dominance;
      Value shaped = getShaped(gradient);
      if (!shaped || !dominance.properlyDominates(shaped, dim))
        continue;
      dim.getSourceMutable().assign(shaped);
      break;
    }
  }
  auto all = llvm::to_vector(llvm::seq<unsigned>(uses.gradients.size()));
  if (all.empty())
    return;
  if (uses.areInOneBlock())
    return rewriteGradients(all, arguments);
  for (unsigned gradient : all)
    rewriteGradients(gradient, arguments);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

void Compressor::reportPassed() const {
  auto type = cast<RankedTensorType>(residual.getArgument().getType());
  Operation *forward = residual.pair->getForward();
  auto remark =
      remark::passed(residual.getReturned().getLoc(),
                     getRemarkOpts("residual-compressed", category, forward));
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "residual " << residual.number << " of type " << type;
  unsigned width = type.getElementTypeBitWidth();
  if (type.hasStaticShape()) {
    int64_t elements = type.getNumElements();
    os << " saved in " << masks.numMasks * llvm::divideCeil(elements, wordBits)
       << " bytes instead of " << elements * width / 8;
  } else {
    os << " saved in " << masks.numMasks << " bits an element instead of "
       << width;
  }
  if (!savedDims.empty())
    os << ", beside " << savedDims.size() << " extents";
  remark << text;
}

bool Compressor::run() {
  auto type = dyn_cast<RankedTensorType>(residual.getArgument().getType());
  if (!type || type.getRank() == 0 || !isa<FloatType>(type.getElementType()))
    return false;
  Operation *forward = residual.pair->getForward();
  auto refuse = [&](const Refusal &refusal) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "residual " << residual.number << " of type " << type
        << " not compressed: " << refusal.reason;
    remark::missed(refusal.loc,
                   getRemarkOpts("residual-compressed", category, forward))
        << text;
    return false;
  };
  Location loc = residual.getReturned().getLoc();
  if (std::optional<Refusal> refusal = findUses())
    return refuse(*refusal);
  if (type.getEncoding())
    return refuse({loc, "its type has an encoding"});
  if (std::optional<Refusal> refusal = findInputs())
    return refuse(*refusal);
  buildMaskFunction();
  if (masks.numMasks >= type.getElementTypeBitWidth())
    return refuse({loc, "its masks take " + std::to_string(masks.numMasks) +
                            " bits an element"});
  for (tensor::DimOp dim : uses.dims)
    if (isKnownLater(dim))
      saveDim(*dim.getConstantIndex());
  for (MaskedGradientOpInterface gradient : uses.gradients)
    if (masks.numMasks > 0 && !getShaped(gradient))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        if (type.isDynamicDim(dim))
          saveDim(dim);
  auto flow = ResidualFlow::trace(pairs, residual, module);
  if (auto *refusal = std::get_if<Refusal>(&flow))
    return refuse(*refusal);
  reportPassed();
  OpBuilder builder(findInsertionPoint());
  SmallVector<Value> words = buildWords(builder);
  std::get<ResidualFlow>(flow).replace(
      words, [&](ValueRange arguments) { rewriteBackward(arguments); });
  return true;
}

void QuantBNNCompressResidualsPass::runOnOperation() {
  FunctionPairs pairs(getOperation());
  // Start from the last residual, because the values that replace a residual
  // take its number and later ones.
  for (const FunctionPair &pair : pairs.getPairs())
    for (unsigned number = pair.getResiduals().size(); number-- > 0;)
      Compressor(pairs, {&pair, number}, getOperation()).run();
}
