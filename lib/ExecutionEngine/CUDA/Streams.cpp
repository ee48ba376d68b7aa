//===- Streams.cpp - Streams and events -----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "Modules.h"

using namespace quant_bnn::cuda;

static thread_local CUstream callersStream = nullptr;

CUstream quant_bnn::cuda::getCallersStream() { return callersStream; }

// Never destroyed, as compiled code may run in static destructors.
static HandlePool<CUstream> &getStreams() {
  static auto &streams = *new HandlePool<CUstream>;
  return streams;
}

static HandlePool<CUevent> &getEvents() {
  static auto &events = *new HandlePool<CUevent>;
  return events;
}

/// Ends the process if `result`, of a wait in `function`, is an error. The
/// message names the last kernel, since the cause is usually a kernel.
static void checkWait(CUresult result, const char *function) {
  if (result == CUDA_SUCCESS)
    return;
  std::string action = function;
  if (const char *name = getLastKernelName())
    action += std::string(" after kernel '") + name + "'";
  fail(action, result);
}

QUANT_BNN_CUDA_EXPORT void quant_bnn_cuda_set_stream(void *stream) {
  callersStream = static_cast<CUstream>(stream);
}

QUANT_BNN_CUDA_EXPORT void quant_bnn_cuda_synchronize() {
  enterContext();
  checkWait(getDriver().cuCtxSynchronize(), "cuCtxSynchronize");
}

QUANT_BNN_CUDA_EXPORT void *mgpuStreamCreate() {
  if (callersStream)
    return callersStream;
  return getStreams().take(enterContext(), [] {
    // The new stream is ordered with the default stream, in which callers that
    // do not use streams compute the arguments.
    CUstream stream;
    check(getDriver().cuStreamCreate(&stream, CU_STREAM_DEFAULT),
          "cuStreamCreate");
    return stream;
  });
}

QUANT_BNN_CUDA_EXPORT void mgpuStreamDestroy(void *stream) {
  // Work that is still in the stream precedes the work of its next user.
  getStreams().giveBack(static_cast<CUstream>(stream));
}

QUANT_BNN_CUDA_EXPORT void mgpuStreamSynchronize(void *stream) {
  if (callersStream && stream == callersStream)
    return;
  enterContext();
  checkWait(getDriver().cuStreamSynchronize(static_cast<CUstream>(stream)),
            "cuStreamSynchronize");
}

QUANT_BNN_CUDA_EXPORT void mgpuStreamWaitEvent(void *stream, void *event) {
  enterContext();
  check(getDriver().cuStreamWaitEvent(static_cast<CUstream>(stream),
                                      static_cast<CUevent>(event), 0),
        "cuStreamWaitEvent");
}

QUANT_BNN_CUDA_EXPORT void *mgpuEventCreate() {
  return getEvents().take(enterContext(), [] {
    CUevent event;
    check(getDriver().cuEventCreate(&event, CU_EVENT_DISABLE_TIMING),
          "cuEventCreate");
    return event;
  });
}

QUANT_BNN_CUDA_EXPORT void mgpuEventDestroy(void *event) {
  // A stream that waits for the event waits for the work that was recorded
  // before the wait, regardless of later records.
  getEvents().giveBack(static_cast<CUevent>(event));
}

QUANT_BNN_CUDA_EXPORT void mgpuEventSynchronize(void *event) {
  enterContext();
  checkWait(getDriver().cuEventSynchronize(static_cast<CUevent>(event)),
            "cuEventSynchronize");
}

QUANT_BNN_CUDA_EXPORT void mgpuEventRecord(void *event, void *stream) {
  enterContext();
  check(getDriver().cuEventRecord(static_cast<CUevent>(event),
                                  static_cast<CUstream>(stream)),
        "cuEventRecord");
}
