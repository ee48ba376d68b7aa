//===- Reference.h - Reference implementation of the ops --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Implements the ops of the dialect in plain C++ without MLIR. Folders, unit
// tests and tests of compiled code compare results with this implementation.
//
// The templates exist for float and double, the compute types of the ops. An
// f16 or bf16 op computes in float from end to end: its caller widens the
// operands, and rounds each result once.
//
// Every operation is rounded as it is written, half to even; nothing is
// contracted. A float attribute comes as a double and is rounded to the compute
// type before it is used. Only tanh, the swish gradient and sums are evaluated
// in a wider type, so that the remaining error is that of the tested code.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_REFERENCE_H
#define QUANT_BNN_REFERENCE_REFERENCE_H

#include "quant-bnn/Reference/Agreement.h"
#include "quant-bnn/Reference/Binarizers.h"
#include "quant-bnn/Reference/BinaryCompute.h"
#include "quant-bnn/Reference/GradientControl.h"
#include "quant-bnn/Reference/Packing.h"
#include "quant-bnn/Reference/UniformQuantizers.h"

#endif // QUANT_BNN_REFERENCE_REFERENCE_H
