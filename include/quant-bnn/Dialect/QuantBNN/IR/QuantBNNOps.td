//===- QuantBNNOps.td - The ops of quant_bnn ---------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNOPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNOPS

include "quant-bnn/Dialect/QuantBNN/IR/GradientControlOps.td"
include "quant-bnn/Dialect/QuantBNN/IR/BinarizerOps.td"
include "quant-bnn/Dialect/QuantBNN/IR/PackedOps.td"
include "quant-bnn/Dialect/QuantBNN/IR/BinaryComputeOps.td"
include "quant-bnn/Dialect/QuantBNN/IR/UniformQuantizerOps.td"

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNOPS
