//===- Errors.h - The errors of the CUDA driver -----------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_DRIVER_ERRORS_H
#define PTX_EMULATOR_DRIVER_ERRORS_H

namespace ptx_emulator {

/// The errors that this driver returns; a test may request any other error.
enum Error : int {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  NotInitialized = 3,
  NoDevice = 100,
  InvalidDevice = 101,
  InvalidContext = 201,
  NoBinaryForGPU = 209,
  InvalidPTX = 218,
  InvalidHandle = 400,
  NotFound = 500,
  IllegalAddress = 700,
  HostMemoryAlreadyRegistered = 712,
  HostMemoryNotRegistered = 713,
  MisalignedAddress = 716,
  LaunchFailed = 719,
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_DRIVER_ERRORS_H
