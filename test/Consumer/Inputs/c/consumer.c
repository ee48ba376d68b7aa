/* Compiles a function by the C API, and calls it. */

#include "quant-bnn-c/Compiler.h"
#include "quant-bnn-c/Dialect.h"

#include <stdio.h>

int main(void) {
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  quantBNNRegisterAllDialects(registry);
  MlirContext context = mlirContextCreateWithRegistry(registry, false);
  mlirDialectRegistryDestroy(registry);
  MlirModule module = mlirModuleCreateParse(
      context, mlirStringRefCreateFromCString(
                   "func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {\n"
                   "  %y = quant_bnn.sign %x : tensor<?xf32>\n"
                   "  return %y : tensor<?xf32>\n"
                   "}\n"));
  QuantBNNFunction function = quantBNNFunctionCompile(
      module, mlirStringRefCreateFromCString("f"), 3);
  float x[3] = {-2, 0, 0.5f};
  int64_t shape[1] = {3};
  QuantBNNArray argument = {x, 1, shape};
  QuantBNNResults results = quantBNNFunctionCall(function, &argument);
  const float *y = quantBNNResultsGet(results, 0).data;
  printf("%g %g %g\n", y[0], y[1], y[2]);
  quantBNNResultsDestroy(results);
  quantBNNFunctionDestroy(function);
  mlirModuleDestroy(module);
  mlirContextDestroy(context);
  return 0;
}
