/*===- LibraryCall.h - Call functions of a library on DLPack ------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* A library that bnn-compile makes has, beside each function f, a function   *|
|* __tvm_ffi_f in the calling convention of tvm-ffi: it takes the arguments   *|
|* of f, then a tensor for each result, as DLPack tensors on the CPU without  *|
|* gaps. A scalar is a number or a tensor without dimensions; a scalar result *|
|* is written to such a tensor. One more tensor, of any type, may follow: the *|
|* memory for temporary buffers, which is used from a multiple of 64 on, if   *|
|* workspace_size below is not null. Without it, the thread has that memory   *|
|* (Workspace.h).                                                             *|
|*                                                                            *|
|* If an argument is wrong, f is not called, and __tvm_ffi_f returns -1. So   *|
|* it does if an assertion of f fails, such as that extents of arguments      *|
|* agree. Memory that f itself has allocated or taken from the thread is lost *|
|* then. If the assertion fails in a task of a parallel loop, the program     *|
|* aborts. If the program has tvm-ffi, the error is also raised there.        *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_EXECUTIONENGINE_LIBRARYCALL_H
#define QUANT_BNN_EXECUTIONENGINE_LIBRARYCALL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Returns the message of the last call of this thread to a function
 *  __tvm_ffi_* that failed, "" if there was none. */
const char *quant_bnn_last_error(void);

/** The message, of 512 bytes. The libraries of a program share this function,
 *  if it is the linker that brings them together. */
char *quant_bnn_error_buffer(void);

/** Compiled code calls this where an assertion fails. Ends the call of a
 *  function __tvm_ffi_* of this thread; without one, prints the message and
 *  aborts. */
void quant_bnn_assertion_failed(const char *message);

/** DLPack's codes of types. */
enum quant_bnn_type_code {
  QUANT_BNN_INT = 0,
  QUANT_BNN_UINT = 1,
  QUANT_BNN_FLOAT = 2,
  QUANT_BNN_BFLOAT = 4,
  QUANT_BNN_BOOL = 6
};

/** What a compiled function takes or returns in one place. */
struct quant_bnn_value {
  const int64_t *shape; /* -1 where any extent is right */
  int32_t rank;         /* -1 if the value is a scalar */
  uint8_t code;         /* a quant_bnn_type_code */
  uint8_t bits;
  uint8_t is_writable; /* whether the function may write to the argument */
};

/** A compiled function. The operands of `call` are, in order, a pointer for
 *  each argument and each result, and one for the workspace: to MLIR's
 *  descriptor of an array, or to a scalar. */
struct quant_bnn_function {
  const char *name;
  const struct quant_bnn_value *values; /* arguments, then results */
  int32_t arguments;
  int32_t results;
  void (*call)(void **operands);
  int64_t (*workspace_size)(void **operands); /* null: it takes none */
  /* Writes the extents of results that are -1 above, in order. Null if they do
   * not follow from the extents and the scalars of type `index` among the
   * arguments, which are the only operands that it reads. */
  void (*result_extents)(void **operands, int64_t *extents);
};

#define QUANT_BNN_LIBRARY_VERSION 1

/** What a shared library defines by the name `quant_bnn_library`. */
struct quant_bnn_library {
  int32_t version; /* QUANT_BNN_LIBRARY_VERSION */
  int32_t count;
  const struct quant_bnn_function *const *functions;
};

/** The body of each function __tvm_ffi_*. */
int quant_bnn_call_from_tvm_ffi(const struct quant_bnn_function *function,
                                const void *arguments, int32_t count,
                                void *result);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_EXECUTIONENGINE_LIBRARYCALL_H */
