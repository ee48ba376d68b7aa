//===- Availability.cpp - Check for a device ------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include <cstdio>

using namespace quant_bnn::cuda;

/// Returns the reason why there is no device to run on, or an empty text.
static std::string findObstacle() {
  std::string reason;
  const Driver *driver = findDriver(reason);
  if (!driver)
    return reason;
  int ordinal = getDefaultDevice();
  CUdevice device;
  if (CUresult result = driver->cuDeviceGet(&device, ordinal))
    return "cuDeviceGet of device " + std::to_string(ordinal) + ": " +
           describe(*driver, result);
  return "";
}

QUANT_BNN_CUDA_EXPORT int quant_bnn_cuda_is_available(char *message,
                                                      size_t size) {
  std::string obstacle = findObstacle();
  if (message)
    std::snprintf(message, size, "%s", obstacle.c_str());
  return obstacle.empty();
}
