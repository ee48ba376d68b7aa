//===- Tensor.cpp - Python objects as tensors of a call -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensor.h"

#include <cstring>
#include <sys/mman.h>
#include <unordered_map>
#include <utility>

namespace nb = nanobind;
using namespace quant_bnn::python;

//===----------------------------------------------------------------------===//
// Frameworks
//===----------------------------------------------------------------------===//

static const DLPackExchangeAPI *findExchangeAPI(nb::handle type) {
  nb::object capsule =
      nb::getattr(type, "__dlpack_c_exchange_api__", nb::none());
  if (!PyCapsule_IsValid(capsule.ptr(), "dlpack_exchange_api"))
    return nullptr;
  auto *api = static_cast<const DLPackExchangeAPI *>(
      PyCapsule_GetPointer(capsule.ptr(), "dlpack_exchange_api"));
  while (api && api->version.major > 1)
    api = api->earlier;
  return api && api->version.major == 1 && api->viewObject ? api : nullptr;
}

const DLPackExchangeAPI *quant_bnn::python::getExchangeAPI(nb::handle object) {
  // Of types that have one, which live as long as the process; and the last
  // type that has none, mostly that of NumPy.
  static std::unordered_map<PyTypeObject *, const DLPackExchangeAPI *> known;
  static PyTypeObject *without = nullptr;
  PyTypeObject *type = Py_TYPE(object.ptr());
  if (type == without)
    return nullptr;
  if (auto entry = known.find(type); entry != known.end())
    return entry->second;
  // This may run code of Python, and let other threads run.
  const DLPackExchangeAPI *api = findExchangeAPI(object.type());
  Py_INCREF(type);
  if (api)
    known.emplace(type, api);
  else
    Py_XDECREF(std::exchange(without, type));
  return api;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// Returns the type that a format of the struct module names, with 0 bits if
/// there is none in DLPack.
static nb::dlpack::dtype parseFormat(const char *format, Py_ssize_t size) {
  if (!format)
    return {QUANT_BNN_UINT, 8, 1};
  if (*format == '@' || *format == '=' || *format == '<')
    ++format;
  uint8_t bits = 8 * size;
  if (!*format || format[1])
    return {};
  if (*format == '?')
    return {QUANT_BNN_BOOL, bits, 1};
  if (std::strchr("bhilq", *format))
    return {QUANT_BNN_INT, bits, 1};
  if (std::strchr("BHILQ", *format))
    return {QUANT_BNN_UINT, bits, 1};
  if (std::strchr("efd", *format))
    return {QUANT_BNN_FLOAT, bits, 1};
  return {};
}

static bool isBFloat16(nb::handle object) {
  nb::object type = nb::getattr(object, "dtype", nb::none());
  nb::object name = nb::getattr(type, "name", nb::none());
  return nb::isinstance<nb::str>(name) &&
         std::strcmp(nb::cast<nb::str>(name).c_str(), "bfloat16") == 0;
}

void TensorView::viewBuffer(nb::handle object, const quant_bnn_value &value,
                            Access access) {
  int flags = access == Access::Write ? PyBUF_RECORDS : PyBUF_RECORDS_RO;
  nb::object bits;
  // The buffer protocol has no bfloat16.
  if (value.code == QUANT_BNN_BFLOAT && isBFloat16(object)) {
    bits = object.attr("view")("uint16");
    object = bits;
  }
  if (PyObject_GetBuffer(object.ptr(), &buffer, flags) != 0)
    throw nb::python_error();
  tensor = {};
  tensor.data = buffer.buf;
  tensor.device = {nb::device::cpu::value, 0};
  tensor.ndim = buffer.ndim;
  tensor.dtype = parseFormat(buffer.format, buffer.itemsize);
  if (tensor.dtype.bits == 0)
    throw nb::type_error(
        "an array has elements of a type that no function takes");
  if (value.code == QUANT_BNN_BFLOAT && tensor.dtype.code == QUANT_BNN_UINT &&
      tensor.dtype.bits == 16)
    tensor.dtype.code = QUANT_BNN_BFLOAT;
  static_assert(sizeof(Py_ssize_t) == sizeof(int64_t));
  tensor.shape = reinterpret_cast<int64_t *>(buffer.shape);
  if (buffer.itemsize == 0)
    throw nb::type_error("the elements of an array have no bytes");
  if (buffer.ndim > 64)
    throw nb::type_error("an array has at most 64 dimensions");
  if (!buffer.strides)
    return;
  for (int i = 0; i < buffer.ndim; ++i)
    strides[i] = buffer.strides[i] % buffer.itemsize == 0
                     ? buffer.strides[i] / buffer.itemsize
                     : 0;
  tensor.strides = strides;
}

//===----------------------------------------------------------------------===//
// TensorView
//===----------------------------------------------------------------------===//

TensorView::~TensorView() { PyBuffer_Release(&buffer); }

bool TensorView::viewWithoutCopy(nb::handle object,
                                 const quant_bnn_value &value, Access access) {
  if (const DLPackExchangeAPI *api = getExchangeAPI(object)) {
    if (nb::cast<bool>(nb::getattr(object, "requires_grad", nb::bool_(false))))
      throw nb::value_error("the gradient of the call is unknown: use "
                            "detach(), or quant_bnn.torch");
    // A lazy negation of PyTorch is no part of what DLPack has.
    if (nb::hasattr(object, "is_neg") &&
        nb::cast<bool>(object.attr("is_neg")())) {
      if (access == Access::Write)
        throw nb::value_error("a negated view cannot be written to");
      owner = object.attr("resolve_neg")();
      object = owner;
    }
    if (api->viewObject(object.ptr(), &tensor) != 0)
      throw nb::python_error();
    auto [begin, end] = getRange();
    if (!tensor.data && begin != end)
      throw nb::type_error("a tensor has no data");
    return true;
  }
  bool isArray = nb::hasattr(object, "__dlpack__");
  // Numbers of NumPy have a buffer, too.
  if (PyObject_CheckBuffer(object.ptr()) &&
      (isArray || !PyNumber_Check(object.ptr()))) {
    viewBuffer(object, value, access);
    return true;
  }
  if (!isArray)
    return false;
  array = nb::cast<nb::ndarray<>>(object);
  tensor = {};
  tensor.data = array.data();
  tensor.device = {array.device_type(), array.device_id()};
  tensor.ndim = array.ndim();
  tensor.dtype = array.dtype();
  tensor.shape = const_cast<int64_t *>(array.shape_ptr());
  tensor.strides = const_cast<int64_t *>(array.stride_ptr());
  return true;
}

bool TensorView::isContiguous() const {
  int64_t stride = 1;
  for (int32_t i = tensor.ndim; i-- > 0;) {
    if (tensor.shape[i] == 0)
      return true;
    if (tensor.strides && tensor.shape[i] != 1 && tensor.strides[i] != stride)
      return false;
    stride *= tensor.shape[i];
  }
  return true;
}

bool TensorView::view(nb::handle object, const quant_bnn_value &value,
                      Access access) {
  if (!viewWithoutCopy(object, value, access))
    return false;
  if (access == Access::Write || isContiguous())
    return true;
  if (nb::hasattr(object, "contiguous"))
    owner = object.attr("contiguous")();
  else
    owner = nb::module_::import_("numpy").attr("ascontiguousarray")(object);
  PyBuffer_Release(&buffer);
  return viewWithoutCopy(owner, value, access);
}

std::pair<const char *, const char *> TensorView::getRange() const {
  int64_t bytes = tensor.dtype.bits / 8;
  for (int32_t i = 0; i < tensor.ndim; ++i)
    bytes *= tensor.shape[i];
  auto *begin = static_cast<const char *>(tensor.data) + tensor.byte_offset;
  return {begin, begin + bytes};
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Returns NumPy's type for `value`; that of bfloat16 is its bits.
static nb::object getDType(const quant_bnn_value &value) {
  // Index by code and size, so that a call makes no string.
  static std::unordered_map<unsigned, PyObject *> known;
  PyObject *&type = known[value.code * 256u + value.bits];
  if (!type) {
    std::string name = std::to_string(value.bits);
    if (value.code == QUANT_BNN_BOOL)
      name = "bool";
    else if (value.code == QUANT_BNN_FLOAT)
      name = "float" + name;
    else
      name = (value.code == QUANT_BNN_INT ? "int" : "uint") + name;
    type = nb::module_::import_("numpy")
               .attr("dtype")(name.c_str())
               .release()
               .ptr();
  }
  return nb::borrow(type);
}

static nb::object allocateInNumPy(const quant_bnn_value &value,
                                  const int64_t *shape) {
  static PyObject *const empty =
      nb::object(nb::module_::import_("numpy").attr("empty")).release().ptr();
  nb::object extents = nb::steal(PyTuple_New(value.rank));
  for (int32_t i = 0; i < value.rank; ++i)
    PyTuple_SET_ITEM(extents.ptr(), i, PyLong_FromLongLong(shape[i]));
  PyObject *arguments[] = {extents.ptr(), getDType(value).ptr()};
  nb::object result =
      nb::steal(PyObject_Vectorcall(empty, arguments, 2, nullptr));
  if (!result.is_valid())
    throw nb::python_error();
  return result;
}

nb::object quant_bnn::python::allocate(const quant_bnn_value &value,
                                       const int64_t *shape,
                                       const DLPackExchangeAPI *api) {
  if (!api)
    return allocateInNumPy(value, shape);
  DLTensor prototype = {};
  prototype.device = {nb::device::cpu::value, 0};
  prototype.ndim = value.rank;
  prototype.dtype = {value.code, value.bits, 1};
  prototype.shape = const_cast<int64_t *>(shape);
  DLManagedTensorVersioned *tensor = nullptr;
  auto setError = [](void *, const char *, const char *message) {
    PyErr_SetString(PyExc_RuntimeError, message);
  };
  void *object = nullptr;
  if (api->allocate(&prototype, &tensor, nullptr, setError) != 0 ||
      api->toObject(tensor, &object) != 0) {
    if (!PyErr_Occurred())
      PyErr_SetString(PyExc_RuntimeError, "cannot allocate a tensor");
    throw nb::python_error();
  }
  return nb::steal(static_cast<PyObject *>(object));
}

void quant_bnn::python::useHugePages(uintptr_t begin, uintptr_t end) {
#ifdef MADV_HUGEPAGE
  // NumPy's threshold.
  constexpr size_t threshold = size_t(4) << 20, page = size_t(2) << 20;
  if (end - begin < threshold)
    return;
  uintptr_t first = (begin + page - 1) / page * page;
  uintptr_t last = end / page * page;
  // It is a hint: where the system has no huge pages, nothing is lost.
  madvise(reinterpret_cast<void *>(first), last - first, MADV_HUGEPAGE);
#endif
}
