/*===- Compiler.h - C API: compile and call functions -------------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_C_COMPILER_H
#define QUANT_BNN_C_COMPILER_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/*===----------------------------------------------------------------------===*\
|* Libraries
\*===----------------------------------------------------------------------===*/

/** Where the temporary buffers of the functions of a library are. */
typedef enum {
  /** In memory that the caller passes. */
  QuantBNNWorkspaceArgument,
  /** In memory that the thread keeps between calls. */
  QuantBNNWorkspaceThread,
  /** In memory that each call allocates. */
  QuantBNNWorkspaceCall
} QuantBNNWorkspace;

/** What is compiled, and how: the options of bnn-compile. */
typedef struct {
  /** "host", "x86-64-v3", "aarch64", or LLVM's name of a CPU. */
  MlirStringRef cpu;
  /** The passes that run first, as a pipeline in text. */
  MlirStringRef passes;
  /** What is put before the names of functions. */
  MlirStringRef prefix;
  /** The path of libquant_bnn_runtime.a, or "": then there are no functions
   *  __tvm_ffi_*, and neither QuantBNNWorkspaceThread nor `parallel`. */
  MlirStringRef runtime;
  QuantBNNWorkspace workspace;
  bool parallel;
  bool checkExtents;
  /** LLVM's optimization level, 0 to 3. */
  unsigned optLevel;
} QuantBNNLibraryOptions;

/** Returns the options that bnn-compile has by default, without a runtime. */
MLIR_CAPI_EXPORTED QuantBNNLibraryOptions
quantBNNLibraryOptionsGetDefault(void);

/** Compiles the public functions of `module`, which it changes, to the library
 *  `path`: shared if the name ends in .so, static in .a, an object file in .o.
 *  Writes a C header to `headerPath` unless it is empty. Emits an error on
 *  failure. */
MLIR_CAPI_EXPORTED MlirLogicalResult
quantBNNCompileLibrary(MlirModule module, QuantBNNLibraryOptions options,
                       MlirStringRef path, MlirStringRef headerPath);

/*===----------------------------------------------------------------------===*\
|* Functions
\*===----------------------------------------------------------------------===*/

/** A compiled function, with the code of its module. */
typedef struct {
  void *ptr;
} QuantBNNFunction;

/** The results of a call. */
typedef struct {
  void *ptr;
} QuantBNNResults;

/** An array in memory, in row-major order without gaps. A scalar has rank 0. */
typedef struct {
  void *data;
  intptr_t rank;
  const int64_t *shape;
} QuantBNNArray;

/** Lowers `module`, which it changes, by quant-bnn-lower-to-llvm-pipeline, and
 *  compiles its function `name` for this machine. Emits an error, and returns a
 *  null function, on failure. */
MLIR_CAPI_EXPORTED QuantBNNFunction quantBNNFunctionCompile(MlirModule module,
                                                            MlirStringRef name,
                                                            unsigned optLevel);

MLIR_CAPI_EXPORTED bool quantBNNFunctionIsNull(QuantBNNFunction function);
MLIR_CAPI_EXPORTED void quantBNNFunctionDestroy(QuantBNNFunction function);

MLIR_CAPI_EXPORTED intptr_t
quantBNNFunctionGetNumArguments(QuantBNNFunction function);
MLIR_CAPI_EXPORTED intptr_t
quantBNNFunctionGetNumResults(QuantBNNFunction function);

/** Calls the function with as many arrays as it has arguments. It may write to
 *  an argument with `bufferization.writable`. Returns null results, and calls
 *  nothing, if an array has another rank or another static extent than the
 *  argument. Several threads may call a function at once. */
MLIR_CAPI_EXPORTED QuantBNNResults
quantBNNFunctionCall(QuantBNNFunction function, const QuantBNNArray *arguments);

MLIR_CAPI_EXPORTED bool quantBNNResultsIsNull(QuantBNNResults results);

/** Frees the results, and the memory that they are in. */
MLIR_CAPI_EXPORTED void quantBNNResultsDestroy(QuantBNNResults results);

/** Returns result `index`, in memory of `results`. */
MLIR_CAPI_EXPORTED QuantBNNArray quantBNNResultsGet(QuantBNNResults results,
                                                    intptr_t index);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_C_COMPILER_H */
