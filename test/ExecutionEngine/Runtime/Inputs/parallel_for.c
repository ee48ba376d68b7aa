/* Runs tasks on threads, and prints what went wrong. */

#include "quant-bnn/ExecutionEngine/Parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { maxTasks = 1000, numCallers = 4 };

struct Counts {
  int of[maxTasks];
};

static void countTask(void *counts, int64_t i) {
  __atomic_fetch_add(&((struct Counts *)counts)->of[i], 1, __ATOMIC_RELAXED);
}

/* Returns how many tasks of a loop of `tasks` did not run `times` times, or ran
 * though there are none. */
static int countFailures(const struct Counts *counts, int tasks, int times) {
  int failures = 0;
  for (int i = 0; i < maxTasks; ++i)
    failures += counts->of[i] != (i < tasks ? times : 0);
  return failures;
}

static int runLoops(void) {
  int failures = 0;
  for (int tasks = 0; tasks <= maxTasks; ++tasks) {
    struct Counts counts = {{0}};
    quant_bnn_parallel_for(countTask, &counts, tasks);
    failures += countFailures(&counts, tasks, 1);
  }
  return failures;
}

static void runInner(void *counts, int64_t i) {
  (void)i;
  quant_bnn_parallel_for(countTask, counts, maxTasks);
}

static int runNested(void) {
  struct Counts counts = {{0}};
  quant_bnn_parallel_for(runInner, &counts, 100);
  return countFailures(&counts, maxTasks, 100);
}

static void *runInThread(void *failures) {
  *(int *)failures = runLoops();
  return NULL;
}

static int runCallers(void) {
  pthread_t threads[numCallers];
  int failures[numCallers], sum = 0;
  for (int i = 0; i < numCallers; ++i)
    pthread_create(&threads[i], NULL, runInThread, &failures[i]);
  for (int i = 0; i < numCallers; ++i) {
    pthread_join(threads[i], NULL);
    sum += failures[i];
  }
  return sum;
}

static int runInChild(void) {
  pid_t child = fork();
  if (child == 0)
    exit(runLoops() != 0);
  int status;
  waitpid(child, &status, 0);
  return status;
}

/* A task that waits until all threads have one: there are as many as there
 * should be. Its own faults reach the handlers of the program. */
struct Meeting {
  pthread_barrier_t barrier;
};

static void meet(void *meeting, int64_t i) {
  (void)i;
  pthread_barrier_wait(&((struct Meeting *)meeting)->barrier);
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  if (sigismember(&blocked, SIGSEGV))
    printf("SIGSEGV is blocked\n");
}

static void meetAll(int threads) {
  struct Meeting meeting;
  pthread_barrier_init(&meeting.barrier, NULL, threads);
  quant_bnn_parallel_for(meet, &meeting, threads);
  pthread_barrier_destroy(&meeting.barrier);
}

#ifdef __SSE__
struct Modes {
  pthread_barrier_t barrier;
  int zeros;
};

/* Counts the threads that take subnormal numbers for zeros. */
static void countZeros(void *modes, int64_t i) {
  struct Modes *const m = modes;
  volatile float tiny = 1e-40f;
  (void)i;
  pthread_barrier_wait(&m->barrier);
  __atomic_fetch_add(&m->zeros, tiny * 2 == 0, __ATOMIC_RELAXED);
}
#endif

/* Returns how many of `threads` do not compute with floats as the caller does. */
static int runModes(int threads) {
  int failures = 0;
#ifdef __SSE__
  const unsigned before = __builtin_ia32_stmxcsr();
  for (int i = 0; i < 4; ++i) {
    __builtin_ia32_ldmxcsr(i % 2 ? before | 0x8040 : before);
    struct Modes modes = {.zeros = 0};
    pthread_barrier_init(&modes.barrier, NULL, threads);
    quant_bnn_parallel_for(countZeros, &modes, threads);
    pthread_barrier_destroy(&modes.barrier);
    failures += i % 2 ? threads - modes.zeros : modes.zeros;
  }
  __builtin_ia32_ldmxcsr(before);
#endif
  return failures;
}

/* Before the static initializers of the library, if it has any. */
__attribute__((constructor(101))) static void runEarly(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  struct Counts counts = {{0}};
  quant_bnn_parallel_for(countTask, &counts, 10);
  printf("early: %d failures\n", countFailures(&counts, 10, 1));
}

/* Helpers are at work when the program ends. */
static void sleepLong(void *context, int64_t i) {
  (void)context;
  if (i == 20)
    exit(0);
  usleep(1000);
}

int main(void) {
  printf("%d threads\n", quant_bnn_get_num_threads());
  quant_bnn_set_num_threads(-1);
  printf("%d thread\n", quant_bnn_get_num_threads());
  printf("one thread: %d failures\n", runLoops());
  for (int threads = 2; threads <= 5; ++threads) {
    quant_bnn_set_num_threads(threads);
    meetAll(threads);
    printf("%d threads: %d failures\n", threads, runLoops());
  }
  quant_bnn_set_num_threads(3);
  printf("modes: %d failures\n", runModes(3));
  printf("nested: %d failures\n", runNested());
  printf("callers: %d failures\n", runCallers());
  printf("child: %d failures\n", runInChild());
  quant_bnn_parallel_for(sleepLong, NULL, INT64_MAX);
  return 1;
}
