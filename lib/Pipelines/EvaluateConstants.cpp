//===- EvaluateConstants.cpp - Compute what depends on constants alone ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/RegionUtils.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"
#include "quant-bnn/Pipelines/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Support/RawElements.h"
#include "quant-bnn/Support/Remarks.h"

#define DEBUG_TYPE "quant-bnn-evaluate-constants"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEVALUATECONSTANTSPASS
#include "quant-bnn/Pipelines/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

/// A result of an op of the tensor dialect, such as a padded tensor, may have
/// this many times the elements of the largest operand. A result of another op
/// has no more than that: what is the same for many elements stays small, and
/// is recognized as a value for each channel.
static constexpr int64_t maxGrowth = 8;
/// The most iterations of an op.
static constexpr int64_t maxIterations = int64_t(1) << 28;

//===----------------------------------------------------------------------===//
// What can be evaluated
//===----------------------------------------------------------------------===//

/// Whether memory can hold a value of `type`, and an attribute.
static bool isEvaluableType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && !tensor.getEncoding() &&
         getNpyElementType(tensor.getElementType());
}

static int64_t getNumElements(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

/// Whether the body of `op` computes elements from elements, so that no value
/// of an operand makes it trap or access other memory.
static bool hasElementwiseBody(linalg::LinalgOp op) {
  return llvm::all_of(
      op.getBlock()->without_terminator(), [](Operation &bodyOp) {
        return isPure(&bodyOp) && bodyOp.getNumRegions() == 0 &&
               (isa<linalg::IndexOp>(bodyOp) ||
                isa_and_present<arith::ArithDialect, math::MathDialect,
                                QuantBNNDialect>(bodyOp.getDialect()));
      });
}

static bool isEvaluableLinalg(linalg::LinalgOp op) {
  int64_t iterations = 1;
  for (int64_t size : op.getStaticLoopRanges())
    if (ShapedType::isDynamic(size) ||
        llvm::MulOverflow(iterations, size, iterations) ||
        iterations > maxIterations)
      return false;
  return op.hasPureTensorSemantics() && hasElementwiseBody(op);
}

static bool isEvaluableKind(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return isEvaluableLinalg(linalgOp);
  if (isa<tensor::EmptyOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::CastOp, tensor::ConcatOp>(op))
    return true;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return ShapedType::isStaticShape(slice.getStaticOffsets());
  if (auto slice = dyn_cast<tensor::InsertSliceOp>(op))
    return ShapedType::isStaticShape(slice.getStaticOffsets());
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return pad.getConstantPaddingValue() &&
           ShapedType::isStaticShape(pad.getStaticLow()) &&
           ShapedType::isStaticShape(pad.getStaticHigh());
  return isa_and_present<arith::ArithDialect, math::MathDialect,
                         QuantBNNDialect>(op->getDialect()) &&
         op->getNumRegions() == 0 && isPure(op);
}

namespace {
/// The values of a module that depend on constants alone.
class ConstantValues {
public:
  explicit ConstantValues(Operation *root);

  /// The values to evaluate: used by others, and computed from a constant with
  /// different elements.
  ArrayRef<Value> getResults() const { return results; }

  /// The constants from which they are computed, as memory holds them; not
  /// those that an attribute holds in another form.
  ArrayRef<CallArgument> getArguments() const { return arguments; }

  /// Builds a public function that computes the results from the arguments.
  func::FuncOp buildFunction(OpBuilder &builder, StringRef name) const;

private:
  bool isConstant(Value value) const {
    return isVaried.contains(value) || matchPattern(value, m_Constant());
  }
  void visit(Operation *op);
  void findNeeded();

  /// By constant tensor: whether it depends on a constant with different
  /// elements.
  DenseMap<Value, bool> isVaried;
  /// The ops that compute these tensors, in the order of the module.
  SmallVector<Operation *> ops;
  SmallVector<Value> results;
  /// The ops that the results depend on.
  llvm::SetVector<Operation *> needed;
  SmallVector<Value> sources;
  SmallVector<CallArgument> arguments;
};
} // namespace

/// Returns the elements of `constant` if its attribute holds them as memory
/// does.
static std::optional<ArrayRef<char>>
getRawElements(arith::ConstantOp constant) {
  if (auto resource =
          dyn_cast<DenseResourceElementsAttr>(constant.getValue())) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob ||
        int64_t(blob->getData().size()) != getRawBytes(resource.getType()))
      return std::nullopt;
    return blob->getData();
  }
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense || dense.isSplat() || dense.getElementType().isInteger(1))
    return std::nullopt;
  return dense.getRawData();
}

ConstantValues::ConstantValues(Operation *root) {
  root->walk<WalkOrder::PreOrder>([&](Operation *op) { visit(op); });
  for (Operation *op : ops) {
    if (isa<arith::ConstantOp>(op))
      continue;
    for (Value result : op->getResults()) {
      bool isUsed = llvm::any_of(result.getUsers(), [&](Operation *user) {
        return user->getNumResults() == 0 ||
               !isVaried.contains(user->getResult(0));
      });
      if (isUsed && isVaried.lookup(result))
        results.push_back(result);
    }
  }
  findNeeded();
}

void ConstantValues::visit(Operation *op) {
  if (op->getNumResults() == 0 ||
      !llvm::all_of(op->getResultTypes(), isEvaluableType))
    return;
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    // A resource may have no data.
    if (!isa<DenseElementsAttr>(constant.getValue()) &&
        !getRawElements(constant))
      return;
    isVaried[constant] = !isa<SplatElementsAttr>(constant.getValue());
    return ops.push_back(op);
  }
  llvm::SetVector<Value> operands(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), operands);
  if (!isEvaluableKind(op) ||
      !llvm::all_of(operands, [&](Value value) { return isConstant(value); }))
    return;
  std::optional<int64_t> most;
  for (Value operand : operands)
    if (isVaried.lookup(operand))
      most = std::max(most.value_or(0), getNumElements(operand));
  int64_t growth = isa<tensor::TensorDialect>(op->getDialect()) ? maxGrowth : 1;
  if (most && llvm::any_of(op->getResults(), [&](Value result) {
        return getNumElements(result) > growth * *most;
      }))
    return;
  for (Value result : op->getResults())
    isVaried[result] = most.has_value();
  ops.push_back(op);
}

void ConstantValues::findNeeded() {
  for (Value result : results)
    needed.insert(result.getDefiningOp());
  auto require = [&](Value value) {
    if (Operation *op = value.getDefiningOp())
      needed.insert(op);
  };
  for (Operation *op : llvm::reverse(ops))
    if (needed.contains(op)) {
      llvm::for_each(op->getOperands(), require);
      llvm::SetVector<Value> captures;
      getUsedValuesDefinedAbove(op->getRegions(), captures);
      llvm::for_each(captures, require);
    }
  for (Operation *op : needed)
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      if (std::optional<ArrayRef<char>> data = getRawElements(constant)) {
        sources.push_back(constant);
        // The function does not write to its arguments.
        arguments.push_back({cast<ShapedType>(constant.getType()).getShape(),
                             const_cast<char *>(data->data())});
      }
}

func::FuncOp ConstantValues::buildFunction(OpBuilder &builder,
                                           StringRef name) const {
  Location loc = builder.getUnknownLoc();
  auto function = func::FuncOp::create(
      builder, loc, name,
      builder.getFunctionType(TypeRange(sources), TypeRange(results)));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping mapping;
  mapping.map(sources, body->getArguments());
  // Scalar constants, which any op uses, come first.
  for (Operation *op : needed)
    if (!isVaried.contains(op->getResult(0)))
      builder.clone(*op, mapping);
  for (Operation *op : ops)
    if (needed.contains(op) && !mapping.contains(op->getResult(0)))
      builder.clone(*op, mapping);
  func::ReturnOp::create(builder, loc,
                         llvm::map_to_vector(results, [&](Value result) {
                           return mapping.lookup(result);
                         }));
  return function;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct QuantBNNEvaluateConstantsPass
    : quant_bnn::impl::QuantBNNEvaluateConstantsPassBase<
          QuantBNNEvaluateConstantsPass> {
  QuantBNNEvaluateConstantsPass() {
    buildLowerToLLVMPipeline(lowering, LowerToLLVMOptions());
  }
  QuantBNNEvaluateConstantsPass(const QuantBNNEvaluateConstantsPass &other)
      : Base(other), lowering(other.lowering) {}

  void getDependentDialects(DialectRegistry &registry) const override {
    lowering.getDependentDialects(registry);
    registerBuiltinDialectTranslation(registry);
    registerLLVMDialectTranslation(registry);
  }

  void runOnOperation() override;

private:
  FailureOr<SmallVector<DenseElementsAttr>>
  evaluate(const ConstantValues &values);

  OpPassManager lowering{ModuleOp::getOperationName()};
};
} // namespace

/// Returns the values of the results of `values`, or failure if the code cannot
/// be compiled.
FailureOr<SmallVector<DenseElementsAttr>>
QuantBNNEvaluateConstantsPass::evaluate(const ConstantValues &values) {
  // What cannot be compiled is computed when the program runs, or is an error
  // then.
  ScopedDiagnosticHandler quiet(&getContext(),
                                [](Diagnostic &) { return success(); });
  OpBuilder builder(getOperation().getBodyRegion());
  OwningOpRef<ModuleOp> module =
      ModuleOp::create(builder, getOperation().getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  StringRef name = "evaluate";
  func::FuncOp function = values.buildFunction(builder, name);
  FailureOr<Signature> signature = Signature::get(function,
                                                  /*isLowered=*/false);
  if (failed(signature) || failed(runPipeline(lowering, *module)))
    return failure();
  FailureOr<JITFunction> code =
      JITFunction::compile(*module, name, *signature, /*optLevel=*/1);
  if (failed(code))
    return failure();
  CallResults called = code->call(values.getArguments());
  return llvm::map_to_vector(
      llvm::zip_equal(values.getResults(), called.getViews()), [](auto pair) {
        auto [value, view] = pair;
        return readRawElements(cast<ShapedType>(value.getType()),
                               ArrayRef(static_cast<const char *>(view.data),
                                        view.getSizeInBytes()));
      });
}

void QuantBNNEvaluateConstantsPass::runOnOperation() {
  ConstantValues values(getOperation());
  if (values.getResults().empty())
    return markAllAnalysesPreserved();
  auto elements = evaluate(values);
  if (failed(elements)) {
    for (Value value : values.getResults())
      remark::missed(value.getLoc(),
                     getRemarkOpts("constant-evaluated", DEBUG_TYPE,
                                   value.getDefiningOp()))
          << "depends on constants alone, but the code for some such tensor "
             "cannot be compiled for this machine";
    return;
  }
  SmallVector<Operation *> computed;
  for (auto [result, attribute] :
       llvm::zip_equal(values.getResults(), *elements)) {
    Value value = result;
    Operation *op = value.getDefiningOp();
    remark::passed(op->getLoc(),
                   getRemarkOpts("constant-evaluated", DEBUG_TYPE, op))
        << "computed now, from constants alone";
    OpBuilder builder(op);
    value.replaceAllUsesWith(
        arith::ConstantOp::create(builder, op->getLoc(), attribute));
    computed.push_back(op);
  }
  // Ops that only computed constants are dead now.
  while (!computed.empty()) {
    Operation *op = computed.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    llvm::SetVector<Operation *> users;
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp())
        users.insert(definition);
    op->erase();
    llvm::append_range(computed, users);
  }
}
