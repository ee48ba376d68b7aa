/* A program's own function for parallel loops: the last task comes first. */

#include "quant-bnn/ExecutionEngine/Parallel.h"

/* The library defines both functions in one file. */
__attribute__((constructor)) static void setThreads(void) {
  quant_bnn_set_num_threads(2);
}

void quant_bnn_parallel_for(quant_bnn_task task, void *context, int64_t tasks) {
  while (tasks-- > 0)
    task(context, tasks);
}
