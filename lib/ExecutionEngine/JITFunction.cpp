//===- JITFunction.cpp - A function compiled for the host -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/JITFunction.h"

#include "HostSymbols.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace quant_bnn;

// This file reads and writes a descriptor as an array of words.
static_assert(sizeof(void *) == sizeof(uint64_t));

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

/// Returns the C wrapper of the function `name`. Emits an error if there is
/// none, or if its type does not match `signature`: a call with another
/// signature would access invalid memory.
static FailureOr<LLVM::LLVMFuncOp>
lookupWrapper(ModuleOp module, StringRef name, const Signature &signature) {
  std::string wrapperName = ("_mlir_ciface_" + name).str();
  auto wrapper = module.lookupSymbol<LLVM::LLVMFuncOp>(wrapperName);
  if (!wrapper || wrapper.isExternal())
    return module.emitError() << "expected a C wrapper of '@" << name
                              << "', a function '@" << wrapperName << "'";

  LLVMTypeConverter converter(module.getContext());
  converter.addConversion([](BFloat16Type type) -> Type {
    return IntegerType::get(type.getContext(), 16);
  });
  Type expected =
      converter.convertFunctionTypeCWrapper(signature.bufferized).first;
  if (wrapper.getFunctionType() != expected)
    return wrapper.emitError()
           << "expected the C wrapper of a function of type "
           << signature.bufferized << " to have type " << expected;
  return wrapper;
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(unsigned optLevel) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::InitializeNativeTargetAsmParser();
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(*llvm::CodeGenOpt::getLevel(optLevel));
  // Every operation is rounded as it is written.
  builder->getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return builder->createTargetMachine();
}

static llvm::Expected<std::unique_ptr<ExecutionEngine>>
createEngine(ModuleOp module, unsigned optLevel, bool keepsObject) {
  auto targetMachine = createTargetMachine(optLevel);
  if (!targetMachine)
    return targetMachine.takeError();
  auto transformer = makeOptimizingTransformer(optLevel, /*sizeLevel=*/0,
                                               targetMachine->get());
  ExecutionEngineOptions options;
  options.transformer = transformer;
  options.enableObjectDump = keepsObject;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  return ExecutionEngine::create(module, options, std::move(*targetMachine));
}

FailureOr<std::vector<JITFunction>>
JITFunction::compile(ModuleOp module, ArrayRef<StringRef> names,
                     ArrayRef<Signature> signatures, unsigned optLevel,
                     bool keepsObject) {
  SmallVector<LLVM::LLVMFuncOp> wrappers;
  for (auto [name, signature] : llvm::zip_equal(names, signatures)) {
    FailureOr<LLVM::LLVMFuncOp> wrapper =
        lookupWrapper(module, name, signature);
    if (failed(wrapper))
      return failure();
    wrappers.push_back(*wrapper);
  }
  if (failed(checkSymbols(module)))
    return failure();
  auto engine = createEngine(module, optLevel, keepsObject);
  if (!engine)
    return (wrappers.size() == 1 ? wrappers.front() : module.getOperation())
               ->emitError("cannot be compiled: ")
           << llvm::toString(engine.takeError());
  std::shared_ptr<ExecutionEngine> shared = std::move(*engine);
  registerHostSymbols(module, *shared);
  std::vector<JITFunction> functions;
  for (auto [wrapper, signature] : llvm::zip_equal(wrappers, signatures)) {
    // The lookup resolves every symbol and can report a failure, which
    // initialize cannot.
    auto packed = shared->lookupPacked(wrapper.getName());
    if (!packed) {
      std::string message = llvm::toString(packed.takeError());
      // The engine has printed the missing symbols; this message lists the
      // symbols that are not missing.
      if (StringRef(message).starts_with("Failed to materialize symbols"))
        message = "it has undefined symbols";
      return wrapper.emitError("cannot be linked: ") << message;
    }
    functions.push_back(JITFunction(*packed, signature));
    functions.back().engine = shared;
  }
  shared->initialize();
  return functions;
}

FailureOr<JITFunction> JITFunction::compile(ModuleOp module, StringRef name,
                                            const Signature &signature,
                                            unsigned optLevel,
                                            bool keepsObject) {
  FailureOr<std::vector<JITFunction>> functions = compile(
      module, ArrayRef(name), ArrayRef(signature), optLevel, keepsObject);
  if (failed(functions))
    return failure();
  return std::move(functions->front());
}

void JITFunction::writeObject(StringRef path) const {
  engine->dumpToObjectFile(path);
}

llvm::Expected<JITFunction>
JITFunction::load(std::unique_ptr<llvm::MemoryBuffer> object, StringRef name,
                  const Signature &signature) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto loader = llvm::orc::LLJITBuilder().create();
  if (!loader)
    return loader.takeError();
  llvm::orc::JITDylib &library = (*loader)->getMainJITDylib();
  if (llvm::Error error = defineHostSymbols(**loader))
    return error;
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*loader)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  if (llvm::Error error = (*loader)->addObjectFile(std::move(object)))
    return error;
  // The engine puts _mlir_ before the names of functions that take an array of
  // pointers.
  auto packed = (*loader)->lookup("_mlir__mlir_ciface_" + name.str());
  if (!packed)
    return packed.takeError();
  JITFunction function(packed->toPtr<void (*)(void **)>(), signature);
  function.loader = std::move(*loader);
  return function;
}

JITFunction::JITFunction(void (*packed)(void **), const Signature &signature)
    : packed(packed), arguments(signature.arguments),
      results(signature.results) {}

JITFunction::JITFunction(JITFunction &&) = default;
JITFunction::~JITFunction() = default;

//===----------------------------------------------------------------------===//
// Calling
//===----------------------------------------------------------------------===//

/// Returns the number of words of a memref descriptor: the allocated and the
/// aligned pointer, the offset, the sizes and the strides.
static size_t getDescriptorWords(size_t rank) { return 3 + 2 * rank; }

static SmallVector<uint64_t> makeDescriptor(const CallArgument &array) {
  size_t rank = array.shape.size();
  SmallVector<uint64_t> words(getDescriptorWords(rank));
  words[0] = words[1] = reinterpret_cast<uint64_t>(array.data);
  uint64_t stride = 1;
  for (size_t i = rank; i-- > 0;) {
    words[3 + i] = array.shape[i];
    words[3 + rank + i] = stride;
    stride *= array.shape[i];
  }
  return words;
}

/// Returns the offset of the value of `result` in a struct whose fields so far
/// end at `offset`, and moves `offset` to the end of the value.
static size_t addField(const SignatureValue &result, size_t &offset) {
  size_t size = result.elementType.size, alignment = size;
  if (result.isArray) {
    size = 8 * getDescriptorWords(result.shape.size());
    alignment = 8;
  }
  size_t begin = llvm::alignTo(offset, alignment);
  offset = begin + size;
  return begin;
}

CallResults JITFunction::call(llvm::MutableArrayRef<NpyArray> arrays) const {
  return call(llvm::map_to_vector(arrays, [](NpyArray &array) {
    return CallArgument{array.getShape(), array.getData()};
  }));
}

CallResults JITFunction::call(llvm::ArrayRef<CallArgument> arrays) const {
  CallResults call;
  size_t size = 0;
  SmallVector<size_t> fields;
  for (const SignatureValue &result : results)
    fields.push_back(addField(result, size));
  call.words = std::make_unique<uint64_t[]>(size / 8 + 1);
  char *base = reinterpret_cast<char *>(call.words.get());

  // The wrapper takes a pointer to each descriptor. If the results are a
  // struct, a pointer to the struct comes first. The packed function takes a
  // pointer to each argument of the wrapper. If the result is a scalar, a
  // pointer to the result comes last.
  SmallVector<SmallVector<uint64_t>> descriptors;
  SmallVector<void *> pointers;
  void *resultPointer = base;
  bool isStruct =
      results.size() > 1 || (!results.empty() && results[0].isArray);
  SmallVector<void *> packedArguments;
  if (isStruct)
    packedArguments.push_back(&resultPointer);
  descriptors.reserve(arrays.size());
  pointers.reserve(arrays.size());
  for (auto [array, argument] : llvm::zip(arrays, arguments)) {
    if (!argument.isArray) {
      packedArguments.push_back(array.data);
      continue;
    }
    descriptors.push_back(makeDescriptor(array));
    pointers.push_back(descriptors.back().data());
    packedArguments.push_back(&pointers.back());
  }
  if (!isStruct)
    packedArguments.push_back(resultPointer);
  packed(packedArguments.data());

  // A function on memrefs may return an argument, one buffer twice, or a
  // global. The allocated pointer of a global is this mark instead of an
  // address.
  llvm::SmallDenseMap<void *, std::shared_ptr<void>> owners;
  owners[reinterpret_cast<void *>(0xdeadbeef)] = nullptr;
  for (const CallArgument &array : arrays)
    owners[array.data] = nullptr;
  for (auto [result, field] : llvm::zip(results, fields)) {
    NpyView view{result.elementType, {}, base + field};
    call.buffers.emplace_back();
    if (result.isArray) {
      auto *words = reinterpret_cast<uint64_t *>(base + field);
      void *allocated = reinterpret_cast<void *>(words[0]);
      auto [owner, isNew] = owners.try_emplace(allocated);
      if (isNew)
        owner->second.reset(allocated, std::free);
      call.buffers.back() = owner->second;
      view.data = reinterpret_cast<char *>(words[1]) +
                  words[2] * result.elementType.size;
      view.shape.assign(words + 3, words + 3 + result.shape.size());
    }
    call.views.push_back(std::move(view));
  }
  return call;
}
