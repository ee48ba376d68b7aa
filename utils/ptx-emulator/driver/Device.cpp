//===- Device.cpp - Devices, their memory and their streams ---------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

#include <cstdlib>

using namespace ptx_emulator;

/// CU_STREAM_LEGACY, the other name of the default stream.
static void *const legacyStream = reinterpret_cast<void *>(1);

int ptx_emulator::getSetting(const char *name, int otherwise) {
  const char *text = std::getenv(name);
  return text ? std::atoi(text) : otherwise;
}

System &ptx_emulator::getSystem() {
  static System &system = *new System;
  return system;
}

std::vector<Context *> &ptx_emulator::getContextStack() {
  // The stack outlives the thread: modules are unloaded after the destructors
  // of the thread.
  static thread_local auto &stack = *new std::vector<Context *>{nullptr};
  return stack;
}

Context *&ptx_emulator::getCurrentContext() { return getContextStack().back(); }

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

void Stream::submit(std::function<void()> work) {
  queue.push_back(std::move(work));
  ++submitted;
}

void Stream::runUntil(uint64_t end) {
  while (done < end) {
    std::function<void()> work = std::move(queue.front());
    queue.pop_front();
    ++done;
    // A device does nothing more after an error.
    if (getSystem().stickyError == Success)
      work();
  }
}

Stream *ptx_emulator::findStream(void *handle) {
  System &system = getSystem();
  if (!handle || handle == legacyStream)
    return &system.defaultStream;
  auto *stream = static_cast<Stream *>(handle);
  return system.streams.count(stream) ? stream : nullptr;
}

/// Makes later work in `stream` wait for the current work in `other`.
static void waitFor(Stream &stream, Stream &other) {
  uint64_t end = other.getEnd();
  stream.submit([&other, end] { other.runUntil(end); });
}

void ptx_emulator::submit(Stream &stream, std::function<void()> work) {
  System &system = getSystem();
  if (&stream == &system.defaultStream) {
    for (Stream *other : system.streams)
      if (other->isBlocking)
        waitFor(stream, *other);
  } else if (stream.isBlocking) {
    waitFor(stream, system.defaultStream);
  }
  stream.submit(std::move(work));
}

void ptx_emulator::synchronizeAll() {
  System &system = getSystem();
  system.defaultStream.runUntil(system.defaultStream.getEnd());
  for (Stream *stream : system.streams)
    stream->runUntil(stream->getEnd());
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

/// Returns the error that PTX_EMULATOR_FAIL=name:count:error requests for call
/// number `count` of function `name`, or Success.
static Error getRequestedError(const std::string &name) {
  static const char *const text = std::getenv("PTX_EMULATOR_FAIL");
  if (!text || std::string(text).rfind(name + ":", 0) != 0)
    return Success;
  static int calls = 0;
  char *end;
  int count = std::strtol(text + name.size() + 1, &end, 10);
  return ++calls == count ? static_cast<Error>(std::atoi(end + 1)) : Success;
}

static Error findError(const char *name, EntryPoint::Needs needs) {
  System &system = getSystem();
  if (Error error = getRequestedError(name))
    return error;
  if (needs == EntryPoint::Nothing)
    return Success;
  if (!system.isInitialized)
    return NotInitialized;
  if (needs == EntryPoint::CurrentContext) {
    if (!getCurrentContext())
      return InvalidContext;
    return system.stickyError;
  }
  return Success;
}

EntryPoint::EntryPoint(const char *name, Needs needs)
    : lock(getSystem().mutex) {
  static const bool traces = getSetting("PTX_EMULATOR_TRACE", 0);
  if (traces) {
    const Context *context = getCurrentContext();
    std::fprintf(stderr, "ptx-emulator: %s on device %d\n", name,
                 context ? context->device : -1);
  }
  error = findError(name, needs);
}
