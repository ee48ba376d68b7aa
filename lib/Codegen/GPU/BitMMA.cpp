//===- BitMMA.cpp - Bit matrix products on tensor cores -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BitMMA.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::map_to_gpu;

BitMMAInstruction::BitMMAInstruction(BitMMA kind)
    : operation(kind == BitMMA::AndM16N8K256 ? NVVM::MMAB1Op::and_popc
                                             : NVVM::MMAB1Op::xor_popc),
      rowsPerThread(kind == BitMMA::XorM8N8K128 ? 1 : 2),
      words(kind == BitMMA::XorM8N8K128 ? 1 : 2) {}

Value BitMMAInstruction::emit(ImplicitLocOpBuilder &b, Type resultType,
                              ValueRange rowWords, ValueRange columnWords,
                              ValueRange sums) const {
  return NVVM::MmaOp::create(
      b, resultType, rowWords, columnWords, sums,
      {getRows(), columns, words * 32 * members}, operation,
      /*intOverflow=*/std::nullopt,
      std::array{NVVM::MMATypes::b1, NVVM::MMATypes::b1},
      std::array{NVVM::MMALayout::row, NVVM::MMALayout::col});
}

/// Emits the xor instruction m8n8k128 as inline assembly: PTX has it from sm_75
/// on, but LLVM only from sm_80 on.
static Value emitOfEightRows(ImplicitLocOpBuilder &b, Type resultType,
                             ArrayRef<Value> rowWords,
                             ArrayRef<Value> columnWords,
                             ArrayRef<Value> sums) {
  SmallVector<Value> operands = {rowWords.front(), columnWords.front()};
  llvm::append_range(operands, sums);
  return LLVM::InlineAsmOp::create(
             b, resultType, operands,
             "mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc "
             "{$0, $1}, {$2}, {$3}, {$4, $5};",
             "=r,=r,r,r,r,r", /*has_side_effects=*/true,
             /*is_align_stack=*/false, LLVM::tailcallkind::TailCallKind::None,
             /*asm_dialect=*/LLVM::AsmDialectAttr(),
             /*operand_attrs=*/ArrayAttr())
      .getResult(0);
}

SmallVector<Value> BitMMAInstruction::accumulate(ImplicitLocOpBuilder &b,
                                                 ArrayRef<Piece> rows,
                                                 const Piece &column,
                                                 ValueRange sums) const {
  Type i32 = b.getI32Type();
  auto resultType = LLVM::LLVMStructType::getLiteral(
      b.getContext(), SmallVector<Type>(sums.size(), i32));
  SmallVector<Value> results = llvm::to_vector(sums);
  for (int64_t first = 0; first < pieceBits / 32; first += words) {
    SmallVector<Value> rowWords, columnWords;
    for (int64_t word = first; word < first + words; ++word) {
      for (const Piece &row : rows)
        rowWords.push_back(row[word]);
      columnWords.push_back(column[word]);
    }
    Value counted =
        words == 1
            ? emitOfEightRows(b, resultType, rowWords, columnWords, results)
            : emit(b, resultType, rowWords, columnWords, results);
    for (auto [number, result] : llvm::enumerate(results))
      result = LLVM::ExtractValueOp::create(b, counted, number);
  }
  return results;
}
