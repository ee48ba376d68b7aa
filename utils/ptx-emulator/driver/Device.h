//===- Device.h - Devices, their memory and their streams -------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Work in a stream runs as late as possible: when something waits for it. A
// program that does not wait, or that misses a dependence between two streams,
// then reads data that has not been written yet.
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_DRIVER_DEVICE_H
#define PTX_EMULATOR_DRIVER_DEVICE_H

#include "Errors.h"
#include "Interpreter.h"

#include <deque>
#include <functional>
#include <mutex>
#include <set>

namespace ptx_emulator {

/// The primary context of a device.
struct Context {
  int device;
};

class Stream {
public:
  explicit Stream(bool isBlocking) : isBlocking(isBlocking) {}

  /// Whether the stream is ordered with the default stream.
  const bool isBlocking;

  uint64_t getEnd() const { return submitted; }
  void submit(std::function<void()> work);
  /// Runs all work up to position `end`, which getEnd has returned.
  void runUntil(uint64_t end);

private:
  std::deque<std::function<void()>> queue;
  uint64_t submitted = 0;
  uint64_t done = 0;
};

struct Event {
  Stream *stream = nullptr;
  uint64_t position = 0;
};

struct Module {
  std::unique_ptr<Program> program;
};

struct Kernel {
  const Function *function;
  uint64_t maxDynamicSharedBytes;
};

/// The state of the emulator. Devices share one memory, since their addresses
/// are unique.
struct System {
  std::recursive_mutex mutex;
  bool isInitialized = false;
  /// Once work on a device has failed, every call that needs a current context
  /// returns this error.
  Error stickyError = Success;
  Memory memory;
  std::vector<Context> contexts;
  Stream defaultStream{/*isBlocking=*/true};
  std::set<Stream *> streams;
  std::set<Event *> events;
  std::set<Module *> modules;
  std::map<const Function *, Kernel> kernels;
};

/// Returns the state of the emulator, which is never destroyed: work may be
/// pending when the process ends.
System &getSystem();

/// Returns the contexts of this thread. The last one is current, unless it is
/// null.
std::vector<Context *> &getContextStack();
Context *&getCurrentContext();

/// Returns the stream of a handle, or null where there is none.
Stream *findStream(void *handle);

/// Appends `work` to `stream`. If `stream` is blocking, `work` runs after the
/// current work of the default stream; in the default stream, `work` runs after
/// the current work of all blocking streams.
void submit(Stream &stream, std::function<void()> work);

/// Runs all submitted work.
void synchronizeAll();

/// One call of an entry point: holds the lock, traces the call, and finds the
/// error that the call returns without doing anything, which a test may request
/// in the environment.
class EntryPoint {
public:
  enum Needs { Nothing, Initialization, CurrentContext };

  EntryPoint(const char *name, Needs needs);

  Error getError() const { return error; }

private:
  std::unique_lock<std::recursive_mutex> lock;
  Error error = Success;
};

/// Begins an entry point, which returns if there is an error.
#define ENTER(needs)                                                           \
  EntryPoint entryPoint(__func__, EntryPoint::needs);                          \
  if (entryPoint.getError() != Success)                                        \
  return entryPoint.getError()

/// Returns the number in the environment variable `name`, or `otherwise` if the
/// variable is not set.
int getSetting(const char *name, int otherwise);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_DRIVER_DEVICE_H
