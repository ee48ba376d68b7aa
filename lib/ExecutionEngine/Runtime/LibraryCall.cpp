//===- LibraryCall.cpp - Call functions of a library on DLPack tensors ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The layouts are those of tvm-ffi's and DLPack's C interfaces, which promise
// to keep them.
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/LibraryCall.h"
#include "CurrentCall.h"
#include "FloatMode.h"
#include "quant-bnn/ExecutionEngine/Workspace.h"

#include <alloca.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

//===----------------------------------------------------------------------===//
// The interface of tvm-ffi
//===----------------------------------------------------------------------===//

namespace {

enum TypeIndex : int32_t {
  None = 0,
  Int = 1,
  Bool = 2,
  Float = 3,
  DLTensorPointer = 7,
  TensorObject = 70
};

/// TVMFFIAny.
struct Any {
  int32_t type;
  uint32_t padding;
  union {
    int64_t integer;
    double number;
    char *pointer;
  };
};

/// TVMFFIObject, which the tensor follows.
struct ObjectHeader {
  uint64_t references;
  int32_t type;
  uint32_t padding;
  void (*deleter)(void *, int);
};

enum DeviceType : int32_t { CPU = 1, CUDAHost = 3 };

/// DLTensor.
struct Tensor {
  char *data;
  int32_t deviceType;
  int32_t deviceNumber;
  int32_t rank;
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
  const int64_t *shape;
  const int64_t *strides;
  uint64_t byteOffset;
};

} // namespace

extern "C" __attribute__((weak)) void
TVMFFIErrorSetRaisedFromCStr(const char *kind, const char *message);

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

static constexpr int messageSize = 512;

extern "C" __attribute__((weak)) char *quant_bnn_error_buffer(void) {
  static __thread char message[messageSize];
  return message;
}

const char *quant_bnn_last_error(void) { return quant_bnn_error_buffer(); }

namespace {

/// A message, as it grows.
class Message {
public:
  Message() { *buffer = 0; }

  __attribute__((format(printf, 2, 3))) void add(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int added =
        vsnprintf(buffer + length, messageSize - length, format, arguments);
    va_end(arguments);
    length = added < messageSize - length ? length + added : messageSize - 1;
  }

  void addType(uint8_t code, uint8_t bits) {
    if (code == QUANT_BNN_BOOL)
      return add("bool");
    static const char *const names[] = {"int", "uint", "float", "handle",
                                        "bfloat"};
    add("%s%d", code <= QUANT_BNN_BFLOAT ? names[code] : "type", bits);
  }

  void addShape(const int64_t *shape, int32_t rank) {
    add(" [");
    for (int32_t i = 0; i < rank; ++i) {
      add(i ? ", " : "");
      if (shape[i] < 0)
        add("?");
      else
        add("%lld", static_cast<long long>(shape[i]));
    }
    add("]");
  }

private:
  char *buffer = quant_bnn_error_buffer();
  int length = 0;
};

} // namespace

/// Raises the message as an error of `kind`.
static int raise(const char *kind) {
  if (TVMFFIErrorSetRaisedFromCStr)
    TVMFFIErrorSetRaisedFromCStr(kind, quant_bnn_error_buffer());
  return -1;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static const Tensor *getTensor(const Any &any) {
  if (any.type == DLTensorPointer)
    return reinterpret_cast<const Tensor *>(any.pointer);
  if (any.type == TensorObject)
    return reinterpret_cast<const Tensor *>(any.pointer + sizeof(ObjectHeader));
  return nullptr;
}

static int32_t getRank(const quant_bnn_value &value) {
  return value.rank < 0 ? 0 : value.rank;
}

static bool isContiguous(const Tensor &tensor) {
  int64_t stride = 1;
  bool isContiguous = true;
  for (int32_t i = tensor.rank; i-- > 0;) {
    if (tensor.shape[i] == 0)
      return true;
    if (tensor.strides && tensor.shape[i] != 1 && tensor.strides[i] != stride)
      isContiguous = false;
    stride *= tensor.shape[i];
  }
  return isContiguous;
}

static bool isOnCPU(const Tensor &tensor) {
  return tensor.deviceType == CPU || tensor.deviceType == CUDAHost;
}

static bool fits(const Tensor &tensor, const quant_bnn_value &value) {
  // A signless integer may be passed as an unsigned one.
  bool hasType = tensor.code == value.code ||
                 (tensor.code == QUANT_BNN_UINT && value.code == QUANT_BNN_INT);
  if (!isOnCPU(tensor) || tensor.rank != getRank(value) || !hasType ||
      tensor.bits != value.bits || tensor.lanes != 1)
    return false;
  for (int32_t i = 0; i < tensor.rank; ++i)
    if (value.shape[i] >= 0 && tensor.shape[i] != value.shape[i])
      return false;
  return isContiguous(tensor);
}

/// Whether `any` is a number that a scalar of type `value` represents, as far
/// as its type can. Writes the bytes of the scalar to `bytes`.
static bool convertNumber(const Any &any, const quant_bnn_value &value,
                          int64_t *bytes) {
  if (value.code == QUANT_BNN_FLOAT && value.bits >= 32 &&
      (any.type == Float || any.type == Int)) {
    double number = any.type == Float ? any.number : double(any.integer);
    float rounded = static_cast<float>(number);
    if (value.bits == 64)
      memcpy(bytes, &number, sizeof(number));
    else
      memcpy(bytes, &rounded, sizeof(rounded));
    return true;
  }
  if (any.type != Int && any.type != Bool)
    return false;
  int64_t integer = any.integer;
  memcpy(bytes, &integer, sizeof(integer));
  if (value.code == QUANT_BNN_BOOL)
    return integer == 0 || integer == 1;
  int64_t above = value.bits == 64 ? 0 : int64_t(1) << value.bits;
  if (value.code == QUANT_BNN_UINT)
    return integer >= 0 && (value.bits == 64 || integer < above);
  return value.code == QUANT_BNN_INT &&
         (value.bits == 64 || (integer >= -(above / 2) && integer < above / 2));
}

/// Adds what `any` is to `message`.
static void describe(const Any &any, Message &message) {
  const Tensor *tensor = getTensor(any);
  if (!tensor) {
    if (any.type == Int || any.type == Bool)
      return message.add("%lld", static_cast<long long>(any.integer));
    if (any.type == Float)
      return message.add("%g", any.number);
    return message.add("a value of type %d", any.type);
  }
  message.addType(tensor->code, tensor->bits);
  if (tensor->lanes != 1)
    message.add("x%d", tensor->lanes);
  message.addShape(tensor->shape, tensor->rank);
  if (!isOnCPU(*tensor))
    message.add(" on another device");
  else if (!isContiguous(*tensor))
    message.add(" with gaps");
}

/// Makes `words` the memory of a scalar, or the descriptor of an array, that
/// `any` specifies. Returns the operand, or null if the value does not fit.
static void *makeOperand(const Any &any, const quant_bnn_value &value,
                         bool isResult, int64_t *words) {
  const Tensor *tensor = getTensor(any);
  if (!tensor)
    return !isResult && value.rank < 0 && convertNumber(any, value, words)
               ? words
               : nullptr;
  if (!fits(*tensor, value))
    return nullptr;
  char *data = tensor->data + tensor->byteOffset;
  if (value.rank < 0)
    return data;
  memcpy(words, &data, sizeof(data));
  memcpy(words + 1, &data, sizeof(data));
  words[2] = 0;
  int64_t stride = 1;
  for (int32_t i = value.rank; i-- > 0;) {
    words[3 + i] = tensor->shape[i];
    words[3 + value.rank + i] = stride;
    stride *= tensor->shape[i];
  }
  return words;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

__thread jmp_buf *quant_bnn::currentCall = nullptr;

void quant_bnn_assertion_failed(const char *message) {
  if (jmp_buf *call = quant_bnn::currentCall) {
    Message().add("%s", message);
    longjmp(*call, 1);
  }
  puts(message);
  fflush(stdout);
  abort();
}

/// Makes `workspace` the part of `tensor` that begins at a multiple of 64.
/// Returns whether that has `size` bytes; if not, a message is in the buffer.
static bool placeWorkspace(const quant_bnn_function &function,
                           const Tensor &tensor, int64_t size,
                           quant_bnn_workspace &workspace) {
  constexpr uintptr_t alignment = 64;
  int64_t bytes = tensor.bits * tensor.lanes / 8;
  for (int32_t i = 0; i < tensor.rank; ++i)
    bytes *= tensor.shape[i];
  char *data = tensor.data + tensor.byteOffset;
  int64_t skipped = -reinterpret_cast<uintptr_t>(data) % alignment;
  if (size > 0 && bytes - skipped < size) {
    Message().add("%s: the workspace has %lld bytes, %lld of them from a "
                  "multiple of %d on, but %lld are required",
                  function.name, static_cast<long long>(bytes),
                  static_cast<long long>(bytes > skipped ? bytes - skipped : 0),
                  static_cast<int>(alignment), static_cast<long long>(size));
    return false;
  }
  workspace = {data + skipped, data + skipped, 0, size, 1};
  return true;
}

/// Calls `function` with the workspace in `tensor`, or with that of the thread
/// if `tensor` is null. Returns whether that is large enough and no assertion
/// of the function failed. If not, a message is in the buffer.
static bool callWithWorkspace(const quant_bnn_function &function,
                              void **operands, const Tensor *tensor) {
  int64_t size =
      function.workspace_size ? function.workspace_size(operands) : 0;
  quant_bnn_workspace workspace = {nullptr, nullptr, 0, 0, 1};
  const bool isOfThread = size != 0 && !tensor;
  if (isOfThread)
    _mlir_ciface_quant_bnn_take_workspace(&workspace, size);
  else if (tensor && !placeWorkspace(function, *tensor, size, workspace))
    return false;
  operands[function.arguments + function.results] = &workspace;
  jmp_buf *const outer = quant_bnn::currentCall;
  jmp_buf call;
  const bool hasFailed = setjmp(call) != 0;
  if (!hasFailed) {
    quant_bnn::currentCall = &call;
    function.call(operands);
  }
  quant_bnn::currentCall = outer;
  if (isOfThread)
    _mlir_ciface_quant_bnn_return_workspace(&workspace);
  return !hasFailed;
}

static int callWithAny(const quant_bnn_function *function,
                       const void *arguments, int32_t count, void *result) {
  int32_t values = function->arguments + function->results;
  // The workspace may follow.
  const bool hasWorkspace = count == values + 1 && function->workspace_size;
  if (count != values && !hasWorkspace) {
    Message message;
    message.add("%s: expected %d arguments and %d tensors for results, got %d",
                function->name, function->arguments, function->results, count);
    return raise("TypeError");
  }
  auto **operands = static_cast<void **>(alloca((values + 1) * sizeof(void *)));
  for (int32_t i = 0; i < values; ++i) {
    const Any &any = static_cast<const Any *>(arguments)[i];
    const quant_bnn_value &value = function->values[i];
    bool isResult = i >= function->arguments;
    // A descriptor has two pointers, an offset, extents and strides.
    auto *words = static_cast<int64_t *>(
        alloca((3 + 2 * getRank(value)) * sizeof(int64_t)));
    operands[i] = makeOperand(any, value, isResult, words);
    if (operands[i])
      continue;
    Message message;
    message.add("%s: expected ", function->name);
    message.addType(value.code, value.bits);
    message.addShape(value.shape, getRank(value));
    message.add(" without gaps on the CPU as %s %d, got ",
                isResult ? "result" : "argument",
                isResult ? i - function->arguments : i);
    describe(any, message);
    return raise("TypeError");
  }
  const Tensor *workspace = nullptr;
  if (hasWorkspace) {
    const Any &any = static_cast<const Any *>(arguments)[values];
    workspace = getTensor(any);
    if (!workspace || !isOnCPU(*workspace) || !isContiguous(*workspace)) {
      Message message;
      message.add("%s: expected an array without gaps on the CPU as the "
                  "workspace, got ",
                  function->name);
      describe(any, message);
      return raise("TypeError");
    }
  }
  if (!callWithWorkspace(*function, operands, workspace))
    return raise("ValueError");
  *static_cast<Any *>(result) = {None, 0, {0}};
  return 0;
}

int quant_bnn_call_from_tvm_ffi(const quant_bnn_function *function,
                                const void *arguments, int32_t count,
                                void *result) {
  // Frameworks such as XLA call from threads that take subnormal numbers for
  // zeros.
  const uint64_t mode = quant_bnn::getFloatMode();
  quant_bnn::setFloatMode(quant_bnn::defaultFloatMode);
  int status = callWithAny(function, arguments, count, result);
  quant_bnn::setFloatMode(mode);
  return status;
}
