/*===- capi-test.c - Use the C API in C99 -------------------------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

/* capi-test FOLDER: parses a module, runs a pipeline on it, calls a function of it,
   and writes its library to FOLDER. Prints what happens. */

#include "mlir-c/BuiltinAttributes.h"
#include "mlir-c/Diagnostics.h"
#include "mlir-c/Pass.h"
#include "quant-bnn-c/Compiler.h"
#include "quant-bnn-c/Dialect.h"
#include "quant-bnn-c/Passes.h"

#include <stdio.h>
#include <string.h>

static const char *const source =
    "func.func @scale(%x: tensor<?x2xf32>, %a: f32) -> (tensor<?x2xf32>, f32) {\n"
    "  %s = quant_bnn.sign %x clip = 1.0 : tensor<?x2xf32>\n"
    "  %c0 = arith.constant 0 : index\n"
    "  %n = tensor.dim %x, %c0 : tensor<?x2xf32>\n"
    "  %as = tensor.splat %a[%n] : tensor<?x2xf32>\n"
    "  %y = arith.mulf %s, %as : tensor<?x2xf32>\n"
    "  return %y, %a : tensor<?x2xf32>, f32\n"
    "}\n";

static MlirStringRef refer(const char *text) {
  return mlirStringRefCreateFromCString(text);
}

static void print(MlirStringRef text, void *ignored) {
  (void)ignored;
  fwrite(text.data, 1, text.length, stdout);
}

static MlirLogicalResult print_diagnostic(MlirDiagnostic diagnostic,
                                          void *ignored) {
  printf("error: ");
  mlirDiagnosticPrint(diagnostic, print, ignored);
  printf("\n");
  return mlirLogicalResultSuccess();
}

static MlirModule parse(MlirContext context) {
  return mlirModuleCreateParse(context, refer(source));
}

/* Runs the pipeline `text`, and prints whether the dialect is gone. */
static void run_pipeline(MlirContext context, const char *text) {
  MlirModule module = parse(context);
  MlirPassManager passes = mlirPassManagerCreate(context);
  MlirLogicalResult parsed = mlirParsePassPipeline(
      mlirPassManagerGetAsOpPassManager(passes), refer(text), print, NULL);
  MlirLogicalResult run = mlirLogicalResultFailure();
  if (mlirLogicalResultIsSuccess(parsed))
    run = mlirPassManagerRunOnOp(passes, mlirModuleGetOperation(module));
  printf("%s: %s\n", text,
         mlirLogicalResultIsSuccess(run) ? "success" : "failure");
  mlirPassManagerDestroy(passes);
  mlirModuleDestroy(module);
}

static void call(MlirContext context) {
  MlirModule module = parse(context);
  QuantBNNFunction function = quantBNNFunctionCompile(module, refer("scale"), 3);
  mlirModuleDestroy(module);
  if (quantBNNFunctionIsNull(function))
    return;
  printf("%d arguments, %d results\n",
         (int)quantBNNFunctionGetNumArguments(function),
         (int)quantBNNFunctionGetNumResults(function));
  float x[6] = {1, -2, 0, -0.5f, 3, -4}, a = 0.5f;
  int64_t shape[2] = {3, 2}, wrong[2] = {2, 3};
  QuantBNNArray arguments[2] = {{x, 2, shape}, {&a, 0, NULL}};
  QuantBNNResults results = quantBNNFunctionCall(function, arguments);
  QuantBNNArray y = quantBNNResultsGet(results, 0);
  printf("%dx%d:", (int)y.shape[0], (int)y.shape[1]);
  for (int i = 0; i < 6; ++i)
    printf(" %g", ((float *)y.data)[i]);
  printf("; %g\n", *(float *)quantBNNResultsGet(results, 1).data);
  quantBNNResultsDestroy(results);

  arguments[0].shape = wrong;
  results = quantBNNFunctionCall(function, arguments);
  printf("wrong extent: %s\n", quantBNNResultsIsNull(results) ? "null" : "called");
  arguments[0].shape = shape;
  arguments[0].rank = 1;
  results = quantBNNFunctionCall(function, arguments);
  printf("wrong rank: %s\n", quantBNNResultsIsNull(results) ? "null" : "called");
  quantBNNFunctionDestroy(function);
}

static void call_missing(MlirContext context) {
  MlirModule module = parse(context);
  QuantBNNFunction function =
      quantBNNFunctionCompile(module, refer("missing"), 3);
  printf("missing: %s\n", quantBNNFunctionIsNull(function) ? "null" : "compiled");
  function = quantBNNFunctionCompile(module, refer("scale"), 4);
  printf("level 4: %s\n", quantBNNFunctionIsNull(function) ? "null" : "compiled");
  mlirModuleDestroy(module);
}

/* Compiles the module to `name` in `folder`. */
static void compile(MlirContext context, const char *folder, const char *name,
                    QuantBNNLibraryOptions options) {
  char path[4096], header[4096];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  snprintf(header, sizeof(header), "%s/scale.h", folder);
  MlirModule module = parse(context);
  MlirLogicalResult result =
      quantBNNCompileLibrary(module, options, refer(path), refer(header));
  printf("%s: %s\n", name,
         mlirLogicalResultIsSuccess(result) ? "success" : "failure");
  mlirModuleDestroy(module);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 1;
  quantBNNRegisterAllPasses();
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  quantBNNRegisterAllDialects(registry);
  MlirContext context =
      mlirContextCreateWithRegistry(registry, /*threadingEnabled=*/false);
  mlirDialectRegistryDestroy(registry);
  mlirContextAttachDiagnosticHandler(context, print_diagnostic, NULL, NULL);
  MlirDialect dialect =
      mlirDialectHandleLoadDialect(mlirGetDialectHandle__quant_bnn__(), context);
  print(mlirDialectGetNamespace(dialect), NULL);
  printf("\n");

  run_pipeline(context, "builtin.module(quant-bnn-lower-to-llvm-pipeline)");
  call(context);
  call_missing(context);
  QuantBNNLibraryOptions options = quantBNNLibraryOptionsGetDefault();
  compile(context, argv[1], "libscale.so", options);
  compile(context, argv[1], "scale.txt", options);
  options.parallel = true;
  compile(context, argv[1], "libparallel.a", options);
  options.parallel = false;
  options.optLevel = 4;
  compile(context, argv[1], "liblevel.a", options);
  options.optLevel = 3;
  options.cpu = refer("m68k");
  compile(context, argv[1], "libm68k.a", options);
  options.cpu = refer("x86-64,x86-64-v3");
  compile(context, argv[1], "liblevels.a", options);
  mlirContextDestroy(context);
  return 0;
}
