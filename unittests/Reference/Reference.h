//===- Reference.h - Reference implementation of the ops --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Implements the ops of the dialect in plain C++ without MLIR. Tests of folds
// and of compiled code compare results with this implementation, which the
// compiler does not use.
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

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_REFERENCE_H
#define QUANT_BNN_UNITTESTS_REFERENCE_REFERENCE_H

#include "Reference/Agreement.h"
#include "Reference/Binarizers.h"
#include "Reference/BinaryCompute.h"
#include "Reference/GradientControl.h"
#include "Reference/Packing.h"
#include "Reference/UniformQuantizers.h"

#endif // QUANT_BNN_UNITTESTS_REFERENCE_REFERENCE_H
