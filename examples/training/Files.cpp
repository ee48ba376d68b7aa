//===- Files.cpp - What examples write ------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Files.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

void fail(const std::string &message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::exit(1);
}

void createDirectory(const std::filesystem::path &directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    fail("cannot create '" + directory.string() + "': " + error.message());
}

void saveArray(const std::filesystem::path &path,
               const std::vector<int64_t> &shape,
               const std::vector<float> &values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int64_t size : shape)
    header += std::to_string(size) + ", ";
  header += "), }";
  // The magic string, the version and the size of the header are ten bytes;
  // with the header, which ends in a newline, they fill a multiple of 64.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header.push_back('\n');
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  file.put(static_cast<char>(header.size() & 0xff));
  file.put(static_cast<char>(header.size() >> 8));
  file << header;
  for (float element : values) {
    uint32_t bits;
    std::memcpy(&bits, &element, sizeof(bits));
    char bytes[sizeof(bits)];
    for (int i = 0; i < 4; ++i)
      bytes[i] = static_cast<char>(bits >> (8 * i));
    file.write(bytes, sizeof(bytes));
  }
  file.close();
  if (!file)
    fail("cannot write '" + path.string() + "'");
}
