//===- NumPyArray.cpp - Arrays in NumPy's file format ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"

#include "NumPyHeader.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace quant_bnn;
using llvm::ArrayRef;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::MutableArrayRef;
using llvm::StringRef;
using llvm::Twine;
namespace fs = llvm::sys::fs;

// Elements have the same bytes in a file and in memory.
static_assert(llvm::endianness::native == llvm::endianness::little);

/// Returns `error` with `path` before its message, whose first word becomes
/// lower case.
static Error atPath(StringRef path, Error error) {
  std::string message = llvm::toString(std::move(error));
  if (message.size() > 1 && llvm::isLower(message[1]))
    message[0] = llvm::toLower(message[0]);
  return createStringError(path + ": " + message);
}

size_t NpyView::getSizeInBytes() const {
  size_t bytes = elementType.size;
  for (int64_t dim : shape)
    bytes *= dim;
  return bytes;
}

Expected<NpyArray> NpyArray::allocate(NpyElementType elementType,
                                      ArrayRef<int64_t> shape) {
  std::optional<uint64_t> bytes = elementType.size;
  for (int64_t dim : shape)
    if (bytes)
      bytes = llvm::checkedMulUnsigned<uint64_t>(*bytes, dim);
  // Without elements there is nothing to overflow.
  if (llvm::is_contained(shape, 0))
    bytes = 0;
  if (!bytes || *bytes > INT64_MAX - alignment)
    return createStringError("the shape has too many elements");

  NpyArray array(elementType, shape);
  array.sizeInBytes = *bytes;
  array.data.reset(static_cast<char *>(std::aligned_alloc(
      alignment,
      std::max(alignment, llvm::alignTo(array.sizeInBytes, alignment)))));
  if (!array.data)
    return createStringError("cannot allocate " + Twine(array.sizeInBytes) +
                             " bytes");
  return array;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Reads until `buffer` is full or the file ends, and returns the number of
/// bytes read.
static Expected<size_t> readUpTo(fs::file_t file,
                                 MutableArrayRef<char> buffer) {
  size_t done = 0;
  while (done < buffer.size()) {
    Expected<size_t> count = fs::readNativeFile(file, buffer.drop_front(done));
    if (!count || *count == 0)
      return count ? Expected<size_t>(done) : std::move(count);
    done += *count;
  }
  return done;
}

static Error readAll(fs::file_t file, MutableArrayRef<char> buffer,
                     StringRef what) {
  Expected<size_t> count = readUpTo(file, buffer);
  if (!count)
    return count.takeError();
  if (*count < buffer.size())
    return createStringError("truncated file: expected " +
                             Twine(buffer.size()) + " bytes of " + what +
                             ", but got " + Twine(*count));
  return Error::success();
}

static Expected<NpyHeader> readHeader(fs::file_t file) {
  char prefix[8] = {};
  Expected<size_t> count = readUpTo(file, prefix);
  if (!count)
    return count.takeError();
  if (StringRef(prefix, 6) != "\x93NUMPY")
    return createStringError("not a NumPy file");
  unsigned major = static_cast<unsigned char>(prefix[6]);
  unsigned minor = static_cast<unsigned char>(prefix[7]);
  if (*count < sizeof(prefix))
    return createStringError("truncated file: it ends in the format's version");
  if (major < 1 || major > 3 || minor != 0)
    return createStringError("format version " + Twine(major) + "." +
                             Twine(minor) +
                             " is not supported: expected 1.0, "
                             "2.0 or 3.0");

  char length[4] = {};
  if (Error error =
          readAll(file, MutableArrayRef<char>(length, major == 1 ? 2 : 4),
                  "header length"))
    return error;
  // The header of an array is shorter than a megabyte. Do not allocate the
  // length that a corrupt file claims.
  uint32_t size = llvm::support::endian::read32le(length);
  if (size > 1 << 20)
    return createStringError("header of " + Twine(size) + " bytes is too long");
  std::string dictionary(size, '\0');
  if (Error error = readAll(
          file, MutableArrayRef<char>(dictionary.data(), size), "header"))
    return error;
  return parseNpyHeader(dictionary);
}

/// Fails if the file with `status` has fewer than `sizeInBytes` bytes, so that
/// a truncated file does not cause an allocation that is too large.
static Error checkSize(const fs::file_status &status, uint64_t sizeInBytes) {
  if (status.type() == fs::file_type::regular_file &&
      status.getSize() < sizeInBytes)
    return createStringError("truncated file: expected " + Twine(sizeInBytes) +
                             " bytes of elements in a file of " +
                             Twine(status.getSize()) + " bytes");
  return Error::success();
}

static Expected<NpyArray> readArray(fs::file_t file) {
  Expected<NpyHeader> header = readHeader(file);
  if (!header)
    return header.takeError();
  fs::file_status status;
  if (std::error_code code = fs::status(file, status))
    return llvm::errorCodeToError(code);
  NpyView claimed{header->elementType, header->shape, nullptr};
  if (Error error = checkSize(status, claimed.getSizeInBytes()))
    return error;
  Expected<NpyArray> array =
      NpyArray::allocate(header->elementType, header->shape);
  if (!array)
    return array;
  if (Error error = readAll(file, array->getBytes(), "elements"))
    return error;

  char extra;
  Expected<size_t> count = readUpTo(file, extra);
  if (!count)
    return count.takeError();
  if (*count > 0)
    return createStringError("the file goes on after the last element");
  // A bool other than 0 and 1 is undefined behavior in the compiled function.
  if (header->elementType.kind == 'b')
    for (auto [index, byte] : llvm::enumerate(array->getBytes()))
      if (byte != 0 && byte != 1)
        return createStringError(
            "element " + Twine(index) + " is a bool of value " +
            Twine(static_cast<unsigned>(static_cast<unsigned char>(byte))));
  return array;
}

Expected<NpyArray> quant_bnn::readNpy(StringRef path) {
  Expected<fs::file_t> file = fs::openNativeFileForRead(path);
  if (!file)
    return atPath(path, file.takeError());
  llvm::scope_exit close([&] { fs::closeFile(*file); });
  Expected<NpyArray> array = readArray(*file);
  if (!array)
    return atPath(path, array.takeError());
  return array;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static Error writeArray(int descriptor, const NpyView &array) {
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/false);
  stream << printNpyHeader(array.elementType, array.shape);
  stream.write(static_cast<const char *>(array.data), array.getSizeInBytes());
  stream.flush();
  std::error_code code = stream.error();
  stream.clear_error();
  return llvm::errorCodeToError(code);
}

/// Writes to a device or a pipe, which renaming a file would replace.
static Error writeInPlace(const NpyOutput &output) {
  int descriptor;
  if (std::error_code code =
          fs::openFileForWrite(output.path, descriptor, fs::CD_OpenExisting))
    return llvm::errorCodeToError(code);
  fs::file_t file = fs::convertFDToNativeFile(descriptor);
  llvm::scope_exit close([&] { fs::closeFile(file); });
  return writeArray(descriptor, output.array);
}

namespace {

/// A temporary file and the path that it will be renamed to.
struct Staged {
  StringRef path;
  fs::TempFile file;
};

} // namespace

/// Writes `output` beside its destination and adds it to `staged`.
static Error stage(const NpyOutput &output,
                   llvm::SmallVectorImpl<Staged> &staged) {
  fs::file_status status;
  if (!fs::status(output.path, status)) {
    if (status.type() == fs::file_type::directory_file)
      return createStringError("is a directory");
    if (status.type() != fs::file_type::regular_file)
      return writeInPlace(output);
  }
  Expected<fs::TempFile> file =
      fs::TempFile::create(output.path + ".tmp-%%%%%%%%");
  if (!file)
    return file.takeError();
  staged.push_back({output.path, std::move(*file)});
  return writeArray(staged.back().file.FD, output.array);
}

Error quant_bnn::writeNpy(ArrayRef<NpyOutput> outputs) {
  llvm::SmallVector<Staged> staged;
  size_t kept = 0;
  auto undo = [&](StringRef path, Error error) -> Error {
    for (auto [index, file] : llvm::enumerate(staged))
      if (index < kept)
        fs::remove(file.path);
      else
        llvm::consumeError(file.file.discard());
    return atPath(path, std::move(error));
  };

  llvm::StringSet<> paths;
  for (const NpyOutput &output : outputs) {
    Error error = paths.insert(output.path).second
                      ? stage(output, staged)
                      : createStringError("is to be written twice");
    if (error)
      return undo(output.path, std::move(error));
  }
  for (Staged &file : staged) {
    if (Error error = file.file.keep(file.path))
      return undo(file.path, std::move(error));
    ++kept;
  }
  return Error::success();
}
