//===- Parallel.cpp - Threads that share the tasks of a loop --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop is open while it has tasks that nobody has begun. Helpers join a loop
// that is open and leave it when they find no task. The caller closes it when
// it finds none itself, and waits for the helpers that have joined. A helper
// that the operating system runs too late finds the loop closed.
//
// OpenMP has no such loop: at the end of a parallel region, each thread waits
// for all the others, those that had nothing to do included.
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/Parallel.h"
#include "CurrentCall.h"
#include "Fail.h"
#include "FloatMode.h"

#include <atomic>
#include <new>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
using quant_bnn::currentCall;
using quant_bnn::fail;

/// How long a thread looks for work before it sleeps: about as long as it takes
/// to wake up.
static constexpr int64_t nanosecondsAwake = 50'000;

static constexpr int maxThreads = 1024;

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

static int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * int64_t(1'000'000'000) + time.tv_nsec;
}

static void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

namespace {
/// Threads that wait until a condition holds. A thread that makes the condition
/// true calls `notify` afterwards, for as many threads as may go on.
class Waiters {
public:
  template <typename Condition>
  void waitUntil(Condition condition) {
    for (int64_t end = now() + nanosecondsAwake; now() < end;) {
      for (int i = 0; i < 32; ++i) {
        if (condition())
          return;
        relax();
      }
      // The thread that makes the condition true may be on the same CPU.
      sched_yield();
    }
    pthread_mutex_lock(&mutex);
    sleepers.fetch_add(1);
    while (!condition())
      pthread_cond_wait(&changed, &mutex);
    sleepers.fetch_sub(1);
    pthread_mutex_unlock(&mutex);
  }

  void notify(int64_t threads) {
    // A waiter counts itself before it looks at the condition for the last
    // time.
    if (sleepers.load() == 0)
      return;
    pthread_mutex_lock(&mutex);
    for (int64_t i = 0, e = sleepers.load(); i < threads && i < e; ++i)
      pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }

private:
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  std::atomic<int> sleepers{0};
};
} // namespace

//===----------------------------------------------------------------------===//
// The pool
//===----------------------------------------------------------------------===//

namespace {
/// The threads besides the callers, and the loop that they help with.
class Pool {
public:
  /// Static initializers of a program may run loops before those of this file.
  constexpr Pool() = default;
  /// Runs the tasks if no other loop is running; otherwise returns false.
  bool run(quant_bnn_task task, void *context, int64_t tasks, int threads);
  void stop();

private:
  // The state of the loop, in one word: how many helpers have joined, whether
  // it is open, and the number of the loop.
  static constexpr uint64_t oneHelper = 1;
  static constexpr uint64_t openBit = uint64_t(1) << 16;
  static constexpr uint64_t oneLoop = openBit << 1;
  static uint64_t getHelpers(uint64_t state) { return state % openBit; }
  static uint64_t getLoop(uint64_t state) { return state / oneLoop; }

  static void *runHelper(void *pool) {
    static_cast<Pool *>(pool)->help();
    return nullptr;
  }
  void help();
  bool join(uint64_t loop);
  void start(int helpers);

  quant_bnn_task task = nullptr;
  void *context = nullptr;
  int64_t tasks = 0;
  /// That of the caller: results do not depend on the thread.
  uint64_t floatMode = quant_bnn::defaultFloatMode;
  std::atomic<uint64_t> maxHelpers{0};
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) std::atomic<uint64_t> state{0};
  std::atomic<bool> isStopped{false};
  std::atomic_flag isRunning = ATOMIC_FLAG_INIT;
  Waiters idle, caller;
  // For what follows.
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  int numHelpers = 0;
  pthread_t helpers[maxThreads] = {};
};
} // namespace

/// Joins the loop unless it is closed, is number `loop`, or has enough helpers.
bool Pool::join(uint64_t loop) {
  uint64_t current = state.load();
  while ((current & openBit) && getLoop(current) != loop &&
         getHelpers(current) < maxHelpers)
    if (state.compare_exchange_weak(current, current + oneHelper))
      return true;
  return false;
}

void Pool::help() {
  // The loop that this thread has helped with.
  uint64_t loop = 0;
  while (true) {
    bool hasJoined = false;
    idle.waitUntil([&] {
      hasJoined = join(loop);
      return hasJoined || isStopped.load();
    });
    if (!hasJoined)
      return;
    loop = getLoop(state.load());
    quant_bnn::setFloatMode(floatMode);
    while (!isStopped.load()) {
      int64_t i = next.fetch_add(1);
      if (i >= tasks)
        break;
      task(context, i);
    }
    uint64_t before = state.fetch_sub(oneHelper);
    if (getHelpers(before) == 1)
      caller.notify(1);
  }
}

/// Starts threads until there are `count` helpers, or as many as the system
/// allows.
void Pool::start(int count) {
  pthread_mutex_lock(&mutex);
  if (numHelpers < count && !isStopped.load()) {
    // Signals are for the threads of the program, but for those that a task
    // causes, and that of profilers.
    sigset_t blocked, before;
    sigfillset(&blocked);
    const int own[] = {SIGBUS,  SIGFPE, SIGILL, SIGPROF,
                       SIGSEGV, SIGSYS, SIGTRAP};
    for (int signal : own)
      sigdelset(&blocked, signal);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    while (numHelpers < count &&
           pthread_create(&helpers[numHelpers], nullptr, runHelper, this) == 0)
      ++numHelpers;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  pthread_mutex_unlock(&mutex);
}

bool Pool::run(quant_bnn_task newTask, void *newContext, int64_t numTasks,
               int threads) {
  if (isStopped.load() || isRunning.test_and_set(std::memory_order_acquire))
    return false;
  int64_t useful = numTasks < threads ? numTasks : threads;
  start(useful - 1);
  task = newTask;
  context = newContext;
  tasks = numTasks;
  floatMode = quant_bnn::getFloatMode();
  maxHelpers.store(useful - 1);
  next.store(0);
  state.store((getLoop(state.load()) + 1) * oneLoop + openBit);
  idle.notify(useful - 1);
  for (int64_t i; (i = next.fetch_add(1)) < tasks;)
    task(context, i);
  if (getHelpers(state.fetch_and(~openBit)) != 0)
    caller.waitUntil([&] { return getHelpers(state.load()) == 0; });
  isRunning.clear(std::memory_order_release);
  return true;
}

void Pool::stop() {
  pthread_mutex_lock(&mutex);
  isStopped.store(true);
  idle.notify(maxThreads);
  while (numHelpers > 0)
    pthread_join(helpers[--numHelpers], nullptr);
  pthread_mutex_unlock(&mutex);
}

//===----------------------------------------------------------------------===//
// The process
//===----------------------------------------------------------------------===//

static Pool pool;
static std::atomic<int> numThreads{0};
static pthread_once_t once = PTHREAD_ONCE_INIT;

/// Returns the nearest number of threads that is possible.
static int clampThreads(int64_t threads) {
  return threads < 1 ? 1 : threads > maxThreads ? maxThreads : int(threads);
}

static int64_t countCPUs() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return CPU_COUNT(&set);
#endif
  return sysconf(_SC_NPROCESSORS_ONLN);
}

static int getDefaultNumThreads() {
  const char *text = getenv("QUANT_BNN_NUM_THREADS");
  if (!text)
    return clampThreads(countCPUs());
  char *end;
  long threads = strtol(text, &end, 10);
  if (end == text || *end || threads < 1 || threads > maxThreads) {
    char message[128];
    snprintf(message, sizeof(message),
             "QUANT_BNN_NUM_THREADS is not a number from 1 to %d: '%s'",
             maxThreads, text);
    fail(message);
  }
  return static_cast<int>(threads);
}

static void initialize() {
  int unset = 0;
  if (numThreads.load() == unset)
    numThreads.compare_exchange_strong(unset, getDefaultNumThreads());
  // Only the thread that forks goes on in the child.
  pthread_atfork(nullptr, nullptr, [] { new (&pool) Pool(); });
}

/// When the program ends, or unloads a library that has this one in it.
[[gnu::destructor]] static void stopThreads() { pool.stop(); }

void quant_bnn_set_num_threads(int threads) {
  numThreads.store(clampThreads(threads));
}

int quant_bnn_get_num_threads() {
  pthread_once(&once, initialize);
  return numThreads.load();
}

// Weak, so that a program may define it and also set the number of threads.
[[gnu::weak]] void quant_bnn_parallel_for(quant_bnn_task task, void *context,
                                          int64_t tasks) {
  jmp_buf *call = currentCall;
  currentCall = nullptr;
  int threads = tasks > 1 ? quant_bnn_get_num_threads() : 1;
  if (threads <= 1 || !pool.run(task, context, tasks, threads))
    for (int64_t i = 0; i < tasks; ++i)
      task(context, i);
  currentCall = call;
}
