//===- Compiler.cpp - The compiler, in types of the standard --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "quant-bnn/Compiler/CodeTarget.h"
#include "quant-bnn/Compiler/CompileLibrary.h"
#include "quant-bnn/InitAll.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace mlir;
using namespace quant_bnn;
namespace py = quant_bnn::python;

static const DialectRegistry &getDialects() {
  static const DialectRegistry *const registry = [] {
    mlir::registerAllPasses();
    quant_bnn::registerAllPasses();
    auto *created = new DialectRegistry();
    mlir::registerAllDialects(*created);
    mlir::registerAllExtensions(*created);
    registerAllToLLVMIRTranslations(*created);
    quant_bnn::registerAllDialects(*created);
    return created;
  }();
  return *registry;
}

namespace {

/// A context that collects diagnostics, and the module in it.
class Session {
public:
  explicit Session(const py::Source &source)
      : context(getDialects()),
        handler(&context, [this](mlir::Diagnostic &diagnostic) {
          add(diagnostic);
          for (mlir::Diagnostic &note : diagnostic.getNotes())
            add(note);
          return success();
        }) {
    context.printOpOnDiagnostic(false);
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(
        llvm::MemoryBuffer::getMemBuffer(source.bytes, source.name),
        llvm::SMLoc());
    module = parseSourceFile<ModuleOp>(sources, &context);
  }

  /// Adds an error that has no place in the module.
  void addError(llvm::Error error) {
    diagnostics.push_back(
        {"error", llvm::toString(std::move(error)), "", 0, 0});
  }

  MLIRContext context;
  std::vector<py::Diagnostic> diagnostics;
  /// Null if the source could not be parsed.
  OwningOpRef<ModuleOp> module;

private:
  void add(const mlir::Diagnostic &diagnostic);

  std::mutex mutex;
  ScopedDiagnosticHandler handler;
};

} // namespace

static std::string describe(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("not a severity");
}

void Session::add(const mlir::Diagnostic &diagnostic) {
  py::Diagnostic entry = {describe(diagnostic.getSeverity()), diagnostic.str(),
                          "", 0, 0};
  if (auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>()) {
    entry.file = place.getFilename().str();
    entry.line = place.getLine();
    entry.column = place.getColumn();
  }
  // Passes run on several functions at once.
  std::lock_guard<std::mutex> lock(mutex);
  diagnostics.push_back(std::move(entry));
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

py::OptResult py::runPasses(const Source &source, const std::string &passes) {
  Session session(source);
  OptResult result = {};
  if (session.module &&
      succeeded(quant_bnn::runPasses(*session.module, passes))) {
    result.succeeded = true;
    llvm::raw_string_ostream stream(result.text);
    session.module->print(stream);
  }
  result.diagnostics = std::move(session.diagnostics);
  return result;
}

//===----------------------------------------------------------------------===//
// Libraries
//===----------------------------------------------------------------------===//

static CompileOptions getOptions(const py::LibraryRequest &request) {
  CompileOptions options;
  options.passes = request.passes;
  options.entries = request.entries;
  options.prefix = request.prefix;
  options.workspace = llvm::StringSwitch<Workspace>(request.workspace)
                          .Case("thread", Workspace::Thread)
                          .Case("call", Workspace::Call)
                          .Default(Workspace::Argument);
  options.math =
      request.math == "libm" ? MathAccuracy::Libm : MathAccuracy::Fast;
  options.parallel = request.parallel;
  options.checkExtents = request.checkExtents;
  options.optLevel = request.optLevel;
  options.hasLibraryCalls = !request.runtime.empty();
  options.ownsContext = true;
  return options;
}

/// Compiles the module of `session`, and returns the report.
static llvm::Expected<std::string> compile(Session &session,
                                           const py::LibraryRequest &request) {
  // LLVM registers its targets without a lock.
  static std::mutex targets;
  std::unique_lock<std::mutex> lock(targets);
  auto target = CodeTarget::get(request.cpu);
  if (!target)
    return target.takeError();
  auto machine = createTargetMachine(*target, request.optLevel);
  if (!machine)
    return machine.takeError();
  lock.unlock();
  auto failure = [] {
    return llvm::createStringError("the module cannot be compiled");
  };
  FailureOr<Report> report = Report::start(*session.module);
  if (failed(report))
    return failure();
  FailureOr<CompiledLibrary> library =
      compileLibrary(*session.module, *machine, getOptions(request), &*report);
  if (failed(library))
    return failure();
  LibraryFiles files = {request.path, request.headerPath, request.runtime,
                        /*linker=*/""};
  if (llvm::Error error = writeLibraryFiles(*library, *target, files))
    return error;
  std::string text;
  llvm::raw_string_ostream stream(text);
  report->print(stream);
  return text;
}

py::LibraryResult py::compileToFiles(const Source &source,
                                     const LibraryRequest &request) {
  Session session(source);
  LibraryResult result = {};
  if (session.module) {
    auto report = compile(session, request);
    result.succeeded = bool(report);
    if (report)
      result.report = std::move(*report);
    else
      session.addError(report.takeError());
  }
  result.diagnostics = std::move(session.diagnostics);
  return result;
}
