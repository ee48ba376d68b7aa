//===- Consumer.h - A quantizer outside quant-bnn -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONSUMER_H
#define CONSUMER_H

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

#include "ConsumerDialect.h.inc"

#define GET_OP_CLASSES
#include "ConsumerOps.h.inc"

#endif // CONSUMER_H
