//===- EarlierForms.cpp - Forms of packed ops before version 0.2 ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Words had no type of their own before version 0.2: they were tensors of
// integers, with the length of rows beside them. Errors name what came instead.
//===----------------------------------------------------------------------===//

#include "EarlierForms.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace quant_bnn;

StringRef quant_bnn::detail::getSuccessor(StringRef opName) {
  return llvm::StringSwitch<StringRef>(opName)
      .Case("quant_bnn.packed_cast",
            "tensor.cast, and for flip arith.xori with ones,")
      .Case("quant_bnn.packed_concat", "tensor.concat")
      .Case("quant_bnn.packed_pad", "tensor.pad")
      .Case("quant_bnn.packed_reshape",
            "tensor.expand_shape or tensor.collapse_shape")
      .Case("quant_bnn.packed_slice", "tensor.extract_slice")
      .Case("quant_bnn.packed_transpose", "linalg.transpose")
      .Case(
          "quant_bnn.xnor_max_pool_2d",
          "linalg.pooling_nhwc_max, or linalg.pooling_nhwc_min where 1 is +1,")
      .Default("");
}

ParseResult quant_bnn::parseNoLayout(OpAsmParser &parser,
                                     OpAsmParser::UnresolvedOperand &) {
  SMLoc loc = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword("depth")))
    return parser.emitError(
        loc, "has no 'depth': a packed tensor counts elements, such as "
             "tensor<4x100xi1, #quant_bnn.packed<i64>>");
  if (succeeded(parser.parseOptionalKeyword("polarity")))
    return parser.emitError(
        loc, "has no 'polarity': it is part of the type of a packed "
             "tensor, such as tensor<4x100xi1, #quant_bnn.packed<i64, "
             "nonnegative>>");
  return success();
}

void quant_bnn::printNoLayout(OpAsmPrinter &, Operation *, Value) {}
