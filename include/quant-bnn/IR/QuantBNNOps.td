//===- QuantBNNOps.td - The ops of quant_bnn ---------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_QUANTBNNOPS
#define QUANT_BNN_IR_QUANTBNNOPS

include "quant-bnn/IR/GradientControlOps.td"
include "quant-bnn/IR/BinarizerOps.td"
include "quant-bnn/IR/PackedOps.td"
include "quant-bnn/IR/PackedShapeOps.td"
include "quant-bnn/IR/BinaryComputeOps.td"
include "quant-bnn/IR/UniformQuantizerOps.td"

#endif // QUANT_BNN_IR_QUANTBNNOPS
