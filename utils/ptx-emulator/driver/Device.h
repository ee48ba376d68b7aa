//===- Device.h - The devices, their memory and their streams ---*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is put into a stream runs as late as it may: when something waits for
// it. A program that does not wait, or that forgets how two streams depend on
// each other, then reads what was not written yet.
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

  /// Whether it is ordered with the default stream.
  const bool isBlocking;

  uint64_t getEnd() const { return submitted; }
  void submit(std::function<void()> work);
  /// Runs all up to the position that getEnd returned then.
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

/// All that there is. Devices share one memory, as their addresses are unique.
struct System {
  std::recursive_mutex mutex;
  bool isInitialized = false;
  /// Once a kernel failed, every call returns its error.
  Error stickyError = Success;
  Memory memory;
  std::vector<Context> contexts;
  Stream defaultStream{/*isBlocking=*/true};
  std::set<Stream *> streams;
  std::set<Event *> events;
  std::set<Module *> modules;
  std::map<const Function *, Kernel> kernels;
};

/// Never destroyed: work may be pending when the process ends.
System &getSystem();

/// The contexts of this thread. The last is current, unless it is null.
std::vector<Context *> &getContextStack();
Context *&getCurrentContext();

/// Returns the stream of a handle, or null where there is none.
Stream *findStream(void *handle);

/// Puts `work` into `stream`, after what the default stream has where they are
/// ordered.
void submit(Stream &stream, std::function<void()> work);

/// Runs all that was submitted.
void synchronizeAll();

/// One call of an entry point: holds the lock, looks at the environment for
/// what a test wants, and finds what keeps the call from being made.
class EntryPoint {
public:
  enum Needs { Nothing, Initialization, CurrentContext };

  EntryPoint(const char *name, Needs needs);

  Error getError() const { return error; }

private:
  std::unique_lock<std::recursive_mutex> lock;
  Error error = Success;
};

/// Begins an entry point.
#define ENTER(needs)                                                           \
  EntryPoint entryPoint(__func__, EntryPoint::needs);                          \
  if (entryPoint.getError() != Success)                                        \
  return entryPoint.getError()

/// Returns the number in the variable `name` of the environment.
int getSetting(const char *name, int otherwise);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_DRIVER_DEVICE_H
