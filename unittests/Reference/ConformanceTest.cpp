//===- ConformanceTest.cpp - The reference against conformance data -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConformanceCheck.h"

#include "gtest/gtest.h"

using namespace quant_bnn::unittests;

TEST(Conformance, EveryVector) { checkConformance(ReferenceImplementation()); }
