//===- Function.cpp - Compiled functions in Python ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Function.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <optional>
#include <vector>

namespace nb = nanobind;
using namespace quant_bnn::python;

//===----------------------------------------------------------------------===//
// LoadedLibrary
//===----------------------------------------------------------------------===//

/// Raises `message` as an error of Python of type `type`.
[[noreturn]] static void raise(PyObject *type, const std::string &message) {
  PyErr_SetString(type, message.c_str());
  throw nb::python_error();
}

LoadedLibrary::LoadedLibrary(const std::string &path)
    : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (!handle)
    raise(PyExc_OSError, dlerror());
  description =
      static_cast<const quant_bnn_library *>(lookup("quant_bnn_library"));
  if (!description)
    raise(PyExc_OSError, path + ": is not a library of quant-bnn");
  if (description->version != QUANT_BNN_LIBRARY_VERSION)
    raise(PyExc_OSError,
          path + ": was compiled by another version of quant-bnn: expected " +
              std::to_string(QUANT_BNN_LIBRARY_VERSION) + ", got " +
              std::to_string(description->version));
}

void *LoadedLibrary::lookup(const std::string &name) const {
  return dlsym(handle, name.c_str());
}

//===----------------------------------------------------------------------===//
// Call
//===----------------------------------------------------------------------===//

namespace {

/// TVMFFIAny.
struct Any {
  int32_t type = 0;
  uint32_t padding = 0;
  union {
    int64_t integer = 0;
    double number;
    DLTensor *tensor;
  };
};

enum TypeIndex : int32_t { Int = 1, Bool = 2, Float = 3, TensorPointer = 7 };

/// A number that a function returns.
union Scalar {
  int64_t integer;
  int8_t i8;
  int16_t i16;
  int32_t i32;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;
  float f32;
  double f64;
};

} // namespace

/// Returns the value of 16 bits of a float.
static double widen(uint16_t bits, uint8_t code) {
  Scalar scalar = {};
  if (code == QUANT_BNN_BFLOAT) {
    scalar.u32 = uint32_t(bits) << 16;
    return scalar.f32;
  }
  char bytes[2];
  std::memcpy(bytes, &bits, sizeof(bytes));
  return PyFloat_Unpack2(bytes, /*le=*/1);
}

static nb::object toPython(const Scalar &scalar, const quant_bnn_value &value) {
  switch (value.code) {
  case QUANT_BNN_BOOL:
    return nb::bool_(scalar.u8 != 0);
  case QUANT_BNN_BFLOAT:
    return nb::float_(widen(scalar.u16, QUANT_BNN_BFLOAT));
  case QUANT_BNN_FLOAT:
    return nb::float_(value.bits == 64   ? scalar.f64
                      : value.bits == 32 ? scalar.f32
                                         : widen(scalar.u16, QUANT_BNN_FLOAT));
  case QUANT_BNN_UINT:
    return nb::int_(value.bits == 8    ? scalar.u8
                    : value.bits == 16 ? scalar.u16
                    : value.bits == 32 ? scalar.u32
                                       : scalar.u64);
  default:
    return nb::int_(value.bits == 8    ? scalar.i8
                    : value.bits == 16 ? scalar.i16
                    : value.bits == 32 ? scalar.i32
                                       : scalar.integer);
  }
}

using Shape = std::vector<int64_t>;

/// That of the workspace.
static constexpr int64_t workspaceAlignment = 64;

/// What one call needs.
class Function::Call {
public:
  Call(const quant_bnn_function &function)
      : function(function), values(function.arguments + function.results),
        slots(new Slot[values.size() + 1]) {}

  void addArgument(int32_t i, nb::handle object);

  /// Adds a float of 16 bits, which tvm-ffi has no number for.
  void addNarrowArgument(int32_t i, double number);

  /// Whether each argument is what the extents of results can be computed from.
  bool hasExpectedArguments() const;
  void addResults(nb::handle out);
  /// Adds the memory for temporary buffers.
  void addWorkspace(nb::handle object);

  /// Returns the bytes of memory that the call needs for temporary buffers.
  int64_t computeWorkspaceSize();

  /// Calls without the GIL. Returns whether there was no error.
  bool run(EntryPoint entryPoint);

  /// Tells PyTorch what was written to, so that it notices if the gradient of
  /// another op needs the old values.
  void announceWrites() const;
  nb::object takeResults();

private:
  const quant_bnn_value &getResult(int32_t i) const {
    return function.values[function.arguments + i];
  }

  /// What `function` reads extents and indices from.
  struct Operands {
    std::vector<std::vector<int64_t>> descriptors;
    std::vector<void *> pointers;

    void addArray(const int64_t *shape, int32_t rank);
  };
  void addArguments(Operands &operands);

  /// Returns the `count` dynamic extents of results.
  std::vector<int64_t> computeExtents(size_t count);

  /// Returns the shape of each result, or nothing if it is unknown.
  std::vector<std::optional<Shape>> computeShapes();
  std::vector<nb::object> getOutputs(nb::handle out) const;

  /// Makes the number in slot `i` the value.
  void addScalar(int32_t i);
  void addResult(int32_t i, nb::object object);
  void checkShape(int32_t i, const Shape &shape) const;
  /// Fails if value `index`, which `what` names, overlaps one before it.
  void checkOverlap(int32_t index, const std::string &what) const;

  /// The memory of an argument or a result.
  struct Slot {
    TensorView view;
    Scalar scalar = {};
    /// Of the scalar.
    DLTensor scalarTensor = {};
    /// Of a result that is an array.
    nb::object object;
  };

  const quant_bnn_function &function;
  /// The arrays of the caller that the function writes to.
  std::vector<nb::object> written;
  std::vector<Any> values;
  /// In the order of the values, and then of the workspace; they stay where
  /// they are.
  std::unique_ptr<Slot[]> slots;
  /// That of the first argument which is an array of a framework.
  const DLPackExchangeAPI *api = nullptr;
};

void Function::Call::addArgument(int32_t i, nb::handle object) {
  const quant_bnn_value &value = function.values[i];
  Any &any = values[i];
  if (value.rank < 0 && PyBool_Check(object.ptr())) {
    any.type = Bool;
    any.integer = object.ptr() == Py_True;
    return;
  }
  if (value.rank < 0 && PyLong_Check(object.ptr())) {
    any.type = Int;
    int overflow = 0;
    any.integer = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
    if (overflow)
      raise(PyExc_OverflowError, std::string(function.name) + ": argument " +
                                     std::to_string(i) +
                                     " has more than 64 bits");
    return;
  }
  TensorView &view = slots[i].view;
  if (view.view(object, value,
                value.is_writable ? Access::Write : Access::Read)) {
    any.type = TensorPointer;
    any.tensor = &view.getTensor();
    if (value.is_writable)
      written.push_back(nb::borrow(object));
    if (!api)
      api = getExchangeAPI(object);
    return;
  }
  bool isInteger =
      value.code != QUANT_BNN_FLOAT && value.code != QUANT_BNN_BFLOAT;
  if (value.rank < 0 && isInteger && PyIndex_Check(object.ptr())) {
    nb::object index = nb::steal(PyNumber_Index(object.ptr()));
    if (!index.is_valid())
      throw nb::python_error();
    return addArgument(i, index);
  }
  if (value.rank < 0 && PyNumber_Check(object.ptr())) {
    double number = PyFloat_AsDouble(object.ptr());
    if (number == -1 && PyErr_Occurred())
      throw nb::python_error();
    any.type = Float;
    any.number = number;
    if (value.bits == 16 && !isInteger)
      addNarrowArgument(i, number);
    return;
  }
  raise(PyExc_TypeError, std::string(function.name) + ": argument " +
                             std::to_string(i) +
                             " is neither an array nor a number, but a " +
                             Py_TYPE(object.ptr())->tp_name);
}

/// Returns the bits of the bfloat16 that is nearest to `number`, of two the
/// even one.
static uint16_t narrow(double number) {
  if (number != number)
    return 0x7FC0;
  Scalar rounded = {};
  rounded.f32 = static_cast<float>(number);
  // Rounded to odd, so that the next rounding is that of the number.
  if (std::fabs(rounded.f32) > std::fabs(number))
    --rounded.u32;
  if (rounded.f32 != number && std::fabs(number) <= FLT_MAX)
    rounded.u32 |= 1;
  return (rounded.u32 + 0x7FFF + (rounded.u32 >> 16 & 1)) >> 16;
}

void Function::Call::addNarrowArgument(int32_t i, double number) {
  Scalar &scalar = slots[i].scalar;
  if (function.values[i].code == QUANT_BNN_BFLOAT) {
    scalar.u16 = narrow(number);
  } else {
    char bytes[2];
    if (PyFloat_Pack2(number, bytes, /*le=*/1) != 0)
      throw nb::python_error();
    std::memcpy(&scalar.u16, bytes, sizeof(bytes));
  }
  addScalar(i);
}

/// Whether `any` is what `value` describes, as far as the extents of results
/// depend on it: the rank of an array, or an index.
static bool hasExtents(const Any &any, const quant_bnn_value &value) {
  if (value.rank < 0 && any.type != TensorPointer)
    return any.type == Int || any.type == Bool || value.code != QUANT_BNN_INT;
  if (any.type != TensorPointer)
    return false;
  const DLTensor &tensor = *any.tensor;
  return tensor.ndim == (value.rank < 0 ? 0 : value.rank) &&
         (value.rank >= 0 ||
          (tensor.device.device_type == nb::device::cpu::value &&
           tensor.dtype.bits == value.bits && tensor.byte_offset == 0));
}

bool Function::Call::hasExpectedArguments() const {
  for (int32_t i = 0; i < function.arguments; ++i)
    if (!hasExtents(values[i], function.values[i]))
      return false;
  return true;
}

void Function::Call::Operands::addArray(const int64_t *shape, int32_t rank) {
  std::vector<int64_t> &descriptor = descriptors.emplace_back(3);
  descriptor.insert(descriptor.end(), shape, shape + rank);
  pointers.push_back(descriptor.data());
}

void Function::Call::addArguments(Operands &operands) {
  for (int32_t i = 0; i < function.arguments; ++i) {
    Any &any = values[i];
    if (any.type != TensorPointer)
      operands.pointers.push_back(&any.integer);
    else if (function.values[i].rank < 0)
      operands.pointers.push_back(any.tensor->data);
    else
      operands.addArray(any.tensor->shape, function.values[i].rank);
  }
}

std::vector<int64_t> Function::Call::computeExtents(size_t count) {
  std::vector<int64_t> extents(count);
  Operands operands;
  addArguments(operands);
  function.result_extents(operands.pointers.data(), extents.data());
  return extents;
}

int64_t Function::Call::computeWorkspaceSize() {
  if (!function.workspace_size)
    return 0;
  Operands operands;
  addArguments(operands);
  int32_t i = 0;
  for (const std::optional<Shape> &shape : computeShapes()) {
    if (!shape)
      raise(PyExc_TypeError,
            std::string(function.name) +
                ": the extents of the results do not follow from those of "
                "the arguments");
    if (getResult(i++).rank < 0)
      operands.pointers.push_back(nullptr);
    else
      operands.addArray(shape->data(), shape->size());
  }
  return function.workspace_size(operands.pointers.data());
}

std::vector<std::optional<Shape>> Function::Call::computeShapes() {
  std::vector<std::optional<Shape>> shapes;
  size_t count = 0;
  for (int32_t i = 0; i < function.results; ++i) {
    const quant_bnn_value &value = getResult(i);
    Shape shape(value.shape, value.shape + std::max(value.rank, 0));
    count += std::count(shape.begin(), shape.end(), -1);
    shapes.emplace_back(std::move(shape));
  }
  if (count == 0)
    return shapes;
  std::vector<int64_t> extents;
  if (function.result_extents)
    extents = computeExtents(count);
  size_t next = 0;
  for (std::optional<Shape> &shape : shapes) {
    if (std::find(shape->begin(), shape->end(), -1) == shape->end())
      continue;
    if (extents.empty()) {
      shape.reset();
      continue;
    }
    for (int64_t &extent : *shape)
      if (extent < 0)
        extent = extents[next++];
  }
  return shapes;
}

void Function::Call::checkOverlap(int32_t index,
                                  const std::string &what) const {
  auto [begin, end] = slots[index].view.getRange();
  for (int32_t i = 0; i < index; ++i) {
    auto [otherBegin, otherEnd] = slots[i].view.getRange();
    if (begin < otherEnd && otherBegin < end)
      raise(PyExc_ValueError, std::string(function.name) + ": " + what +
                                  " overlaps another array of the call");
  }
}

void Function::Call::addResult(int32_t i, nb::object object) {
  int32_t index = function.arguments + i;
  TensorView &view = slots[index].view;
  if (!view.view(object, getResult(i), Access::Write))
    raise(PyExc_TypeError, std::string(function.name) + ": result " +
                               std::to_string(i) + " is no array, but a " +
                               Py_TYPE(object.ptr())->tp_name);
  values[index].type = TensorPointer;
  values[index].tensor = &view.getTensor();
  slots[index].object = std::move(object);
}

/// Returns the arrays that `out` is, in order; nothing if it is None.
std::vector<nb::object> Function::Call::getOutputs(nb::handle out) const {
  if (out.is_none())
    return {};
  size_t numArrays = 0;
  for (int32_t i = 0; i < function.results; ++i)
    numArrays += getResult(i).rank >= 0;
  std::vector<nb::object> outputs;
  if (PyTuple_Check(out.ptr()) || PyList_Check(out.ptr()))
    for (nb::handle array : out)
      outputs.push_back(nb::borrow(array));
  else
    outputs.push_back(nb::borrow(out));
  if (outputs.size() != numArrays)
    raise(PyExc_TypeError, std::string(function.name) + ": out requires " +
                               std::to_string(numArrays) + " arrays");
  return outputs;
}

void Function::Call::addScalar(int32_t i) {
  const quant_bnn_value &value = function.values[i];
  DLTensor &tensor = slots[i].scalarTensor;
  tensor.data = &slots[i].scalar;
  tensor.device = {nb::device::cpu::value, 0};
  tensor.dtype = {value.code, value.bits, 1};
  values[i].type = TensorPointer;
  values[i].tensor = &tensor;
}

/// Fails unless result `i`, which the caller has passed, has the shape `shape`.
void Function::Call::checkShape(int32_t i, const Shape &shape) const {
  const DLTensor &tensor = *values[function.arguments + i].tensor;
  if (tensor.ndim != int32_t(shape.size()) ||
      std::equal(shape.begin(), shape.end(), tensor.shape))
    return;
  std::string message = std::string(function.name) + ": result " +
                        std::to_string(i) + " has the shape (";
  for (size_t dim = 0; dim < shape.size(); ++dim)
    message += (dim ? ", " : "") + std::to_string(shape[dim]);
  raise(PyExc_ValueError, message + "), which out does not have");
}

void Function::Call::addResults(nb::handle out) {
  std::vector<nb::object> outputs = getOutputs(out);
  std::vector<std::optional<Shape>> shapes = computeShapes();
  size_t array = 0;
  for (int32_t i = 0; i < function.results; ++i) {
    if (getResult(i).rank < 0) {
      addScalar(function.arguments + i);
    } else if (!outputs.empty()) {
      written.push_back(outputs[array]);
      addResult(i, outputs[array++]);
      checkOverlap(function.arguments + i, "result " + std::to_string(i));
      if (shapes[i])
        checkShape(i, *shapes[i]);
    } else if (shapes[i]) {
      addResult(i, allocate(getResult(i), shapes[i]->data(), api));
      auto [begin, end] = slots[function.arguments + i].view.getRange();
      if (api)
        useHugePages(uintptr_t(begin), uintptr_t(end));
    } else {
      raise(PyExc_TypeError,
            std::string(function.name) +
                ": the extents of the results do not follow from those of "
                "the arguments: pass out");
    }
  }
}

void Function::Call::addWorkspace(nb::handle object) {
  if (!function.workspace_size)
    raise(PyExc_TypeError,
          std::string(function.name) + " was compiled to take no workspace");
  auto index = static_cast<int32_t>(values.size());
  TensorView &view = slots[index].view;
  constexpr quant_bnn_value bytes = {nullptr, 1, QUANT_BNN_UINT, 8, true};
  if (!view.view(object, bytes, Access::Write))
    raise(PyExc_TypeError, std::string(function.name) +
                               ": the workspace is no array, but a " +
                               Py_TYPE(object.ptr())->tp_name);
  checkOverlap(index, "the workspace");
  Any &any = values.emplace_back();
  any.type = TensorPointer;
  any.tensor = &view.getTensor();
}

bool Function::Call::run(EntryPoint entryPoint) {
  Any result;
  nb::gil_scoped_release release;
  return entryPoint(nullptr, values.data(), values.size(), &result) == 0;
}

void Function::Call::announceWrites() const {
  for (const nb::object &object : written)
    if (getExchangeAPI(object) && nb::hasattr(object, "_version"))
      nb::module_::import_("torch.autograd.graph")
          .attr("increment_version")(object);
}

nb::object Function::Call::takeResults() {
  auto take = [&](int32_t i) {
    Slot &slot = slots[function.arguments + i];
    return getResult(i).rank < 0 ? toPython(slot.scalar, getResult(i))
                                 : std::move(slot.object);
  };
  if (function.results == 0)
    return nb::none();
  if (function.results == 1)
    return take(0);
  nb::object tuple = nb::steal(PyTuple_New(function.results));
  for (int32_t i = 0; i < function.results; ++i)
    PyTuple_SET_ITEM(tuple.ptr(), i, take(i).release().ptr());
  return tuple;
}

//===----------------------------------------------------------------------===//
// Function
//===----------------------------------------------------------------------===//

Function::Function(const LoadedLibrary &library,
                   const quant_bnn_function &function)
    : function(function),
      entryPoint(reinterpret_cast<EntryPoint>(
          library.lookup(std::string("__tvm_ffi_") + function.name))),
      getLastError(reinterpret_cast<const char *(*)()>(
          library.lookup("quant_bnn_last_error"))) {
  if (!entryPoint || !getLastError)
    raise(PyExc_OSError,
          std::string("the library lacks what calls ") + function.name);
}

void Function::addArguments(Call &call, const nb::args &arguments) const {
  if (int32_t(arguments.size()) != function.arguments)
    raise(PyExc_TypeError,
          std::string(function.name) + " takes " +
              std::to_string(function.arguments) + " arguments, but " +
              std::to_string(arguments.size()) + " were given");
  for (int32_t i = 0; i < function.arguments; ++i)
    call.addArgument(i, arguments[i]);
}

int64_t Function::getWorkspaceSize(const nb::args &arguments) const {
  Call call(function);
  addArguments(call, arguments);
  if (!call.hasExpectedArguments())
    raise(PyExc_TypeError,
          "the arguments are not those of " + std::string(describe()));
  int64_t size = call.computeWorkspaceSize();
  // An array may begin anywhere.
  return size == 0 ? 0 : size + workspaceAlignment - 1;
}

nb::object Function::call(const nb::args &arguments, const nb::object &out,
                          const nb::object &workspace) const {
  Call call(function);
  addArguments(call, arguments);
  // Otherwise, the call says which argument is wrong.
  if (call.hasExpectedArguments()) {
    call.addResults(out);
    if (!workspace.is_none())
      call.addWorkspace(workspace);
  }
  if (!call.run(entryPoint)) {
    std::string message = getLastError();
    // Otherwise, an assertion of the function failed.
    bool isType = message.find(function.name + std::string(": expected ")) == 0;
    raise(isType ? PyExc_TypeError : PyExc_ValueError, message);
  }
  call.announceWrites();
  return call.takeResults();
}

static std::string describeValue(const quant_bnn_value &value) {
  std::string text = value.code == QUANT_BNN_BOOL     ? "bool"
                     : value.code == QUANT_BNN_UINT   ? "uint"
                     : value.code == QUANT_BNN_FLOAT  ? "float"
                     : value.code == QUANT_BNN_BFLOAT ? "bfloat"
                                                      : "int";
  if (value.code != QUANT_BNN_BOOL)
    text += std::to_string(value.bits);
  if (value.rank < 0)
    return text;
  text += "[";
  for (int32_t i = 0; i < value.rank; ++i)
    text += (i ? ", " : "") +
            (value.shape[i] < 0 ? "?" : std::to_string(value.shape[i]));
  return text + "]";
}

std::string Function::describe() const {
  std::string text = std::string(function.name) + "(";
  for (int32_t i = 0; i < function.arguments; ++i)
    text += (i ? ", " : "") + describeValue(function.values[i]);
  text += ")";
  for (int32_t i = 0; i < function.results; ++i)
    text += (i ? ", " : " -> ") +
            describeValue(function.values[function.arguments + i]);
  return text;
}
