//===- JITFunction.h - A function compiled for the host ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXECUTIONENGINE_JITFUNCTION_H
#define QUANT_BNN_EXECUTIONENGINE_JITFUNCTION_H

#include "quant-bnn/ExecutionEngine/Signature.h"

#include <memory>
#include <vector>

namespace llvm {
class MemoryBuffer;
namespace orc {
class LLJIT;
} // namespace orc
} // namespace llvm

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace quant_bnn {

/// An argument in memory of the caller, in C order and without gaps. The call
/// does not check it.
struct CallArgument {
  llvm::ArrayRef<int64_t> shape;
  void *data;
};

/// The results of a call. Frees the buffers that the function allocated for
/// them.
class CallResults {
public:
  CallResults() = default;
  CallResults(CallResults &&) = default;
  CallResults &operator=(CallResults &&) = default;

  llvm::ArrayRef<NpyView> getViews() const { return views; }
  /// Frees the memory of the view with the index `i`, which may not be read
  /// after that. If other views share the memory, it is that of these.
  void release(unsigned i) { buffers[i].reset(); }

private:
  friend class JITFunction;

  std::vector<NpyView> views;
  /// Memory of the scalars and of the descriptors of the arrays.
  std::unique_ptr<uint64_t[]> words;
  /// The memory of each view, or null if it is that of a scalar or of an
  /// argument.
  std::vector<std::shared_ptr<void>> buffers;
};

class JITFunction {
public:
  /// Compiles `module`, which is in the LLVM dialect, for the host, and finds
  /// the C wrapper of the function `name`. With `keepsObject`, writeObject may
  /// be called. Emits an error on failure.
  static mlir::FailureOr<JITFunction> compile(mlir::ModuleOp module,
                                              llvm::StringRef name,
                                              const Signature &signature,
                                              unsigned optLevel,
                                              bool keepsObject = false);

  /// Compiles `module` once for all functions in `names`.
  static mlir::FailureOr<std::vector<JITFunction>>
  compile(mlir::ModuleOp module, llvm::ArrayRef<llvm::StringRef> names,
          llvm::ArrayRef<Signature> signatures, unsigned optLevel,
          bool keepsObject = false);

  /// Writes the compiled code to the object file `path`.
  void writeObject(llvm::StringRef path) const;

  /// Loads the function `name` from an object file of writeObject. `object`
  /// must have been written on a CPU like this one, by the same version of this
  /// library.
  static llvm::Expected<JITFunction>
  load(std::unique_ptr<llvm::MemoryBuffer> object, llvm::StringRef name,
       const Signature &signature);

  JITFunction(JITFunction &&);
  ~JITFunction();

  /// Calls the function. The arguments must satisfy checkArgument. A result may
  /// share memory with an argument if both are memrefs.
  CallResults call(llvm::MutableArrayRef<NpyArray> arguments) const;
  CallResults call(llvm::ArrayRef<CallArgument> arguments) const;

private:
  JITFunction(void (*packed)(void **), const Signature &signature);

  /// One of these owns the code, together with the other functions of the
  /// module: the first if it was compiled, the second if it was loaded.
  std::shared_ptr<mlir::ExecutionEngine> engine;
  std::unique_ptr<llvm::orc::LLJIT> loader;
  void (*packed)(void **);
  llvm::SmallVector<SignatureValue> arguments;
  llvm::SmallVector<SignatureValue> results;
};

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_JITFUNCTION_H
