//===- bnn-runner.cpp - Compile and run a function on NumPy files ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/AsmState.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/ExecutionEngine/CUDA.h"
#include "quant-bnn/ExecutionEngine/CodeCache.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyText.h"
#include "quant-bnn/InitAll.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Version.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/xxhash.h"

#include <chrono>
#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace mlir;
using namespace quant_bnn;
namespace cl = llvm::cl;

static cl::OptionCategory category("bnn-runner options");

static cl::opt<std::string> inputPath(cl::Positional, cl::init("-"),
                                      cl::desc("<FILE.mlir, - is stdin>"),
                                      cl::cat(category));

static cl::opt<std::string> entry("entry", cl::Required,
                                  cl::desc("The function to run"),
                                  cl::value_desc("name"), cl::cat(category));

static cl::list<std::string>
    argumentPaths("arg",
                  cl::desc("The file of the next argument, or a constant: "
                           "'dense<[0.5, -0.0]> : tensor<2xf32>'. In a file, a "
                           "scalar is an array without dimensions, and bf16 is "
                           "'<V2' or '<u2'"),
                  cl::value_desc("A.npy"), cl::cat(category));

static cl::list<std::string>
    resultPaths("result", cl::desc("The file to write the next result to"),
                cl::value_desc("Y.npy"), cl::cat(category));

static cl::opt<bool> prints("print",
                            cl::desc("Print each result on a line, as nested "
                                     "lists; --result may then be left out"),
                            cl::cat(category));

namespace {
enum class Target { CPU, CUDA };
enum class Pipeline { Lower, None };
} // namespace

static cl::opt<Target> target(
    "target", cl::desc("The target that runs the function:"),
    cl::values(clEnumValN(Target::CPU, "cpu", "this machine (default)"),
               clEnumValN(Target::CUDA, "cuda",
                          "an NVIDIA GPU, by its driver; arguments and results "
                          "are copied")),
    cl::init(Target::CPU), cl::cat(category));

static cl::opt<Pipeline> pipeline(
    "pipeline", cl::desc("How to lower the module before it is compiled:"),
    cl::values(clEnumValN(Pipeline::Lower, "lower",
                          "by quant-bnn-lower-to-llvm-pipeline, or -nvvm- for "
                          "cuda (default)"),
               clEnumValN(Pipeline::None, "none",
                          "not at all: the module is in the LLVM dialect, and "
                          "the function has the attribute "
                          "quant_bnn.signature")),
    cl::init(Pipeline::Lower), cl::cat(category));

static cl::opt<unsigned> optLevel("opt-level",
                                  cl::desc("LLVM's optimization level, 0 to 3"),
                                  cl::value_desc("3"), cl::init(3),
                                  cl::cat(category));

static cl::opt<unsigned>
    repeat("repeat",
           cl::desc("Number of calls; print their median time and return the "
                    "results of the last call"),
           cl::value_desc("N"), cl::init(1), cl::cat(category));

static cl::opt<std::string> cacheFolder(
    "cache",
    cl::desc("The folder that keeps compiled code for later runs; empty for "
             "none. The default is QUANT_BNN_CACHE_DIR of the environment, or "
             "else quant-bnn in the cache of the user"),
    cl::value_desc("folder"), cl::cat(category));

static llvm::ExitOnError exitOnError("bnn-runner: error: ");

/// Fails unless `paths` has one path for each of `values`.
static llvm::Error checkCount(ArrayRef<SignatureValue> values, StringRef what,
                              const cl::list<std::string> &paths) {
  if (values.size() == paths.size())
    return llvm::Error::success();
  return llvm::createStringError(
      "'@" + entry + "' has " + Twine(values.size()) + " " + what + ", but --" +
      paths.ArgStr + " is given " + Twine(paths.size()) + " times");
}

/// Reads the argument that `text`, a path or a constant, specifies.
static llvm::Expected<NpyArray> readArgument(StringRef text,
                                             MLIRContext *context) {
  return text.contains(" : ") ? parseNpy(text, context) : readNpy(text);
}

/// Erases symbols that the function to run does not use, so that other
/// functions of the file are not compiled.
static LogicalResult eraseUnused(ModuleOp module) {
  SmallVector<StringAttr> publicNames;
  for (auto symbol : module.getOps<SymbolOpInterface>())
    if (symbol.isPublic() && symbol.getName() != entry) {
      publicNames.push_back(symbol.getNameAttr());
      symbol.setPrivate();
    }
  PassManager pm(module.getContext());
  pm.addPass(createSymbolDCEPass());
  if (failed(pm.run(module)))
    return failure();
  for (StringAttr name : publicNames)
    if (auto symbol = module.lookupSymbol<SymbolOpInterface>(name))
      symbol.setPublic();
  return success();
}

/// Returns the newest chip whose code, as PTX, a device of compute capability
/// `capability` is certain to run.
static std::string getChip(int capability) {
  for (int chip : {100, 90, 80})
    if (capability >= chip)
      return "sm_" + std::to_string(chip);
  return "sm_75";
}

/// Fails, with the reason, unless there is a device of the target.
static llvm::Error checkDevice() {
  char reason[512];
  if (target == Target::CPU ||
      quant_bnn_cuda_is_available(reason, sizeof(reason)))
    return llvm::Error::success();
  return llvm::createStringError("--target=cuda: " + Twine(reason));
}

static LogicalResult lower(ModuleOp module) {
  if (failed(eraseUnused(module)))
    return failure();
  PassManager pm(module.getContext());
  if (target == Target::CPU) {
    LowerToLLVMOptions options;
    options.host = true;
    options.checkExtents = true;
    buildLowerToLLVMPipeline(pm, options);
  } else {
    LowerToNVVMOptions options;
    options.checkExtents = true;
    options.chip = getChip(quant_bnn_cuda_get_compute_capability());
    buildLowerToNVVMPipeline(pm, options);
  }
  return pm.run(module);
}

/// Returns the key of what compiled code depends on, where `text` is the
/// module.
static std::string getKey(StringRef text) {
  int capability =
      target == Target::CUDA ? quant_bnn_cuda_get_compute_capability() : 0;
  return CodeCache::getKey({text, entry, std::to_string(int(target.getValue())),
                            std::to_string(int(pipeline.getValue())),
                            std::to_string(optLevel),
                            std::to_string(capability), QUANT_BNN_VERSION});
}

/// Returns the function `entry` of `module`, whose source is `text`: from the
/// cache, or else compiled.
static FailureOr<JITFunction> getFunction(ModuleOp module, StringRef text,
                                          const Signature &signature) {
  CodeCache cache(cacheFolder.getNumOccurrences()
                      ? cacheFolder.getValue()
                      : CodeCache::getDefaultFolder());
  std::string key = cache.isEnabled() ? getKey(text) : "";
  if (auto object = cache.lookup(key)) {
    auto loaded = JITFunction::load(std::move(object), entry, signature);
    if (loaded)
      return std::move(*loaded);
    // The file is damaged, and will be replaced.
    llvm::consumeError(loaded.takeError());
  }
  if (pipeline == Pipeline::Lower && failed(lower(module)))
    return failure();
  FailureOr<JITFunction> function = JITFunction::compile(
      module, entry, signature, optLevel, /*keepsObject=*/cache.isEnabled());
  if (succeeded(function))
    cache.store(key, [&](StringRef path) { function->writeObject(path); });
  return function;
}

/// Makes the memory that a call frees stay in the process, so that no later
/// call touches pages for the first time.
static void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

/// Calls the function `repeat` times, and prints the median time if the option
/// is given.
static CallResults callRepeatedly(const JITFunction &function,
                                  MutableArrayRef<NpyArray> arguments) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  CallResults results;
  std::vector<double> times;
  for (unsigned i = 0; i < repeat; ++i) {
    // Frees the buffers of the previous call, so that this call can use them.
    results = CallResults();
    auto start = std::chrono::steady_clock::now();
    results = function.call(arguments);
    times.push_back(
        Milliseconds(std::chrono::steady_clock::now() - start).count());
  }
  if (repeat.getNumOccurrences()) {
    llvm::sort(times);
    double median = (times[(repeat - 1) / 2] + times[repeat / 2]) / 2;
    llvm::outs() << "median of " << repeat
                 << (repeat == 1 ? " run: " : " runs: ")
                 << llvm::format("%.6f ms\n", median);
  }
  return results;
}

/// Returns a hash of each argument that the function may not write to, to
/// detect whether the function has changed one.
static SmallVector<uint64_t> hashConstants(const Signature &signature,
                                           ArrayRef<NpyArray> arrays) {
  SmallVector<uint64_t> hashes;
  for (auto [argument, array] : llvm::zip(signature.arguments, arrays)) {
    StringRef bytes(array.getBytes().data(), array.getBytes().size());
    if (!argument.isWritable)
      hashes.push_back(llvm::xxh3_64bits(bytes));
  }
  return hashes;
}

static LogicalResult run(ModuleOp module, StringRef text) {
  bool isLowered = pipeline == Pipeline::None;
  Operation *entryOp = module.lookupSymbol(entry);
  if (!entryOp)
    exitOnError(llvm::createStringError(
        inputPath + ": there is no function '@" + entry + "'"));
  FailureOr<Signature> signature = Signature::get(entryOp, isLowered);
  if (failed(signature))
    return failure();
  exitOnError(checkCount(signature->arguments, "arguments", argumentPaths));
  if (!prints || !resultPaths.empty())
    exitOnError(checkCount(signature->results, "results", resultPaths));

  std::vector<NpyArray> arguments;
  for (auto [index, path] : llvm::enumerate(argumentPaths)) {
    arguments.push_back(exitOnError(readArgument(path, module.getContext())));
    exitOnError(checkArgument(signature->arguments[index], index,
                              arguments.back(), path));
  }

  exitOnError(checkDevice());
  FailureOr<JITFunction> function = getFunction(module, text, *signature);
  if (failed(function))
    return failure();

  keepFreedMemory();
  SmallVector<uint64_t> hashes = hashConstants(*signature, arguments);
  CallResults results = callRepeatedly(*function, arguments);
  if (hashes != hashConstants(*signature, arguments))
    exitOnError(
        llvm::createStringError("'@" + entry + "' has changed an argument"));

  SmallVector<NpyOutput> outputs;
  for (auto [path, view] : llvm::zip(resultPaths, results.getViews()))
    outputs.push_back({path, view});
  exitOnError(writeNpy(outputs));
  if (prints)
    for (const NpyView &view : results.getViews())
      printNpy(llvm::outs(), view);
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM initLLVM(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "quant-bnn runner: compiles a function for this machine and calls it on "
      "NumPy files\n");
  if (optLevel > 3)
    exitOnError(llvm::createStringError("--opt-level is at most 3"));
  if (repeat == 0)
    exitOnError(llvm::createStringError("--repeat is at least 1"));

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
  llvm::SourceMgr sourceMgr;
  StringRef text = buffer->getBuffer();
  sourceMgr.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sourceMgr, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sourceMgr, &context);
  return !module || failed(run(*module, text));
}
