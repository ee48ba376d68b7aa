//===- Reference.h - The specification, executable --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What every quantizer and gradient of the dialect computes, in plain C++ and
// without MLIR, so that folders, unit tests and tests of compiled code have one
// thing to be compared with.
//
// The templates exist for float and double, the types that the ops compute in.
// An f16 or bf16 op computes in float from end to end: its caller widens the
// operands, and rounds each result once.
//
// Every operation is rounded as it is written, half to even; nothing is
// contracted. A float attribute comes as a double and is rounded to the compute
// type before it is used. Only tanh, the swish gradient and sums are evaluated
// in a wider type, so that what is left of the error is the tested code's own.
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
