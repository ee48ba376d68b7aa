/*===- Parallel.h - Threads that share the tasks of a loop --------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* The library quant_bnn_runtime has the function that code compiled with     *|
|* `parallel` calls for each parallel loop, and functions that set the number *|
|* of threads. The loop is done when its tasks are: nothing waits for a       *|
|* thread that has not begun a task, so a busy machine costs little. A thread *|
|* that waits sleeps after 50 microseconds.                                   *|
|*                                                                            *|
|* A program that has threads of its own defines quant_bnn_parallel_for       *|
|* instead: the function of the library is a weak symbol. An assertion that   *|
|* fails in a task of such a function ends the call of a function __tvm_ffi_* *|
|* by longjmp, if the thread of that call runs the task.                      *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_EXECUTIONENGINE_PARALLEL_H
#define QUANT_BNN_EXECUTIONENGINE_PARALLEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A task of a loop: iteration `i`, with the context of the loop. */
typedef void (*quant_bnn_task)(void *context, int64_t i);

/** Calls `task` with each i from 0 to `tasks` - 1 once, in any order and in
 *  several threads at once, and returns after the last call has returned. The
 *  calling thread runs tasks, too. If other threads are at work for another
 *  loop, or for the loop that this call is a task of, it runs all of them. A
 *  task must not fork. */
void quant_bnn_parallel_for(quant_bnn_task task, void *context, int64_t tasks);

/** Sets the number of threads of a loop, the calling thread included. With 1,
 *  or less, no other thread is used. The default is the environment variable
 *  QUANT_BNN_NUM_THREADS, or else the number of CPUs that the process may run
 *  on. Threads begin with the first loop that needs them. */
void quant_bnn_set_num_threads(int threads);

/** Returns the number of threads of a loop. */
int quant_bnn_get_num_threads(void);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_EXECUTIONENGINE_PARALLEL_H */
