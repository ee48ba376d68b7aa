/*===- Workspace.h - Memory that a thread keeps between calls ---*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* The library quant_bnn_runtime has the functions that code compiled with    *|
|* workspace=thread calls for the memory of its temporary buffers, and the    *|
|* function below for callers of that code.                                   *|
|*                                                                            *|
|* Each thread keeps one piece of memory, as large as the largest that a call *|
|* has needed so far, and frees it when it ends. A call that begins while     *|
|* another of its thread has the memory allocates its own.                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_EXECUTIONENGINE_WORKSPACE_H
#define QUANT_BNN_EXECUTIONENGINE_WORKSPACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Frees the memory that the calling thread keeps. The next call allocates. */
void quant_bnn_free_workspace(void);

/** MLIR's descriptor of a memref<?xi8>. */
struct quant_bnn_workspace {
  char *allocated;
  char *aligned; /* a multiple of 64 */
  int64_t offset;
  int64_t size;
  int64_t stride;
};

/** Compiled code calls this at its entry, for `size` bytes. If there is no
 *  memory, it prints an error to stderr and aborts. */
void _mlir_ciface_quant_bnn_take_workspace(struct quant_bnn_workspace *result,
                                           int64_t size);

/** Compiled code calls this when it returns, with what it took. */
void _mlir_ciface_quant_bnn_return_workspace(
    struct quant_bnn_workspace *workspace);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_EXECUTIONENGINE_WORKSPACE_H */
