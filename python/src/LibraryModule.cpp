//===- LibraryModule.cpp - Python module of compiled libraries ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Function.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace quant_bnn::python;

NB_MODULE(_library, module) {
  // Functions may live until the process ends.
  nb::set_leak_warnings(false);
  nb::class_<Function>(module, "Function",
                       "A compiled function, which takes arrays and numbers.")
      .def("__call__", &Function::call, nb::arg("arguments"), nb::kw_only(),
           nb::arg("out") = nb::none(), nb::arg("workspace") = nb::none())
      .def("workspace_size", &Function::getWorkspaceSize, nb::arg("arguments"),
           "Returns the bytes of an array for the workspace of a call with "
           "these arguments.")
      .def_prop_ro("name",
                   [](const Function &f) { return f.getDescription().name; })
      .def("__repr__", [](const Function &f) {
        return "<quant_bnn.Function " + f.describe() + ">";
      });

  module.def(
      "load",
      [](const std::string &path) {
        LoadedLibrary library(path);
        const quant_bnn_library &description = library.getDescription();
        nb::dict functions;
        for (int32_t i = 0; i < description.count; ++i) {
          const quant_bnn_function &function = *description.functions[i];
          functions[function.name] = Function(library, function);
        }
        return functions;
      },
      nb::arg("path"),
      "Loads a shared library that quant-bnn compiled. Returns its functions "
      "by their names.");
  module.def("use_huge_pages", useHugePages, nb::arg("begin"), nb::arg("end"),
             "Asks the system for huge pages between two addresses, where "
             "nothing was written to.");
}
