//===- Workspace.cpp - Memory that a thread keeps between calls -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A key of POSIX threads, and not thread_local: its destructor needs no C++
// runtime library.
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/Workspace.h"
#include "Fail.h"

#include <new>
#include <pthread.h>

using quant_bnn::fail;

namespace {
/// Before the bytes of a workspace, which are aligned as it is.
struct alignas(64) Header {
  int64_t size;
};
} // namespace

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void createKey() {
  if (pthread_key_create(&key, free) != 0)
    fail("there are too many keys of thread-specific data");
}

/// Makes the thread keep `next`, and returns what it kept, or null.
static Header *exchange(Header *next) {
  pthread_once(&once, createKey);
  void *kept = pthread_getspecific(key);
  if (kept != next && pthread_setspecific(key, next) != 0)
    fail("there is no memory for thread-specific data");
  return static_cast<Header *>(kept);
}

static Header *allocate(int64_t size) {
  constexpr int64_t alignment = alignof(Header);
  void *memory = nullptr;
  if (size >= 0 && size <= INT64_MAX - 2 * alignment) {
    int64_t rounded = (size + alignment - 1) / alignment * alignment;
    memory = aligned_alloc(alignment, sizeof(Header) + rounded);
  }
  if (!memory) {
    char message[64];
    snprintf(message, sizeof(message),
             "no memory for a workspace of %lld bytes",
             static_cast<long long>(size));
    fail(message);
  }
  return new (memory) Header{size};
}

void quant_bnn_free_workspace() { free(exchange(nullptr)); }

void _mlir_ciface_quant_bnn_take_workspace(quant_bnn_workspace *result,
                                           int64_t size) {
  Header *header = exchange(nullptr);
  if (!header || header->size < size) {
    free(header);
    header = allocate(size);
  }
  char *bytes = reinterpret_cast<char *>(header + 1);
  *result = {bytes, bytes, 0, size, 1};
}

void _mlir_ciface_quant_bnn_return_workspace(quant_bnn_workspace *workspace) {
  Header *header = reinterpret_cast<Header *>(workspace->allocated) - 1;
  Header *other = exchange(header);
  if (other && other->size > header->size) {
    exchange(other);
    other = header;
  }
  free(other);
}
