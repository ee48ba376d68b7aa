/* Calls the functions __tvm_ffi_* of a library as tvm-ffi does, and prints what they
   compute or what the error is. With RAISES, the program has the function of tvm-ffi
   that raises an error. */

#include "quant-bnn/ExecutionEngine/LibraryCall.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
  void *data;
  struct {
    int32_t type, number;
  } device;
  int32_t ndim;
  struct {
    uint8_t code, bits;
    uint16_t lanes;
  } dtype;
  int64_t *shape, *strides;
  uint64_t byte_offset;
} DLTensor;

typedef struct {
  int32_t type_index;
  uint32_t zero_padding;
  union {
    int64_t v_int64;
    double v_float64;
    void *v_ptr;
  };
} Any;

typedef int call(void *, const Any *, int32_t, Any *);
call __tvm_ffi_net_quantize, __tvm_ffi_net_scalars, __tvm_ffi_net_products,
    __tvm_ffi_net_twice;
extern const struct quant_bnn_library quant_bnn_library;

#ifdef RAISES
void TVMFFIErrorSetRaisedFromCStr(const char *kind, const char *message) {
  printf("raised %s: %s\n", kind, message);
}
#endif

enum { SInt = 0, UInt = 1, Float = 2, BFloat = 4, Bool = 6 };

static DLTensor tensor(void *data, int code, int bits, int rank, int64_t *shape) {
  DLTensor t = {data, {1, 0}, rank, {(uint8_t)code, (uint8_t)bits, 1}, shape, 0, 0};
  return t;
}

static Any integer(int64_t value) {
  Any any = {1, 0, {value}};
  return any;
}
static Any number(double value) {
  Any any = {3, 0, {0}};
  any.v_float64 = value;
  return any;
}
static Any pointer(DLTensor *t) {
  Any any = {7, 0, {0}};
  any.v_ptr = t;
  return any;
}

/* Calls `function` and prints "ok", or the error. */
static void check(const char *what, call *function, const Any *arguments, int count) {
  Any result = {-1, 0, {-1}};
  int status = function(0, arguments, count, &result);
  printf("%s: %s\n", what, status ? quant_bnn_last_error() : "ok");
  if (status == 0 && result.type_index != 0)
    printf("the result is not None\n");
}

static void quantize(void) {
  float x[8] = {9, 9, -2, 0.5f, 1, -0.25f, 0, 2}, q[6], scale;
  int64_t shape[2] = {2, 3}, transposed[2] = {1, 2}, one[2] = {1, 1};
  DLTensor tx = tensor(x, Float, 32, 2, shape), tq = tensor(q, Float, 32, 2, shape);
  DLTensor ts = tensor(&scale, Float, 32, 0, 0);
  tx.byte_offset = 8;
  Any all[4] = {pointer(&tx), pointer(&tq), pointer(&ts), integer(0)};
  check("quantize", __tvm_ffi_net_quantize, all, 3);
  printf("%g %g %g %g %g %g, %g\n", q[0], q[1], q[2], q[3], q[4], q[5], scale);

  /* An object of tvm-ffi has a header of 24 bytes. */
  struct {
    int64_t header[3];
    DLTensor tensor;
  } object = {{0, 0, 0}, tx};
  Any objects[3] = {{70, 0, {0}}, all[1], all[2]};
  objects[0].v_ptr = &object;
  check("object", __tvm_ffi_net_quantize, objects, 3);

  check("count", __tvm_ffi_net_quantize, all, 2);
  check("no workspace", __tvm_ffi_net_quantize, all, 4);
  char bytes[4096];
  int64_t size = 1, large = sizeof(bytes);
  DLTensor tw = tensor(bytes, UInt, 8, 1, &size);
  all[3] = pointer(&tw);
  check("small workspace", __tvm_ffi_net_quantize, all, 4);
  tw.shape = &large;
  check("workspace", __tvm_ffi_net_quantize, all, 4);
  tx.dtype.bits = 64;
  check("type", __tvm_ffi_net_quantize, all, 3);
  tx.dtype.bits = 32;
  tx.dtype.lanes = 2;
  check("lanes", __tvm_ffi_net_quantize, all, 3);
  tx.dtype.lanes = 1;
  tx.ndim = 1;
  check("rank", __tvm_ffi_net_quantize, all, 3);
  tx.ndim = 2;
  tx.device.type = 2;
  check("device", __tvm_ffi_net_quantize, all, 3);
  tx.device.type = 1;
  tx.strides = transposed;
  check("strides", __tvm_ffi_net_quantize, all, 3);
  /* The stride of an extent of 1 says nothing. */
  tx.shape = tq.shape = one;
  check("one element", __tvm_ffi_net_quantize, all, 3);
  all[2] = number(1);
  check("number as result", __tvm_ffi_net_quantize, all, 3);
}

static void scalars(void) {
  uint16_t h = 0x3FC0, h1;
  float f1;
  double d1;
  bool b1;
  int64_t n1;
  int8_t i1;
  DLTensor th = tensor(&h, BFloat, 16, 0, 0), th1 = tensor(&h1, BFloat, 16, 0, 0);
  DLTensor tf1 = tensor(&f1, Float, 32, 0, 0), td1 = tensor(&d1, Float, 64, 0, 0);
  DLTensor tb1 = tensor(&b1, Bool, 8, 0, 0), tn1 = tensor(&n1, SInt, 64, 0, 0);
  DLTensor ti1 = tensor(&i1, SInt, 8, 0, 0);
  Any all[13] = {number(1.5),   integer(2),    pointer(&th),  integer(1),
                 integer(-100), integer(65535), integer(7),    pointer(&tf1),
                 pointer(&tb1), pointer(&td1), pointer(&tn1), pointer(&ti1),
                 pointer(&th1)};
  check("scalars", __tvm_ffi_net_scalars, all, 13);
  printf("%g %d %g %d %d %x\n", f1, b1, d1, (int)n1, i1, h1);
  all[5] = integer(65536);
  check("too large", __tvm_ffi_net_scalars, all, 13);
  all[5] = integer(-1);
  check("negative", __tvm_ffi_net_scalars, all, 13);
  all[5] = integer(0);
  all[4] = integer(-129);
  check("too small", __tvm_ffi_net_scalars, all, 13);
  all[4] = number(1);
  check("no integer", __tvm_ffi_net_scalars, all, 13);
  all[4] = integer(0);
  all[3] = integer(2);
  check("no bool", __tvm_ffi_net_scalars, all, 13);
  all[3] = integer(0);
  all[2] = number(1);
  check("bfloat16", __tvm_ffi_net_scalars, all, 13);
}

/* As in threads of XLA, subnormal numbers are zeros before and after the call. */
static void subnormal(void) {
#ifdef __SSE__
  const unsigned flush = 0x8040, before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | flush);
#endif
  float x[2] = {1e-40f, -1e-40f}, y[2] = {0};
  int64_t shape[1] = {2};
  DLTensor tx = tensor(x, Float, 32, 1, shape), ty = tensor(y, Float, 32, 1, shape);
  Any all[2] = {pointer(&tx), pointer(&ty)};
  check("subnormal", __tvm_ffi_net_twice, all, 2);
#ifdef __SSE__
  if ((__builtin_ia32_stmxcsr() & flush) != flush)
    printf("the mode of floats has changed\n");
  __builtin_ia32_ldmxcsr(before);
#endif
  printf("%.2g %.2g\n", y[0], y[1]);
}

/* Extents that do not agree end the call, and leave the thread ready for another. */
static void products(void) {
  int32_t x[2] = {0, 1}, w[3] = {0, 1, 3}, y[6];
  int64_t shapes[3][2] = {{2, 1}, {3, 1}, {2, 3}};
  DLTensor tx = tensor(x, SInt, 32, 2, shapes[0]), tw = tensor(w, SInt, 32, 2, shapes[1]);
  DLTensor ty = tensor(y, SInt, 32, 2, shapes[2]);
  Any all[5] = {pointer(&tx), integer(20), pointer(&tw), integer(21), pointer(&ty)};
  check("lengths", __tvm_ffi_net_products, all, 5);
  all[3] = integer(20);
  check("products", __tvm_ffi_net_products, all, 5);
  printf("%d %d %d %d %d %d\n", y[0], y[1], y[2], y[3], y[4], y[5]);
}

static void description(void) {
  printf("version %d\n", quant_bnn_library.version);
  for (int i = 0; i < quant_bnn_library.count; ++i) {
    const struct quant_bnn_function *f = quant_bnn_library.functions[i];
    printf("%s: %d arguments, %d results, %s\n", f->name, f->arguments, f->results,
           f->result_extents ? "dynamic" : "static");
    if (!f->result_extents)
      continue;
    int64_t descriptor[7] = {0, 0, 0, 5, 8, 8, 1}, extents[2];
    void *operands[1] = {descriptor};
    f->result_extents(operands, extents);
    printf("of 5x8: %dx%d\n", (int)extents[0], (int)extents[1]);
  }
}

int main(void) {
  printf("before: '%s'\n", quant_bnn_last_error());
  quantize();
  scalars();
  subnormal();
  products();
  description();
  return 0;
}
