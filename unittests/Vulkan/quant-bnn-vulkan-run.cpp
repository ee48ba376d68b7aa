//===- quant-bnn-vulkan-run.cpp - Run a SPIR-V kernel on NumPy files ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace quant_bnn;
namespace cl = llvm::cl;
using llvm::createStringError;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

static cl::OptionCategory category("quant-bnn-vulkan-run options");

static cl::opt<std::string>
    inputPath(cl::Positional,
              cl::desc("<FILE.spv; without it, the device's name is printed>"),
              cl::cat(category));

static cl::opt<std::string> entry("entry", cl::desc("The entry point to run"),
                                  cl::value_desc("name"), cl::cat(category));

static cl::opt<unsigned> workgroups("workgroups",
                                    cl::desc("How many workgroups to run"),
                                    cl::value_desc("1"), cl::init(1),
                                    cl::cat(category));

static cl::list<std::string>
    argumentPaths("arg",
                  cl::desc("The file of the next argument; a scalar is an "
                           "array of no dimensions, an index an i32"),
                  cl::value_desc("A.npy"), cl::cat(category));

static cl::list<std::string>
    resultPaths("result",
                cl::desc("Which argument to write after the run, from 0, and "
                         "the file to write it to"),
                cl::value_desc("N=Y.npy"), cl::cat(category));

static llvm::ExitOnError exitOnError("quant-bnn-vulkan-run: error: ");

/// What `result`, a value of --result, asks for.
static Expected<NpyOutput> parseResult(StringRef result,
                                       llvm::ArrayRef<NpyArray> arguments) {
  auto [index, path] = result.split('=');
  size_t position;
  if (index.getAsInteger(10, position) || path.empty())
    return createStringError("--result=" + result +
                             ": expected N=Y.npy, with a number N");
  if (position >= arguments.size())
    return createStringError("--result=" + result + ": there are " +
                             Twine(arguments.size()) + " arguments");
  const NpyArray &array = arguments[position];
  return NpyOutput{path,
                   {array.getElementType(),
                    llvm::SmallVector<int64_t>(array.getShape()),
                    array.getBytes().data()}};
}

int main(int argc, char **argv) {
  llvm::InitLLVM initLLVM(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv, "Runs a SPIR-V kernel of quant-bnn on a Vulkan device\n");

  std::unique_ptr<Device> device = exitOnError(Device::find());
  if (inputPath.empty()) {
    llvm::outs() << device->getName() << '\n';
    return 0;
  }
  ShaderBinary binary = exitOnError(ShaderBinary::read(inputPath, entry));
  std::vector<NpyArray> arguments;
  for (StringRef path : argumentPaths)
    arguments.push_back(exitOnError(readNpy(path)));
  llvm::SmallVector<NpyOutput> outputs;
  for (StringRef result : resultPaths)
    outputs.push_back(exitOnError(parseResult(result, arguments)));

  llvm::SmallVector<llvm::MutableArrayRef<char>> buffers;
  for (NpyArray &argument : arguments)
    buffers.push_back(argument.getBytes());
  exitOnError(device->run(binary, workgroups, buffers));
  exitOnError(writeNpy(outputs));
  return 0;
}
