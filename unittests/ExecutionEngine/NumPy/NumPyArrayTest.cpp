//===- NumPyArrayTest.cpp - Unit tests of the .npy reader -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <cstring>

using namespace quant_bnn;
using llvm::StringRef;

namespace {

/// A directory of its own for each test.
class NumPyArrayTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("npy", directory));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(directory); }

  std::string getPath(StringRef name) { return (directory + "/" + name).str(); }

  /// The names of the files that there are, in order.
  std::string list() {
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator it(directory, code), end; it != end;
         it.increment(code))
      names.push_back(llvm::sys::path::filename(it->path()).str());
    llvm::sort(names);
    return llvm::join(names, " ");
  }

  void writeFile(StringRef name, StringRef content) {
    std::error_code code;
    llvm::raw_fd_ostream(getPath(name), code) << content;
    ASSERT_FALSE(code);
  }

  std::string readFile(StringRef name) {
    auto buffer = llvm::MemoryBuffer::getFile(getPath(name));
    return buffer ? (*buffer)->getBuffer().str() : "";
  }

  /// Reads a file of `content`.
  llvm::Expected<NpyArray> read(StringRef content) {
    writeFile("a.npy", content);
    return readNpy(getPath("a.npy"));
  }

  /// The message of reading it, without the path before it.
  std::string getError(StringRef content) {
    llvm::Expected<NpyArray> array = read(content);
    if (array)
      return "success";
    std::string message = llvm::toString(array.takeError());
    StringRef rest = message;
    EXPECT_TRUE(rest.consume_front(getPath("a.npy") + ": ")) << message;
    return rest.str();
  }

  llvm::SmallString<128> directory;
};

} // namespace

/// A file with the text `header` as it is.
static std::string makeFile(StringRef header, StringRef data = "",
                            int version = 1) {
  std::string file = "\x93NUMPY";
  file += version;
  file += '\0';
  file += header.size() & 255;
  file += header.size() >> 8;
  if (version > 1)
    file.append(2, '\0');
  return file + header.str() + data.str();
}

/// A header of the usual form.
static std::string makeHeader(StringRef descr, StringRef shape,
                              StringRef order = "False") {
  return ("{'descr': '" + descr + "', 'fortran_order': " + order +
          ", 'shape': " + shape + ", }\n")
      .str();
}

static std::string zeros(size_t count) { return std::string(count, '\0'); }

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

TEST_F(NumPyArrayTest, ReadsElementsAndShape) {
  float elements[] = {1, -2, 3, 4, 5, 6};
  StringRef data(reinterpret_cast<char *>(elements), sizeof(elements));
  auto array = read(makeFile(makeHeader("<f4", "(2, 3)"), data));
  ASSERT_TRUE(bool(array)) << llvm::toString(array.takeError());
  EXPECT_EQ(array->getElementType().str(), "<f4");
  EXPECT_EQ(array->getShape(), llvm::ArrayRef<int64_t>({2, 3}));
  EXPECT_EQ(array->getBytes().size(), sizeof(elements));
  EXPECT_EQ(std::memcmp(array->getData(), elements, sizeof(elements)), 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(array->getData()) % 64, 0u);
}

TEST_F(NumPyArrayTest, ReadsEveryVersion) {
  for (int version : {1, 2, 3})
    EXPECT_EQ(getError(makeFile(makeHeader("<f4", "(1,)"), zeros(4), version)),
              "success");
}

TEST_F(NumPyArrayTest, ReadsEveryElementType) {
  for (StringRef descr :
       {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2",
        "<f4", "<f8", "<V2", "|V2", "=f4", ">i1"}) {
    size_t size = descr.back() - '0';
    EXPECT_EQ(getError(makeFile(makeHeader(descr, "()"), zeros(size))),
              "success")
        << descr.str();
  }
}

TEST_F(NumPyArrayTest, ReadsEveryShape) {
  for (StringRef shape : {"()", "( )", "(1,)", "(1 , )", "(1,1)", "(1, 1,)"})
    EXPECT_EQ(getError(makeFile(makeHeader("<f4", shape), zeros(4))), "success")
        << shape.str();
  // What has no element has memory all the same, and no size to overflow.
  for (StringRef shape : {"(0,)", "(4611686018427387904, 4, 0)"}) {
    auto array = read(makeFile(makeHeader("<f4", shape)));
    ASSERT_TRUE(bool(array)) << llvm::toString(array.takeError());
    EXPECT_NE(array->getData(), nullptr);
    EXPECT_TRUE(array->getBytes().empty());
  }
}

TEST_F(NumPyArrayTest, ReadsAnyLayoutOfTheHeader) {
  for (StringRef header :
       {"{'shape':(),'fortran_order':False,'descr':'<f4'}",
        " {\"fortran_order\" : False , \"descr\" : \"<f4\" ,\n'shape' : ()}  ",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (), }"})
    EXPECT_EQ(getError(makeFile(header, zeros(4))), "success") << header.str();
}

TEST_F(NumPyArrayTest, RefusesOtherFiles) {
  EXPECT_EQ(getError(""), "not a NumPy file");
  EXPECT_EQ(getError("\x93NUMP"), "not a NumPy file");
  EXPECT_EQ(getError("module {} // and so on"), "not a NumPy file");
  EXPECT_EQ(getError(makeFile("{}", "", 4)),
            "format version 4.0 is not supported: expected 1.0, 2.0 or 3.0");
  std::string file = makeFile("{}");
  file[6] = '\xff';
  file[7] = '\xff';
  EXPECT_EQ(getError(file), "format version 255.255 is not supported: "
                            "expected 1.0, 2.0 or 3.0");
}

TEST_F(NumPyArrayTest, RefusesEveryTruncation) {
  for (int version : {1, 2}) {
    std::string file = makeFile(makeHeader("<f4", "(1,)"), zeros(4), version);
    for (size_t size = 6; size < file.size(); ++size)
      EXPECT_TRUE(StringRef(getError(StringRef(file).take_front(size)))
                      .starts_with("truncated file: "))
          << size;
  }
}

TEST_F(NumPyArrayTest, RefusesMoreThanOneArray) {
  EXPECT_EQ(getError(makeFile(makeHeader("<f4", "(1,)"), zeros(5))),
            "the file goes on after the last element");
}

TEST_F(NumPyArrayTest, RefusesMalformedHeaders) {
  struct {
    StringRef header, message;
  } cases[] = {
      {"", "malformed header: expected '{' at ''"},
      {"{'descr'", "malformed header: expected ':' at ''"},
      {"{descr: 1}", "malformed header: expected a string at 'descr: 1}'"},
      {"{'descr", "malformed header: unterminated string at ''descr'"},
      {"{'descr': <f4}", "malformed header: expected a string at '<f4}'"},
      {"{'descr': '<f4' 'shape': ()}",
       "malformed header: expected ',' or '}' at ''shape': ()}'"},
      {"{'descr': '<f4', , }", "malformed header: expected a string at ', }'"},
      {"{'fortran_order': 0}",
       "malformed header: expected True or False at '0}'"},
      {"{'shape': 3}", "malformed header: expected '(' at '3}'"},
      {"{'shape': (3)}",
       "malformed header: expected ',' after the only dimension at '}'"},
      {"{'shape': (,)}", "malformed header: expected a dimension at ',)}'"},
      {"{'shape': (2, -1)}",
       "malformed header: expected a dimension at '-1)}'"},
      {"{'shape': (2 3)}", "malformed header: expected ',' or ')' at '3)}'"},
      {"{'shape': (2", "malformed header: expected ',' or ')' at ''"},
      {"{'order': 1}", "malformed header: unknown key 'order'"},
      {"{'line\n': 1}", "malformed header: unknown key 'line\\0A'"},
      {"{'shape': (), 'shape': ()}",
       "malformed header: key 'shape' is given twice"},
      {"{}", "malformed header: key 'descr' is missing"},
      {"{'descr': '<f4'}", "malformed header: key 'fortran_order' is missing"},
      {"{'descr': '<f4', 'fortran_order': False}",
       "malformed header: key 'shape' is missing"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} \x01",
       "malformed header: unexpected text at '\\01'"},
  };
  for (auto [header, message] : cases)
    EXPECT_EQ(getError(makeFile(header)), message);
}

TEST_F(NumPyArrayTest, RefusesOtherElementTypes) {
  for (StringRef descr : {"<c8", "|O", "<U3", "|S1", "<f16", "<i3", "|b2", "V4",
                          "<", "", "f", "4", "<f-4"})
    EXPECT_EQ(getError(makeFile(makeHeader(descr, "()"))),
              "element type '" + descr.str() +
                  "' is not supported: expected bool, an integer of 8, 16, 32 "
                  "or 64 bits, '<f2', '<f4', '<f8' or '<V2'");
  EXPECT_EQ(getError(makeFile(makeHeader(">f4", "()"))),
            "element type '>f4' is big endian, which is not supported");
  EXPECT_EQ(getError(makeFile("{'descr': [('x', '<f4')], 'shape': ()}")),
            "structured element types are not supported");
}

TEST_F(NumPyArrayTest, RefusesFortranOrder) {
  EXPECT_EQ(getError(makeFile(makeHeader("<f4", "(1, 1)", "True"), zeros(4))),
            "an array in Fortran order is not supported: save "
            "numpy.ascontiguousarray of it");
  EXPECT_EQ(getError(makeFile(makeHeader("<f4", "(1,)", "True"), zeros(4))),
            "success");
}

TEST_F(NumPyArrayTest, RefusesWhatIsTooLarge) {
  EXPECT_EQ(getError(makeFile(makeHeader("<f4", "(9223372036854775808,)"))),
            "dimension '9223372036854775808' is too large");
  EXPECT_EQ(getError(makeFile(makeHeader("<f4", "(4294967296, 1073741824)"))),
            "the shape has too many elements");
  EXPECT_EQ(getError(makeFile(makeHeader("|i1", "(9223372036854775807,)"))),
            "truncated file: expected 9223372036854775807 bytes of elements "
            "in a file of 86 bytes");
  std::string file = makeFile("", "", 2);
  file.replace(8, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(getError(file), "header of 4294967295 bytes is too long");
}

TEST_F(NumPyArrayTest, FailsWhereThereIsNoMemory) {
  auto array = NpyArray::allocate({'i', 1}, {int64_t(1) << 62});
  EXPECT_EQ(llvm::toString(array.takeError()),
            "cannot allocate 4611686018427387904 bytes");
}

TEST_F(NumPyArrayTest, RefusesOtherValuesOfBool) {
  EXPECT_EQ(
      getError(makeFile(makeHeader("|b1", "(3,)"), StringRef("\0\1\xff", 3))),
      "element 2 is a bool of value 255");
}

TEST_F(NumPyArrayTest, NamesThePathThatCannotBeRead) {
  auto array = readNpy(getPath("none.npy"));
  EXPECT_EQ(llvm::toString(array.takeError()),
            getPath("none.npy") + ": no such file or directory");
  array = readNpy(directory);
  EXPECT_EQ(llvm::toString(array.takeError()),
            (directory + ": is a directory").str());
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

TEST_F(NumPyArrayTest, WritesWhatNumPyWrites) {
  float elements[] = {1, 2};
  struct {
    NpyView array;
    StringRef header;
  } cases[] = {
      {{{'f', 4}, {2}, elements},
       "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"},
      {{{'i', 1}, {2, 4}, elements},
       "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 4), }"},
      {{{'V', 2}, {}, elements},
       "{'descr': '<V2', 'fortran_order': False, 'shape': (), }"},
  };
  for (auto &[array, header] : cases) {
    std::string path = getPath("y.npy");
    ASSERT_EQ(llvm::toString(writeNpy({{path, array}})), "");
    std::string file = readFile("y.npy");
    EXPECT_EQ(StringRef(file).take_front(10),
              StringRef("\x93NUMPY\1\0\x76\0", 10));
    EXPECT_EQ(StringRef(file).slice(10, 128),
              header.str() + std::string(117 - header.size(), ' ') + "\n");
    EXPECT_EQ(file.size(), 128 + array.getSizeInBytes());
    EXPECT_EQ(std::memcmp(file.data() + 128, elements, file.size() - 128), 0);
  }
  EXPECT_EQ(list(), "y.npy");
}

TEST_F(NumPyArrayTest, WritesVersion2ForALongHeader) {
  char element = 5;
  NpyView array{{'i', 1}, llvm::SmallVector<int64_t>(30000, 1), &element};
  std::string path = getPath("y.npy");
  ASSERT_EQ(llvm::toString(writeNpy({{path, array}})), "");
  EXPECT_EQ(readFile("y.npy")[6], 2);
  auto read = readNpy(path);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->getShape(), llvm::ArrayRef<int64_t>(array.shape));
  EXPECT_EQ(read->getBytes()[0], element);
}

TEST_F(NumPyArrayTest, WritesAllOrNothing) {
  float element = 1;
  NpyView array{{'f', 4}, {}, &element};
  std::string first = getPath("first.npy"), second = getPath("no/second.npy");
  EXPECT_EQ(llvm::toString(writeNpy({{first, array}, {second, array}})),
            second + ": no such file or directory");
  EXPECT_EQ(list(), "");
  EXPECT_EQ(llvm::toString(writeNpy({{first, array}, {first, array}})),
            first + ": is to be written twice");
  EXPECT_EQ(list(), "");
  // What was there before stays.
  writeFile("first.npy", "before");
  EXPECT_EQ(
      llvm::toString(writeNpy({{first, array}, {directory.str(), array}})),
      (directory + ": is a directory").str());
  EXPECT_EQ(list(), "first.npy");
  EXPECT_EQ(readFile("first.npy"), "before");
  // A disk that is full.
  if (llvm::sys::fs::exists("/dev/full")) {
    EXPECT_EQ(llvm::toString(writeNpy({{first, array}, {"/dev/full", array}})),
              "/dev/full: no space left on device");
    EXPECT_EQ(readFile("first.npy"), "before");
  }
  EXPECT_EQ(llvm::toString(writeNpy({{first, array}})), "");
  EXPECT_NE(readFile("first.npy"), "before");
}
