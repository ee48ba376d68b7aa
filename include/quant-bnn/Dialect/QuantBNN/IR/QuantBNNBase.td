//===- QuantBNNBase.td - Types and op classes of quant_bnn -*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNBASE
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNBASE

include "mlir/Dialect/Linalg/IR/LinalgInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferIntRangeInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNDialect.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNEnums.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNInterfaces.td"

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def QuantBNN_Scalar : AnyTypeOf<[F16, BF16, F32, F64]>;
def QuantBNN_Tensor : RankedTensorOf<[F16, BF16, F32, F64]>;
def QuantBNN_FloatLike : AnyTypeOf<[
  F16, BF16, F32, F64, VectorOfAnyRankOf<[F16, BF16, F32, F64]>, QuantBNN_Tensor
], "f16, bf16, f32 or f64, or a vector or ranked tensor of one">;

/// The scalar `scalar` has the element type of `shaped`.
class QuantBNN_ElementTypeOf<string shaped, string scalar>
    : TypesMatchWith<scalar # " has the element type of " # shaped, shaped, scalar,
                     "::mlir::getElementTypeOrSelf($_self)">;

//===----------------------------------------------------------------------===//
// Traits
//===----------------------------------------------------------------------===//

/// Verifies the attributes `bits`, `clip`, `threshold` and `beta` of an op, and
/// the combination of `zero` and `nan`, against the limits of the dialect.
def QuantBNN_AttributeLimits : NativeOpTrait<"AttributeLimits"> {
  let cppNamespace = "::quant_bnn::OpTrait";
}

/// The value of the op is idempotent, f(f(x)) = f(x). The gradients may differ.
def QuantBNN_ValueIdempotent : NativeOpTrait<"ValueIdempotent"> {
  let cppNamespace = "::quant_bnn::OpTrait";
}

//===----------------------------------------------------------------------===//
// Op classes
//===----------------------------------------------------------------------===//

/// Base class of all ops. An op is pure, and its tensor results have the shape
/// of its first tensor operand, unless a derived class states another shape.
class QuantBNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<QuantBNN_Dialect, mnemonic, [
        Pure, QuantBNN_AttributeLimits,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                                  ["reifyResultShapes"]>
      ] # traits> {
  code reifyBody = [{
    ::llvm::LogicalResult $cppClass::reifyResultShapes(
        ::mlir::OpBuilder &builder,
        ::mlir::ReifiedRankedShapedTypeDims &shapes) {
      return ::quant_bnn::detail::reifyResultShapes(*this, builder, shapes);
    }
  }];
  let extraClassDefinition = reifyBody;
}

/// Base class of elementwise ops. A derived op states the math of one element
/// in `buildForward`; the op takes any `FloatLike` type.
class QuantBNN_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_Op<mnemonic, [
        DeclareOpInterfaceMethods<ElementwisePayloadOpInterface>
      ] # ElementwiseMappable.traits # traits>;

/// Base class of elementwise ops that return one of their operands unchanged,
/// always or for some values of their attributes.
class QuantBNN_PassThroughOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_Op<mnemonic, [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<ElementwisePayloadOpInterface, ["getPassThrough"]>
      ] # ElementwiseMappable.traits # traits>;

/// Base class of ops that are not lowered element by element: an op that
/// reduces, reads a scalar beside a tensor, changes the shape, or stands for
/// several ops. `decomposeOperation` expands the op into structured and
/// elementwise ops; each value that it returns has the type of its result.
class QuantBNN_DecomposableOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_Op<mnemonic, [
        DeclareOpInterfaceMethods<AggregatedOpInterface, ["decomposeOperation"]>
      ] # traits>;

/// Base class of gradient ops that return the cotangent `g` where a mask of `x`
/// holds, and 0 elsewhere. A derived op states the mask in `buildMasks`. If
/// `getPassThrough` returns `g`, the op has no mask and returns `g` everywhere.
class QuantBNN_MaskGradOp<string mnemonic, list<string> windowMethods,
                          list<Trait> traits = []>
    : QuantBNN_PassThroughOp<mnemonic, [
        DeclareOpInterfaceMethods<WindowedGradientOpInterface, windowMethods>,
        DeclareOpInterfaceMethods<MaskedGradientOpInterface>] # traits> {
  code maskBody = [{
    ::mlir::Value $cppClass::buildForward(::quant_bnn::PayloadBuilder &builder,
                                          ::mlir::ValueRange operands) {
      if (getPassThrough())
        return operands[1];
      return ::quant_bnn::detail::buildMasked(
          builder, buildMasks(builder, operands.take_front()).front(), operands[1]);
    }
    std::optional<unsigned> $cppClass::getNumMasks() {
      return getPassThrough() ? 0 : 1;
    }
    ::llvm::SmallVector<::mlir::Value> $cppClass::buildFromMasks(
        ::mlir::OpBuilder &builder, ::mlir::Location loc,
        ::mlir::ValueRange masks) {
      return {masks.empty() ? getPassThrough()
                            : ::quant_bnn::detail::buildMasked(
                                  builder, loc, masks.front(), getG())};
    }
  }];
  let extraClassDefinition = reifyBody # maskBody;
}

/// Base class of gradient ops whose mask is their clipping window. The
/// attribute `clip` or `threshold` gives the window.
class QuantBNN_WindowGradOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_MaskGradOp<mnemonic, ["getUnwindowed"], traits> {
  let extraClassDefinition = reifyBody # maskBody # [{
    ::mlir::Value $cppClass::getUnwindowed() { return getG(); }
    ::mlir::Value $cppClass::getPassThrough() {
      return getWindow() ? ::mlir::Value() : getG();
    }
    ::llvm::SmallVector<::mlir::Value> $cppClass::buildMasks(
        ::quant_bnn::PayloadBuilder &builder, ::mlir::ValueRange operands) {
      return {builder.isWithin(operands.front(), *getWindow())};
    }
    ::llvm::LogicalResult $cppClass::canonicalize(
        $cppClass op, ::mlir::PatternRewriter &rewriter) {
      return ::quant_bnn::detail::canonicalizeWindowGrad(op, rewriter);
    }
  }];
  let hasCanonicalizeMethod = 1;
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNBASE
