//===- CompilerModule.cpp - Python module of the compiler -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace quant_bnn::python;

static Source makeSource(nb::bytes bytes, std::string name) {
  return {std::string(bytes.c_str(), bytes.size()), std::move(name)};
}

NB_MODULE(_compiler, module) {
  nb::class_<Diagnostic>(module, "Diagnostic",
                         "What the compiler says of a module.")
      .def_ro("severity", &Diagnostic::severity,
              "'error', 'warning', 'remark' or 'note'")
      .def_ro("message", &Diagnostic::message)
      .def_ro("file", &Diagnostic::file, "Empty if the place is unknown.")
      .def_ro("line", &Diagnostic::line)
      .def_ro("column", &Diagnostic::column)
      .def("__str__", [](const Diagnostic &d) {
        std::string place;
        if (!d.file.empty())
          place = d.file + ":" + std::to_string(d.line) + ":" +
                  std::to_string(d.column) + ": ";
        return place + d.severity + ": " + d.message;
      });

  nb::class_<OptResult>(module, "OptResult")
      .def_ro("succeeded", &OptResult::succeeded)
      .def_ro("text", &OptResult::text)
      .def_ro("diagnostics", &OptResult::diagnostics);

  nb::class_<LibraryResult>(module, "LibraryResult")
      .def_ro("succeeded", &LibraryResult::succeeded)
      .def_ro("report", &LibraryResult::report)
      .def_ro("diagnostics", &LibraryResult::diagnostics);

  module.def(
      "run_passes",
      [](nb::bytes bytes, std::string name, const std::string &passes) {
        Source source = makeSource(bytes, std::move(name));
        nb::gil_scoped_release release;
        return runPasses(source, passes);
      },
      nb::arg("source"), nb::arg("name"), nb::arg("passes"));

  module.def(
      "compile_to_files",
      [](nb::bytes bytes, std::string name, std::string path,
         std::string headerPath, std::string runtime, std::string cpu,
         std::string passes, std::vector<std::string> entries,
         std::string prefix, std::string workspace, std::string math,
         bool parallel, bool checkExtents, unsigned optLevel) {
        Source source = makeSource(bytes, std::move(name));
        LibraryRequest request = {cpu,       passes, entries,    prefix,
                                  workspace, math,   parallel,   checkExtents,
                                  optLevel,  path,   headerPath, runtime};
        nb::gil_scoped_release release;
        return compileToFiles(source, request);
      },
      nb::arg("source"), nb::arg("name"), nb::kw_only(), nb::arg("path"),
      nb::arg("header"), nb::arg("runtime"), nb::arg("cpu"), nb::arg("passes"),
      nb::arg("entries"), nb::arg("prefix"), nb::arg("workspace"),
      nb::arg("math"), nb::arg("parallel"), nb::arg("check_extents"),
      nb::arg("opt_level"));
}
