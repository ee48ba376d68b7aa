/*===- CUDA.h - Functions of the CUDA runtime for callers -------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* The library quant_bnn_cuda_runtime has the functions mgpu* that compiled   *|
|* host code calls, and the functions below for callers of that code. The     *|
|* library loads libcuda.so.1 when a function first needs a device.           *|
|*                                                                            *|
|* The functions use the context that is current in the calling thread. If    *|
|* there is none, the primary context of a device becomes current: the device *|
|* that mgpuSetDefaultDevice set, else the device that QUANT_BNN_CUDA_DEVICE  *|
|* in the environment names, else device 0.                                   *|
|*                                                                            *|
|* An error of the driver is printed to stderr and ends the process with exit *|
|* status 1, except in quant_bnn_cuda_is_available. All functions may be      *|
|* called from several threads.                                               *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_EXECUTIONENGINE_CUDA_H
#define QUANT_BNN_EXECUTIONENGINE_CUDA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Returns 1 if there is a device to run on. If not, returns 0 and writes the
 *  reason to `message`, cut to `size` bytes with the terminator; a null
 *  `message` is left alone. */
int quant_bnn_cuda_is_available(char *message, size_t size);

/** Returns the compute capability of the device in use, 90 for 9.0. */
int quant_bnn_cuda_get_compute_capability(void);

/** Makes compiled code that this thread calls use `stream`, a CUstream, for
 *  all its work. Compiled code then returns without waiting for the stream;
 *  the caller waits. Null restores the initial state, so pass the default
 *  stream as CU_STREAM_LEGACY or cudaStreamLegacy. */
void quant_bnn_cuda_set_stream(void *stream);

/** Waits for all work in the context. */
void quant_bnn_cuda_synchronize(void);

/** Returns `size` bytes of device memory, aligned to 256 bytes. The pointer is
 *  not null where `size` is 0. */
void *quant_bnn_cuda_allocate(size_t size);

/** Frees memory of quant_bnn_cuda_allocate, or memory that compiled code
 *  returned, after the device has finished all earlier work. */
void quant_bnn_cuda_free(void *pointer);

/** Copies between host memory and device memory, in any direction, and returns
 *  when the copy is done. The copy follows the work in the stream of
 *  quant_bnn_cuda_set_stream, or in the default stream if none is set. */
void quant_bnn_cuda_copy(void *to, const void *from, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_EXECUTIONENGINE_CUDA_H */
