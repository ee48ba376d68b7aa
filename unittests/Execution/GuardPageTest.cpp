//===- GuardPageTest.cpp - Access within buffers only ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Calls every kernel on buffers that begin or end at a page that must not be
// accessed, with results that hold NaNs before the call. A result that differs
// from that of a call on ordinary buffers depends on an address or on memory
// that the kernel has not written.
//
//===----------------------------------------------------------------------===//

#include "PackedData.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/TargetParser/Host.h"
#include "gtest/gtest.h"

#include <random>
#include <sys/mman.h>

using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

using Shapes = std::vector<std::vector<int64_t>>;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

enum class Placement { first, last };

/// Bytes next to a page that must not be accessed: they begin behind it, or end
/// before it.
class GuardedMemory {
public:
  GuardedMemory(size_t size, Placement placement) {
    size_t page = llvm::sys::Process::getPageSizeEstimate();
    size_t inner = llvm::alignTo(size, page);
    mappedSize = inner + 2 * page;
    mapped = static_cast<char *>(mmap(nullptr, mappedSize, PROT_NONE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (mapped == MAP_FAILED ||
        (inner && mprotect(mapped + page, inner, PROT_READ | PROT_WRITE)))
      llvm::report_fatal_error("cannot map guarded memory");
    data = mapped + page;
    if (placement == Placement::last)
      data += inner - size;
  }
  GuardedMemory(GuardedMemory &&other)
      : data(other.data), mapped(std::exchange(other.mapped, nullptr)),
        mappedSize(other.mappedSize) {}
  ~GuardedMemory() {
    if (mapped)
      munmap(mapped, mappedSize);
  }

  char *data;

private:
  char *mapped;
  size_t mappedSize;
};

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// The shapes of the operands of a call, which count elements, and the integers
/// behind them.
struct Call {
  Shapes shapes;
  std::vector<int64_t> integers;
};

/// The calls of functions whose operands depend on each other.
std::optional<Call> getCall(llvm::StringRef name, int64_t n) {
  if (name == "xnor_matmul")
    return Call{{{n, n}, {n + 1, n}}, {}};
  if (name == "xnor_conv_2d")
    return Call{{{1, n, 4, 13}, {5, 3, 3, 13}}, {}};
  if (name == "matmul")
    return Call{{{n, n}, {n, n + 1}}, {}};
  if (name == "transpose_floats")
    return Call{{{n, n + 1}}, {}};
  if (name == "threshold")
    return Call{{{3, n}, {n}, {n}}, {}};
  if (name == "slice")
    return Call{{{n + 2, 100}}, {std::min<int64_t>(n, 90)}};
  return std::nullopt;
}

/// Whether the first of `values` is the words of a packed tensor whose rows
/// have a dynamic length, which is the next value.
bool isPacked(llvm::ArrayRef<SignatureValue> values) {
  return values.size() > 1 && values[0].isArray &&
         values[0].elementType.kind == 'i' &&
         mlir::ShapedType::isDynamic(values[0].shape.back()) &&
         values[1].type.isIndex();
}

/// Makes arguments of @`name` for the size n: floats are normally distributed,
/// bits random. Unless getCall has the sizes, a packed tensor has rows of n
/// elements, another tensor n rows, other dynamic dimensions are 3, and
/// integers 1.
std::vector<NpyArray> makeCall(const Program &program, llvm::StringRef name,
                               ElementType type, int64_t n) {
  std::optional<Call> call = getCall(name, n);
  std::mt19937_64 generator(n);
  std::vector<NpyArray> arguments;
  size_t nextOperand = 0, nextInteger = 0;
  for (llvm::ArrayRef<SignatureValue> rest =
           program.getSignature(name).arguments;
       !rest.empty(); rest = rest.drop_front()) {
    const SignatureValue &value = rest.front();
    size_t operand = nextOperand++;
    std::vector<int64_t> shape(value.shape);
    size_t longDim = isPacked(rest) ? shape.size() - 1 : 0;
    for (auto [dim, size] : llvm::enumerate(shape))
      if (mlir::ShapedType::isDynamic(size))
        size = call ? call->shapes[operand][dim] : dim == longDim ? n : 3;
    if (value.elementType == getNpyType(type)) {
      size_t size = 1;
      for (int64_t extent : shape)
        size *= extent;
      arguments.push_back(
          isDouble(type)
              ? makeArray<double>(type, shape,
                                  getNormalValues<double>(type, size, operand))
              : makeArray<float>(type, shape,
                                 getNormalValues<float>(type, size, operand)));
      continue;
    }
    if (!value.isArray) {
      arguments.push_back(makeIndex(call ? call->integers[nextInteger++] : 1));
      continue;
    }
    int64_t length = shape.empty() ? 0 : shape.back();
    if (isPacked(rest))
      shape.back() = llvm::divideCeilSigned(length, 8 * value.elementType.size);
    arguments.push_back(
        llvm::cantFail(NpyArray::allocate(value.elementType, shape)));
    for (char &byte : arguments.back().getBytes())
      byte = value.elementType.kind == 'b' ? generator() % 2 : generator();
    if (isPacked(rest)) {
      arguments.push_back(makeIndex(length));
      rest = rest.drop_front();
    }
  }
  return arguments;
}

//===----------------------------------------------------------------------===//
// The check
//===----------------------------------------------------------------------===//

llvm::ArrayRef<char> getBytes(const NpyView &view) {
  return {static_cast<const char *>(view.data), view.getSizeInBytes()};
}

/// Compares a call on guarded buffers of `guarded`, whose results are
/// parameters where they are arrays, with one of `plain`.
void checkCall(const Program &plain, const Program &guarded,
               llvm::StringRef name, std::vector<NpyArray> &arguments,
               Placement placement) {
  CallResults expected = plain.call(name, arguments);
  std::vector<GuardedMemory> memory;
  std::vector<CallArgument> call;
  auto add = [&](llvm::ArrayRef<int64_t> shape, size_t size) {
    memory.emplace_back(size, placement);
    call.push_back({shape, memory.back().data});
    return memory.back().data;
  };
  for (NpyArray &argument : arguments) {
    llvm::ArrayRef<char> bytes = argument.getBytes();
    llvm::copy(bytes, add(argument.getShape(), bytes.size()));
  }
  std::vector<llvm::ArrayRef<char>> actual;
  const Signature &signature = plain.getSignature(name);
  for (auto [result, view] :
       llvm::zip_equal(signature.results, expected.getViews()))
    if (result.isArray) {
      size_t size = view.getSizeInBytes();
      char *data = add(view.shape, size);
      std::memset(data, 0xff, size);
      actual.push_back({data, size});
    }
  CallResults scalars =
      guarded.lookup(name).call(llvm::ArrayRef<CallArgument>(call));
  size_t nextArray = 0, nextScalar = 0;
  for (auto [result, view] :
       llvm::zip_equal(signature.results, expected.getViews()))
    EXPECT_TRUE(getBytes(view) ==
                (result.isArray ? actual[nextArray++]
                                : getBytes(scalars.getViews()[nextScalar++])));
}

std::string readFunctions(ElementType type) {
  std::string source;
  for (const char *path : {"every-op.mlir", "every-packed-op.mlir"}) {
    llvm::SmallString<128> full(QUANT_BNN_PIPELINE_INPUTS);
    full += std::string("/") + path;
    auto buffer = llvm::MemoryBuffer::getFile(full);
    if (!buffer)
      llvm::report_fatal_error("cannot read " + full);
    source += (*buffer)->getBuffer();
  }
  source += R"mlir(
    func.func @matmul(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %zero = arith.constant 0.0 : f32
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %a, %c0 : tensor<?x?xf32>
      %n = tensor.dim %b, %c1 : tensor<?x?xf32>
      %e = tensor.empty(%m, %n) : tensor<?x?xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
      %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
      return %y : tensor<?x?xf32>
    }
    // Sums that are looked up.
    func.func @bit_weights(%x: tensor<?x37xf32>, %w: tensor<37x100xi1, #quant_bnn.packed<i32>>) -> tensor<?x100xf32> {
      %plus = arith.constant 1.0 : f32
      %minus = arith.constant -1.0 : f32
      %zero = arith.constant 0.0 : f32
      %c0 = arith.constant 0 : index
      %m = tensor.dim %x, %c0 : tensor<?x37xf32>
      %e = tensor.empty(%m) : tensor<?x100xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x100xf32>) -> tensor<?x100xf32>
      %y = linalg.generic {
          indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
          iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%x, %w : tensor<?x37xf32>, tensor<37x100xi1, #quant_bnn.packed<i32>>) outs(%f : tensor<?x100xf32>) {
      ^bb0(%in: f32, %bit: i1, %out: f32):
        %factor = arith.select %bit, %minus, %plus : f32
        %term = arith.mulf %in, %factor : f32
        %sum = arith.addf %out, %term fastmath<reassoc> : f32
        linalg.yield %sum : f32
      } -> tensor<?x100xf32>
      return %y : tensor<?x100xf32>
    }
    // Tails of one lane, whose number is known.
    func.func @narrow_odd(%x: tensor<65xi64>) -> tensor<65xi16> {
      %y = arith.trunci %x : tensor<65xi64> to tensor<65xi16>
      return %y : tensor<65xi16>
    }
    func.func @square_odd(%x: tensor<65xf32>) -> tensor<65xf32> {
      %y = arith.mulf %x, %x : tensor<65xf32>
      return %y : tensor<65xf32>
    }
    func.func @transpose_floats(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %x, %c0 : tensor<?x?xf32>
      %n = tensor.dim %x, %c1 : tensor<?x?xf32>
      %e = tensor.empty(%n, %m) : tensor<?x?xf32>
      %y = linalg.transpose ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) permutation = [1, 0]
      return %y : tensor<?x?xf32>
    }
  )mlir";
  std::string result;
  llvm::StringRef rest = source;
  for (size_t at; (at = rest.find("f32")) != llvm::StringRef::npos;
       rest = rest.drop_front(at + 3))
    result += rest.take_front(at).str() + getName(type).str();
  return result + rest.str();
}

void checkGuarded(ElementType type, ProgramOptions options) {
  llvm::sys::PrintStackTraceOnErrorSignal("");
  std::string source = readFunctions(type);
  std::unique_ptr<Program> plain = Program::compile(source, options);
  options.results = ResultConvention::OutParams;
  std::unique_ptr<Program> guarded = Program::compile(source, options);
  ASSERT_TRUE(plain && guarded);
  for (const std::string &name : plain->getNames())
    for (int64_t n : {0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 1027})
      for (Placement placement : {Placement::first, Placement::last}) {
        std::string where =
            name + ", n = " + std::to_string(n) +
            (placement == Placement::first ? ", first" : ", last");
        SCOPED_TRACE(where);
        llvm::PrettyStackTraceString crash(where.c_str());
        std::vector<NpyArray> arguments = makeCall(*plain, name, type, n);
        checkCall(*plain, *guarded, name, arguments, placement);
        if (testing::Test::HasFailure())
          return;
      }
}

ProgramOptions getOptions(unsigned vectorWidth, int64_t nontemporalThreshold,
                          PopcountAccumulation popcount) {
  ProgramOptions options;
  options.vectorWidth = vectorWidth;
  options.nontemporalThreshold = nontemporalThreshold;
  options.popcount = popcount;
  return options;
}

/// Options that count bits by tables where the host can look them up.
ProgramOptions getTableOptions() {
  ProgramOptions options = getOptions(256, 1, PopcountAccumulation::Bytes);
  if (llvm::sys::getHostCPUFeatures().lookup("avx2")) {
    options.popcount = PopcountAccumulation::Table;
    options.lookup = LookupInstructions::X86;
  }
  return options;
}

/// Options that look up floats where the host can.
ProgramOptions getWideOptions() {
  ProgramOptions options = getOptions(512, 1, PopcountAccumulation::Words);
  if (llvm::sys::getHostCPUFeatures().lookup("avx512f"))
    options.lookup = LookupInstructions::X86;
  return options;
}

const ProgramOptions narrow = getOptions(128, 0, PopcountAccumulation::Bytes);
const ProgramOptions wide = getWideOptions();

TEST(GuardPages, F16) { checkGuarded(ElementType::f16, wide); }
TEST(GuardPages, BF16) { checkGuarded(ElementType::bf16, getTableOptions()); }
TEST(GuardPages, F32Narrow) { checkGuarded(ElementType::f32, narrow); }
TEST(GuardPages, F32Table) {
  checkGuarded(ElementType::f32, getTableOptions());
}
TEST(GuardPages, F32Wide) { checkGuarded(ElementType::f32, wide); }
TEST(GuardPages, F64) { checkGuarded(ElementType::f64, wide); }

} // namespace
