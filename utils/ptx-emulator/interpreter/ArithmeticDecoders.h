//===- ArithmeticDecoders.h - Decoders of integer arithmetic ----*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// add, sub, mul, div, min, max, neg and abs exist for integers and for floats.
// The decoders of floats see the modifiers first and call the decoders of this
// file for integers.
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_ARITHMETICDECODERS_H
#define PTX_EMULATOR_INTERPRETER_ARITHMETICDECODERS_H

namespace ptx_emulator {

class FunctionDecoder;
class Mnemonic;

void decodeIntegerAdd(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerSubtract(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerMultiply(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerDivide(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerMinimum(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerMaximum(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerNegate(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeIntegerAbsolute(FunctionDecoder &decoder, Mnemonic &mnemonic);

/// Decoders of instructions that write the carry, from .cc on.
void decodeCarryAdd(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeCarrySubtract(FunctionDecoder &decoder, Mnemonic &mnemonic);
void decodeCarryMultiplyAdd(FunctionDecoder &decoder, Mnemonic &mnemonic,
                            bool isHigh, bool readsCarry);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_ARITHMETICDECODERS_H
