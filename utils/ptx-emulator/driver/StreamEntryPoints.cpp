//===- StreamEntryPoints.cpp - Streams and events -------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

using namespace ptx_emulator;

static Event *findEvent(Event *event) {
  return getSystem().events.count(event) ? event : nullptr;
}

extern "C" {

int cuStreamCreate(Stream **stream, unsigned flags) {
  ENTER(CurrentContext);
  *stream = new Stream(/*isBlocking=*/flags == 0);
  getSystem().streams.insert(*stream);
  return Success;
}

int cuStreamSynchronize(void *handle) {
  ENTER(CurrentContext);
  Stream *stream = findStream(handle);
  if (!stream)
    return InvalidHandle;
  // Work in the default stream also waits for all blocking streams.
  submit(*stream, [] {});
  stream->runUntil(stream->getEnd());
  return getSystem().stickyError;
}

int cuStreamWaitEvent(void *handle, Event *event, unsigned flags) {
  ENTER(CurrentContext);
  Stream *stream = findStream(handle);
  if (!stream || !findEvent(event))
    return InvalidHandle;
  if (flags != 0)
    return InvalidValue;
  if (Stream *other = event->stream)
    submit(*stream, [other, end = event->position] { other->runUntil(end); });
  return Success;
}

int cuEventCreate(Event **event, unsigned) {
  ENTER(CurrentContext);
  *event = new Event;
  getSystem().events.insert(*event);
  return Success;
}

int cuEventRecord(Event *event, void *handle) {
  ENTER(CurrentContext);
  Stream *stream = findStream(handle);
  if (!stream || !findEvent(event))
    return InvalidHandle;
  submit(*stream, [] {});
  *event = {stream, stream->getEnd()};
  return Success;
}

int cuEventSynchronize(Event *event) {
  ENTER(CurrentContext);
  if (!findEvent(event))
    return InvalidHandle;
  if (event->stream)
    event->stream->runUntil(event->position);
  return getSystem().stickyError;
}

} // extern "C"
