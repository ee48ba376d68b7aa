//===- bnn-compile.cpp - Compile a module to a library --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/AsmState.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "quant-bnn/Compiler/CodeTarget.h"
#include "quant-bnn/Compiler/CompileLibrary.h"
#include "quant-bnn/Compiler/LibraryFile.h"
#include "quant-bnn/InitAll.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace quant_bnn;
namespace cl = llvm::cl;

static cl::OptionCategory category("bnn-compile options");

static cl::opt<std::string> inputPath(cl::Positional, cl::init("-"),
                                      cl::desc("<FILE.mlir, - is stdin>"),
                                      cl::cat(category));

static cl::opt<std::string>
    outputPath("o", cl::Required,
               cl::desc("The file to write: a shared library (.so), a static "
                        "library (.a) or an object file (.o)"),
               cl::value_desc("net.so"), cl::cat(category));

static cl::opt<std::string>
    headerPath("header", cl::desc("The C header to write for the library"),
               cl::value_desc("net.h"), cl::cat(category));

static cl::list<std::string>
    cpus("cpu", cl::CommaSeparated,
         cl::desc("The CPU that runs the library: host (default), x86-64-v3, "
                  "aarch64, or any name that LLVM has; or several levels of "
                  "x86-64, of which the library uses the best that its CPU "
                  "has"),
         cl::value_desc("name"), cl::list_init<std::string>({"host"}),
         cl::cat(category));

static cl::list<std::string>
    entries("entry", cl::CommaSeparated,
            cl::desc("The functions to compile; all that are public if there "
                     "is no such option"),
            cl::value_desc("name"), cl::cat(category));

static cl::opt<std::string>
    prefix("prefix", cl::desc("What to put before the names of functions"),
           cl::value_desc("net_"), cl::cat(category));

static cl::opt<std::string>
    passes("passes",
           cl::desc("The passes to run first, as a pipeline in text; empty for "
                    "none"),
           cl::value_desc("pipeline"),
           cl::init("quant-bnn-binary-inference-pipeline"), cl::cat(category));

static cl::opt<Workspace> workspace(
    "workspace", cl::desc("Where the temporary buffers of a function are:"),
    cl::values(clEnumValN(Workspace::Argument, "argument",
                          "in memory that the caller passes (default)"),
               clEnumValN(Workspace::Thread, "thread",
                          "in memory that the thread keeps between calls"),
               clEnumValN(Workspace::Call, "call",
                          "in memory that each call allocates")),
    cl::init(Workspace::Argument), cl::cat(category));

static cl::opt<bool> parallel("parallel",
                              cl::desc("Run loops on threads, where that pays"),
                              cl::cat(category));

static cl::opt<bool>
    checkExtents("check-extents",
                 cl::desc("Abort, with a message, where dynamic extents that "
                          "must agree do not (default: true)"),
                 cl::init(true), cl::cat(category));

static cl::opt<MathAccuracy> mathAccuracy(
    "math", cl::desc("How tanh, exp, expm1 and log1p of f32 are computed:"),
    cl::values(clEnumValN(MathAccuracy::Fast, "fast",
                          "by vectorized polynomials (default)"),
               clEnumValN(MathAccuracy::Libm, "libm", "by the C math library")),
    cl::init(MathAccuracy::Fast), cl::cat(category));

static cl::opt<unsigned> optLevel("opt-level",
                                  cl::desc("LLVM's optimization level, 0 to 3"),
                                  cl::value_desc("3"), cl::init(3),
                                  cl::cat(category));

static cl::opt<std::string>
    runtimePath("runtime",
                cl::desc("libquant_bnn_runtime.a for the system that runs the "
                         "library; found for this one. Without it, there are "
                         "no functions __tvm_ffi_*"),
                cl::value_desc("path"), cl::cat(category));

static cl::opt<std::string> linkerPath("linker",
                                       cl::desc("LLVM's linker for ELF"),
                                       cl::value_desc("ld.lld"),
                                       cl::cat(category));

static cl::opt<bool>
    printsReport("report",
                 cl::desc("Print for each matmul and convolution what computes "
                          "it, or why floats do; thresholds; the bytes of "
                          "constants; allocations"),
                 cl::cat(category));

static llvm::ExitOnError exitOnError("bnn-compile: error: ");

/// Returns the path of the runtime library to use, or "" for none.
static std::string findRuntime(const llvm::Triple &triple, bool isNeeded,
                               const char *program) {
  if (!runtimePath.empty())
    return runtimePath;
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (triple.getArch() != host.getArch() || triple.getOS() != host.getOS()) {
    if (isNeeded)
      exitOnError(llvm::createStringError(
          "--parallel, --workspace=thread and several CPUs need --runtime, the "
          "path of libquant_bnn_runtime.a for " +
          triple.str()));
    return "";
  }
  std::string executable = llvm::sys::fs::getMainExecutable(
      program, reinterpret_cast<void *>(&findRuntime));
  StringRef folder = llvm::sys::path::parent_path(executable);
  for (StringRef libraries : {"../lib", QUANT_BNN_INSTALLED_LIBRARIES}) {
    SmallString<128> path(folder);
    llvm::sys::path::append(path, libraries, "libquant_bnn_runtime.a");
    if (llvm::sys::fs::exists(path))
      return path.str().str();
  }
  exitOnError(
      llvm::createStringError("there is no libquant_bnn_runtime.a beside " +
                              executable + ": give its path by --runtime"));
  return "";
}

/// Returns the options without functions that only the runtime library makes
/// possible.
static CompileOptions getCompileOptions() {
  CompileOptions options;
  options.passes = passes;
  options.entries = entries;
  options.prefix = prefix;
  options.workspace = workspace;
  options.parallel = parallel;
  options.checkExtents = checkExtents;
  options.math = mathAccuracy;
  options.optLevel = optLevel;
  options.hasLibraryCalls = false;
  options.ownsContext = true;
  return options;
}

static LogicalResult compile(ModuleOp module, const char *program) {
  SmallVector<CodeTarget> targets = exitOnError(getVersionTargets(cpus));
  SmallVector<std::unique_ptr<llvm::TargetMachine>> machines;
  for (const CodeTarget &target : targets)
    machines.push_back(exitOnError(createTargetMachine(target, optLevel)));
  CompileOptions options = getCompileOptions();
  const llvm::Triple &triple = targets.front().triple;
  bool needsRuntime = options.needsRuntime() || targets.size() > 1;
  std::string runtime = findRuntime(triple, needsRuntime, program);
  options.hasLibraryCalls = !runtime.empty();
  std::optional<Report> report;
  if (printsReport) {
    FailureOr<Report> started = Report::start(module);
    if (failed(started))
      return failure();
    report.emplace(std::move(*started));
  }
  FailureOr<CompiledLibrary> library =
      compileLibrary(module, machines, options, report ? &*report : nullptr);
  if (failed(library))
    return failure();

  LibraryFiles files = {outputPath, headerPath, runtime, linkerPath};
  exitOnError(writeLibraryFiles(*library, targets, files, [&] {
    llvm::WithColor::warning(llvm::errs(), "bnn-compile")
        << "there are no C libraries for " << triple.str()
        << " on this machine: the program has to link them (-lm)\n";
  }));
  if (report)
    report->print(llvm::outs());
  return success();
}

/// Gives the memory of `buffer` back if it is mapped from a file, from which
/// diagnostics read it again. (MemoryBuffer::dontNeedIfMmap calls
/// posix_madvise, which does nothing in glibc.)
static void dropPages(const llvm::MemoryBuffer &buffer) {
  if (buffer.getBufferKind() != llvm::MemoryBuffer::MemoryBuffer_MMap)
    return;
  auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto begin = reinterpret_cast<uintptr_t>(buffer.getBufferStart());
  auto end = reinterpret_cast<uintptr_t>(buffer.getBufferEnd());
  begin -= begin % page;
  madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

int main(int argc, char **argv) {
  // Give the memory of weights back when they are freed: glibc would keep
  // blocks of up to 32 MB.
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 17);
#endif
  llvm::InitLLVM initLLVM(argc, argv);
  cl::HideUnrelatedOptions(category);
  mlir::registerAllPasses();
  quant_bnn::registerAllPasses();
  cl::ParseCommandLineOptions(
      argc, argv,
      "quant-bnn compiler: compiles the functions of a module to a library "
      "and a C header\n");
  if (optLevel > 3)
    exitOnError(llvm::createStringError("--opt-level is at most 3"));
  exitOnError(checkLibraryPath(outputPath));

  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  quant_bnn::registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);

  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      openInputFile(inputPath, &message);
  if (!buffer)
    exitOnError(llvm::createStringError(message));
  const llvm::MemoryBuffer &source = *buffer;
  llvm::SourceMgr sourceMgr;
  sourceMgr.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sourceMgr, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sourceMgr, &context);
  dropPages(source);
  return !module || failed(compile(*module, argv[0]));
}
