//===- cuda-calls.cpp - Calls the CUDA runtime as compiled code does ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tests in test/Runtime run it, each with the name of what it is to do.
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/CUDA.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <thread>
#include <vector>

extern "C" {
void *mgpuModuleLoad(void *image, size_t size);
void *mgpuModuleLoadJIT(void *image, int optLevel);
void mgpuModuleUnload(void *module);
void *mgpuModuleGetFunction(void *module, const char *name);
void mgpuLaunchKernel(void *function, intptr_t gridX, intptr_t gridY,
                      intptr_t gridZ, intptr_t blockX, intptr_t blockY,
                      intptr_t blockZ, int32_t sharedMemory, void *stream,
                      void **parameters, void **extra, size_t parameterCount);
void *mgpuStreamCreate();
void mgpuStreamDestroy(void *stream);
void mgpuStreamSynchronize(void *stream);
void mgpuStreamWaitEvent(void *stream, void *event);
void *mgpuEventCreate();
void mgpuEventDestroy(void *event);
void mgpuEventSynchronize(void *event);
void mgpuEventRecord(void *event, void *stream);
void *mgpuMemAlloc(uint64_t size, void *stream, bool isHostShared);
void mgpuMemFree(void *pointer, void *stream);
void mgpuMemcpy(void *to, void *from, size_t size, void *stream);
void mgpuMemset16(void *to, unsigned short value, size_t count, void *stream);
void mgpuMemset32(void *to, unsigned value, size_t count, void *stream);
void mgpuMemHostRegisterMemRef(int64_t rank, void *memref, int64_t elementSize);
void mgpuMemHostUnregisterMemRef(int64_t rank, void *memref,
                                 int64_t elementSize);
void mgpuSetDefaultDevice(int32_t device);
}

/// increment: p[i] += amount. dynamic: the same through shared memory. fault:
/// a load from 4 bytes before p.
static char kernels[] = R"(
.version 8.0
.target sm_80
.address_size 64
.extern .shared .align 4 .b8 buffer[];
.visible .entry increment(.param .u64 p, .param .u32 amount)
{
  .reg .b32 %r<6>;
  .reg .b64 %rd<4>;
  ld.param.b64 %rd1, [p];
  ld.param.b32 %r1, [amount];
  mov.u32 %r2, %ctaid.x;
  mov.u32 %r3, %ntid.x;
  mov.u32 %r4, %tid.x;
  mad.lo.s32 %r2, %r2, %r3, %r4;
  mul.wide.u32 %rd2, %r2, 4;
  add.s64 %rd3, %rd1, %rd2;
  ld.global.b32 %r5, [%rd3];
  add.s32 %r5, %r5, %r1;
  st.global.b32 [%rd3], %r5;
  ret;
}
.visible .entry dynamic(.param .u64 q, .param .u32 word)
{
  .reg .b32 %r<4>;
  .reg .b64 %rd<5>;
  ld.param.b64 %rd1, [q];
  ld.param.b32 %r1, [word];
  mov.b64 %rd2, buffer;
  mul.wide.u32 %rd3, %r1, 4;
  add.s64 %rd4, %rd2, %rd3;
  st.shared.b32 [%rd4], %r1;
  ld.shared.b32 %r2, [%rd4];
  st.global.b32 [%rd1], %r2;
  ret;
}
.visible .entry fault(.param .u64 r)
{
  .reg .b32 %r<2>;
  .reg .b64 %rd<2>;
  ld.param.b64 %rd1, [r];
  ld.global.b32 %r1, [%rd1+-4];
  ret;
}
)";

static char brokenKernels[] = R"(
.version 8.0
.target sm_80
.address_size 64
.visible .entry broken()
{
  frobnicate.b32 %r1;
  ret;
}
)";

/// As a static constructor does: nothing may be asked of the driver.
static void *module = mgpuModuleLoadJIT(kernels, 2);

//===----------------------------------------------------------------------===//
// What compiled code does
//===----------------------------------------------------------------------===//

static void launch(const char *name, void *stream, int grid, int block,
                   std::vector<void *> parameters, int sharedMemory = 0) {
  mgpuLaunchKernel(mgpuModuleGetFunction(module, name), grid, 1, 1, block, 1, 1,
                   sharedMemory, stream, parameters.data(), nullptr,
                   parameters.size());
}

static void increment(void *data, int amount, void *stream, int grid = 1) {
  launch("increment", stream, grid, 4, {&data, &amount});
}

/// A host function on arrays of the host: adds 1 to each of four elements.
static void incrementOnDevice(int (&data)[4]) {
  void *stream = mgpuStreamCreate();
  void *buffer = mgpuMemAlloc(sizeof(data), stream, false);
  mgpuMemcpy(buffer, data, sizeof(data), stream);
  increment(buffer, 1, stream);
  mgpuMemcpy(data, buffer, sizeof(data), stream);
  mgpuMemFree(buffer, stream);
  mgpuStreamSynchronize(stream);
  mgpuStreamDestroy(stream);
}

static void print(const int *data, int count = 4) {
  for (int i = 0; i < count; ++i)
    std::printf("%d%c", data[i], i + 1 < count ? ' ' : '\n');
}

/// Returns a function of the driver, which only some scenarios call.
template <typename Function>
static Function *getDriverFunction(const char *name) {
  void *library = dlopen("libcuda.so.1", RTLD_NOW);
  return reinterpret_cast<Function *>(dlsym(library, name));
}

namespace {

struct MemRef {
  void *allocated;
  void *aligned;
  int64_t offset;
  int64_t sizes[2];
  int64_t strides[2];
};

} // namespace

//===----------------------------------------------------------------------===//
// The scenarios
//===----------------------------------------------------------------------===//

static void load() {}

static void run() {
  int data[4] = {1, 2, 3, 4};
  incrementOnDevice(data);
  incrementOnDevice(data);
  print(data);
}

/// What depends on what by events alone.
static void events() {
  int data[4] = {1, 2, 3, 4};
  void *first = mgpuStreamCreate(), *second = mgpuStreamCreate();
  void *buffer = mgpuMemAlloc(sizeof(data), first, false);
  mgpuMemcpy(buffer, data, sizeof(data), first);
  increment(buffer, 1, first);
  void *event = mgpuEventCreate();
  mgpuEventRecord(event, first);
  mgpuStreamWaitEvent(second, event);
  mgpuEventDestroy(event);
  increment(buffer, 10, second);
  void *last = mgpuEventCreate();
  mgpuEventRecord(last, second);
  mgpuEventSynchronize(last);
  mgpuEventDestroy(last);
  mgpuMemcpy(data, buffer, sizeof(data), second);
  print(data);
}

/// Sizes of 0 everywhere.
static void empty() {
  void *stream = mgpuStreamCreate();
  void *buffer = mgpuMemAlloc(0, stream, false);
  std::printf("%s\n", buffer ? "a buffer" : "null");
  mgpuMemcpy(buffer, nullptr, 0, stream);
  mgpuMemset16(buffer, 0, 0, stream);
  mgpuMemset32(buffer, 0, 0, stream);
  increment(buffer, 1, stream, /*grid=*/0);
  MemRef memref = {nullptr, nullptr, 0, {0, 4}, {4, 1}};
  mgpuMemHostRegisterMemRef(2, &memref, 4);
  mgpuMemHostUnregisterMemRef(2, &memref, 4);
  mgpuMemFree(buffer, stream);
  mgpuMemFree(nullptr, stream);
  mgpuStreamSynchronize(stream);
  std::printf("done\n");
}

static void fill() {
  void *stream = mgpuStreamCreate();
  void *words = mgpuMemAlloc(16, stream, false);
  int data[4];
  mgpuMemset32(words, 7, 4, stream);
  mgpuMemset16(words, 1, 2, stream);
  mgpuMemcpy(data, words, sizeof(data), stream);
  mgpuStreamSynchronize(stream);
  print(data);
}

/// Memory that the host and the device share.
static void shared() {
  void *stream = mgpuStreamCreate();
  auto *data = static_cast<int *>(mgpuMemAlloc(16, nullptr, true));
  std::fill_n(data, 4, 5);
  increment(data, 1, stream);
  mgpuStreamSynchronize(stream);
  print(data);
  mgpuMemFree(data, stream);
}

/// What forgets to wait reads what was there before.
static void forgotten() {
  void *stream = mgpuStreamCreate();
  auto *data = static_cast<int *>(mgpuMemAlloc(16, nullptr, true));
  std::fill_n(data, 4, 5);
  increment(data, 1, stream);
  print(data);
}

/// Memory of the host, registered: the second row of an array.
static void registered() {
  int data[8] = {0, 0, 0, 0, 1, 2, 3, 4};
  MemRef memref = {data, data, 4, {1, 4}, {4, 1}};
  mgpuMemHostRegisterMemRef(2, &memref, sizeof(int));
  void *stream = mgpuStreamCreate();
  increment(data + 4, 1, stream);
  mgpuStreamSynchronize(stream);
  mgpuMemHostUnregisterMemRef(2, &memref, sizeof(int));
  print(data, 8);
}

static void gaps() {
  int data[8];
  MemRef memref = {data, data, 0, {2, 2}, {4, 1}};
  mgpuMemHostRegisterMemRef(2, &memref, sizeof(int));
}

static void sharedMemory() {
  int result = 0, word = 50 * 1024 / 4 - 1;
  void *stream = mgpuStreamCreate();
  void *buffer = mgpuMemAlloc(4, stream, false);
  launch("dynamic", stream, 1, 1, {&buffer, &word}, 50 * 1024);
  mgpuMemcpy(&result, buffer, 4, stream);
  print(&result, 1);
}

static void tooMuchSharedMemory() {
  launch("dynamic", mgpuStreamCreate(), 1, 1, {}, 300 * 1024);
}

/// A caller whose data is on the device.
static void devicePointers() {
  int data[4] = {1, 2, 3, 4};
  void *buffer = quant_bnn_cuda_allocate(sizeof(data));
  quant_bnn_cuda_copy(buffer, data, sizeof(data));
  void *stream = mgpuStreamCreate();
  increment(buffer, 1, stream);
  mgpuStreamSynchronize(stream);
  mgpuStreamDestroy(stream);
  quant_bnn_cuda_copy(data, buffer, sizeof(data));
  quant_bnn_cuda_copy(data, buffer, 0);
  quant_bnn_cuda_free(buffer);
  quant_bnn_cuda_synchronize();
  print(data);
}

/// A caller with a stream of its own, which nothing but it waits for.
static void callersStream() {
  int data[4] = {1, 2, 3, 4};
  void *buffer = quant_bnn_cuda_allocate(sizeof(data));
  void *callers;
  getDriverFunction<int(void **, unsigned)>("cuStreamCreate")(
      &callers, /*CU_STREAM_NON_BLOCKING=*/1);
  quant_bnn_cuda_set_stream(callers);
  quant_bnn_cuda_copy(buffer, data, sizeof(data));
  for (int i = 0; i < 2; ++i) {
    void *stream = mgpuStreamCreate();
    std::printf("%s stream\n", stream == callers ? "the caller's" : "another");
    increment(buffer, 1, stream);
    mgpuStreamSynchronize(stream);
    mgpuStreamDestroy(stream);
  }
  std::fprintf(stderr, "returned\n");
  quant_bnn_cuda_copy(data, buffer, sizeof(data));
  print(data);
  quant_bnn_cuda_set_stream(nullptr);
  std::printf("%s stream\n",
              mgpuStreamCreate() == callers ? "the caller's" : "another");
}

/// The work of a caller that knows of no streams is in the default stream.
static void defaultStream() {
  int data[4] = {1, 2, 3, 4};
  void *buffer = quant_bnn_cuda_allocate(sizeof(data));
  quant_bnn_cuda_copy(buffer, data, sizeof(data));
  increment(buffer, 1, /*stream=*/nullptr);
  void *stream = mgpuStreamCreate();
  increment(buffer, 10, stream);
  mgpuStreamSynchronize(stream);
  mgpuMemcpy(data, buffer, sizeof(data), stream);
  print(data);
}

/// A caller with a context of its own.
static void callersContext() {
  void *context;
  getDriverFunction<int(unsigned)>("cuInit")(0);
  getDriverFunction<int(void **, int)>("cuDevicePrimaryCtxRetain")(&context, 1);
  getDriverFunction<int(void *)>("cuCtxSetCurrent")(context);
  mgpuSetDefaultDevice(0);
  run();
}

static void secondDevice() {
  run();
  mgpuSetDefaultDevice(1);
  run();
}

static void threads() {
  std::vector<std::thread> workers;
  std::vector<int> sums(4);
  for (int &sum : sums)
    workers.emplace_back([&sum] {
      for (int i = 0; i < 100; ++i) {
        int data[4] = {i, i, i, i};
        incrementOnDevice(data);
        sum += data[0] + data[1] + data[2] + data[3];
      }
    });
  for (std::thread &worker : workers)
    worker.join();
  print(sums.data());
}

static void available() {
  char message[256];
  int isAvailable = quant_bnn_cuda_is_available(message, sizeof(message));
  std::printf("%d '%s'\n", isAvailable, message);
  char cut[8];
  quant_bnn_cuda_is_available(cut, sizeof(cut));
  std::printf("'%s'\n", cut);
  if (quant_bnn_cuda_is_available(nullptr, 0))
    std::printf("%d\n", quant_bnn_cuda_get_compute_capability());
}

static void unknownKernel() { mgpuModuleGetFunction(module, "nothing"); }

static void brokenModule() {
  mgpuModuleGetFunction(mgpuModuleLoadJIT(brokenKernels, 3), "broken");
}

static void machineCode() {
  static char image[] = "\x7f"
                        "ELF";
  mgpuModuleGetFunction(mgpuModuleLoad(image, sizeof(image)), "kernel");
}

static void unload() {
  run();
  mgpuModuleUnload(module);
  module = mgpuModuleLoadJIT(kernels, 2);
  run();
}

static void tooManyThreads() {
  void *data = nullptr;
  int amount = 0;
  launch("increment", mgpuStreamCreate(), 1, 2048, {&data, &amount});
}

static void hugeGrid() {
  mgpuLaunchKernel(mgpuModuleGetFunction(module, "increment"), 1, 1,
                   int64_t(1) << 32, 1, 1, 1, 0, mgpuStreamCreate(), nullptr,
                   nullptr, 0);
}

static void hugeAllocation() {
  mgpuMemAlloc(uint64_t(1) << 60, mgpuStreamCreate(), false);
}

static void fault() {
  void *stream = mgpuStreamCreate();
  void *buffer = mgpuMemAlloc(4, stream, false);
  launch("fault", stream, 1, 1, {&buffer});
  std::fprintf(stderr, "launched\n");
  mgpuStreamSynchronize(stream);
}

static void freeTwice() {
  void *buffer = quant_bnn_cuda_allocate(4);
  quant_bnn_cuda_free(buffer);
  quant_bnn_cuda_free(buffer);
}

int main(int argc, char **argv) {
  struct Scenario {
    const char *name;
    void (*run)();
  };
  static const Scenario scenarios[] = {
      {"available", available},
      {"broken-module", brokenModule},
      {"callers-context", callersContext},
      {"callers-stream", callersStream},
      {"default-stream", defaultStream},
      {"device-pointers", devicePointers},
      {"empty", empty},
      {"events", events},
      {"fault", fault},
      {"fill", fill},
      {"forgotten", forgotten},
      {"free-twice", freeTwice},
      {"gaps", gaps},
      {"huge-allocation", hugeAllocation},
      {"huge-grid", hugeGrid},
      {"load", load},
      {"machine-code", machineCode},
      {"registered", registered},
      {"run", run},
      {"second-device", secondDevice},
      {"shared", shared},
      {"shared-memory", sharedMemory},
      {"threads", threads},
      {"too-many-threads", tooManyThreads},
      {"too-much-shared-memory", tooMuchSharedMemory},
      {"unknown-kernel", unknownKernel},
      {"unload", unload},
  };
  for (const Scenario &scenario : scenarios)
    if (argc == 2 && std::strcmp(argv[1], scenario.name) == 0) {
      scenario.run();
      mgpuModuleUnload(module);
      return 0;
    }
  std::fprintf(stderr, "usage: cuda-calls SCENARIO\n");
  return 2;
}
