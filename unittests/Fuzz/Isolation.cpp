//===- Isolation.cpp - Work in child processes ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Isolation.h"
#include "llvm/Support/Compiler.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstdio>
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace quant_bnn::fuzz;

/// A child is replaced after this many items, so that it stays small.
static constexpr uint64_t itemsPerChild = 400;

static bool writeAll(int file, const void *data, size_t size) {
  auto *bytes = static_cast<const char *>(data);
  while (size > 0) {
    ssize_t written = write(file, bytes, size);
    if (written <= 0)
      return false;
    bytes += written;
    size -= written;
  }
  return true;
}

/// Reads `size` bytes. Returns false at the end of the file, or if no data
/// comes for `milliseconds`.
static bool readAll(int file, void *data, size_t size, int milliseconds,
                    bool &hasTimedOut) {
  auto *bytes = static_cast<char *>(data);
  while (size > 0) {
    pollfd waiting{file, POLLIN, 0};
    if (poll(&waiting, 1, milliseconds) == 0) {
      hasTimedOut = true;
      return false;
    }
    ssize_t count = read(file, bytes, size);
    if (count <= 0)
      return false;
    bytes += count;
    size -= count;
  }
  return true;
}

/// Ends the process with a stack, as a crash does.
static void endForTime(int) {
  (void)!write(STDERR_FILENO, timeoutMessage.data(), timeoutMessage.size());
  abort();
}

/// Sends SIGPROF after the process has used `seconds` of CPU time, which does
/// not depend on the load of the machine.
static void setTimer(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = time_t(seconds);
  timer.it_value.tv_usec = suseconds_t((seconds - time_t(seconds)) * 1e6);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

[[noreturn]] static void
runChild(int results, FILE *errors, uint64_t begin, uint64_t end,
         double timeout, llvm::function_ref<std::string(uint64_t)> work) {
  signal(SIGPROF, endForTime);
#if !LLVM_ADDRESS_SANITIZER_BUILD
  // AddressSanitizer maps far more memory, and has limits of its own.
  const rlim_t maxBytes = rlim_t(6) << 30;
  rlimit limit{maxBytes, maxBytes};
  setrlimit(RLIMIT_AS, &limit);
#endif
  rlimit noCore{0, 0};
  setrlimit(RLIMIT_CORE, &noCore);
  dup2(fileno(errors), STDERR_FILENO);
  for (uint64_t item = begin; item < end; ++item) {
    // Keeps only the output of this item, such as the stack of a crash.
    rewind(errors);
    (void)!ftruncate(fileno(errors), 0);
    setTimer(timeout);
    std::string text = work(item);
    setTimer(0);
    uint64_t size = text.size();
    if (!writeAll(results, &size, sizeof(size)) ||
        !writeAll(results, text.data(), size))
      break;
  }
  _exit(0);
}

static std::string readText(FILE *file) {
  std::string text;
  rewind(file);
  char buffer[4096];
  while (size_t count = fread(buffer, 1, sizeof(buffer), file))
    text.append(buffer, count);
  return text;
}

void quant_bnn::fuzz::runIsolated(
    uint64_t begin, uint64_t end, double timeout,
    llvm::function_ref<std::string(uint64_t)> work,
    llvm::function_ref<bool(const Report &)> report) {
  // A symbolizer would take seconds for each crash.
  setenv("LLVM_DISABLE_SYMBOLIZATION", "1", 1);
  bool isWanted = true;
  while (begin < end && isWanted) {
    FILE *errors = tmpfile();
    int ends[2];
    if (!errors || pipe(ends) != 0)
      llvm::report_fatal_error("no pipe to a child process");
    fflush(nullptr);
    llvm::outs().flush();
    uint64_t last = std::min(end, begin + itemsPerChild);
    pid_t child = fork();
    if (child < 0)
      llvm::report_fatal_error("no child process");
    if (child == 0) {
      close(ends[0]);
      runChild(ends[1], errors, begin, last, timeout, work);
    }
    close(ends[1]);
    // A child that waits for something uses no CPU time.
    const int milliseconds = int(timeout * 10 * 1000);
    while (begin < last && isWanted) {
      bool hasTimedOut = false;
      uint64_t size = 0;
      Report result{begin++, Ending::Returned, {}};
      bool isRead =
          readAll(ends[0], &size, sizeof(size), milliseconds, hasTimedOut);
      if (isRead) {
        result.text.resize(size);
        isRead = readAll(ends[0], result.text.data(), size, int(timeout * 1000),
                         hasTimedOut);
      }
      if (!isRead) {
        if (hasTimedOut)
          kill(child, SIGABRT);
        waitpid(child, nullptr, 0);
        child = -1;
        result.text = readText(errors);
        hasTimedOut |= llvm::StringRef(result.text).contains(timeoutMessage);
        result.ending = hasTimedOut ? Ending::TimedOut : Ending::Crashed;
      }
      isWanted = report(result);
      if (!isRead)
        break;
    }
    if (child > 0) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    close(ends[0]);
    fclose(errors);
  }
}
